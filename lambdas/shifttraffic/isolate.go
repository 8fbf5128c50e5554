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

// refusedBatch is a batch that Route 53 rejects because of its records; its fence is unchanged.
type refusedBatch struct {
	zone, reasons string
}

// Error says which batch, and what Route 53 answered.
func (r *refusedBatch) Error() string {
	return fmt.Sprintf("zone %s: Route 53 refused the whole batch: %s", r.zone, r.reasons)
}

// refusalOf is the text of Route 53 if the error says that it rejects the content of a batch; see "Errors" of
// ChangeResourceRecordSets in the Amazon Route 53 API Reference. NoSuchHostedZone concerns the zone and is not one of these
// errors.
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

// wayOut is what to do if Route 53 refuses a batch for a weighted record set with several values, which its API reference does
// not allow ("Weight" of ResourceRecordSet).
func wayOut(content []types.Change) string {
	if !slices.ContainsFunc(content, func(c types.Change) bool { return len(c.ResourceRecordSet.ResourceRecords) > 1 }) {
		return ""
	}
	return "if several values are why, move them into a simple record of the zone for each Region, and make the weighted record sets aliases to these: "
}

// put submits one batch behind the fence. If Route 53 rejects its content, some record sets differ from the registry, and put
// submits the batch once more with the live record sets ([zoneShift.asRead]). If Route 53 rejects that too, a zone that
// isolates submits the batch in parts, until each record at fault is alone: these are set aside, and all others move. The parts
// carry the mark of the batch before. So if the call ends between two parts, the next call repeats the whole batch, without the
// records that were set aside.
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
	for i := range z.changes[before:] { // even if the mark says that the batch was done once: it is written again
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

// aboutTheFence returns an error if Route 53 rejects the fence record itself, although a second read shows the expected fence.
// A batch without that record would be rejected too. The fence may have changed after that read.
func (z *zoneShift) aboutTheFence(refused *refusedBatch) error {
	if !mentions(refused.reasons, z.fenceNames.Own) && !mentions(refused.reasons, z.fenceNames.Old) {
		return nil
	}
	return failover.Fail(failover.Busy, fmt.Errorf("zone %s: Route 53 refused the fence: %s", z.plan.Zone, refused.reasons))
}

// split submits the records of a rejected batch in two parts, and splits each rejected part again. The records that Route 53
// named are in the last part: if one error names all records at fault, the search takes no more calls than there are such
// records.
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

// fault sets a record aside. If too many records of the zone were set aside already, it returns an error about the whole zone.
func (z *zoneShift) fault(owner string, r failover.Record, reasons string) error {
	if len(z.faults) >= z.mayFault {
		return rejected("zone %s: too many records are rejected, the last of them %s: %s", z.plan.Zone, r.Name, reasons)
	}
	z.faults = append(z.faults, failover.RecordAside(owner, r, failover.Rejected, reasons))
	return nil
}

// halves are the records that Route 53 did not name and those that it named. If one of the two is empty, they are the first
// half and the second.
func halves(b Batch, refused *refusedBatch) []Batch {
	named := func(i int) bool { return mentions(refused.reasons, b.Records[i].Name) }
	rest, suspects := b.part(func(i int) bool { return !named(i) }), b.part(named)
	if len(rest.Records) == 0 || len(suspects.Records) == 0 {
		middle := len(b.Records) / 2
		rest, suspects = b.part(func(i int) bool { return i < middle }), b.part(func(i int) bool { return i >= middle })
	}
	return []Batch{rest, suspects}
}

// mentions says whether the error text of Route 53 names a record. A false match costs one more call, and nothing else.
func mentions(reasons, name string) bool {
	words := strings.FieldsFunc(reasons, func(c rune) bool { return strings.ContainsRune(" ,;'\"[]()=", c) })
	return slices.ContainsFunc(words, func(word string) bool { return live.CanonicalName(word) == live.CanonicalName(name) })
}
