package shifttraffic

import (
	"context"
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

// maxReadings is how often one call reads a zone's fence again because another call wrote it in between. Once is normal after a
// lost answer; more means that another call keeps writing.
const maxReadings = 3

// sighting is the result of reading a fence.
type sighting struct {
	fence live.FenceRecord
	err   error
}

// zoneShift is one call's work in one zone.
type zoneShift struct {
	client dns
	plan   ZonePlan
	// fenceNames are the names of the zone's fence records, mine is the fence that this stage writes into them, writes its
	// format.
	fenceNames live.FenceNames
	mine       failover.Fence
	writes     int
	// seen is the zone's fence as read ahead, until it is used.
	seen *sighting
	// known says how many batches are done when the changes that earlier calls returned are in sync.
	known int
	// isolates says that a record which Route 53 rejects is found and set aside, so that all others of its batch move; aside is
	// what was set aside before, faults what this call has set aside.
	isolates bool
	wave     int
	aside    failover.Aside
	faults   failover.Aside
	// mayFault is how many more records of the zone may be set aside alone.
	mayFault int
	// batches are those of the plan without the parts that are set aside, with the same numbers.
	batches []Batch
	// changes are those that this call submitted, records counts the record sets in them, remaining the batches that it did not
	// submit.
	changes   []failover.Change
	records   int
	remaining int
	// sets are the record sets of the batches that are left, once Route 53 has refused one of them in this call.
	sets *live.RecordSets
	// found are the batches that were done at the first reading of this call, nil before.
	found []int
}

// run gives the zone the weights of the stage. It finds by the fence and the live records what earlier calls have done, so a
// call may end at any point, and another call continues.
func (z *zoneShift) run(ctx context.Context) error {
	z.remaining = len(z.plan.Batches)
	for range maxReadings {
		z.leaveOut()
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

// leaveOut removes from the batches what is set aside. The numbers of the batches do not change: a later call finds by them
// what is done.
func (z *zoneShift) leaveOut() {
	all := slices.Concat(z.aside, z.faults)
	z.batches = make([]Batch, len(z.plan.Batches))
	for i, b := range z.plan.Batches {
		z.batches[i] = b.part(func(r int) bool {
			return !all.Record(failover.Application{Name: b.Owners[r], Wave: z.wave}, b.Records[r])
		})
	}
}

// fence is at first the one that was read ahead: if it has changed since, Route 53 rejects the batch. Later it is read again.
func (z *zoneShift) fence(ctx context.Context) (live.FenceRecord, error) {
	if seen := z.seen; seen != nil {
		z.seen = nil
		return seen.fence, seen.err
	}
	return live.ReadFence(ctx, z.client, z.plan.Zone, z.fenceNames)
}

// todo lists the batches that are not done. Batches whose changes are in the request are done: VerifyHealth waits for each of
// them, and reports it if Route 53 has lost one. (A large wave takes dozens of rounds, and listing its zones in each would
// exceed the request quota.) For the other batches the mark is no proof: Route 53 can lose accepted changes, so their records
// are read, and batches with wrong records are written again.
func (z *zoneShift) todo(ctx context.Context, done int) ([]int, error) {
	done = min(done, len(z.batches))
	var todo []int
	if z.heard() < done {
		var marked failover.Application
		for _, b := range z.batches[:done] {
			marked.Records = append(marked.Records, b.Records...)
		}
		sets, err := live.Records(ctx, z.client, []failover.Application{marked})
		if err != nil {
			return nil, err
		}
		for i, b := range z.batches[:done] {
			if !holds(sets, b) {
				todo = append(todo, i)
			}
		}
	}
	for i := done; i < len(z.batches); i++ {
		todo = append(todo, i)
	}
	return todo, nil
}

// heard says how many batches are done when all changes known from this call and earlier ones are in sync.
func (z *zoneShift) heard() int { return max(z.known, knownOf(z.changes, z.plan.Zone)) }

// note keeps, at the first reading, which batches earlier calls have done.
func (z *zoneShift) note(todo []int) {
	z.remaining = len(todo)
	if z.found != nil {
		return
	}
	z.found = []int{}
	for i := range z.batches {
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

// submitAll submits the batches in order. It says whether the fence has changed meanwhile: then the zone must be read again.
//
// If all batches are done, but the request lacks some of their changes, then the answer of an earlier call was lost. In that
// case submitAll writes only the mark once more, as its next try. Route 53 applies the changes of a zone in order: when that
// change is in sync, all before it are. (This is R53-10 in docs/fidelity.md.)
//
// It also writes only the mark when the last batch was accepted in parts, because these carry the mark of the batch before.
func (z *zoneShift) submitAll(ctx context.Context, todo []int, fence live.FenceRecord, done int) (moved bool, err error) {
	if len(todo) == 0 && z.heard() >= done {
		return false, nil
	}
	mark := done - 1
	for n, i := range todo {
		z.remaining, mark = len(todo)-n, max(i, mark)
		if len(z.batches[i].Records) == 0 {
			continue
		}
		fence, moved, err = z.put(ctx, i, fence, mark)
		if err != nil || moved {
			return moved, err
		}
	}
	if z.heard() <= mark && (len(z.changes) > 0 || len(todo) == 0) {
		_, moved, err = z.submit(ctx, nil, fence, mark)
	}
	if err == nil && !moved {
		z.remaining = 0
	}
	return moved, err
}

// submit sends one batch behind the fence, and returns the new fence.
func (z *zoneShift) submit(ctx context.Context, content []types.Change, fence live.FenceRecord, batch int) (after live.FenceRecord, moved bool, err error) {
	mark := z.mine
	mark.Batch = batch
	mark.Try = nextTry(mark, fence)
	fences, marked := fenceChanges(z.fenceNames, fence, mark, z.writes)
	out, err := z.client.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: &z.plan.Zone,
		ChangeBatch: &types.ChangeBatch{
			Comment: aws.String(comment(mark, batch)),
			Changes: append(fences, content...),
		},
	})
	if refusal, ok := refusalOf(err); ok {
		return z.whyRefused(ctx, fence, wayOut(content)+refusal)
	}
	if err != nil {
		return fence, false, failover.Doing("change", "zone "+z.plan.Zone, err)
	}
	id := strings.TrimPrefix(aws.ToString(out.ChangeInfo.Id), "/change/")
	z.changes = append(z.changes, failover.Change{Zone: z.plan.Zone, ID: id, Batch: batch})
	z.records += len(content) / changesOfSet
	return marked, false, nil
}

// whyRefused distinguishes a fence that has changed from a batch that Route 53 will never accept.
func (z *zoneShift) whyRefused(ctx context.Context, fence live.FenceRecord, refusal string) (live.FenceRecord, bool, error) {
	now, err := live.ReadFence(ctx, z.client, z.plan.Zone, z.fenceNames)
	if err != nil {
		return fence, false, err
	}
	if now != fence {
		return now, true, nil
	}
	return fence, false, failover.Fail(failover.Rejected, &refusedBatch{z.plan.Zone, refusal})
}

// addTo adds to an answer what this call wrote, what it found written, and what it set aside.
func (z *zoneShift) addTo(answer *failover.ShiftAnswer) {
	answer.Changes = append(answer.Changes, z.changes...)
	answer.SetAside = append(answer.SetAside, z.faults...)
	answer.Records += z.records
	for _, i := range z.found {
		answer.AlreadyDone += z.batches[i].Sets()
	}
}

// maxComment is the longest comment of a batch that Route 53 takes.
const maxComment = 256

// comment says in printable ASCII whose batch it is: a comment must not be what Route 53 rejects a batch for.
func comment(mark failover.Fence, batch int) string {
	of := fmt.Sprintf(", phase %s, stage %d, batch %d, try %d", mark.Phase, mark.Stage, batch, mark.Try)
	name := failover.EscapeText(mark.Run)
	if most := maxComment - len("Drover run ") - len(of); len(name) > most {
		name = name[:most-len("...")] + "..."
	}
	return "Drover run " + name + of
}
