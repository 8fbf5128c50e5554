package registry

import (
	"testing"
	"time"
)

// TestALockIsGivenBackUnlessALaterStepHasRenewedIt: Validate gives it back when it refuses the run that has taken it.
func TestALockIsGivenBackUnlessALaterStepHasRenewedIt(t *testing.T) {
	own := run("a")
	for _, c := range []struct {
		name    string
		renewed time.Duration
		want    string
	}{
		{"not renewed", 0, ""},
		{"renewed", time.Second, own.ARN},
	} {
		s := newStore(t)
		r := own
		r.Epoch = takeLock(t, s, r, noon)
		renew(t, s, r, noon.Add(c.renewed), noon.Add(time.Hour))
		if err := s.GiveLockBack(ctx, own.ARN, noon); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := readLock(t, s).Owner; got != c.want {
			t.Errorf("%s: the lock is %q's; want %q", c.name, got, c.want)
		}
		if err := s.MayMove(ctx, r); (err == nil) != (c.want != "") {
			t.Errorf("%s: the run may move: %v", c.name, err)
		}
	}
}
