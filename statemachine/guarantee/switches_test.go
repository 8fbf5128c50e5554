package guarantee

import (
	"maps"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// bySwitch is the evidence of a failover that has moved all users of its application by a switch. The weights are pending.
func bySwitch() Evidence {
	e := completed()
	e.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	run := &e.Runs[0]
	run.Invocations[1].Result.Payload = []byte(`{"run":{"boundSeconds":180,"epoch":1,"switches":["default"]},"verdict":"proceed","stages":[{}]}`)
	e.Applications[0].Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.1", HealthCheck: "leaves-east"}
	run.Before.Zones[0].Sets, run.After.Zones[0].Sets = checkedSets(100, 0), checkedSets(100, 0)
	run.After.Unhealthy, run.After.Switches = map[string]bool{"leaves-east": true}, map[string]failover.Region{"default": east}
	run.After.Registry[0].Live.Weights = map[failover.Region]int{east: 100, west: 0}
	run.Report.FollowUp = &failover.FollowUp{PendingWeights: []failover.PendingZone{{Zone: "Z1"}}}
	e.Batches = nil
	return e
}

// checkedSets are the record sets of the application with the health check of its switch on that of us-east-1.
func checkedSets(eastWeight, westWeight int) []fakeaws.RecordSet {
	all := sets(eastWeight, westWeight, "")
	all[0].HealthCheck = "leaves-east"
	return all
}

// unanswered adds requests to the Route 53 control plane that were not answered.
func unanswered(e *Evidence, states ...string) {
	for _, state := range states {
		e.Runs[0].Invocations = append(e.Runs[0].Invocations, step(3*time.Minute, state, failover.Outbound,
			fakeaws.Call{Region: west, Service: "route53", Operation: "ListResourceRecordSets", Code: wire.CodeUnreachable}))
	}
}

// TestUsersThatASwitchHasMoved are judged by where Route 53 sends them, and the weights by what the report says of them.
func TestUsersThatASwitchHasMoved(t *testing.T) {
	switchedBack := func() Evidence {
		e, from := rolledBack(), bySwitch()
		e.Plan, e.Applications = from.Plan, from.Applications
		e.Runs[0].Before, e.Runs[0].After = from.Runs[0].After, from.Runs[0].After
		e.Batches = nil
		return e
	}
	for _, c := range []history{
		{"users moved by a switch", 3, bySwitch, func(*Evidence) {}, Kept, ""},
		{"a switch that is not seen yet", 3, bySwitch, func(e *Evidence) { e.Runs[0].After.Unhealthy = nil }, Violated, "record shop.example.com A has us-east-1 100"},
		{"a report without a follow-up", 3, bySwitch, func(e *Evidence) { e.Runs[0].Report.FollowUp = nil }, Violated, "does not list zone Z1 as a follow-up"},
		{"a follow-up of another zone", 3, bySwitch, func(e *Evidence) { e.Runs[0].Report.FollowUp.PendingWeights[0].Zone = "Z2" }, Violated, "does not list zone Z1 as a follow-up"},
		{"a follow-up of all zones", 3, bySwitch, func(e *Evidence) { e.Runs[0].Report.FollowUp.PendingWeights[0].Zone = failover.AllZones }, Kept, ""},
		{"a follow-up without pending weights", 3, bySwitch, func(e *Evidence) { // the weights were written: nothing is to be listed
			run := &e.Runs[0]
			run.Report.FollowUp, run.After.Zones[0].Sets = nil, checkedSets(0, 100)
			run.After.Registry[0].Live.Weights = map[failover.Region]int{east: 0, west: 100}
		}, Kept, ""},
		{"weights in the registry that are not those of the zone", 3, bySwitch, func(e *Evidence) {
			e.Runs[0].After.Registry[0].Live.Weights = map[failover.Region]int{east: 0, west: 100}
		}, Violated, "the registry says us-west-2 (us-east-1 0, us-west-2 100)"},

		{"two requests without an answer", 7, bySwitch, func(e *Evidence) { unanswered(e, "Validate", "ShiftTraffic") }, Kept, ""},
		{"a third request that waits", 7, bySwitch, func(e *Evidence) { unanswered(e, "Validate", "ShiftTraffic", "VerifyHealth") }, Violated, "3 requests to the Route 53 control plane without an answer; expected at most 2"},
		{"a third request of the report", 7, bySwitch, func(e *Evidence) { unanswered(e, "Validate", "ShiftTraffic", "Notify") }, Kept, ""},
		{"a third request of a run that moves by weights", 7, completed, func(e *Evidence) { unanswered(e, "Validate", "ShiftTraffic", "ShiftTraffic") }, Kept, ""},

		{"a switch that is as it was before", 4, switchedBack, func(*Evidence) {}, Kept, ""},
		{"a switch that was not set again", 4, switchedBack, func(e *Evidence) { e.Runs[0].After.Switches = nil }, Violated, `the switch default makes users leave ""; before it was "us-east-1"`},
		{"users who do not follow the switch", 4, switchedBack, func(e *Evidence) { e.Runs[0].After.Unhealthy = nil }, Violated, "users of shop.example.com A go to us-east-1 100, us-west-2 0"},
		{"a switch of no application", 4, switchedBack, func(e *Evidence) {
			e.Applications[0].Switch, e.Runs[0].After.Switches = failover.NoSwitch, nil
		}, Kept, ""},
	} {
		t.Run(c.name, c.isJudged)
	}
}

// TestARunThatWritesPendingWeightsIsAboutThemAlone: applications of other switches, and of none, stay where they are.
func TestARunThatWritesPendingWeightsIsAboutThemAlone(t *testing.T) {
	e := bySwitch()
	e.Plan.Switches = append(e.Plan.Switches, failover.Switch{Name: "metric", Lever: failover.MetricLever})
	for _, of := range []string{"", "metric", failover.NoSwitch} {
		e.Applications = append(e.Applications, failover.Application{Name: "of " + of, Switch: of})
	}
	run := RunEvidence{Asked: &failover.Input{Action: failover.Weights}, Before: Snapshot{Switches: map[string]failover.Region{"default": east, "metric": ""}}}
	var names []string
	for _, app := range e.selected(run) {
		names = append(names, app.Name)
	}
	if len(names) != 2 || names[0] != "shop" || names[1] != "of " {
		t.Errorf("got %q; want the two applications of the switch default", names)
	}
	run.Asked = &failover.Input{Action: failover.Failover, Applications: []string{"of metric"}}
	if apps := e.selected(run); len(apps) != 1 || apps[0].Name != "of metric" {
		t.Errorf("got %v; want the one that the input names", apps)
	}
}

// TestRoute53AnswersByWeightAndHealth as its Developer Guide says: the record sets of weight 0 count only when all others are
// unhealthy, and health checks that leave no record set do not count.
func TestRoute53AnswersByWeightAndHealth(t *testing.T) {
	for _, c := range []struct {
		name       string
		east, west int
		unhealthy  []string
		want       map[failover.Region]int
		switched   bool
	}{
		{"all healthy", 100, 0, nil, map[failover.Region]int{east: 100, west: 0}, false},
		{"the primary unhealthy", 100, 0, []string{"east"}, map[failover.Region]int{east: 0, west: 100}, true},
		{"the standby unhealthy", 100, 0, []string{"west"}, map[failover.Region]int{east: 100, west: 0}, false},
		{"both unhealthy", 100, 0, []string{"east", "west"}, map[failover.Region]int{east: 100, west: 0}, false},
		{"a share of the users, one unhealthy", 90, 10, []string{"east"}, map[failover.Region]int{east: 0, west: 100}, true},
		{"a share of the users, both unhealthy", 90, 10, []string{"east", "west"}, map[failover.Region]int{east: 90, west: 10}, false},
		{"other weights than 100", 0, 10, nil, map[failover.Region]int{east: 0, west: 10}, false},
		{"moved by weights, and the old check unhealthy", 0, 100, []string{"east"}, map[failover.Region]int{east: 0, west: 100}, false},
	} {
		all := sets(c.east, c.west, "")
		all[0].HealthCheck, all[1].HealthCheck = "east", "west"
		s := Snapshot{Zones: []ZoneState{{Zone: "Z1", Sets: all}}, Unhealthy: map[string]bool{}}
		for _, check := range c.unhealthy {
			s.Unhealthy[check] = true
		}
		if got, switched := s.shares(record()); !maps.Equal(got, c.want) || switched != c.switched {
			t.Errorf("%s: %v, switched: %v; want %v, %v", c.name, got, switched, c.want, c.switched)
		}
	}
}
