package updateregistry

import (
	"encoding/json"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhicheverRequestFailsTheStageIsWritten as it is without a fault.
func TestWhicheverRequestFailsTheStageIsWritten(t *testing.T) {
	fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
		h, world := newHandler(t, "a", "b")
		ended := s.Arm(world)
		done := answers(t, h, stageRequest(100))
		ended()
		return map[string]any{"done": done, "lives": lives(t, h)}
	})
}

// TestWhicheverRequestFailsTheRunIsClosed: it is written once, as it ended, and its lock is free.
func TestWhicheverRequestFailsTheRunIsClosed(t *testing.T) {
	for _, outcome := range []failover.Outcome{failover.Completed, failover.Held, failover.Refused} {
		t.Run(string(outcome), func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				h, world, run := lockedHandler(t)
				run.Epoch = 1
				ended := s.Arm(world)
				done := answers(t, h, closeRequest(run, outcome))
				ended()
				runs, err := h.Registry.Runs(t.Context(), 10)
				if err != nil {
					t.Fatal(err)
				}
				return map[string]any{"done": done, "held": lockHeld(t, h), "runs": runs}
			})
		})
	}
}

// answers repeats a request until it is answered, and says whether it was.
func answers(t *testing.T, h Handler, request any) bool {
	t.Helper()
	event, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if _, err := h.Handle(t.Context(), event); err == nil {
			return true
		}
	}
	return false
}
