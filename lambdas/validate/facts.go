package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// facts are what was read for a question. Parts that could not be read are empty, and unread has the reason.
type facts struct {
	*question
	unread map[string]error // by part; see parts
	// notAsked are the parts that were not read because the Route 53 control plane did not answer for the one before.
	notAsked []string

	// The registry. floor is the newest epoch in everything that was read; this run's epoch must be newer.
	apps     []failover.Application // those that the run moves
	others   []failover.Application // those that it does not
	selected []failover.Application // those that the run selects, whether it moves them or not
	broken   []failover.Application // those of them whose items break the rules; neither apps nor others has them
	unknown  []string               // the applications of the input that are not registered
	empty    bool                   // no application is registered
	lock     registry.Lock
	runs     []registry.RunRecord // the latest runs, newest first; nil until they are needed
	floor    int64

	// The plan's switches: their health checks and states, by name, and why they could not all be read.
	checks      map[string]failover.SwitchChecks
	switches    map[string]registry.SwitchState
	switchesErr error
	checksRead  map[string]checkRead // by id; what Route 53 has of them, read by no failover

	// Executions that have ended: that of the lock's holder, and those that have written a fence, by ARN.
	holder *execution
	ended  map[string]*execution

	// Route 53. closed are the hosted zones that the plan cannot read, each with the reason.
	zoneNames   map[string]string
	zoneKinds   map[string]zoneKind
	closed      map[string]error
	sets        live.RecordSets
	recordsRead bool
	fences      map[string]live.FenceRecord // by zone
	fenced      []failover.Record           // the first record of each zone whose fence was read
	ownersRead  bool                        // what is needed to judge the fences was read

	// RDS. denied are the global clusters that the plan may not read, each with the reason.
	clustersListed bool
	denied         map[string]error
	clusters       map[string]live.GlobalCluster
	members        map[string]live.Cluster // of the target Region
	sources        map[string]live.Cluster // of the source Region; a failover reads none
	clustersRead   bool

	// CloudWatch and Lambda. Nil means not read, or not measured.
	lags        []live.ReplicationLag
	latency     *time.Duration // of the registry's replication
	readings    []live.Reading
	alarms      map[string]string
	concurrency *live.Concurrency
}

// zoneKind says of a hosted zone whether it is private, and whether a public one has accelerated recovery.
type zoneKind struct{ private, accelerated bool }

// execution is the state of an execution in Step Functions.
type execution struct {
	ARN, Name, Input string
	Status           types.ExecutionStatus
	Started, Stopped time.Time
	Error, Cause     string
}

// choose divides the registered applications by what the run does with them.
func (f *facts) choose(all []failover.Application) {
	known := map[string]bool{}
	for _, app := range all {
		known[app.Name] = true
		if f.run.Selects(app.Name) {
			f.selected = append(f.selected, app)
		}
		f.floor = max(f.floor, app.Live.Epoch)
		switch {
		case app.Broken != "" && f.run.Selects(app.Name):
			f.broken = append(f.broken, app)
		case app.Broken != "":
		case f.finishes() || f.run.Moves(f.Plan, app): // which switches such a run finishes is not known yet
			f.apps = append(f.apps, app)
		default:
			f.others = append(f.others, app)
		}
	}
	for _, name := range f.input.Applications {
		if !known[name] {
			f.unknown = append(f.unknown, name)
		}
	}
	f.empty = len(all) == 0
}

// mayNotUse says why the plan may not read or promote a global cluster, or nothing. If the plan has many, IAM lets it read all
// global clusters of the account.
func (f *facts) mayNotUse(id string) string {
	if err := f.denied[id]; err != nil {
		return entry.CouldNot("be read", err)
	}
	named := slices.ContainsFunc(f.Promotable, func(promotable string) bool { return strings.EqualFold(promotable, id) })
	if len(f.Promotable) > 0 && !named {
		return "it is not in the plan's context, and IAM lets the plan promote only those"
	}
	return ""
}

// ownerUnknown says whether the run that wrote a fence may be in progress in the other Region, according to the lock: this
// replica of the registry may not know of that run yet, or its lock may have been overwritten.
func (f *facts) ownerUnknown(found live.FenceRecord) bool {
	fence := found.Fence
	known := fence.Epoch < f.lock.Epoch || fence.Epoch == f.lock.Epoch && (wrote(f.lock.Owner, fence) || wrote(f.lock.LastOwner, fence))
	return found.Exists && !known && !fence.Of(f.run) && !f.run.Phase.Returns()
}

// isOver says whether the run that wrote a fence is one of the latest runs that have ended.
func (f *facts) isOver(fence failover.Fence) bool {
	return slices.ContainsFunc(f.runs, func(r registry.RunRecord) bool { return fence.Of(r.Run) })
}

// needsRuns says whether the latest runs are needed to judge a fence, or weights that the registry does not know.
func (f *facts) needsRuns() bool {
	if slices.ContainsFunc(f.fenced, func(r failover.Record) bool { return f.ownerUnknown(f.fences[r.Zone]) }) {
		return true
	}
	return !f.run.Phase.Returns() && slices.ContainsFunc(f.apps, func(app failover.Application) bool {
		place, differs := f.placeOf(app)
		return differs && !isAllIn(place.Weights, f.run.To) && f.shiftedSince(app)
	})
}

// shiftedSince says whether a run has written all zones of an application after the registry's last write for it.
func (f *facts) shiftedSince(app failover.Application) bool {
	return !slices.ContainsFunc(app.Records, func(r failover.Record) bool {
		found := f.fences[r.Zone]
		return !found.Exists || !newerThan(found.Fence, app.Live)
	})
}

// explained says whether a known run has moved an application's traffic to a place without recording it: that run is newer than
// the registry's last write for the application, has written all of its zones, and ended before registry and zones agreed.
// Traffic that is all in the target Region needs no explanation: moving it there changes nothing.
func (f *facts) explained(app failover.Application, place failover.Place) bool {
	if isAllIn(place.Weights, f.run.To) {
		return true
	}
	return f.shiftedSince(app) && !slices.ContainsFunc(app.Records, func(r failover.Record) bool { return !f.brokeOff(f.fences[r.Zone].Fence, app) })
}

// brokeOff says whether a run after the registry's last write for an application may have ended before registry and zones
// agreed: it was Held, its lock was taken over, or it wrote the fence and its end is not recorded. A run that is older than the
// latest runs counts as one that ended well.
func (f *facts) brokeOff(fence failover.Fence, app failover.Application) bool {
	over := map[string]bool{}
	for _, r := range f.runs {
		over[r.Run.ID] = true
	}
	for _, r := range f.runs {
		held := r.Outcome == failover.Held && r.Run.Selects(app.Name)
		takenOver := r.Run.TakenOverFrom != "" && !over[r.Run.TakenOverFrom]
		if r.Run.Epoch >= app.Live.Epoch && (held || takenOver) {
			return true
		}
	}
	return !f.isOver(fence) && (len(f.runs) < knownRuns || f.runs[len(f.runs)-1].Run.Epoch < fence.Epoch)
}

// databases are those of all applications, each once, in the order of the applications.
func (f *facts) databases() []failover.Database {
	var all []failover.Database
	seen := map[string]bool{}
	for _, app := range f.apps {
		for _, db := range f.run.Databases(app) {
			if !seen[db.GlobalCluster] {
				seen[db.GlobalCluster] = true
				all = append(all, db)
			}
		}
	}
	return all
}

// mustPromote says whether the writer of one of the application's databases is not certainly in the target Region.
func (f *facts) mustPromote(app failover.Application) bool {
	if f.finishes() {
		return false
	}
	if app.Databases = f.run.Databases(app); !f.clustersRead {
		return app.HasDatabase()
	}
	return len(live.WhyNotWriting(f.clusters, app, f.run.To)) > 0
}

func (f *facts) wave(wave int) []failover.Application {
	var apps []failover.Application
	for _, app := range f.apps {
		if app.Wave == wave || wave == 0 {
			apps = append(apps, app)
		}
	}
	return apps
}

// zones are the hosted zones, each by its first record, in the order of the applications.
func (f *facts) zones() []failover.Record {
	var zones []failover.Record
	seen := map[string]bool{}
	for _, app := range f.apps {
		for _, r := range app.Records {
			if !seen[r.Zone] {
				seen[r.Zone] = true
				zones = append(zones, r)
			}
		}
	}
	return zones
}

// isInTarget says whether the whole application is in the target Region. A part that could not be read counts as outside.
func (f *facts) isInTarget(app failover.Application) bool {
	return f.evacuated(app) != f.run.To && len(live.WhyNotRegistered(app, f.run.To)) == 0 &&
		len(live.WhyNotRouted(f.sets, app, f.run.To)) == 0 && !f.mustPromote(app)
}

func (f *facts) targetWrites(db failover.Database) bool {
	one := failover.Application{Databases: []failover.Database{db}}
	return f.clustersRead && len(live.WhyNotWriting(f.clusters, one, f.run.To)) == 0
}

// leftBehind are the applications that are not selected, share the database, and are not in the target Region.
func (f *facts) leftBehind(db failover.Database) []string {
	var names []string
	for _, app := range f.others {
		has := slices.ContainsFunc(app.Databases, func(other failover.Database) bool { return other.GlobalCluster == db.GlobalCluster })
		if has && app.Live.Active != f.run.To {
			names = append(names, app.Name)
		}
	}
	return names
}

// becameSecondary says whether, in a drill's return, the cluster has become secondary in the outbound phase and has no
// measurement since then. An older measurement is from before the drill.
func (f *facts) becameSecondary(lag live.ReplicationLag) bool {
	return f.run.Phase == failover.Return && (!lag.Known || lag.At.Before(f.req.Run.PhaseStartedAt))
}

// placeOf returns the place to which all records of an application, and its switch, send its users, and whether it differs from
// the registry.
// All records must have the same weights, and weights that a stage can have written: otherwise differs is false.
func (f *facts) placeOf(app failover.Application) (place failover.Place, differs bool) {
	place = failover.Place{Active: app.Live.Active, Weights: map[failover.Region]int{}}
	for i, r := range app.Records {
		weights := f.sets.Weights(r)
		if i > 0 && !maps.Equal(weights, place.Weights) {
			return place, false
		}
		place.Weights = weights
	}
	from, hasFrom := place.Weights[f.run.From]
	to, hasTo := place.Weights[f.run.To]
	if len(place.Weights) != 2 || !hasFrom || !hasTo || !written(app, place.Weights) {
		return place, false
	}
	switch {
	case to == 0:
		place.Active = f.run.From
	case from == 0:
		place.Active = f.run.To
	}
	if away := f.evacuated(app); away != "" && away == place.Active {
		place.Active = f.Plan.Other(away)
		return place, place.Active != app.Live.Active || !maps.Equal(place.Weights, app.Live.Weights)
	}
	return place, !maps.Equal(place.Weights, app.Live.Weights)
}

// isAllIn says whether all users are sent to the target Region already. A run that stopped between ShiftTraffic and
// UpdateRegistry leaves such weights.
func isAllIn(weights map[failover.Region]int, to failover.Region) bool {
	for region, w := range weights {
		if (w > 0) != (region == to) {
			return false
		}
	}
	return weights[to] > 0
}

func newerThan(fence failover.Fence, live failover.Live) bool {
	return fence.Epoch > live.Epoch || fence.Epoch == live.Epoch && fence.Stage > live.Stage
}

// wrote says whether the execution with this ARN has written the fence.
func wrote(execution string, fence failover.Fence) bool {
	return execution != "" && execution == failover.ExecutionOf(failover.Run{ARN: execution}, fence)
}

// hasReturned says whether traffic of the application has left the Region of a drill's soak, in the registry or in Route 53.
func (f *facts) hasReturned(app failover.Application) bool {
	return len(live.WhyNotRegistered(app, f.run.To))+len(live.WhyNotRouted(f.sets, app, f.run.To)) > 0
}

// hasMoved says whether the application's traffic differs from before the run, in the registry, in Route 53 or by its switch.
func (f *facts) hasMoved(app failover.Application) bool {
	app = f.run.AsFound(app)
	before := app.Live.PlaceBefore(f.run.Epoch)
	if app.Live.Active != before.Active || !maps.Equal(app.Live.Weights, before.Weights) {
		return true
	}
	if f.run.Switched(f.Plan, app) && f.evacuated(app) != f.run.From { // the run has reset its switch
		return true
	}
	for _, r := range app.Records {
		if !maps.Equal(f.sets.Weights(r), before.Weights) {
			return true
		}
	}
	return false
}

// lostText says which run has taken the lock from a run in a later phase.
func (f *facts) lostText() string {
	holder := "the lock is free and has"
	if f.lock.Run != "" {
		holder = "run " + f.lock.Run + " holds the lock with"
	}
	return fmt.Sprintf("%s epoch %d; this run has epoch %d", holder, f.lock.Epoch, f.run.Epoch)
}
