package api

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// pendingZone is what ShiftTraffic answers when a switch has moved users and Route 53 has not taken their weights.
var pendingZone = failover.SetAside{Kind: failover.PendingKind, Object: "shop.example", Zone: "Z1", Error: failover.Unreachable, Cause: "no response"}

// listed are the runs of the first page.
func (s *scene) listed() []Run {
	s.t.Helper()
	var page Runs
	decode(s.t, s.ask("GET", "/runs", ""), 200, "application/json", &page)
	return page.Runs
}

// TestARunShowsWhichWeightsArePending, in the list too, and as no reason for its outcome.
func TestARunShowsWhichWeightsArePending(t *testing.T) {
	s := newScene(t)
	s.says("ShiftTraffic", failover.ShiftAnswer{Changes: []failover.Change{}, SetAside: failover.Aside{pendingZone}})
	run := failover.Run{ARN: executionARN, From: east, To: west}
	want := failover.FollowUpOf(s.h.Plan, run, failover.Aside{pendingZone})
	s.says("Notify", failover.NotifyAnswer{Outcome: failover.Completed, Summary: "Completed: well done", FollowUp: want})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Hour)
	for how, got := range map[string]Run{"shown": s.show("r1"), "listed": s.listed()[0]} {
		if diff := cmp.Diff(want, got.FollowUp); diff != "" || got.Outcome != failover.Completed {
			t.Errorf("%s: %s (-want +got):\n%s", how, got.Outcome, diff)
		}
	}
	if reasons := s.show("r1").Reasons; len(reasons) > 0 {
		t.Errorf("a completed run has the reasons %q", reasons)
	}
}

// TestAHeldRunShowsWhichWeightsArePending, although a failed execution has no output.
func TestAHeldRunShowsWhichWeightsArePending(t *testing.T) {
	s := newScene(t)
	failed := failover.SetAside{Kind: failover.DatabaseKind, Object: "ledger", Error: failover.Rejected, Cause: "it has no member"}
	s.says("ShiftTraffic", failover.ShiftAnswer{Changes: []failover.Change{}, SetAside: failover.Aside{pendingZone, failed}})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Hour)
	got := s.show("r1")
	if got.Outcome != failover.Held || got.FollowUp == nil || got.FollowUp.PendingWeights[0].Zone != "Z1" || len(got.Reasons) == 0 || strings.Contains(strings.Join(got.Reasons, " "), "pending") {
		t.Errorf("got %s, follow-up %+v, reasons %q", got.Outcome, got.FollowUp, got.Reasons)
	}
}

// TestPendingWeightsAreStartedByTheAPI, with the fields that say something about them, and a second time with the same name nothing
// is started.
func TestPendingWeightsAreStartedByTheAPI(t *testing.T) {
	s := newScene(t)
	for range 2 {
		if got := s.start(`{"name": "r1", "action": "weights", "reason": "the control plane answers"}`); got.Status != "RUNNING" {
			t.Errorf("got %+v", got)
		}
	}
	if got := len(s.listed()); got != 1 {
		t.Errorf("%d runs; want one", got)
	}
	refused := problemIn(t, s.ask("POST", "/runs", `{"action": "weights", "applications": ["shop"]}`), 400)
	if !strings.Contains(refused.Detail, "applications: given; expected it with every action but weights") {
		t.Errorf("got %q", refused.Detail)
	}
}
