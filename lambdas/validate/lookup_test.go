package validate

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestAFailoverKeepsTimeForTheLock however many services do not answer: a run that has not taken it moves nothing.
func TestAFailoverKeepsTimeForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const invocation, lock = 30 * time.Second, 10 * time.Second
		j := judgementOf(question{input: failover.Input{Action: failover.Failover}}, facts{})
		hangs := func(_ *lookup, ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		var parts []part
		for _, what := range []string{"one", "two", "three", "four", "five"} {
			parts = append(parts, part{what: what, read: hangs, check: func(*judgement) {}})
		}
		began := time.Now()
		l := lookup{facts: j.facts}
		err := l.read(t.Context(), parts)
		j.judge(parts)
		if err != nil || j.blocked() || len(j.findings) != 5 {
			t.Errorf("got %v, %v; want a warning for each", err, j.findings)
		}
		if left := invocation - time.Since(began); left < lock {
			t.Errorf("%v are left; want %v", left, lock)
		}
	})
}
