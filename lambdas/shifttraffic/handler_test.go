package shifttraffic

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAStageMovesItsWaveZoneByZone(t *testing.T) {
	apps := slices.Concat(manyApplications("Z1", 300), manyApplications("Z2", 2))
	for i := range apps {
		apps[i].Name += apps[i].Records[0].Zone
	}
	later := failover.Application{Name: "later", Wave: 2, Records: []failover.Record{record("Z2", "later")}}
	h, world := newHandler(t, append(apps, later)...)
	answer := handle(t, h, request(7, "run-7", 100))
	checkMoved(t, world, apps)
	if diff := cmp.Diff([]string{"Z1: 498 upserts", "Z1: 102 upserts", "Z2: 4 upserts"}, batchesOf(world)); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	if len(answer.Changes) != 3 || answer.Records != 604 || answer.AlreadyDone != 0 {
		t.Errorf("got %+v; want 3 changes and 604 record sets", answer)
	}
	if got, want := fence(world, "Z1"), `"format=2 epoch=7 run=run-7 region=us-west-2 action=failover phase=outbound stage=0 batch=1 try=1"`; got != want {
		t.Errorf("fence: got %s, want %s", got, want)
	}
	if got := world.Weights("later.Z2.example", "A")["us-east-1"]; got != 100 {
		t.Errorf("an application of wave 2 moved with wave 1")
	}
}

func TestOnlySelectedApplicationsMove(t *testing.T) {
	apps := manyApplications("Z1", 2)
	h, world := newHandler(t, apps...)
	req := request(7, "run-7", 100)
	req.Run.Applications = []string{"app-00001"}
	handle(t, h, req)
	checkMoved(t, world, apps[1:])
	if got := world.Weights(apps[0].Records[0].Name, "A")["us-east-1"]; got != 100 {
		t.Errorf("an application that was not selected moved")
	}
}

func TestAStageThatLeavesTrafficAloneWritesNothing(t *testing.T) {
	h, world := newHandler(t, manyApplications("Z1", 1)...)
	req := request(7, "run-7", 100)
	req.Stage.Percent = nil
	if answer := handle(t, h, req); answer.Changes == nil || len(answer.Changes) != 0 || len(world.Calls()) != 0 {
		t.Errorf("got %+v after %d calls; want an empty list and no call", answer, len(world.Calls()))
	}
}

func TestASecondIdenticalCallWritesNoRecordAndHasAChangeToWaitFor(t *testing.T) {
	apps := manyApplications("Z1", 300)
	h, world := newHandler(t, apps...)
	first := handle(t, h, request(7, "run-7", 100))
	before := world.RecordSets("Z1")
	second := handle(t, h, request(7, "run-7", 100))
	after := world.RecordSets("Z1")
	for i := range after {
		if after[i].Type == "TXT" { // the mark alone is another one: its next try
			after[i].Values[0] = strings.Replace(after[i].Values[0], "try=2", "try=1", 1)
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the zone changed (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Z1: 498 upserts", "Z1: 102 upserts", "Z1: 0 upserts"}, batchesOf(world)); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	if len(second.Changes) != 1 || slices.Contains(first.Changes, second.Changes[0]) || second.Records != 0 || second.AlreadyDone != 600 {
		t.Errorf("got %+v; want one new change and 600 record sets already done", second)
	}
}

func TestBatchesDeferredByRoute53sRateLimitAreWrittenInLaterRounds(t *testing.T) {
	apps := slices.Concat(manyApplications("Z1", 600), manyApplications("Z2", 1))
	h, world := newHandler(t, apps...)
	req := request(7, "run-7", 100)
	written, rounds, before := 0, 0, 0
	for remaining := 1; remaining > 0; rounds++ {
		answer := handle(t, h, req)
		written, remaining = written+answer.Records, answer.Remaining
		req.Changes = append(req.Changes, answer.Changes...)
		if listed := listings(world) - before; rounds > 0 && listed > 2 {
			t.Errorf("round %d lists record sets %d times; want the fences of two zones, for what was heard of is believed", rounds+1, listed)
		}
		before = listings(world)
		if want := 4 - len(req.Changes); remaining != want {
			t.Fatalf("after %d changes %d batches remain; want %d", len(req.Changes), remaining, want)
		}
		world.AdvanceTo(world.Now().Add(failover.RefillWait))
	}
	checkMoved(t, world, apps)
	if got := len(world.Batches()); got != 4 || len(req.Changes) != 4 || written != 1202 {
		t.Errorf("%d batches, %d changes, %d record sets; want 4, 4 and 1202: none is written twice", got, len(req.Changes), written)
	}
	if rounds != 2 {
		t.Errorf("took %d rounds; want 2", rounds)
	}
}

// listings counts the pages of record sets that were asked for.
func listings(world *fakeaws.World) int {
	n := 0
	for _, call := range world.Calls() {
		if call.Operation == "ListResourceRecordSets" {
			n++
		}
	}
	return n
}

func TestACallThatGetsNowhereIsThrottledInAPlannedRun(t *testing.T) {
	h, world := newHandler(t, manyApplications("Z1", 2)...)
	throttling := &fakeaws.APIError{Code: "Throttling", Message: "Rate exceeded"}
	world.Inject(fakeaws.Fault{Operation: "ChangeResourceRecordSets", Error: throttling})
	req := request(7, "run-7", 100)
	req.Run.Action = failover.Switchover
	_, err := h.Handle(t.Context(), req)
	if got := entry.ConditionOf(err); got != failover.Throttled {
		t.Errorf("got %v (%s); want Throttled", err, got)
	}
}

func TestACallThatKnowsAllChangesWritesNothingMore(t *testing.T) {
	h, world := newHandler(t, manyApplications("Z1", 300)...)
	req := request(7, "run-7", 100)
	req.Changes = handle(t, h, req).Changes
	if again := handle(t, h, req); len(again.Changes) != 0 || len(world.Batches()) != 2 {
		t.Errorf("got %+v and %d batches; want no change and 2 batches", again, len(world.Batches()))
	}
}

func TestALostAnswerIsFoundByItsMark(t *testing.T) {
	apps := manyApplications("Z1", 3)
	h, world := newHandler(t, apps...)
	world.Inject(fakeaws.Fault{Service: "route53", Operation: "ChangeResourceRecordSets", LoseAnswer: true, Times: 1})
	if first := handle(t, h, request(7, "run-7", 100)); first.Remaining != 1 || len(first.SetAside) > 0 {
		t.Fatalf("got %+v; want one batch that remains", first)
	}
	answer := handle(t, h, request(7, "run-7", 100))
	checkMoved(t, world, apps)
	if answer.AlreadyDone != 6 || answer.Records != 0 || len(answer.Changes) != 1 {
		t.Errorf("got %+v; want everything found done, and one change to wait for", answer)
	}
}

// TestALostAnswerThatTheSDKRetries is the same inside one call: the SDK sends the batch again, and the second finds the
// mark of the first in its way.
func TestALostAnswerThatTheSDKRetries(t *testing.T) {
	apps := manyApplications("Z1", 300)
	h, world := newHandler(t, apps...)
	h.Route53 = twice{h.Route53, world, 2}
	answer := handle(t, h, request(7, "run-7", 100))
	checkMoved(t, world, apps)
	if len(answer.Changes) != 2 || len(world.Batches()) != 3 {
		t.Errorf("got %d changes of %d batches; want those of the first batch and of the mark", len(answer.Changes), len(world.Batches()))
	}
}

// twice sends the given ChangeResourceRecordSets, counted from 1, a second time and knows only the second answer.
type twice struct {
	dns
	world *fakeaws.World
	which int
}

func (d twice) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	if len(d.world.Batches()) == d.which-1 {
		if _, err := d.dns.ChangeResourceRecordSets(ctx, in, opts...); err != nil {
			return nil, err
		}
	}
	return d.dns.ChangeResourceRecordSets(ctx, in, opts...)
}

func TestAnOlderRunEndsWithoutEffectAndSaysWhoWon(t *testing.T) {
	apps := manyApplications("Z1", 2)
	for _, c := range []struct {
		name  string
		epoch int64
	}{{"older", 6}, {"of the same epoch", 7}} {
		t.Run(c.name, func(t *testing.T) {
			h, world := newHandler(t, apps...)
			handle(t, h, request(7, "run-west", 100))
			before := world.RecordSets("Z1")
			stale := request(c.epoch, "run-east", 100)
			stale.Run.From, stale.Run.To, stale.Stage.From, stale.Stage.To = west, east, west, east
			_, err := h.Handle(t.Context(), stale)
			if entry.ConditionOf(err) != failover.FenceLost || !strings.Contains(err.Error(), "run-west") {
				t.Errorf("got %v; want FenceLost naming run-west", err)
			}
			if diff := cmp.Diff(before, world.RecordSets("Z1")); diff != "" {
				t.Errorf("the zone changed:\n%s", diff)
			}
		})
	}
}

// TestAFenceThatMovesAfterItWasReadStillHolds lets a newer run write between the reading and the writing of an older
// one: what stops it is the batch itself.
func TestAFenceThatMovesAfterItWasReadStillHolds(t *testing.T) {
	apps := manyApplications("Z1", 2)
	h, world := newHandler(t, apps...)
	handle(t, h, request(5, "run-5", 10))
	newer := h
	h.Route53 = &between{dns: h.Route53, act: func() { handle(t, newer, request(8, "run-8", 100)) }}
	_, err := h.Handle(t.Context(), request(7, "run-7", 50))
	if entry.ConditionOf(err) != failover.FenceLost || !strings.Contains(err.Error(), "run-8") {
		t.Errorf("got %v; want FenceLost naming run-8", err)
	}
	checkMoved(t, world, apps)
}

// between acts once, just before the first change is sent.
type between struct {
	dns
	act func()
}

func (d *between) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, opts ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	if d.act != nil {
		act := d.act
		d.act = nil
		act()
	}
	return d.dns.ChangeResourceRecordSets(ctx, in, opts...)
}

func TestChangesThatRoute53LostAreWrittenAgain(t *testing.T) {
	for _, c := range []struct {
		name          string
		which         int // the application whose batch was undone
		written, done int
	}{{"in the first batch", 3, 498, 102}, {"in the last batch", 280, 102, 498}} {
		t.Run(c.name, func(t *testing.T) {
			apps := manyApplications("Z1", 300)
			h, world := newHandler(t, apps...)
			handle(t, h, request(7, "run-7", 100))
			// It is undone behind the mark, as when the control plane comes back elsewhere without it.
			must(t, world.PutRecordSet("Z1", worldSet(apps[c.which].Records[0], east, 100)))
			must(t, world.PutRecordSet("Z1", worldSet(apps[c.which].Records[0], west, 0)))
			world.AdvanceTo(start.Add(time.Minute)) // tokens come back
			answer := handle(t, h, request(7, "run-7", 100))
			checkMoved(t, world, apps)
			if answer.Records != c.written || answer.AlreadyDone != c.done {
				t.Errorf("got %+v; want %d record sets written again", answer, c.written)
			}
			if got, want := fence(world, "Z1"), `"format=2 epoch=7 run=run-7 region=us-west-2 action=failover phase=outbound stage=0 batch=1 try=2"`; got != want {
				t.Errorf("fence: got %s, want %s: the other batch is still done", got, want)
			}
		})
	}
}

func TestABatchThatRoute53RefusesIsRejectedInAPlannedRun(t *testing.T) {
	bad := record("Z1", "bad")
	apps := []failover.Application{{Name: "bad", Wave: 1, Records: []failover.Record{bad}}, manyApplications("Z2", 1)[0]}
	h, world := newHandler(t, apps...)
	must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: bad.Name, Type: "A", SetIdentifier: "another", Weight: 1, TTL: 300, Values: []string{"192.0.2.30"}}))
	req := request(7, "run-7", 100)
	req.Run.Action = failover.Switchover
	_, err := h.Handle(t.Context(), req)
	if entry.ConditionOf(err) != failover.Rejected || !strings.Contains(err.Error(), "same TTL") {
		t.Errorf("got %v; want Rejected with Route 53's own words", err)
	}
	if got := world.Weights(apps[1].Records[0].Name, "A")["us-west-2"]; got != 0 || fence(world, "Z1") != "none" {
		t.Errorf("the other zone moved (%d) or the refused batch left a fence: %s; as little as possible is left to undo", got, fence(world, "Z1"))
	}
}

func TestAFenceThatIsNotDroversIsNotTouched(t *testing.T) {
	h, world := newHandler(t, manyApplications("Z1", 1)...)
	must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: "_drover-drover.z1.example", Type: "TXT", TTL: 300, Values: []string{`"v=spf1 -all"`}}))
	req := request(7, "run-7", 100)
	if answer := handle(t, h, req); len(answer.SetAside) != 1 || answer.SetAside[0].Kind != failover.ZoneKind || !strings.Contains(answer.SetAside[0].Cause, "not Drover's") {
		t.Errorf("a failover: got %+v; want the zone set aside", answer)
	}
	req.Run.Action = failover.Switchover
	_, err := h.Handle(t.Context(), req)
	if entry.ConditionOf(err) != failover.Rejected || !strings.Contains(err.Error(), "not Drover's") {
		t.Errorf("got %v", err)
	}
	if n := len(world.Batches()); n != 0 {
		t.Errorf("%d batches were written", n)
	}
}

// TestEachCallRenewsTheLock until the next step: a large wave takes longer than a lease. A call with nothing to move does not.
func TestEachCallRenewsTheLock(t *testing.T) {
	apps := manyApplications("Z1", 1)
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		h, _ := newHandler(t, apps...)
		var renewed []time.Time
		h.Registry = registered{apps: apps, renewed: &renewed}
		req := request(7, "run-7", 100)
		req.Run.Action = action
		for range 2 {
			handle(t, h, req)
		}
		if len(renewed) != 2 || !renewed[0].After(start) {
			t.Errorf("%s: the lock was renewed until %v; want once by each call, until after %v", action, renewed, start)
		}
		req.Stage.Percent = nil
		if handle(t, h, req); len(renewed) != 2 {
			t.Errorf("%s: a stage without traffic has renewed the lock", action)
		}
	}
}
