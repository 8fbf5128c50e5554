package verifyhealth

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
)

// gradual makes of a look one at a share of a switchover.
func gradual(passes int) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		req.Run.Action, req.Stage.Percent, req.Stage.Passes, req.Passes = failover.Switchover, new(100), 3, passes
		*req.Stage.Percent = 50
	}
}

// TestAGradualStageFailsWhenUsersFareBadly: most of them are still well on the other side, so it does not wait for all
// of its attempts; but one bad look may be a blip.
func TestAGradualStageFailsWhenUsersFareBadly(t *testing.T) {
	s := newStand(t, "checkout")
	s.setWeight("checkout", east, 50)
	s.setWeight("checkout", west, 50)
	s.serve("checkout", 20)
	first := s.look(gradual(5))
	if first.Verdict != failover.Pending || first.Passes != -1 {
		t.Errorf("first bad look: %+v; want pending, and counted", first)
	}
	second := s.look(gradual(first.Passes))
	if second.Verdict != failover.Failed || len(second.Reasons) != 1 || !strings.Contains(second.Reasons[0], "ServedPercent") {
		t.Errorf("second bad look: %+v; want failed, saying why", second)
	}
	s.serve("checkout", 100)
	s.world.AdvanceTo(s.world.Now().Add(11 * time.Second))
	s.serve("checkout", 100)
	if got := s.look(gradual(-1)); got.Verdict != failover.Pending || got.Passes != 1 {
		t.Errorf("a good look after a bad one: %+v; want it counted as the first", got)
	}
}

func TestOnlyAGradualStageOfAPlannedRunFailsEarly(t *testing.T) {
	s := newStand(t, "checkout")
	s.serve("checkout", 20)
	for name, adjust := range map[string]func(*failover.VerifyRequest){
		"a failover": func(req *failover.VerifyRequest) { gradual(-5)(req); req.Run.Action = failover.Failover },
		"all of it":  func(req *failover.VerifyRequest) { gradual(-5)(req); *req.Stage.Percent = 100 },
		"a change that is not in sync": func(req *failover.VerifyRequest) {
			gradual(-5)(req)
			req.Changes = []failover.Change{{Zone: zone, ID: s.change()}}
		},
	} {
		if got := s.look(adjust); got.Verdict != failover.Pending || got.Passes != 0 {
			t.Errorf("%s: %+v; want pending", name, got)
		}
	}
}

// rollback makes of a look one at a stage of a rollback to us-east-1.
func rollback(promote bool) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		req.Run.Action, req.Run.Leg, req.Run.From, req.Run.To = failover.Switchover, failover.Rollback, west, east
		req.Stage = failover.Stage{Index: 5, Wave: 1, From: west, To: east, Restore: true, Promote: promote, Passes: 1}
		if !promote {
			req.Stage.Percent = new(100)
		}
	}
}

// TestARollbackWaitsForPromotionsInFlight: they cannot be reversed until they end. The application's health is for the
// stage that brings the writer back to see: until then it is the writer's absence that makes it bad.
func TestARollbackWaitsForPromotionsInFlight(t *testing.T) {
	s := newStand(t, "checkout")
	app := s.apps[0]
	s.must(s.Registry.Promoting(t.Context(), app, failover.Live{Epoch: 7}, []string{"checkout"}))
	s.setWeight("checkout", east, 100)
	s.setWeight("checkout", west, 0)
	target := app.Databases[0].Clusters[west]
	_, err := s.RDS(east).SwitchoverGlobalCluster(t.Context(), &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: &app.Name, TargetDbClusterIdentifier: &target,
	})
	s.must(err)
	if got := s.look(rollback(false)); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "it can be reversed once that is over") {
		t.Errorf("in flight: %+v", got)
	}
	s.world.AdvanceTo(s.world.Now().Add(5 * time.Minute))
	if got := s.look(rollback(false)); got.Verdict != failover.Passed {
		t.Errorf("at rest: %+v; want passed, whatever the metrics say", got)
	}
	if got := s.look(rollback(true)); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "the writer is in us-west-2") {
		t.Errorf("before it is reversed: %+v", got)
	}
}

func TestARollbackPassesWithTheWeightsFromBefore(t *testing.T) {
	s := newStand(t, "checkout")
	_, err := s.Registry.SetLive(t.Context(), s.apps[0], failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 7})
	s.must(err)
	s.world.PutMetric(string(east), "Application", "ServedPercent", map[string]string{"Application": "checkout", "Region": string(east)}, 100)
	s.setWeight("checkout", east, 70)
	s.setWeight("checkout", west, 30)
	if got := s.look(rollback(false)); got.Verdict != failover.Pending || len(got.Reasons) != 2 {
		t.Errorf("half the way: %+v; want both weights named", got)
	}
	s.setWeight("checkout", east, 100)
	s.setWeight("checkout", west, 0)
	if got := s.look(rollback(false)); got.Verdict != failover.Passed {
		t.Errorf("as before: %+v; want passed", got)
	}
}
