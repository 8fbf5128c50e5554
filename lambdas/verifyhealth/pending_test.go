package verifyhealth

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

var noControlPlane = fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}}

// accepted asks for a check of a run whose switch has moved users, and whose weights Route 53 has accepted.
func accepted(ids ...string) func(*failover.VerifyRequest) {
	return func(req *failover.VerifyRequest) {
		switched(req)
		req.SetAside = nil
		for _, id := range ids {
			req.Changes = append(req.Changes, failover.Change{Zone: zone, ID: id})
		}
	}
}

// TestAControlPlaneThatDiesLeavesAcceptedWeightsPending: users do not depend on it, so the check asks once, waits for nothing, and
// makes the zone pending once.
func TestAControlPlaneThatDiesLeavesAcceptedWeightsPending(t *testing.T) {
	for name, changes := range map[string]int{"before it says that a change is in sync": 1, "before the records are read": 0} {
		s, _ := newSwitched(t, "checkout")
		var ids []string
		for range changes {
			ids = append(ids, s.change())
		}
		s.world.Inject(noControlPlane)
		before := len(s.world.Calls())
		got := s.attempt(accepted(ids...))
		want := failover.Aside{{
			Kind: failover.PendingKind, Object: "example.com", Zone: zone, Error: failover.Unreachable,
			Cause: "the Route 53 control plane did not say whether the name servers have the weights",
		}}
		if diff := cmp.Diff(want, got.SetAside); diff != "" || got.Verdict != failover.Passed {
			t.Errorf("%s: got %s, %q; want passed (-want +got):\n%s", name, got.Verdict, got.Reasons, diff)
		}
		asked := 0
		for _, call := range s.world.Calls()[before:] {
			if call.Service == "route53" {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("%s: the control plane is asked %d times; want 1", name, asked)
		}
	}
}

// TestWhoDependsOnTheControlPlaneWaitsForIt: an application without a switch in the same zone, a run that only writes weights, and a
// planned run.
func TestWhoDependsOnTheControlPlaneWaitsForIt(t *testing.T) {
	for name, adjust := range map[string]func(*stand, *failover.VerifyRequest){
		"an application that moves by weights": func(s *stand, _ *failover.VerifyRequest) {
			app := s.apps[0]
			app.Switch = failover.NoSwitch
			_, err := s.Registry.Register(s.t.Context(), s.Registry.Plan, []failover.Application{app}, begin)
			s.must(err)
		},
		"a run that only writes weights": func(_ *stand, req *failover.VerifyRequest) { req.Run.OnlyWeights = true },
		"a planned run":                  func(_ *stand, req *failover.VerifyRequest) { req.Run.Action = failover.Switchover },
	} {
		s, _ := newSwitched(t, "checkout", "search")
		id := s.change()
		req := s.request(accepted(id))
		adjust(s, &req)
		s.world.Inject(noControlPlane)
		if got, err := s.Handle(t.Context(), req); entry.ConditionOf(err) != failover.Unreachable {
			t.Errorf("%s: got %+v, %v; want an error, so that the next check asks again", name, got, err)
		}
	}
}

// TestPendingWeightsOfOtherUsersDoNotHideARecord: the zone has pending weights of a wave before, and this application moves by
// weights.
func TestPendingWeightsOfOtherUsersDoNotHideARecord(t *testing.T) {
	s, _ := newSwitched(t, "checkout")
	adjust := func(req *failover.VerifyRequest) { switched(req); req.Run.Switches = nil }
	if got := s.attempt(adjust); got.Verdict != failover.Pending {
		t.Errorf("got %+v; want it to wait for the weights, which name us-east-1", got)
	}
}

// TestUsersWhoWentBackCountFromWhenTheyLeftAgain: a lever that failed meanwhile has sent them where the weights say.
func TestUsersWhoWentBackCountFromWhenTheyLeftAgain(t *testing.T) {
	s, n := newSwitched(t, "checkout")
	first := s.world.Now().Add(-time.Minute)
	seen := func(req *failover.VerifyRequest) {
		switched(req)
		req.Streak = &failover.Streak{Since: first, AnsweredAt: &first}
	}
	if got := s.attempt(seen); got.Streak == nil || got.Streak.AnsweredAt == nil || !got.Streak.AnsweredAt.Equal(first) {
		t.Errorf("they are in us-west-2 all the time: got %+v; want them to count from %s", got.Streak, first)
	}
	n.set("checkout.example.com", "203.0.113.9")
	if got := s.attempt(seen); got.Streak != nil && got.Streak.AnsweredAt != nil {
		t.Errorf("they are not there: got %+v; want no time", got.Streak)
	}
	n.set("checkout.example.com", "192.0.2.1")
	again := func(req *failover.VerifyRequest) { switched(req); req.Streak = &failover.Streak{Since: first} }
	if got := s.attempt(again); got.Streak == nil || got.Streak.AnsweredAt == nil || !got.Streak.AnsweredAt.Equal(s.world.Now()) {
		t.Errorf("they are there again: got %+v; want them to count from now", got.Streak)
	}
}
