package shifttraffic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// refusedBatch is a batch that Route 53 refuses for what is in it, behind a fence that has not moved.
type refusedBatch struct {
	zone, reasons string
}

// Error says which batch, and what Route 53 answered.
func (r *refusedBatch) Error() string {
	return fmt.Sprintf("zone %s: Route 53 refused the whole batch: %s", r.zone, r.reasons)
}

// refusalOf is what Route 53 says of a batch whose content it refuses, if that is what the error is; see "Errors" of
// ChangeResourceRecordSets in the Amazon Route 53 API Reference. NoSuchHostedZone is about the zone and not among them.
func refusalOf(err error) (reasons string, ok bool) {
	var batch *types.InvalidChangeBatch
	var input *types.InvalidInput
	var check *types.NoSuchHealthCheck
	switch {
	case errors.As(err, &batch) && len(batch.Messages) > 0:
		return strings.Join(batch.Messages, "; "), true
	case errors.As(err, &batch):
		return batch.ErrorMessage(), true
	case errors.As(err, &input):
		return input.ErrorMessage(), true
	case errors.As(err, &check):
		return check.ErrorMessage(), true
	}
	return "", false
}

// put submits one batch behind the fence. Should Route 53 refuse it for what is in it, its record sets are not all as the
// registry says, and it is submitted once more as Route 53 has them ([zoneShift.asRead]). If that is refused too, a zone
// that isolates submits it in parts, until the records at fault are alone: they are set aside, and all others move. The
// parts carry the mark of the batch before, so that a call which ends among them leaves the whole batch to the next one;
// what it has set aside by then is not tried again.
func (z *zoneShift) put(ctx context.Context, batch int, fence live.FenceRecord, mark int) (after live.FenceRecord, moved bool, err error) {
	b, err := z.asRead(z.batches[batch])
	if err != nil || len(b.Records) == 0 {
		return fence, false, err
	}
	after, moved, err = z.submit(ctx, b.Changes, fence, mark)
	refused := (*refusedBatch)(nil)
	if !errors.As(err, &refused) {
		return after, moved, err
	}
	if err := z.aboutTheFence(refused); err != nil {
		return fence, false, err
	}
	if err := z.read(ctx, z.batches[batch:]); err != nil {
		return fence, false, err
	}
	if b, err = z.asRead(b); err != nil || len(b.Records) == 0 {
		return fence, false, err
	}
	after, moved, err = z.submit(ctx, b.Changes, fence, mark)
	if !z.isolates || !errors.As(err, &refused) {
		return after, moved, err
	}
	if err := z.aboutTheFence(refused); err != nil {
		return fence, false, err
	}
	before := len(z.changes)
	after, moved, err = z.split(ctx, b, fence, max(mark-1, fenceMark(z.mine, fence)), refused)
	for i := range z.changes[before:] { // even if the mark says that the batch was done once: it is being written again
		z.changes[before+i].Batch = min(z.changes[before+i].Batch, batch-1)
	}
	return after, moved, err
}

// fenceMark is the number of the batch in a fence that this stage has written, or -1.
func fenceMark(mine failover.Fence, found live.FenceRecord) int {
	theirs := found.Fence
	if !found.Exists || theirs.Epoch != mine.Epoch || theirs.Run != mine.Run || theirs.Region != mine.Region || compareStages(theirs, mine) != 0 {
		return -1
	}
	return theirs.Batch
}

// aboutTheFence is an error if Route 53 refuses the fence itself, although it was read again as it was expected: a batch
// without that record would be refused too. The fence may have moved, and the reading be older than that.
func (z *zoneShift) aboutTheFence(refused *refusedBatch) error {
	if !mentions(refused.reasons, z.fenceNames.Own) && !mentions(refused.reasons, z.fenceNames.Old) {
		return nil
	}
	return failover.Fail(failover.Busy, fmt.Errorf("zone %s: Route 53 refused the fence: %s", z.plan.Zone, refused.reasons))
}

// split submits the records of a batch that was refused in two parts, and each part that is refused in two again. The
// records that Route 53 has named go last, so that one refusal which names them all costs no more calls than there are
// records at fault.
func (z *zoneShift) split(ctx context.Context, b Batch, fence live.FenceRecord, mark int, refused *refusedBatch) (live.FenceRecord, bool, error) {
	if len(b.Records) == 1 {
		return fence, false, z.fault(b.Owners[0], b.Records[0], refused.reasons)
	}
	for _, half := range halves(b, refused) {
		after, moved, err := z.submit(ctx, half.Changes, fence, mark)
		again := (*refusedBatch)(nil)
		if errors.As(err, &again) {
			if err := z.aboutTheFence(again); err != nil {
				return fence, false, err
			}
			after, moved, err = z.split(ctx, half, fence, mark, again)
		}
		if err != nil || moved {
			return after, moved, err
		}
		fence = after
	}
	return fence, false, nil
}

// fault sets a record aside. It is an error, about the whole zone, when too many of its records were set aside already.
func (z *zoneShift) fault(owner string, r failover.Record, reasons string) error {
	if len(z.faults) >= z.mayFault {
		return rejected("zone %s: too many records are rejected, the last of them %s: %s", z.plan.Zone, r.Name, reasons)
	}
	z.faults = append(z.faults, failover.RecordAside(owner, r, failover.Rejected, reasons))
	return nil
}

// halves are the records that Route 53 has not named and those that it has or, where that does not part them, one half
// and the other.
func halves(b Batch, refused *refusedBatch) []Batch {
	named := func(i int) bool { return mentions(refused.reasons, b.Records[i].Name) }
	rest, suspects := b.part(func(i int) bool { return !named(i) }), b.part(named)
	if len(rest.Records) == 0 || len(suspects.Records) == 0 {
		middle := len(b.Records) / 2
		rest, suspects = b.part(func(i int) bool { return i < middle }), b.part(func(i int) bool { return i >= middle })
	}
	return []Batch{rest, suspects}
}

// mentions says whether Route 53's words name a record. Too many that are named cost a call more, and nothing else.
func mentions(reasons, name string) bool {
	words := strings.FieldsFunc(reasons, func(c rune) bool { return strings.ContainsRune(" ,;'\"[]()=", c) })
	return slices.ContainsFunc(words, func(word string) bool { return live.CanonicalName(word) == live.CanonicalName(name) })
}
