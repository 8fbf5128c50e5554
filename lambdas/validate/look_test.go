package validate

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestAFailoverKeepsTimeForTheLock however many services do not answer: a run that has not taken it moves nobody.
func TestAFailoverKeepsTimeForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const invocation, lock = 30 * time.Second, 10 * time.Second
		in := &inspection{input: failover.Input{Action: failover.Failover}}
		hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		err := in.lookAt(t.Context(), part{"one", hangs}, part{"two", hangs}, part{"three", hangs}, part{"four", hangs}, part{"five", hangs})
		if err != nil || in.blocked() || len(in.findings) != 5 {
			t.Errorf("got %v, %v; want a warning for each", err, in.findings)
		}
		if left := invocation - time.Since(began); left < lock {
			t.Errorf("%v are left; want %v", left, lock)
		}
	})
}
