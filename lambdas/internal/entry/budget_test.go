package entry

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/drover-dr/drover/internal/failover"
)

// TestEachTimeLimitFitsIntoTheNext: an attempt of a call, all attempts of it, a step, its function, its state, all attempts of the
// state, and the lease of the lock. Otherwise the outer one ends the inner one without a name, or another run takes the lock from a
// run that goes on.
func TestEachTimeLimitFitsIntoTheNext(t *testing.T) {
	type limit struct {
		name string
		time time.Duration
	}
	for _, chain := range [][]limit{
		{
			{"one attempt of a call", CallTimeout},
			{"all attempts of a call", time.Duration(retry.DefaultMaxAttempts)*CallTimeout + time.Duration(retry.DefaultMaxAttempts-1)*maxBackoff},
			{"a step", AnswerTime},
			{"its function", failover.FunctionTimeout},
			{"its state", failover.StepTimeout},
			{"all attempts of the state", failover.StepBound()},
			{"the lease", failover.Lease},
		},
		{{"one attempt of a call", CallTimeout}, {"the metric of a missing notification", failover.NotNotifiedTimeout}, {"the start notification", failover.AnnounceTimeout}, {"a step", AnswerTime}},
	} {
		for i, outer := range chain[1:] {
			if inner := chain[i]; inner.time >= outer.time {
				t.Errorf("%s (%s) does not fit into %s (%s)", inner.name, inner.time, outer.name, outer.time)
			}
		}
	}
	if waits := failover.StepRetryMaxDelay + failover.StepBound(); waits >= failover.Lease {
		t.Errorf("all attempts of a state with a wait before them take %s; expected less than the lease, %s", waits, failover.Lease)
	}
}
