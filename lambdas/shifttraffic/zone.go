package shifttraffic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// maxReadings is how often one call reads a zone's fence again because somebody wrote it in between. Once is normal
// after a lost answer; more means that somebody is writing all the time.
const maxReadings = 3

// sighting is what came of reading a fence.
type sighting struct {
	fence live.FenceRecord
	err   error
}

// zoneShift is one call's work in one zone.
type zoneShift struct {
	client dns
	plan   ZonePlan
	// fenceName is the name of the zone's fence record, mine what this stage writes into it.
	fenceName string
	mine      failover.Fence
	// seen is the zone's fence as it was when the call began, until it is used.
	seen *sighting
	// known counts the changes of this zone that earlier calls have told of.
	known int
	// changes are what this call has submitted, remaining counts the batches that it has not.
	changes   []failover.Change
	remaining int
	// written says which batches this call has submitted.
	written map[int]bool
	// found are the batches that were done when this call looked first.
	found []int
}

// run brings the zone to where the stage wants it. What earlier calls have done is found by the fence and by the live
// records, so it may end in the middle at any time and be called again.
func (z *zoneShift) run(ctx context.Context) error {
	for range maxReadings {
		fence, err := z.fence(ctx)
		if err != nil {
			return err
		}
		done, err := decide(z.mine, z.plan.Zone, fence)
		if err != nil {
			return err
		}
		todo, err := z.todo(ctx, done)
		if err != nil {
			return err
		}
		z.note(todo)
		moved, err := z.submitAll(ctx, todo, fence, done)
		if err != nil || !moved {
			return err
		}
	}
	return failover.Fail(failover.Busy, fmt.Errorf("zone %s: its fence changed %d times while this call was writing", z.plan.Zone, maxReadings))
}

// fence is the one that was read ahead, the first time: should it have moved since, the batch is refused. Later it is
// read again.
func (z *zoneShift) fence(ctx context.Context) (live.FenceRecord, error) {
	if seen := z.seen; seen != nil {
		z.seen = nil
		return seen.fence, seen.err
	}
	return live.ReadFence(ctx, z.client, z.plan.Zone, z.fenceName)
}

// todo lists the batches that are not done. Batches whose changes the request knows are done: VerifyHealth waits for
// every one of them, and says when Route 53 has lost one. (A large wave goes in dozens of rounds, and to list its zones
// in each would take more calls than Route 53 allows.) Of others the mark alone is not believed: Route 53 can lose
// accepted changes, and then those batches are written again whose records are not what they should be.
func (z *zoneShift) todo(ctx context.Context, done int) ([]int, error) {
	done = min(done, len(z.plan.Batches))
	var todo []int
	if z.known+len(z.changes) < done {
		var marked failover.Application
		for _, b := range z.plan.Batches[:done] {
			marked.Records = append(marked.Records, b.Records...)
		}
		sets, err := live.Records(ctx, z.client, []failover.Application{marked})
		if err != nil {
			return nil, err
		}
		for i, b := range z.plan.Batches[:done] {
			if !holds(sets, b) {
				todo = append(todo, i)
			}
		}
	}
	for i := done; i < len(z.plan.Batches); i++ {
		todo = append(todo, i)
	}
	return todo, nil
}

// note remembers, at the first reading, which batches earlier calls have done.
func (z *zoneShift) note(todo []int) {
	z.remaining = len(todo)
	if z.found != nil {
		return
	}
	z.found = []int{}
	for i := range z.plan.Batches {
		if !slices.Contains(todo, i) {
			z.found = append(z.found, i)
		}
	}
}

func holds(sets live.RecordSets, b Batch) bool {
	for i, r := range b.Records {
		if !maps.Equal(sets.Weights(r), b.Weights[i]) {
			return false
		}
	}
	return true
}

// submitAll submits the batches in order. It says whether the fence moved under it, so that everything must be looked
// at again.
//
// When nothing is left to do, but fewer changes are known than batches are done, then the call that got the others never
// got its answer through. Then the mark alone is written once more, as its next try; Route 53 applies the changes of a zone
// in order, so when that change is in sync all before it are. (This is R53-10 in the embedded AWS's FIDELITY.md.)
func (z *zoneShift) submitAll(ctx context.Context, todo []int, fence live.FenceRecord, done int) (moved bool, err error) {
	if len(todo) == 0 && z.known+len(z.changes) >= done {
		return false, nil
	}
	if len(todo) == 0 {
		_, moved, err = z.submit(ctx, nil, fence, done-1)
		return moved, err
	}
	for n, i := range todo {
		z.remaining = len(todo) - n
		fence, moved, err = z.submit(ctx, z.plan.Batches[i].Changes, fence, max(i, done-1))
		if err != nil || moved {
			return moved, err
		}
		z.written[i] = true
	}
	return false, nil
}

// submit sends one batch behind the fence, and returns the fence as it is afterwards.
func (z *zoneShift) submit(ctx context.Context, content []types.Change, fence live.FenceRecord, batch int) (after live.FenceRecord, moved bool, err error) {
	mark := z.mine
	mark.Batch = batch
	mark.Try = nextTry(mark, fence)
	out, err := z.client.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: &z.plan.Zone,
		ChangeBatch: &types.ChangeBatch{
			Comment: aws.String(fmt.Sprintf("Drover run %s, leg %s, stage %d, batch %d, try %d", mark.Run, mark.Leg, mark.Stage, batch, mark.Try)),
			Changes: append(fenceChanges(z.fenceName, fence, mark), content...),
		},
	})
	var refused *types.InvalidChangeBatch
	if errors.As(err, &refused) {
		return z.whyRefused(ctx, fence, refused)
	}
	if err != nil {
		return fence, false, fmt.Errorf("change zone %s: %w", z.plan.Zone, err)
	}
	id := strings.TrimPrefix(aws.ToString(out.ChangeInfo.Id), "/change/")
	z.changes = append(z.changes, failover.Change{Zone: z.plan.Zone, ID: id})
	return live.FenceRecord{Exists: true, Fence: mark, Value: mark.String(), TTL: fenceTTL}, false, nil
}

// whyRefused tells a fence that has moved from a batch that Route 53 will never take.
func (z *zoneShift) whyRefused(ctx context.Context, fence live.FenceRecord, refused *types.InvalidChangeBatch) (live.FenceRecord, bool, error) {
	now, err := live.ReadFence(ctx, z.client, z.plan.Zone, z.fenceName)
	if err != nil {
		return fence, false, err
	}
	if now != fence {
		return now, true, nil
	}
	reasons := strings.Join(refused.Messages, "; ")
	if reasons == "" {
		reasons = refused.ErrorMessage()
	}
	return fence, false, rejected("zone %s: Route 53 refused the whole batch: %s", z.plan.Zone, reasons)
}

// addTo adds to an answer what this call has written, and what it found written.
func (z *zoneShift) addTo(answer *failover.ShiftAnswer) {
	answer.Changes = append(answer.Changes, z.changes...)
	for i, b := range z.plan.Batches {
		switch {
		case z.written[i]:
			answer.Records += len(b.Changes)
		case slices.Contains(z.found, i):
			answer.AlreadyDone += len(b.Changes)
		}
	}
}
