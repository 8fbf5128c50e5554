package registry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func takeLock(t *testing.T, s *Store, r failover.Run, now time.Time) int64 {
	t.Helper()
	epoch, err := s.TakeLock(ctx, r, now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

func release(t *testing.T, s *Store, r failover.Run) {
	t.Helper()
	if err := s.ReleaseLock(ctx, r.ARN); err != nil {
		t.Fatal(err)
	}
}

// holder is a run as it is kept with the lock.
func holder(r failover.Run, epoch int64) *failover.Run {
	r.Epoch = epoch
	return &r
}

func readLock(t *testing.T, s *Store) Lock {
	t.Helper()
	lock, err := s.Lock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func TestLockThatNoRunTookIsZero(t *testing.T) {
	if diff := cmp.Diff(Lock{}, readLock(t, newStore(t))); diff != "" {
		t.Errorf("lock (-want +got):\n%s", diff)
	}
}

func TestEveryTakingHasTheNextEpoch(t *testing.T) {
	s := newStore(t)
	for want, id := range []string{"a", "b", "c"} {
		if got := takeLock(t, s, run(id), noon); got != int64(want+1) {
			t.Errorf("run %s has epoch %d; want %d", id, got, want+1)
		}
		release(t, s, run(id))
	}
	want := Lock{Epoch: 3, LastOwner: run("c").ARN, Holder: holder(run("c"), 3)} // what ran last stays known
	if diff := cmp.Diff(want, readLock(t, s)); diff != "" {
		t.Errorf("lock (-want +got):\n%s", diff)
	}
}

// Takings in a Region that went dark may never have reached this one, but its fences are everywhere.
func TestEpochIsNewerThanEveryEpochThatTheRunHasRead(t *testing.T) {
	s := newStore(t)
	seen := func(id string, epoch int64) failover.Run {
		r := run(id)
		r.Epoch = epoch
		return r
	}
	for _, c := range []struct {
		run  failover.Run
		want int64
	}{{seen("a", 0), 1}, {seen("b", 7), 8}, {seen("c", 3), 9}, {seen("d", 9), 10}} {
		for range 2 {
			if got := takeLock(t, s, c.run, noon); got != c.want {
				t.Errorf("run %s, which has seen %d, has epoch %d; want %d", c.run.ID, c.run.Epoch, got, c.want)
			}
		}
		release(t, s, c.run)
	}
}

// hasty lets something happen between the reading of the lock and the taking.
type hasty struct {
	Client
	beforeUpdate func() error
}

func (c *hasty) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if err := once(&c.beforeUpdate); err != nil {
		return nil, err
	}
	return c.Client.UpdateItem(ctx, in, opts...)
}

// The epoch after the largest number would be negative, and older than all.
func TestAnEpochThatNoTakingHadIsRefused(t *testing.T) {
	for _, epoch := range []string{"9223372036854775807", "9007199254740992", "-1"} {
		s := newStore(t)
		it := key(lockPartition, lockPartition)
		it["epoch"] = &types.AttributeValueMemberN{Value: epoch}
		if _, err := s.Client.(*dynamodb.Client).PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: it}); err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
		got, err := s.TakeLock(ctx, failover.Run{ID: "a", ARN: "arn:a"}, now, now.Add(time.Hour))
		if err == nil || !strings.Contains(err.Error(), "attribute epoch: expected 0 to 9007199254740991, not "+epoch) {
			t.Errorf("epoch %s: %d, %v", epoch, got, err)
		}
	}
	s, now := newStore(t), time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	if epoch, err := s.TakeLock(ctx, failover.Run{ID: "a", ARN: "arn:a", Epoch: failover.MaxEpoch - 1}, now, now.Add(time.Hour)); err == nil {
		t.Errorf("epoch %d is given away, which could not be read again", epoch)
	}
}

func TestOfTwoRunsAtTheSameMomentOneTakesTheLock(t *testing.T) {
	s := newStore(t)
	slow := &Store{Table: s.Table, Plan: s.Plan, Client: &hasty{Client: s.Client, beforeUpdate: func() error {
		_, err := s.TakeLock(ctx, run("fast"), noon, noon.Add(time.Hour))
		return err
	}}}
	_, err := slow.TakeLock(ctx, run("slow"), noon, noon.Add(time.Hour))
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Run != "fast" {
		t.Errorf("got %v; want a LockedError of the run that was faster", err)
	}
}

func TestEpochIsNeverGivenTwice(t *testing.T) {
	s := newStore(t)
	slow := &Store{Table: s.Table, Plan: s.Plan, Client: &hasty{Client: s.Client, beforeUpdate: func() error {
		if _, err := s.TakeLock(ctx, run("fast"), noon, noon.Add(time.Hour)); err != nil {
			return err
		}
		return s.ReleaseLock(ctx, run("fast").ARN)
	}}}
	epoch, err := slow.TakeLock(ctx, run("slow"), noon, noon.Add(time.Hour))
	if err == nil {
		t.Errorf("the second run has epoch %d, which the first had", epoch)
	}
	var locked *LockedError
	if errors.As(err, &locked) {
		t.Errorf("got %v, though the lock is free", err)
	}
	if epoch := takeLock(t, slow, run("slow"), noon); epoch != 2 {
		t.Errorf("at the next attempt it has epoch %d; want 2", epoch)
	}
}

func TestTakingAgainIsTheSame(t *testing.T) {
	s := newStore(t)
	first := takeLock(t, s, run("a"), noon)
	before := readLock(t, s)
	if again := takeLock(t, s, run("a"), noon.Add(time.Minute)); again != first {
		t.Errorf("epoch %d; want %d as before", again, first)
	}
	if diff := cmp.Diff(before, readLock(t, s)); diff != "" {
		t.Errorf("lock (-before +after):\n%s", diff)
	}
	if again := takeLock(t, s, run("a"), noon.Add(2*time.Hour)); again != first {
		t.Errorf("after it expired: epoch %d; want %d as before", again, first)
	}
}

func TestLockOfAnotherRunIsRefusedUntilItExpires(t *testing.T) {
	s := newStore(t)
	takeLock(t, s, run("a"), noon)
	before := readLock(t, s)

	_, err := s.TakeLock(ctx, run("b"), noon.Add(time.Hour-time.Millisecond), noon.Add(2*time.Hour))
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("got %v; want a LockedError", err)
	}
	want := &LockedError{Owner: run("a").ARN, Run: "a", Until: noon.Add(time.Hour)}
	if diff := cmp.Diff(want, locked); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, readLock(t, s)); diff != "" {
		t.Errorf("lock (-before +after):\n%s", diff)
	}
	if !before.Held(noon.Add(time.Hour-1)) || before.Held(noon.Add(time.Hour)) {
		t.Error("the lock must be held until it expires, and no longer")
	}

	if epoch := takeLock(t, s, run("b"), noon.Add(time.Hour)); epoch != 2 {
		t.Errorf("taken over with epoch %d; want 2", epoch)
	}
	release(t, s, run("a"))
	if after := readLock(t, s); after.Owner != run("b").ARN {
		t.Errorf("the run that was taken over has released the lock of its successor: %+v", after)
	}
}

func TestReleasedRunCannotLockAgain(t *testing.T) {
	cases := map[string]func(*testing.T, *Store){
		"after it had the lock": func(t *testing.T, s *Store) { takeLock(t, s, run("a"), noon) },
		"though it never had it, because its Validate was not heard": func(*testing.T, *Store) {},
	}
	for name, before := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			before(t, s)
			release(t, s, run("a"))
			once := readLock(t, s)
			release(t, s, run("a"))
			if diff := cmp.Diff(once, readLock(t, s)); diff != "" {
				t.Errorf("released twice (-once +twice):\n%s", diff)
			}
			if _, err := s.TakeLock(ctx, run("a"), noon, noon.Add(time.Hour)); !errors.Is(err, ErrRunOver) {
				t.Errorf("got %v; want %v", err, ErrRunOver)
			}
			takeLock(t, s, run("b"), noon)
		})
	}
}

func TestLockedErrorSaysWhoAndUntilWhen(t *testing.T) {
	err := &LockedError{Owner: run("a").ARN, Run: "a", Until: noon}
	want := "run a holds the lock until 2026-01-31T12:00:00.000Z unless renewed (arn:aws:states:us-west-2:111122223333:execution:drover:a)"
	if got := err.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestALockIsTakenOverFromTheRunThatWasMeantAndNoOther(t *testing.T) {
	s := newStore(t)
	takeLock(t, s, run("a"), noon)
	seen := readLock(t, s)
	for range 2 { // the second call is a repetition
		epoch, err := s.TakeOver(ctx, run("b"), seen, failover.TakenByOperator, noon, noon.Add(time.Hour))
		if err != nil || epoch != 2 {
			t.Fatalf("got epoch %d, %v; want 2", epoch, err)
		}
	}
	want := Lock{Owner: run("b").ARN, Run: "b", Epoch: 2, Expires: noon.Add(time.Hour), Holder: holder(run("b"), 2),
		Taken: &Taken{Owner: run("a").ARN, Run: "a", Why: failover.TakenByOperator, Holder: holder(run("a"), 1), Epoch: 2}}
	if diff := cmp.Diff(want, readLock(t, s)); diff != "" {
		t.Errorf("lock (-want +got):\n%s", diff)
	}
	var locked *LockedError
	if _, err := s.TakeOver(ctx, run("c"), seen, failover.TakenByOperator, noon, noon.Add(time.Hour)); !errors.As(err, &locked) || locked.Run != "b" {
		t.Errorf("from a run that holds it no more: %v; want to hear of b", err)
	}
	first := run("a")
	first.Epoch = 1
	if err := s.Holds(ctx, first); !errors.Is(err, ErrOvertaken) {
		t.Errorf("the run that held it: %v; want %v", err, ErrOvertaken)
	}
	release(t, s, run("a"))
	if readLock(t, s).Owner != run("b").ARN {
		t.Error("the run that held it has released the lock of the other")
	}
	release(t, s, run("b"))
	if got := takeLock(t, s, run("d"), noon); got != 3 || readLock(t, s).Taken != nil {
		t.Errorf("the next taking has epoch %d: %+v", got, readLock(t, s))
	}
}

// TestALockThatAnotherRegionHasOverwrittenStillServes: two Regions gave the same epoch away, and the loser has ended.
func TestALockThatAnotherRegionHasOverwrittenStillServes(t *testing.T) {
	mine := run("a")
	mine.Epoch = 2
	for _, c := range []struct {
		name string
		lock Lock
		want bool
	}{
		{"held", Lock{Owner: mine.ARN, Epoch: 2}, true},
		{"overwritten, and released by the other", Lock{Epoch: 2, LastOwner: run("b").ARN}, true},
		{"overwritten, and held by the other", Lock{Owner: run("b").ARN, Epoch: 2}, false},
		{"released by this run", Lock{Epoch: 2, LastOwner: mine.ARN}, false},
		{"taken since", Lock{Owner: run("b").ARN, Epoch: 3}, false},
		{"taken since, and released", Lock{Epoch: 3, LastOwner: run("b").ARN}, false},
		{"held in another epoch", Lock{Owner: mine.ARN, Epoch: 3}, false},
		{"overwritten by a superseded run that woke up", Lock{Owner: run("b").ARN, Epoch: 1}, true},
		{"overwritten by a superseded run that has ended", Lock{Epoch: 1, LastOwner: run("b").ARN}, true},
		{"overwritten by a run that has ended without the lock", Lock{Barred: []string{run("b").ARN}}, true},
		{"ended, where no run has taken it", Lock{Barred: []string{mine.ARN}}, false},
		{"taken by no run ever", Lock{}, false},
	} {
		if got := c.lock.Serves(mine); got != c.want {
			t.Errorf("%s: serves %t; want %t", c.name, got, c.want)
		}
	}
}

func TestARunMayMoveUntilANewerOneHasTheLockOrItIsOver(t *testing.T) {
	s := newStore(t)
	first := run("a")
	first.Epoch = takeLock(t, s, first, noon)
	if err := s.MayMove(ctx, first); err != nil {
		t.Errorf("the run that has the lock: %v", err)
	}
	// The other Region has given the same epoch away and its lock has come here: the fence decides between the two.
	twin := run("b")
	twin.Epoch = first.Epoch
	if err := s.MayMove(ctx, twin); err != nil {
		t.Errorf("a run with the same epoch: %v", err)
	}
	lock := readLock(t, s)
	second := run("c")
	epoch, err := s.TakeOver(ctx, second, lock, failover.TakenByOperator, noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	second.Epoch = epoch
	if err := s.MayMove(ctx, first); !errors.Is(err, ErrOvertaken) || !strings.Contains(err.Error(), "run c") {
		t.Errorf("a run whose lock was taken over: %v; want ErrOvertaken, naming c", err)
	}
	release(t, s, second)
	if err := s.MayMove(ctx, second); !errors.Is(err, ErrRunOver) {
		t.Errorf("a run that is over: %v; want ErrRunOver", err)
	}
	if err := s.MayMove(ctx, first); !errors.Is(err, ErrOvertaken) {
		t.Errorf("a run that was overtaken by one that is over: %v; want ErrOvertaken", err)
	}
}
