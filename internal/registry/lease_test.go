package registry

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// renew renews the lease of a run that no other has superseded.
func renew(t *testing.T, s *Store, r failover.Run, now, until time.Time) {
	t.Helper()
	if err := s.RenewLock(ctx, r, now, until); err != nil {
		t.Error(err)
	}
}

func TestARunRenewsItsLeaseAndKeepsWhatItIsByNow(t *testing.T) {
	s := newStore(t)
	r := run("a")
	r.Epoch = takeLock(t, s, r, noon)
	r.Phase = failover.Rollback
	later := noon.Add(20 * time.Minute)
	renew(t, s, r, later, later.Add(failover.Lease))
	want := Lock{Owner: r.ARN, Run: "a", Epoch: 1, Expires: later.Add(failover.Lease), Holder: &r}
	if diff := cmp.Diff(want, readLock(t, s)); diff != "" {
		t.Errorf("lock (-want +got):\n%s", diff)
	}
	// A step that was begun before another one may come after it: its lease is not that of the run any more.
	renew(t, s, r, noon, noon.Add(time.Minute))
	if got := readLock(t, s).Expires; !got.Equal(want.Expires) {
		t.Errorf("after a late renewal: until %v; want %v", got, want.Expires)
	}
	// The wait for an approval is over when the next step begins.
	renew(t, s, r, later.Add(time.Second), later.Add(time.Minute))
	if got := readLock(t, s).Expires; !got.Equal(later.Add(time.Minute)) {
		t.Errorf("after a renewal for less: until %v", got)
	}
}

func TestOnlyTheRunThatHasTheLockRenewsIt(t *testing.T) {
	first, second := run("a"), run("b")
	first.Epoch, second.Epoch = 1, 2
	for _, c := range []struct {
		name   string
		before func(*Store)
		renews failover.Run
		want   string // the owner afterwards
		error  error
	}{
		{"a run that was superseded", func(s *Store) { takeLock(t, s, run("a"), noon.Add(-2*time.Hour)); takeLock(t, s, run("b"), noon) }, first, second.ARN, ErrOvertaken},
		{"a run that has released it", func(s *Store) { takeLock(t, s, run("a"), noon); release(t, s, first) }, first, "", nil},
		{"a run with the same epoch in the other Region", func(s *Store) { takeLock(t, s, run("b"), noon) }, func() failover.Run { r := run("c"); r.Epoch = 1; return r }(), second.ARN, nil},
		{"a run whose lock a superseded one has overwritten", func(s *Store) { takeLock(t, s, run("a"), noon) }, second, second.ARN, nil},
		{"a run with the same epoch in the other Region, which has released it", func(s *Store) { takeLock(t, s, run("b"), noon); release(t, s, run("b")) }, first, first.ARN, nil},
		{"a run that had ended before that one", func(s *Store) { takeLock(t, s, run("b"), noon); release(t, s, first); release(t, s, run("b")) }, first, "", nil},
		{"a run that never had one", func(*Store) {}, first, "", nil},
		{"a run whose lock the end of another one has overwritten", func(s *Store) { release(t, s, run("b")) }, first, first.ARN, nil},
		{"a run that has ended, where no run has taken the lock", func(s *Store) { release(t, s, first) }, first, "", nil},
		{"a run that has ended, where the lock has an older epoch", func(s *Store) { takeLock(t, s, run("a"), noon); release(t, s, second) }, second, run("a").ARN, nil},
	} {
		s := newStore(t)
		c.before(s)
		if err := s.RenewLock(ctx, c.renews, noon.Add(time.Second), noon.Add(2*time.Hour)); !errors.Is(err, c.error) {
			t.Errorf("%s: got %v; want %v", c.name, err, c.error)
		}
		if got := readLock(t, s).Owner; got != c.want {
			t.Errorf("%s: the lock is %q's; want %q", c.name, got, c.want)
		}
	}
}

// broken refuses every write.
type broken struct{ Client }

func (broken) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, errors.New("no answer")
}

func TestARenewalThatFailsIsNoError(t *testing.T) {
	s := newStore(t)
	r := run("a")
	r.Epoch = takeLock(t, s, r, noon)
	renew(t, &Store{Table: s.Table, Plan: s.Plan, Client: broken{s.Client}}, r, noon, noon.Add(2*time.Hour))
	if got := readLock(t, s).Owner; got != r.ARN {
		t.Errorf("the lock is %q's; want it as it was", got)
	}
}

func TestALockWhoseLeaseHasEndedIsTakenFromItsHolder(t *testing.T) {
	s := newStore(t)
	takeLock(t, s, run("a"), noon)
	takeLock(t, s, run("b"), noon.Add(time.Hour))
	want := &Taken{Owner: run("a").ARN, Run: "a", Why: failover.TakenAfterLease, Holder: holder(run("a"), 1), Epoch: 2}
	if diff := cmp.Diff(want, readLock(t, s).Taken); diff != "" {
		t.Errorf("taken from (-want +got):\n%s", diff)
	}
	// Between reading and taking the holder may have renewed it.
	s = newStore(t)
	r := run("a")
	r.Epoch = takeLock(t, s, r, noon)
	stale := readLock(t, s)
	renew(t, s, r, noon.Add(time.Minute), noon.Add(3*time.Hour))
	var locked *LockedError
	if _, err := s.TakeOver(ctx, run("b"), stale, failover.TakenAfterLease, noon.Add(2*time.Hour), noon.Add(4*time.Hour)); !errors.As(err, &locked) {
		t.Errorf("got %v; want a LockedError, for it was renewed meanwhile", err)
	}
}
