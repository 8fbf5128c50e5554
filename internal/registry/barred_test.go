package registry

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestARunThatEndsWithoutTheLockLeavesTheOneBeforeOver: a late step of the run that had it changes nothing either.
func TestARunThatEndsWithoutTheLockLeavesTheOneBeforeOver(t *testing.T) {
	s := newStore(t)
	had := run("a")
	had.Epoch = takeLock(t, s, had, noon)
	release(t, s, had)
	var without []failover.Run
	for i := range maxBarred {
		without = append(without, run(fmt.Sprintf("without-%d", i)))
		release(t, s, without[i])
	}
	if err := s.MayMove(ctx, had); !errors.Is(err, ErrRunOver) {
		t.Errorf("the run that had the lock may move: %v; want %v", err, ErrRunOver)
	}
	for _, r := range without {
		if _, err := s.TakeLock(ctx, r, noon, noon.Add(time.Hour)); !errors.Is(err, ErrRunOver) {
			t.Errorf("run %s, which has ended without the lock, takes it: %v", r.ID, err)
		}
		r.Epoch = had.Epoch
		if err := s.MayMove(ctx, r); !errors.Is(err, ErrRunOver) {
			t.Errorf("run %s, which has ended without the lock, may move: %v", r.ID, err)
		}
	}
	release(t, s, run("newest"))
	if got := readLock(t, s); len(got.Barred) != maxBarred || got.Barred[maxBarred-1] != run("newest").ARN || got.LastOwner != had.ARN {
		t.Errorf("got %+v; want the newest %d, and a as the last owner", got, maxBarred)
	}
}
