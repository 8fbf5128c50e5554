package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
)

// Lock is who may move applications. It holds inside one Region, and across Regions only where the table is strongly
// consistent; what stops the second of two runs everywhere is the fence at the hosted zone.
type Lock struct {
	// Owner is the ARN of the execution that holds it, Run its id; both are empty while the lock is free.
	Owner, Run string
	// Epoch counts the takings; it is the fencing token of the run that took the lock last.
	Epoch int64
	// Expires is the end of the lease: the owner renews it at every step, so that from then on it is not running any more,
	// or does not get on.
	Expires time.Time
	// Holder is the owner as it was when it last renewed the lock: what is known of it when its execution has died. It
	// stays when the lock is released, until the next run takes it. It is nil in a lock that release 0.1.0 has taken.
	Holder *failover.Run
	// LastOwner is the execution that released it last.
	LastOwner string
	// Barred are executions that have ended without the lock, the newest last: they can take it no more.
	Barred []string
	// Taken is the run from which the owner has taken it, which has not released it; nil when it was free.
	Taken *Taken
}

// Taken is a run from which another one has taken the lock.
type Taken struct {
	// Owner is the ARN of its execution, Run its id.
	Owner string `json:"owner"`
	Run   string `json:"run"`
	// Why says why the lock could be taken.
	Why failover.TakeoverReason `json:"why"`
	// Holder is that run as it was when it last renewed the lock, if that is known.
	Holder *failover.Run `json:"holder,omitempty"`
	// Epoch is that of the run which has taken the lock. Release 0.1.0 leaves the attribute as it is when it takes the lock.
	Epoch int64 `json:"epoch"`
}

// Held says whether a run holds the lock at the given time.
func (l Lock) Held(now time.Time) bool { return l.Owner != "" && now.Before(l.Expires) }

// Serves says whether the lock lets this run act: it holds it, or no run has taken it since. Where the table is eventually
// consistent, two Regions can each give the same epoch away; the one whose write is younger overwrites the other's lock,
// and takes it away altogether when it ends, which at once it does, because the fence has refused it. So an epoch that is
// still the newest, in no run's hands and not released by this run, is this run's. And so is a lock with an older epoch: a
// superseded run that woke up in the other Region has overwritten this run's lock there before it learned that it is
// superseded. A lock that no run has taken, as far as this replica knows, and that bars a run, was overwritten by the end of that one.
func (l Lock) Serves(run failover.Run) bool {
	if slices.Contains(l.Barred, run.ARN) { // it has ended
		return false
	}
	if l.Epoch == run.Epoch {
		return l.Owner == run.ARN || (l.Owner == "" && l.LastOwner != run.ARN)
	}
	return l.Epoch < run.Epoch && (l.Epoch > 0 || len(l.Barred) > 0)
}

// Lock returns the lock as it is, and the zero Lock when no run ever took it.
func (s *Store) Lock(ctx context.Context) (Lock, error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table, Key: key(lockPartition, lockPartition), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Lock{}, failover.Doing("read", "the lock of table "+s.Table, err)
	}
	return decodeLock(out.Item)
}

// TakeLock takes the lock for a run, until it is released or expires, and returns the run's epoch. That is newer than at
// any taking before, and newer than run.Epoch: the newest epoch that the caller has seen elsewhere. The lock in this
// Region may have missed takings in a Region that went dark, and a run whose epoch is not new would lose to a fence
// whose run is long over.
//
// The same run again gets the epoch that it has. It returns a [LockedError] when another run holds the lock, and
// [ErrRunOver] when this run has already released it.
func (s *Store) TakeLock(ctx context.Context, run failover.Run, now, expires time.Time) (epoch int64, err error) {
	before, err := s.Lock(ctx)
	if err != nil {
		return 0, err
	}
	if before.Owner != "" && before.Owner != run.ARN && !before.Held(now) {
		return s.takeFrom(ctx, run, before, failover.TakenAfterLease, now, expires, " AND expires <= :taken")
	}
	return s.take(ctx, run, max(before.Epoch, run.Epoch)+1, now, expires, "attribute_not_exists(#owner)", " REMOVE takenFrom, taken", item{})
}

// TakeOver takes the lock from the run that holds it as read into from, and from no other: an operator has decided about
// that run, its execution has ended, or it runs in the Region that a failover leaves. It is fenced off from everything that this one moves, because its epoch is older. Everything else is as
// [Store.TakeLock] has it.
func (s *Store) TakeOver(ctx context.Context, run failover.Run, from Lock, why failover.TakeoverReason, now, expires time.Time) (epoch int64, err error) {
	also := ""
	if why == failover.TakenAfterLease { // it may have renewed it meanwhile
		also = " AND expires <= :taken"
	}
	return s.takeFrom(ctx, run, from, why, now, expires, also)
}

func (s *Store) takeFrom(ctx context.Context, run failover.Run, from Lock, why failover.TakeoverReason, now, expires time.Time, also string) (int64, error) {
	next := max(from.Epoch, run.Epoch) + 1
	taken, err := json.Marshal(Taken{Owner: from.Owner, Run: from.Run, Why: why, Holder: from.Holder, Epoch: next})
	if err != nil {
		return 0, fmt.Errorf("encode run %s: %w", from.Run, err)
	}
	return s.take(ctx, run, next, now, expires,
		"#owner = :from"+also, ", takenFrom = :fromRun, taken = :fromWhom", item{":from": text(from.Owner), ":fromRun": text(from.Run), ":fromWhom": text(string(taken))})
}

func (s *Store) take(ctx context.Context, run failover.Run, next int64, now, expires time.Time, free, origin string, values item) (epoch int64, err error) {
	if err := failover.CheckEpoch(next); err != nil { // written, it could not be read again
		return 0, failover.Doing("take", fmt.Sprintf("the lock of table %s after a lock, fence or application with the epoch before", s.Table), err)
	}
	run.Epoch = next
	holder, err := encodeRun(run)
	if err != nil {
		return 0, err
	}
	values[":owner"], values[":run"], values[":holder"] = text(run.ARN), text(run.ID), holder
	values[":format"] = thisFormat()
	values[":expires"], values[":next"], values[":taken"] = text(formatTime(expires)), number(next), text(formatTime(now))
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &s.Table,
		Key:              key(lockPartition, lockPartition),
		UpdateExpression: aws.String("SET #owner = :owner, run = :run, expires = :expires, epoch = :next, holder = :holder, renewed = :taken, itemFormat = :format" + origin),
		ConditionExpression: aws.String(free + " AND (attribute_not_exists(lastOwner) OR lastOwner <> :owner)" +
			" AND (attribute_not_exists(barred) OR NOT contains(barred, :owner))" +
			" AND (attribute_not_exists(epoch) OR epoch < :next)"),
		ExpressionAttributeNames:            lockNames,
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if found, refused := refusedBy(err); refused {
		return lockedOut(run, found, now)
	}
	if err != nil {
		return 0, failover.Doing("take", "the lock of table "+s.Table, err)
	}
	return next, nil
}

// Holds says whether the run has the lock, before a step that nothing else fences. It returns [ErrOvertaken], with what
// is there instead, when it has not: the run is over, as the lock or the record of the run says, or another one has come after it.
func (s *Store) Holds(ctx context.Context, run failover.Run) error {
	lock, err := s.Lock(ctx)
	switch {
	case err != nil:
		return err
	case lock.Serves(run) && lock.Owner != run.ARN && s.Closed(ctx, run):
		return outranked("run %s is over; this is a late repetition", run.ID)
	case lock.Serves(run):
		return nil
	case lock.Owner == "":
		return outranked("run %s has epoch %d; the lock is free, at epoch %d", run.ID, run.Epoch, lock.Epoch)
	}
	return outranked("run %s has epoch %d, and run %s holds the lock with epoch %d", run.ID, run.Epoch, lock.Run, lock.Epoch)
}

// over says whether an execution has released the lock, or has ended without it.
func (l Lock) over(owner string) bool {
	return l.Owner != owner && (l.LastOwner == owner || slices.Contains(l.Barred, owner))
}

// MayMove says whether a step of the run may still change anything, as far as this replica of the lock knows. It returns
// [ErrRunOver] when the run has released the lock: the step is a late repetition. It returns [ErrOvertaken] when a newer
// epoch has been given away: an operator or another run has decided to go on without this run, whichever applications that is
// about. It returns both for a run that has ended and is superseded too. Of two runs with the same epoch, in Regions that could
// not see each other, the lock cannot tell who was first; the fence can.
func (s *Store) MayMove(ctx context.Context, run failover.Run) error {
	lock, err := s.Lock(ctx)
	if err != nil {
		return err
	}
	return lock.mayMove(run)
}

// StillMoves is [Store.MayMove], and also returns [ErrRunOver] when the lock is not the run's and the run has been closed
// ([Store.Closed]).
func (s *Store) StillMoves(ctx context.Context, run failover.Run) error {
	lock, err := s.Lock(ctx)
	if err != nil {
		return err
	}
	if err := lock.mayMove(run); err != nil {
		return err
	}
	if lock.Owner != run.ARN && s.Closed(ctx, run) {
		return fmt.Errorf("run %s: %w", run.ID, ErrRunOver)
	}
	return nil
}

func (l Lock) mayMove(run failover.Run) error {
	switch {
	case l.Epoch > run.Epoch && l.over(run.ARN):
		return fmt.Errorf("%w: %w", l.outranks(run), ErrRunOver)
	case l.Epoch > run.Epoch:
		return l.outranks(run)
	case l.over(run.ARN):
		return fmt.Errorf("run %s: %w", run.ID, ErrRunOver)
	}
	return nil
}

// outranks is [ErrOvertaken] if a newer epoch than that of the run has been given away.
func (l Lock) outranks(run failover.Run) error {
	if l.Epoch <= run.Epoch {
		return nil
	}
	return outranked("run %s has epoch %d, and epoch %d has been given to %s since", run.ID, run.Epoch, l.Epoch, l.newest())
}

// overtakenError is [ErrOvertaken] in a sentence of its own, which needs nothing after it.
type overtakenError string

func (e overtakenError) Error() string { return string(e) }
func (overtakenError) Unwrap() error   { return ErrOvertaken }

func outranked(format string, args ...any) error { return overtakenError(fmt.Sprintf(format, args...)) }

// newest names the run that took the lock last.
func (l Lock) newest() string { return "run " + l.Newest().Run }

// Newest is the run that took the lock last, whether it has it still or has released it, with the lock's epoch.
func (l Lock) Newest() failover.Winner {
	if l.Owner != "" {
		return failover.Winner{Run: l.Run, Epoch: l.Epoch, ARN: l.Owner}
	}
	return failover.Winner{Run: l.LastOwner[strings.LastIndex(l.LastOwner, ":")+1:], Epoch: l.Epoch, ARN: l.LastOwner}
}

// Superseded says whether a run has lost the lock to another one, and has not released it before: that one has taken it from this
// run, or this run has ended without it.
func (l Lock) Superseded(run failover.Run) bool {
	without := slices.Contains(l.Barred, run.ARN)
	if l.Epoch == run.Epoch { // both Regions have given the epoch away, and the other write has replaced this run's
		return without && l.Newest().ARN != run.ARN
	}
	return l.Epoch > run.Epoch && (without || l.Taken != nil && l.Taken.Run == run.ID)
}

// lockedOut says why a run could not take the lock that it found, or that it has it already.
func lockedOut(run failover.Run, found item, now time.Time) (int64, error) {
	lock, err := decodeLock(found)
	switch {
	case err != nil:
		return 0, err
	case lock.Owner == run.ARN:
		return lock.Epoch, nil
	case lock.over(run.ARN):
		return 0, failover.Doing("take", "the lock for run "+run.ID, ErrRunOver)
	case lock.Held(now):
		return 0, &LockedError{Owner: lock.Owner, Run: lock.Run, Until: lock.Expires}
	}
	return 0, fmt.Errorf("take the lock for run %s: another run has taken and released it at the same moment", run.ID)
}

// lockNames stands in for an attribute whose name is one of the words that DynamoDB reserves.
var lockNames = map[string]string{"#owner": "owner"}

// decodeLock reads a lock that this version or release 0.1.0 has written. Where the older one has taken it, holder and
// taken are those of a run before.
func decodeLock(it item) (Lock, error) {
	if len(it) == 0 {
		return Lock{}, nil
	}
	r := &reader{item: it}
	r.format()
	var l Lock
	if r.has("owner") {
		l.Owner, l.Run, l.Expires = r.text("owner"), r.text("run"), r.time("expires")
	}
	if r.has("epoch") {
		l.Epoch = r.epoch()
	}
	if r.has("lastOwner") {
		l.LastOwner = r.text("lastOwner")
	}
	if r.has("barred") {
		l.Barred = r.texts("barred")
	}
	if r.has("holder") {
		holder := new(failover.Run)
		r.json("holder", holder)
		if holder.Epoch == l.Epoch && (l.Owner == "" || l.Owner == holder.ARN) {
			l.Holder = holder
		}
	}
	if r.has("takenFrom") {
		l.Taken = r.taken(l.Epoch)
	}
	return l, r.err
}

// taken is from whom the lock was taken: all of it, or the id of the run that release 0.1.0 has written.
func (r *reader) taken(epoch int64) *Taken {
	taken := new(Taken)
	if r.has("taken") {
		r.json("taken", taken)
	}
	if run := r.text("takenFrom"); taken.Run != run || taken.Epoch != epoch {
		return &Taken{Run: run, Why: failover.TakenByOperator}
	}
	return taken
}
