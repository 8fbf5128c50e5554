package updateregistry

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestARunThatHasLostItsLockWritesNoOther: the lock says from whom the next run has taken it, and that is this run.
func TestARunThatHasLostItsLockWritesNoOther(t *testing.T) {
	h, _, dead := lockedHandler(t)
	taker := failover.Run{ID: "run-2", ARN: "arn:run-2", StartedAt: start.Add(time.Minute), TakenOverFrom: dead.ID, TakenOverWhy: failover.TakenFromEnded}
	next := failover.Run{ID: "run-3", ARN: "arn:run-3", StartedAt: start.Add(2 * time.Minute)}
	for _, c := range []struct {
		run *failover.Run
		why failover.TakeoverReason
	}{{&taker, failover.TakenFromEnded}, {&next, failover.TakenByOperator}} {
		lock, err := h.Registry.Lock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.run.Epoch, err = h.Registry.TakeOver(t.Context(), *c.run, lock, c.why, start, start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := handle(t, h, closeRequest(taker, failover.RolledBack)); err != nil {
		t.Fatal(err)
	}
	all := runs(t, h)
	if len(all) != 1 || all[0].Run.ID != "run-2" || all[0].Outcome != failover.RolledBack || all[0].ClosedBy != "" {
		t.Errorf("written: %+v; want run-2 alone, with its own outcome", all)
	}
}

// TestALaterStageWithTheSameWeightsIsWritten: the registry says which stage wrote last, so that a late call of an earlier one is known.
func TestALaterStageWithTheSameWeightsIsWritten(t *testing.T) {
	h, _ := newHandler(t, "a")
	for _, index := range []int{2, 3} {
		req := stageRequest(100)
		req.Stage.Index = index
		answer, err := handle(t, h, req)
		if err != nil {
			t.Fatal(err)
		}
		if got := answer.(failover.RegistryAnswer); got.Written != 1 || lives(t, h)["a"].Stage != index {
			t.Errorf("stage %d: %+v, the registry says stage %d", index, got, lives(t, h)["a"].Stage)
		}
	}
}
