package validate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestWhatIsNotWell has one case for everything that may be wrong, and what each kind of action makes of it.
func TestWhatIsNotWell(t *testing.T) {
	www := shop().Records[0]
	for _, c := range []struct {
		name  string
		spoil func(s *scene)
		code  string
		want  string
	}{
		{"a drifted value", func(s *scene) {
			must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: www.Name, Type: "A", SetIdentifier: "us-west-2", TTL: 60, Values: []string{"192.0.2.99"}}))
		}, failover.CodeDrift, "us-west-2: value is 192.0.2.99; registered 192.0.2.20"},
		{"drifted weights", func(s *scene) { s.putWeights(www, 60, 40) },
			failover.CodeDrift, "has the weights us-east-1 60, us-west-2 40; registered us-east-1 100, us-west-2 0"},
		{"a third record set", func(s *scene) {
			must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: www.Name, Type: "A", SetIdentifier: "old", Weight: 5, TTL: 60, Values: []string{"192.0.2.9"}}))
		}, failover.CodeDrift, `has a record set "old" with weight 5 that is not registered`},
		{"lag", func(s *scene) {
			must(s.t, s.world.SetLag("orders", 30*time.Second))
			s.pass(2 * time.Minute)
		}, failover.CodeLag, "30000 ms behind; expected at most 10000 ms"},
		{"metrics that stopped", func(s *scene) { s.world.AdvanceTo(s.world.Now().Add(2 * time.Minute)) },
			failover.CodeNoData, "Shop Served in us-west-2: no data in the last 1m0s; expected at least 99"},
		{"metrics that are bad", func(s *scene) {
			s.world.AdvanceTo(s.world.Now().Add(10 * time.Second))
			s.world.PutMetric("us-west-2", "Shop", "Served", map[string]string{"Region": "us-west-2"}, 82.5)
		}, failover.CodeUnhealthy, "Shop Served in us-west-2 is 82.5; expected at least 99"},
		{"metrics that CloudWatch cannot vouch for", func(s *scene) { s.world.SetMetricStatus("us-west-2", "InternalError") },
			failover.CodeNoData, "CloudWatch answered InternalError"},
		{"an alarm", func(s *scene) {
			must(s.t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
		}, failover.CodeAlarm, "alarm shop-5xx of application shop in us-west-2: is in ALARM"},
		{"an alarm without data", func(s *scene) {
			must(s.t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "INSUFFICIENT_DATA"}))
		}, failover.CodeAlarm, "has no data"},
		{"a foreign fence", func(s *scene) {
			must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: "_drover-drover.shop.example", Type: "TXT", TTL: 60, Values: []string{`"hello"`}}))
		}, failover.CodeUnreachable, "is not Drover's"},
		{"a service that denies", func(s *scene) {
			s.world.Inject(fakeaws.Fault{Service: "rds", Operation: "DescribeDBClusters", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "not authorized"}})
		}, failover.CodeUnreachable, "the databases seen from us-west-2: could not be read"},
		{"a global cluster that is not in the context", func(s *scene) {
			s.world.Inject(fakeaws.Fault{Service: "rds", Operation: "DescribeGlobalClusters", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "not authorized"}})
		}, failover.CodeConfiguration, `add "orders" to globalClusters of the context key drover in cdk.json, then deploy`},
		{"a headless cluster", func(s *scene) { must(s.t, s.world.SetHeadless("orders", string(west), true)) },
			failover.CodeTopology, "has no instance; it cannot be promoted; add an instance of the writer's class to it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, action := range []struct {
				input    string
				verdict  failover.Verdict
				severity failover.Severity
			}{
				{`{"action": "check"}`, failover.Refuse, failover.Blocker},
				{`{"action": "switchover"}`, failover.Refuse, failover.Blocker},
				{consenting, failover.Proceed, failover.Warning},
			} {
				s := newScene(t, shop(), blog())
				c.spoil(s)
				answer := s.validate(action.input)
				if answer.Verdict != action.verdict || !slices.Contains(codes(answer, action.severity), c.code) {
					t.Errorf("%s: got %s with %v; want %s with the %s %s", action.input, answer.Verdict, answer.Findings, action.verdict, action.severity, c.code)
				}
				s.contains(fmt.Sprint(answer.Findings), c.want)
				if stages := len(answer.Stages); (stages > 0) != (answer.Verdict == failover.Proceed) {
					t.Errorf("%s: %d stages with the verdict %s", action.input, stages, answer.Verdict)
				}
			}
		})
	}
}

func TestACheckListsEverythingAtOnce(t *testing.T) {
	s := newScene(t, shop(), blog())
	s.putWeights(blog().Records[0], 50, 50)
	must(t, s.world.SetLag("orders", time.Minute))
	s.world.AdvanceTo(s.world.Now().Add(3 * time.Minute))
	must(t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: "ALARM"}))
	answer := s.validate(`{"action": "check"}`)
	want := []string{failover.CodeDrift, failover.CodeLag, failover.CodeNoData, failover.CodeNoData, failover.CodeAlarm}
	if diff := cmp.Diff(want, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	if len(s.mutations()) != 0 {
		t.Errorf("mutating calls: %v", s.mutations())
	}
}

// TestATopologyThatCannotBePromotedStopsEveryActionButAFailover: that moves everything else, and promotes what it can.
func TestATopologyThatCannotBePromotedStopsEveryActionButAFailover(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(app *failover.Application)
		want  string
	}{
		{"no such global cluster", func(app *failover.Application) { app.Databases[0].GlobalCluster = "order" }, "no such global cluster"},
		{"not a member", func(app *failover.Application) { app.Databases[0].Clusters[west] += "x" }, "is not one of its members"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := shop()
			c.spoil(&app)
			for _, input := range []string{`{"action": "switchover"}`, `{"action": "check"}`} {
				s := newScene(t, app)
				answer := s.validate(input)
				if answer.Verdict != failover.Refuse {
					t.Errorf("%s: got %s", input, answer.Verdict)
				}
				s.contains(answer.Summary, c.want)
			}
			s := newScene(t, app)
			answer := s.validate(consenting)
			if answer.Verdict != failover.Proceed || len(answer.Stages) != 1 || !answer.Stages[0].Promote {
				t.Errorf("a failover: got %s with %+v; want one stage that promotes", answer.Verdict, answer.Stages)
			}
			if !slices.Contains(codes(answer, failover.Warning), failover.CodeTopology) {
				t.Errorf("a failover: got %v; want a warning", answer.Findings)
			}
			s.contains(fmt.Sprint(answer.Findings), c.want)
		})
	}
}
