package live

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAFewCallsAreMadeOneAfterTheOther(t *testing.T) {
	for _, c := range []struct{ calls, atOnce int }{{1, 1}, {fewCalls, 1}, {fewCalls + 1, atOnce}, {100, atOnce}} {
		var now, most atomic.Int32
		var meet sync.WaitGroup
		meet.Add(c.atOnce) // as many as are allowed must be able to meet
		must(t, each(t.Context(), c.calls, func(_ context.Context, i int) error {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			if c.atOnce > 1 && i < c.atOnce {
				meet.Done()
				meet.Wait()
			}
			for range 100 {
				runtime.Gosched() // whoever could overtake, does
			}
			now.Add(-1)
			return nil
		}))
		if got := int(most.Load()); got > c.atOnce {
			t.Errorf("%d calls: %d at once, want at most %d", c.calls, got, c.atOnce)
		}
	}
}

// TestTheFirstErrorInOrderIsReturnedAndEverythingIsCalled: which calls are made, and what is said of them, must not
// depend on which of them answers first.
func TestTheFirstErrorInOrderIsReturnedAndEverythingIsCalled(t *testing.T) {
	for _, n := range []int{fewCalls, 50} {
		var calls atomic.Int32
		err := each(t.Context(), n, func(_ context.Context, i int) error {
			calls.Add(1)
			if i < 3 {
				return nil
			}
			return fmt.Errorf("call %d: %w", i, errors.ErrUnsupported)
		})
		if err == nil || err.Error() != "call 3: unsupported operation" || int(calls.Load()) != n {
			t.Errorf("%d calls: got %v after %d", n, err, calls.Load())
		}
	}
}
