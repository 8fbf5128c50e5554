package shifttraffic

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// phases are in the order in which a run can play them.
var phases = []failover.Phase{failover.Outbound, failover.Return, failover.Rollback, failover.ReturnRollback}

// decide compares the fence of a zone with that of this run and stage, and returns how many of the stage's batches the zone
// already has.
//
// Only the run's own mark of this stage counts as done. The next batch replaces a mark of an older epoch, or of an earlier
// stage of this run. Every other mark is [failover.FenceLost]: a newer epoch; the same epoch of another run, which two Regions
// can give out while they cannot reach each other: then the first to write wins; or a later stage of this run: then this call
// is a late repetition.
func decide(mine failover.Fence, zone string, found live.FenceRecord) (done int, err error) {
	theirs := found.Fence
	switch {
	case !found.Exists || theirs.Epoch < mine.Epoch:
		return 0, nil
	case theirs.Epoch > mine.Epoch:
		return 0, lost("zone %s: run %s of %s has moved it with epoch %d; this run has epoch %d and may not touch it any more",
			zone, theirs.Run, theirs.Region, theirs.Epoch, mine.Epoch)
	case theirs.Run != mine.Run || theirs.Region != mine.Region:
		return 0, lost("zone %s: run %s of %s has moved it with the same epoch %d, and was first; once it is over, start again: the next run has a newer epoch",
			zone, theirs.Run, theirs.Region, theirs.Epoch)
	}
	switch order := compareStages(theirs, mine); {
	case order > 0:
		return 0, lost("zone %s: this run has gone on to stage %d of phase %s; this call for stage %d of phase %s comes too late",
			zone, theirs.Stage, theirs.Phase, mine.Stage, mine.Phase)
	case order == 0:
		return theirs.Batch + 1, nil
	}
	return 0, nil
}

// nextTry is the try of the next mark: one more than in the fence if that has a mark of the same batch. So every mark differs
// from the one that it replaces.
func nextTry(mark failover.Fence, found live.FenceRecord) int {
	before := found.Fence
	before.Try = mark.Try
	if !found.Exists || before != mark {
		return 1
	}
	return found.Fence.Try + 1
}

func compareStages(a, b failover.Fence) int {
	if by := slices.Index(phases, a.Phase) - slices.Index(phases, b.Phase); by != 0 {
		return by
	}
	return a.Stage - b.Stage
}

func lost(format string, args ...any) error {
	return failover.Fail(failover.FenceLost, fmt.Errorf(format, args...))
}

// fenceChanges delete the fence records exactly as they were read, and create the new ones. If another run has written the
// fence since, a DELETE matches nothing (or a CREATE finds a record), and Route 53 rejects the batch. Until both Regions read
// format 2, the record of format 1 is written too, because release 0.1.0 knows only that one. The first batch after that
// deletes it.
func fenceChanges(names live.FenceNames, found live.FenceRecord, mark failover.Fence, writes int) (changes []types.Change, after live.FenceRecord) {
	if found.Own.Value != "" {
		changes = append(changes, fenceChange(types.ChangeActionDelete, names.Own, found.Own))
	}
	if found.Old.Value != "" {
		changes = append(changes, fenceChange(types.ChangeActionDelete, names.Old, found.Old))
	}
	if found.Others.Value != "" && writes < failover.Format {
		changes = append(changes, fenceChange(types.ChangeActionDelete, names.Old, found.Others))
	}
	after = live.FenceRecord{Exists: true, Fence: mark, Own: live.FenceText{Value: mark.String(), TTL: fenceTTL}}
	changes = append(changes, fenceChange(types.ChangeActionCreate, names.Own, after.Own))
	if writes >= failover.Format {
		after.Others = found.Others
	} else {
		after.Old = live.FenceText{Value: mark.OldString(), TTL: fenceTTL}
		changes = append(changes, fenceChange(types.ChangeActionCreate, names.Old, after.Old))
	}
	return changes, after
}

func fenceChange(action types.ChangeAction, name string, text live.FenceText) types.Change {
	return types.Change{Action: action, ResourceRecordSet: &types.ResourceRecordSet{
		Name: aws.String(name), Type: types.RRTypeTxt, TTL: aws.Int64(text.TTL),
		ResourceRecords: []types.ResourceRecord{{Value: aws.String(text.Value)}},
	}}
}
