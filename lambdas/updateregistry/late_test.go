package updateregistry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// TestALateStageOfAClosedRunWritesNothing: the lock has forgotten that the run has ended, and its record has not. Without the record,
// the run is in progress, and what it has moved is written.
func TestALateStageOfAClosedRunWritesNothing(t *testing.T) {
	for _, closed := range []bool{true, false} {
		h, _ := newHandler(t, "checkout")
		req := stageRequest(100)
		req.Run.Epoch = 1
		newer := failover.Run{ID: "newer", ARN: "arn:newer", Epoch: req.Run.Epoch}
		if _, err := h.Registry.TakeLock(t.Context(), newer, start, start.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if closed {
			if err := h.Registry.PutRun(t.Context(), registry.RunRecord{Run: req.Run, Outcome: failover.Held}); err != nil {
				t.Fatal(err)
			}
		}
		before := lives(t, h)["checkout"]
		_, err := handle(t, h, req)
		if (entry.ConditionOf(err) == failover.FenceLost) != closed || (err != nil) != closed {
			t.Errorf("closed %v: got %v", closed, err)
		}
		if wrote := !cmp.Equal(before, lives(t, h)["checkout"]); wrote == closed {
			t.Errorf("closed %v: it has written: %v", closed, wrote)
		}
	}
}
