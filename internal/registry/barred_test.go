package registry

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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

// TestARunIsSupersededOnlyByOneThatHasTakenItsLock: a run that takes the lock after its release does not supersede it.
func TestARunIsSupersededOnlyByOneThatHasTakenItsLock(t *testing.T) {
	own, second, third := run("own"), run("second"), run("third")
	over := func(s *Store, r failover.Run) {
		t.Helper()
		if _, err := s.TakeOver(ctx, r, readLock(t, s), failover.TakenByOperator, noon, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		after func(*Store)
		want  string // the newest run; empty if it is not superseded
	}{
		{"the lock is its own", func(*Store) {}, ""},
		{"it has released it", func(s *Store) { release(t, s, own) }, ""},
		{"another has taken it after that", func(s *Store) { release(t, s, own); takeLock(t, s, second, noon) }, ""},
		{"a third has taken it from that one", func(s *Store) { release(t, s, own); takeLock(t, s, second, noon); over(s, third) }, ""},
		{"taken over", func(s *Store) { over(s, second) }, "second"},
		{"taken over, and it has ended", func(s *Store) { over(s, second); release(t, s, own) }, "second"},
		{"taken over and released, and it has ended", func(s *Store) { over(s, second); release(t, s, second); release(t, s, own) }, "second"},
		{"a third has it, and it has ended", func(s *Store) {
			over(s, second)
			release(t, s, second)
			takeLock(t, s, third, noon)
			release(t, s, own)
		}, "third"},
		{"a third has taken it over, and it has ended", func(s *Store) { over(s, second); over(s, third); release(t, s, own) }, "third"},
	} {
		s := newStore(t)
		r := own
		r.Epoch = takeLock(t, s, r, noon)
		c.after(s)
		lock, got := readLock(t, s), ""
		if lock.Superseded(r) {
			got = lock.Newest().Run
		}
		if got != c.want {
			t.Errorf("%s: superseded by %q; want %q", c.name, got, c.want)
		}
		if newest := lock.Newest(); newest.Epoch != lock.Epoch || c.want != "" && newest.ARN != run(c.want).ARN {
			t.Errorf("%s: the newest is %+v", c.name, newest)
		}
	}
}

// TestARunWhoseLockWasReplacedFromTheOtherRegionIsSuperseded: both have the same epoch, and one write has won the replication.
func TestARunWhoseLockWasReplacedFromTheOtherRegionIsSuperseded(t *testing.T) {
	for _, c := range []struct {
		name  string
		after func(s *Store, own, other failover.Run)
		want  bool
	}{
		{"the other one has it", func(*Store, failover.Run, failover.Run) {}, false}, // the fence says who was first
		{"the other one has it, and this one has ended", func(s *Store, own, _ failover.Run) { release(t, s, own) }, true},
		{"both have ended", func(s *Store, own, other failover.Run) { release(t, s, other); release(t, s, own) }, true},
	} {
		s, own, other := newStore(t), run("own"), run("other")
		own.Epoch = takeLock(t, s, other, noon) // as this Region had it before it was replaced
		c.after(s, own, other)
		if lock := readLock(t, s); lock.Superseded(own) != c.want || lock.Newest().ARN != other.ARN {
			t.Errorf("%s: superseded %v by %+v; want %v", c.name, lock.Superseded(own), lock.Newest(), c.want)
		}
	}
}

// noRecords answers no read of a run's record.
type noRecords struct{ Client }

func (c noRecords) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if place := in.Key["pk"]; place.(*types.AttributeValueMemberS).Value == runsPartition {
		return nil, errors.New("no answer")
	}
	return c.Client.GetItem(ctx, in, options...)
}

// TestARunThatIsClosedHoldsNoLock, although the lock knows nothing of its end: the lock of a run of the other Region, with the same
// epoch, has replaced its own.
func TestARunThatIsClosedHoldsNoLock(t *testing.T) {
	own, twin := record("own", noon), record("twin", noon)
	for _, c := range []struct {
		name  string
		lock  func(*Store) // as it is in the end
		of    RunRecord
		over  bool
		blind bool // the record cannot be read
	}{
		{"closed", func(s *Store) { takeLock(t, s, twin.Run, noon); release(t, s, twin.Run) }, own, true, false},
		{"in progress", func(s *Store) { takeLock(t, s, twin.Run, noon); release(t, s, twin.Run) }, twin, false, false},
		{"closed, and it has the lock", func(s *Store) { takeLock(t, s, own.Run, noon) }, own, false, false},
		{"closed, and its record cannot be read", func(s *Store) { takeLock(t, s, twin.Run, noon); release(t, s, twin.Run) }, own, false, true},
	} {
		s, r := newStore(t), own.Run
		c.lock(s)
		put(t, s, c.of)
		r.Epoch = readLock(t, s).Epoch
		if c.blind {
			s.Client = noRecords{s.Client}
		}
		if err := s.Holds(ctx, r); errors.Is(err, ErrOvertaken) != c.over || (err != nil) != c.over {
			t.Errorf("%s: holds the lock: %v; want over %v", c.name, err, c.over)
		}
		if err := s.StillMoves(ctx, r); errors.Is(err, ErrRunOver) != c.over || (err != nil) != c.over {
			t.Errorf("%s: still moves: %v; want over %v", c.name, err, c.over)
		}
	}
}

// TestARunThatHasEndedHoldsNoLock, although the lock is free and no newer epoch has been given away: a late step of it promotes nothing.
func TestARunThatHasEndedHoldsNoLock(t *testing.T) {
	s, own, other := newStore(t), run("own"), run("other")
	own.Epoch = takeLock(t, s, other, noon) // both Regions have given the same epoch away, and the other write has replaced this run's
	release(t, s, other)
	if err := s.Holds(ctx, own); err != nil {
		t.Errorf("while it is in progress: %v; want no error, for its fence decides", err)
	}
	release(t, s, own)
	if err := s.Holds(ctx, own); !errors.Is(err, ErrOvertaken) {
		t.Errorf("after its end: %v; want %v", err, ErrOvertaken)
	}
}
