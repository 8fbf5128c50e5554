package shifttraffic

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// fences are the values of a zone's fence records, that of the plan and that of format 1; empty where there is none.
func fences(world *fakeaws.World, zone string) (own, old string) {
	name := strings.ToLower(zone) + ".example"
	for _, set := range world.RecordSets(zone) {
		switch set.Name {
		case failover.FenceName("drover", name):
			own = set.Values[0]
		case failover.OldFenceName(name):
			old = set.Values[0]
		}
	}
	return own, old
}

func putOldFence(t *testing.T, world *fakeaws.World, zone string, f failover.Fence) {
	t.Helper()
	must(t, world.PutRecordSet(zone, fakeaws.RecordSet{Name: failover.OldFenceName(zone + ".example"), Type: "TXT", TTL: 60, Values: []string{f.OldString()}}))
}

// TestUntilBothRegionsReadAFormatARunWritesTheOneBeforeToo, and the first run after that moves the fence in its batch.
func TestUntilBothRegionsReadAFormatARunWritesTheOneBeforeToo(t *testing.T) {
	h, world := newHandler(t, manyApplications("Z1", 2)...)
	before := failover.Fence{Epoch: 6, Run: "run-6", Region: east, Phase: failover.Outbound}
	putOldFence(t, world, "Z1", before)
	req := request(7, "run-7", 100)
	req.Run.Writes = 0 // as release 0.1.0 passes it on
	handle(t, h, req)
	own, old := fences(world, "Z1")
	if got, err := failover.ParseFence(own); err != nil || got.Run != "run-7" || got.OldString() != old {
		t.Errorf("the fences are %s and %s; want both of run-7", own, old)
	}
	if answer := handle(t, h, req); answer.AlreadyDone != 4 {
		t.Errorf("the same call again: %+v; want all 4 record sets done", answer)
	}
	handle(t, h, request(8, "run-8", 100))
	if own, old = fences(world, "Z1"); old != "" {
		t.Errorf("the fences are %s and %s; want the second one gone", own, old)
	}
}

// TestAFenceOfFormat1HoldsOffAnOlderRun, whatever format that writes.
func TestAFenceOfFormat1HoldsOffAnOlderRun(t *testing.T) {
	for _, writes := range []int{failover.OldestFormat, failover.Format} {
		h, world := newHandler(t, manyApplications("Z1", 2)...)
		putOldFence(t, world, "Z1", failover.Fence{Epoch: 8, Run: "run-8", Region: east, Phase: failover.Outbound})
		req := request(7, "run-7", 100)
		req.Run.Writes = writes
		if _, err := h.Handle(t.Context(), req); entry.ConditionOf(err) != failover.FenceLost {
			t.Errorf("writing format %d: got %v; want %s", writes, err, failover.FenceLost)
		}
	}
}

// TestAFunctionOfRelease010AndThisOneHoldEachOtherOff: whichever writes second between the reading and the writing of the
// other, in a zone with a fence of format 1, with both, and with none.
func TestAFunctionOfRelease010AndThisOneHoldEachOtherOff(t *testing.T) {
	winner := failover.Fence{Epoch: 8, Run: "run-8", Region: east, Phase: failover.Outbound}
	before := failover.Fence{Epoch: 6, Run: "run-6", Region: east, Phase: failover.Outbound}
	for name, prepare := range map[string]func(Handler, *fakeaws.World){
		"none": func(Handler, *fakeaws.World) {},
		"old":  func(_ Handler, world *fakeaws.World) { putOldFence(t, world, "Z1", before) },
		"both": func(h Handler, _ *fakeaws.World) {
			req := request(6, "run-6", 100)
			req.Run.Writes = failover.OldestFormat
			handle(t, h, req)
		},
	} {
		h, world := newHandler(t, manyApplications("Z1", 2)...)
		prepare(h, world)
		h.Route53 = &between{dns: h.Route53, act: func() { putOldFence(t, world, "Z1", winner) }}
		req := request(7, "run-7", 50)
		req.Run.Writes = failover.OldestFormat
		if _, err := h.Handle(t.Context(), req); entry.ConditionOf(err) != failover.FenceLost {
			t.Errorf("%s: got %v; want %s", name, err, failover.FenceLost)
		}
	}
}

// TestPlansOfOneZoneDoNotTakeEachOthersOldFenceForTheirs: format 1 has one name for all of them.
func TestPlansOfOneZoneDoNotTakeEachOthersOldFenceForTheirs(t *testing.T) {
	apps := manyApplications("Z1", 2)
	h, world := newHandler(t, apps...)
	mine, theirs := h, h
	mine.Registry, theirs.Registry, theirs.Plan.Name = registered{apps: apps[:1]}, registered{apps: apps[1:]}, "payments"
	old := func(epoch int64, run string) failover.ShiftRequest {
		req := request(epoch, run, 100)
		req.Run.Writes = failover.OldestFormat
		return req
	}
	handle(t, theirs, old(40, "run-40"))
	handle(t, mine, old(7, "run-7"))
	handle(t, theirs, old(41, "run-41"))
	handle(t, mine, request(8, "run-8", 100)) // it reads format 2 everywhere by now, and leaves the other plan its fence
	if _, left := fences(world, "Z1"); left != (failover.Fence{Epoch: 41, Run: "run-41", Region: west, Phase: failover.Outbound}).OldString() {
		t.Errorf("the fence of format 1 is %s; want that of payments", left)
	}
	handle(t, theirs, request(42, "run-42", 100))
	if _, left := fences(world, "Z1"); left != "" {
		t.Errorf("the fence of format 1 is %s; want none", left)
	}
	checkMoved(t, world, apps)
}
