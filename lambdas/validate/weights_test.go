package validate

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

const pendingWeights = `{"action": "weights", "requestedBy": "schedule drover-weights"}`

// moved writes that a failover has moved the application, with weights that are pending or written.
func (s *scene) moved(app failover.Application, weights map[failover.Region]int) {
	s.t.Helper()
	_, err := s.store.SetLive(s.t.Context(), app, failover.Live{Active: west, Weights: weights, Epoch: 4})
	must(s.t, err)
}

// TestWrittenWeightsLeaveTheSwitchToBeReset: the run that has written them could not do it.
func TestWrittenWeightsLeaveTheSwitchToBeReset(t *testing.T) {
	app := armed(shop())
	s := newSwitched(t, app)
	s.evacuate(east, 4)
	s.moved(app, map[failover.Region]int{east: 0, west: 100})
	s.putWeights(app.Records[0], 0, 100)
	s.pass(time.Minute)
	got := s.validate(pendingWeights)
	if got.Verdict != failover.Proceed || len(got.Stages) != 1 || !got.Run.OnlyWeights {
		t.Errorf("got %s with %d stages: %s", got.Verdict, len(got.Stages), got.Summary)
	}
}

// TestARunThatWritesPendingWeightsSupersedesNone: the run in the Region that users have left may be the failback.
func TestARunThatWritesPendingWeightsSupersedesNone(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.evacuate(east, 4)
	s.holds(east, "failback")
	s.pass(time.Minute)
	if got := s.validate(pendingWeights); got.Verdict != failover.Skip || got.Notify {
		t.Errorf("by the schedule: got %s, notified %t: %s", got.Verdict, got.Notify, got.Summary)
	}
	if got := s.validate(`{"action": "weights"}`); got.Verdict != failover.Refuse {
		t.Errorf("by an operator: got %s: %s", got.Verdict, got.Summary)
	}
}

// TestAFailoverSupersedesARunThatWritesWeightsInTheRegionThatItLeaves: that one moves no user.
func TestAFailoverSupersedesARunThatWritesWeightsInTheRegionThatItLeaves(t *testing.T) {
	q := question{input: failover.Input{Action: failover.Failover}, run: failover.Run{From: east}}
	for run, want := range map[*failover.Run]bool{
		{Action: failover.Failover, OnlyWeights: true}: true, {Action: failover.Failover}: false, {Action: failover.Failback}: true,
	} {
		if got := q.supersedes(east, actionOf(run)); got != want {
			t.Errorf("%s: got %t; want %t", run.Asked(), got, want)
		}
	}
}

// TestPendingWeightsAreWrittenWithoutAnApproval: no user moves, and no approver may be awake.
func TestPendingWeightsAreWrittenWithoutAnApproval(t *testing.T) {
	s := newSwitched(t, armed(shop()))
	s.h.Plan.Approval = failover.BeforeStart
	s.evacuate(east, 4)
	s.pass(time.Minute)
	if got := s.validate(pendingWeights); got.Verdict != failover.Proceed || got.Run.Approval != failover.NoApproval {
		t.Errorf("got %s, approval %q: %s", got.Verdict, got.Run.Approval, got.Summary)
	}
}
