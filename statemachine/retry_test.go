package statemachine

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// TestNothingIsTriedAgainThatWaitingDoesNotHelp asserts it of every step that has retries.
func TestNothingIsTriedAgainThatWaitingDoesNotHelp(t *testing.T) {
	m := machine(t)
	for _, state := range []string{"Validate", "ShiftTraffic", "UpdateRegistry", "PromoteDatabase", "CloseRun", "Notify"} {
		for _, c := range []failover.Condition{failover.FenceLost, failover.UnknownFormat, failover.Rejected} {
			if got := len(play(t, m, script{state: {fails(c)}}).calls[state]); got != 1 {
				t.Errorf("%s was called %d times after %s; want once", state, got, c)
			}
		}
		if got := len(play(t, m, script{state: {fails(failover.Unexpected)}}).calls[state]); got != 1+failover.StepRetries {
			t.Errorf("%s was called %d times after Unexpected; want all tries", state, got)
		}
	}
}
