package statemachine

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// TestACancelledPromotionIsAskedForAgain: five times at most over all stages, as what Route 53 has lost, and not when the
// time of the stage is nearly over.
func TestACancelledPromotionIsAskedForAgain(t *testing.T) {
	const asks = "PromoteDatabase Started?"
	unpromoted := finds(failover.Unpromoted)
	long := stage(0)
	long.VerifySeconds = 600
	started := []answer{plan(long)}
	checkRoutes(t, []route{
		{
			name:   "once",
			script: script{"Validate": started, "VerifyHealth": {unpromoted, finds(failover.Passed)}},
			want:   path(begins, shifts, check, asks, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a database that is in the middle of the cancellation is waited for",
			script: script{"Validate": started, "VerifyHealth": {unpromoted, finds(failover.Passed)}, "PromoteDatabase": {promoting(0), promoting(1), promoting(0)}},
			want:   path(begins, shifts, check, asks, "AskAgain", asks, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "not without end",
			script: script{"Validate": started, "VerifyHealth": times(6, unpromoted)},
			want:   path(begins, shifts, check, asks, check, asks, check, asks, check, asks, check, asks, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "not near the end of the stage's time",
			script: script{"Validate": {plan(stage(0))}, "VerifyHealth": then(times(3, silence), times(1, unpromoted))},
			want:   path(begins, shifts, check, check, check, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
	})
}
