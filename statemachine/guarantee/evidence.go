package guarantee

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Evidence is what the simulator has recorded of a scenario, and all that the guarantees are judged by. It is plain data,
// so that a test can plant any violation.
type Evidence struct {
	Plan failover.Plan
	// Applications are those that were registered, as they were at the start.
	Applications []failover.Application
	// Runs are the executions, in the order in which they were started.
	Runs []RunEvidence
	// Closings are the executions that the rule on the status of executions has started, to close runs.
	Closings []RunEvidence
	// Idle are the executions of the schedule that writes pending weights which have found none.
	Idle []RunEvidence
	// Batches are the accepted changes of hosted zones.
	Batches []fakeaws.Batch
	// Manual are the changes of hosted zones that the scenario has made outside Drover.
	Manual []ManualChange
	// Items are the items of applications that the scenario has written, or deleted, in the registry, outside Drover.
	Items []ItemChange
	// CutOffs are when the Regions were disconnected from each other, Reconnected when they were connected again.
	CutOffs, Reconnected []time.Time
	// Promotions are the accepted requests to move a writer; Losses are the writes that were lost by them.
	Promotions []fakeaws.Promotion
	Losses     []fakeaws.Loss
	// Traffic are the requests of the simulated clients, for each second.
	Traffic []fakeaws.Sample
	// Recovered are the health checks that have become healthy.
	Recovered []HealthCheckRecovered
	// Late are the invocations that were delivered once more, with what they have called then.
	Late []LateInvocation
	// Propagation is the time from a change to INSYNC.
	Propagation time.Duration
	// Alarms are the alarms of the deployment that have fired.
	Alarms []AlarmFired
	// Outages are the times in which a Region was dark; Until is when the scenario ended, or zero when it has no end.
	Outages []Outage
	Until   time.Time
	// End is the simulated AWS at the end of the scenario.
	End *Snapshot
	// Again are the repetitions after the end.
	Again []Repetition
}

// ManualChange is a hosted zone after a manual change.
type ManualChange struct {
	At   time.Time
	Zone string
	Sets []fakeaws.RecordSet
}

// ItemChange is the item of an application that was written in the registry, or Deleted: from then on no run knows the application.
type ItemChange struct {
	At          time.Time
	Application string
	Deleted     bool
}

// HealthCheckRecovered is a health check that has become healthy, by its id: users return to where the weights send them.
type HealthCheckRecovered struct {
	At    time.Time
	Check string
}

// LateInvocation is an invocation of a run's step that was delivered once more.
type LateInvocation struct {
	// Run is the ARN of the run.
	Run string
	fakeaws.Invocation
}

// RunEvidence is what was recorded of one execution.
type RunEvidence struct {
	fakeaws.Execution
	// read is what Validate has answered, once it was read; nil for evidence that a test has written.
	read *readAnswer
	// Asked is the input; nil when it cannot be read, and the run must be refused.
	Asked *failover.Input
	// Before and After are the simulated AWS when the execution started and when it had ended.
	Before, After Snapshot
	// Report is the run's report in the report bucket, or nil.
	Report *failover.Report
	// Messages counts the notifications about the run's end.
	Messages int
	// Closed counts the notifications about the run's end that the run has published which closed it. AfterClosing is
	// the simulated AWS at that run's end, ClosedAt the time.
	Closed       int
	AfterClosing *Snapshot
	ClosedAt     time.Time
	// Texts are the texts of all notifications: of the start, of approval requests, of the end.
	Texts []string
	// Paused is how long the scenario has paused the run.
	Paused time.Duration
	// Want is what the scenario expects of the run.
	Want scenario.StartRun
}

// Snapshot is the part of the simulated AWS that a run moves.
type Snapshot struct {
	// index finds record sets and registry items of a snapshot that was taken; nil for one that a test has written.
	index     *index
	Zones     []ZoneState
	Databases []DatabaseState
	// Registry are the applications as the replica of the run's Region has them.
	Registry []failover.Application
	Lock     registry.Lock
	// Unhealthy are the health checks that are unhealthy, by their ids; Switches are the Regions that switches make users leave, by
	// the name of the switch, as that replica has them.
	Unhealthy map[string]bool
	Switches  map[string]failover.Region
	// Promotions and Messages count those so far.
	Promotions, Messages int
}

// ZoneState are the record sets of a hosted zone.
type ZoneState struct {
	Zone string
	Sets []fakeaws.RecordSet
}

// DatabaseState is where the writer of a global cluster is.
type DatabaseState struct {
	GlobalCluster string
	// Writer is the Region of the global cluster's writer; Available says whether it takes writes.
	Writer    string
	Available bool
	// All are the Regions with a member that accepts writes.
	All []string
	// Hindrance is what prevents RDS from failing it over to the run's Region; empty when nothing does.
	Hindrance string
}

// Repetition is a step or a run that was repeated after the end, or that could not be repeated in the same circumstances.
type Repetition struct {
	// What was repeated, of the run with this ARN; NewRun says that it was a whole run, MayNotify that the repetition may
	// notify, since the notification failed the first time, and MayReset that it may reset switches, for the same reason.
	What, Run                   string
	NewRun, MayNotify, MayReset bool
	Before, After               Snapshot
	// Unequal says what has changed in the circumstances since the first time; empty when nothing has. A whole run is not
	// repeated then, and the effect of a step says nothing.
	Unequal string
}

// To and from are the Regions of a run: it moves to the Region in which it was started.
func (r RunEvidence) To() failover.Region { return failover.Region(r.Region) }

func (r RunEvidence) from(plan failover.Plan) failover.Region { return plan.Other(r.To()) }

// during says whether a time is between the start and the end of the run.
func (r RunEvidence) during(at time.Time) bool {
	return !at.Before(r.StartedAt) && (r.StoppedAt.IsZero() || !at.After(r.StoppedAt))
}

// Outcome is how the execution ended, as the state machine's terminal states have it; empty while it is running.
func (r RunEvidence) Outcome() failover.Outcome {
	switch r.Status {
	case "SUCCEEDED":
		return failover.Completed
	case "RUNNING":
		return ""
	case string(asl.Aborted), string(asl.TimedOut):
		return scenario.Stopped
	}
	if strings.HasPrefix(r.Error, "States.") { // Step Functions has ended it
		return scenario.Stopped
	}
	return failover.Outcome(r.Error)
}

// moves says whether the run was asked to move something, as opposed to a check or a dry run.
func (r RunEvidence) moves() bool {
	return r.Asked != nil && r.Asked.Action != failover.Check && r.Asked.Action != failover.Close && !r.Asked.DryRun
}

// runAt returns the run that was in progress at a time, or nil.
func (e Evidence) runAt(at time.Time) *RunEvidence {
	for i := range e.Runs {
		if e.Runs[i].during(at) {
			return &e.Runs[i]
		}
	}
	return nil
}

// unreadable says whether the item of an application in the registry was deleted, or breaks the rules, before a run ended: what the
// run makes of the application, no step can read.
func (e Evidence) unreadable(r RunEvidence, app failover.Application) bool {
	after, _ := r.After.registered(app.Name)
	return after.Broken != "" || slices.ContainsFunc(e.Items, func(c ItemChange) bool {
		return c.Deleted && c.Application == app.Name && (!c.At.After(r.end()) || c.At.Before(r.ClosedAt))
	})
}

// itemChanged says whether the item of an application was written while a run was in progress: what it moves is not what was validated.
func (e Evidence) itemChanged(r RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.Items, func(c ItemChange) bool { return c.Application == app.Name && r.during(c.At) })
}

// selected are the applications that a run is about, without those whose items it could not read.
func (e Evidence) selected(r RunEvidence) []failover.Application {
	if slices.ContainsFunc(e.Applications, func(app failover.Application) bool { return e.unreadable(r, app) }) {
		e.Applications = slices.DeleteFunc(slices.Clone(e.Applications), func(app failover.Application) bool { return e.unreadable(r, app) })
	}
	if r.Asked != nil && r.Asked.Action == failover.Weights { // it writes what switches have left pending, and no other weights
		return slices.DeleteFunc(slices.Clone(e.Applications), func(app failover.Application) bool {
			s, ok := e.Plan.SwitchOf(app)
			return !ok || r.Before.Switches[s.Name] == ""
		})
	}
	if r.Asked == nil || len(r.Asked.Applications) == 0 {
		return e.Applications
	}
	var apps []failover.Application
	for _, app := range e.Applications {
		if slices.Contains(r.Asked.Applications, app.Name) {
			apps = append(apps, app)
		}
	}
	return apps
}

// Weights are a record's weights by Region in a zone's record sets; complete says whether both Regions have one.
func Weights(sets []fakeaws.RecordSet, record failover.Record) (found map[failover.Region]int, complete bool) {
	found = map[failover.Region]int{}
	for _, set := range sets {
		if region, registered := record.RegionOf(set.SetIdentifier); registered && set.Name == record.Name && set.Type == record.Type {
			found[region] = set.Weight
		}
	}
	for region := range record.Endpoints {
		if _, ok := found[region]; !ok {
			return found, false
		}
	}
	return found, true
}

// foreign are the record sets of a record that belong to no Region and have a weight above 0.
func foreign(sets []fakeaws.RecordSet, record failover.Record) []fakeaws.RecordSet {
	var all []fakeaws.RecordSet
	for _, set := range sets {
		_, registered := record.RegionOf(set.SetIdentifier)
		if set.Name == record.Name && set.Type == record.Type && !registered && set.Weight > 0 {
			all = append(all, set)
		}
	}
	return all
}

// sets are the record sets of a zone in a snapshot.
func (s Snapshot) sets(zone string) []fakeaws.RecordSet {
	for _, z := range s.Zones {
		if z.Zone == zone {
			return z.Sets
		}
	}
	return nil
}

func (s Snapshot) database(globalCluster string) DatabaseState {
	for _, d := range s.Databases {
		if d.GlobalCluster == globalCluster {
			return d
		}
	}
	return DatabaseState{GlobalCluster: globalCluster}
}

// show writes weights in the order of the plan.
func show(plan failover.Plan, w map[failover.Region]int) string {
	return fmt.Sprintf("%s %d, %s %d", plan.Primary, w[plan.Primary], plan.Standby, w[plan.Standby])
}

// clock writes a point of time as the transcript does.
func (e Evidence) clock(at time.Time) string { return scenario.Clock(at.Sub(scenario.Start)) }

// NameIn is the name at the end of an ARN, after its last colon: that of an execution, a cluster or an alarm.
func NameIn(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// AlarmFired is an alarm of the deployment that has gone to ALARM.
type AlarmFired struct {
	// Until is when it has left that state; zero when it has not.
	Until        time.Time
	At           time.Time
	Region, Name string
	// About are the values of the dimensions of what it watches: a state machine's ARN, a function's name.
	About []string
}

// BasisText is the basis in one line, also of a guarantee that was not checked.
func (v Verdict) BasisText() string {
	if v.Status == NotChecked {
		return "not checked: " + v.Basis
	}
	return v.Basis
}

// DeniedCode is the error code of a request that IAM does not allow.
const DeniedCode = "AccessDenied"

// RecordSet is the record set that a record of the registry has in a Region.
func RecordSet(record failover.Record, region failover.Region, weight int) fakeaws.RecordSet {
	endpoint := record.Endpoints[region]
	set := fakeaws.RecordSet{
		Name: record.Name, Type: record.Type, SetIdentifier: record.Identifier(region), Weight: weight, HealthCheck: endpoint.HealthCheck,
	}
	if endpoint.Alias != nil {
		set.Alias = &fakeaws.AliasTarget{
			Name: endpoint.Alias.Name, Zone: endpoint.Alias.Zone, EvaluateTargetHealth: endpoint.Alias.EvaluateTargetHealth,
		}
		return set
	}
	set.TTL, set.Values = record.TTL, slices.Clone(endpoint.All())
	return set
}
