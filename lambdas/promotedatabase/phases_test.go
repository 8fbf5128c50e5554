package promotedatabase

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

// goingBack is the request of a stage that brings the writers of a wave back.
func goingBack(phase failover.Phase) failover.PromoteRequest {
	req := stageRequest(failover.Switchover)
	req.Run.Phase, req.Run.From, req.Run.To = phase, west, east
	req.Stage.Index, req.Stage.From, req.Stage.To, req.Stage.Restore = req.Stage.Index+1, west, east, true
	return req
}

// TestAReturnReversesOnlyThePromotionsOfTheRun: search was written there before the run.
func TestAReturnReversesOnlyThePromotionsOfTheRun(t *testing.T) {
	for _, phase := range []failover.Phase{failover.Return, failover.Rollback} {
		h, world := newHandler(t, "checkout", "search")
		promoteBefore(t, h, "search")
		world.AdvanceTo(world.Now().Add(5 * time.Minute))

		out := stageRequest(failover.Switchover)
		out.Run.Phase = failover.Outbound
		if got := handle(t, h, out); got.Started != 1 || got.AlreadyDone != 1 {
			t.Fatalf("out: %+v", got)
		}
		world.AdvanceTo(world.Now().Add(5 * time.Minute))
		before := len(rdsCalls(world))
		if got := handle(t, h, goingBack(phase)); got.Started != 1 || got.AlreadyDone != 0 {
			t.Errorf("%s: %+v; want one started", phase, got)
		}
		if diff := cmp.Diff([]string{"us-west-2 SwitchoverGlobalCluster"}, rdsCalls(world)[before:]); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", phase, diff)
		}
		world.AdvanceTo(world.Now().Add(5 * time.Minute))
		if got := handle(t, h, goingBack(phase)); got.Started != 0 || got.AlreadyDone != 1 {
			t.Errorf("%s again: %+v; want it found done", phase, got)
		}
	}
}

// TestAReturnRollbackTakesTheReturnedWriterAlong, however far behind the other Region is: its users are there already.
func TestAReturnRollbackTakesTheReturnedWriterAlong(t *testing.T) {
	h, world := newHandler(t, "checkout")
	out := stageRequest(failover.Drill)
	out.Run.Phase = failover.Outbound
	handle(t, h, out)
	world.AdvanceTo(world.Now().Add(5 * time.Minute))
	back := goingBack(failover.Return)
	back.Run.Action = failover.Drill
	if got := handle(t, h, back); got.Started != 1 {
		t.Fatalf("back: %+v", got)
	}
	world.AdvanceTo(world.Now().Add(15 * time.Minute))
	if err := world.SetLag("checkout", time.Minute); err != nil {
		t.Fatal(err)
	}
	world.AdvanceTo(world.Now().Add(2 * time.Minute))
	returnRollback := stageRequest(failover.Drill)
	returnRollback.Run.Phase, returnRollback.Now = failover.ReturnRollback, world.Now()
	returnRollback.Stage.Index = back.Stage.Index + 1
	before := len(rdsCalls(world))
	if got := handle(t, h, returnRollback); got.Started != 1 {
		t.Errorf("return-rollback: %+v; want one started", got)
	}
	if diff := cmp.Diff([]string{"us-east-1 SwitchoverGlobalCluster"}, rdsCalls(world)[before:]); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestAPromotionIsNotedBeforeItIsAskedFor: otherwise a call that dies in between would be forgotten by a rollback.
func TestAPromotionIsNotedBeforeItIsAskedFor(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "SwitchoverGlobalCluster", Times: 1, Error: &fakeaws.APIError{Code: "Throttling", Status: 400, Message: "Rate exceeded"}})
	if _, err := h.Handle(t.Context(), stageRequest(failover.Switchover)); entry.ConditionOf(err) != failover.Throttled {
		t.Fatalf("got %v; want Throttled", err)
	}
	apps, err := h.Registry.Wave(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"checkout"}, apps[0].Live.Promoted); diff != "" {
		t.Errorf("noted (-want +got):\n%s", diff)
	}
}

// promoteBefore promotes the database of an application without a run.
func promoteBefore(t *testing.T, h Handler, name string) {
	t.Helper()
	_, err := h.RDS(west).FailoverGlobalCluster(t.Context(), &rds.FailoverGlobalClusterInput{
		GlobalClusterIdentifier: &name, AllowDataLoss: aws.Bool(true),
		TargetDbClusterIdentifier: aws.String(clusterARN(name, west)),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAFailoverNotesWhatItHasPromoted, after it has done so, and not what was there before or could not be promoted.
func TestAFailoverNotesWhatItHasPromoted(t *testing.T) {
	h, world := newHandler(t, "checkout", "orders", "search")
	promoteBefore(t, h, "search")
	world.AdvanceTo(world.Now().Add(5 * time.Minute))
	world.Inject(fakeaws.Fault{Operation: "FailoverGlobalCluster", Times: 1, Error: &fakeaws.APIError{Code: "InvalidGlobalClusterStateFault", Status: 400, Message: "busy"}})
	req := stageRequest(failover.Failover)
	req.Now = world.Now()
	before := len(world.Calls())
	_, _ = h.Handle(t.Context(), req) // checkout cannot be promoted
	started := false
	for _, call := range world.Calls()[before:] {
		started = started || call.Operation == "FailoverGlobalCluster"
		if call.Service == "dynamodb" && call.Mutating && !strings.Contains(call.Object, " lock") && !started {
			t.Errorf("%s comes before the promotion", call.Operation)
		}
	}
	apps, err := h.Registry.Wave(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	noted := map[string][]string{}
	for _, app := range apps {
		noted[app.Name] = app.Live.Promoted
		if _, measured := app.Live.Lags[app.Name]; measured != (app.Name == "orders") {
			t.Errorf("%s: lags %v", app.Name, app.Live.Lags)
		}
	}
	if diff := cmp.Diff(map[string][]string{"checkout": nil, "orders": {"orders"}, "search": nil}, noted); diff != "" {
		t.Errorf("noted (-want +got):\n%s", diff)
	}
}

// TestAFailoverThatCannotNoteGoesOn: the note is for the report, and the next call finds the promotion and notes it.
func TestAFailoverThatCannotNoteGoesOn(t *testing.T) {
	h, world := newHandler(t, "checkout")
	world.Inject(fakeaws.Fault{Operation: "UpdateItem", Times: 1, Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500, Message: "down"}})
	if got := handle(t, h, stageRequest(failover.Failover)); got.Started != 1 {
		t.Fatalf("got %+v; want one started", got)
	}
	if got := handle(t, h, stageRequest(failover.Failover)); got.InFlight != 1 {
		t.Fatalf("again: got %+v; want it found in flight", got)
	}
	apps, err := h.Registry.Wave(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"checkout"}, apps[0].Live.Promoted); diff != "" {
		t.Errorf("noted (-want +got):\n%s", diff)
	}
}

// TestTheLagIsThatOfWhatIsPromoted: that of a database which was there already says nothing about lost writes.
func TestTheLagIsThatOfWhatIsPromoted(t *testing.T) {
	h, world := newHandler(t, "checkout")
	promoteBefore(t, h, "checkout")
	world.AdvanceTo(world.Now().Add(2 * time.Minute))
	req := stageRequest(failover.Failover)
	req.Now = world.Now()
	if got := handle(t, h, req); got.AlreadyDone != 1 || got.LagMillis != -1 || got.LagAt != nil {
		t.Errorf("got %+v; want it done already, and no lag", got)
	}
}

// TestARollbackStartsWhatItCan: a database that is stuck keeps no other in the Region that users have left.
func TestARollbackStartsWhatItCan(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	out := stageRequest(failover.Switchover)
	out.Run.Phase = failover.Outbound
	if err := world.SetStuck("search", true); err != nil {
		t.Fatal(err)
	}
	handle(t, h, out)
	world.AdvanceTo(world.Now().Add(5 * time.Minute))
	got, err := h.Handle(t.Context(), goingBack(failover.Rollback))
	if entry.ConditionOf(err) != failover.Rejected || got.Started != 1 {
		t.Errorf("rollback: got %+v, %v; want one started, and the other rejected", got, err)
	}
	if got, err := h.Handle(t.Context(), goingBack(failover.Return)); err == nil || got.Started != 0 {
		t.Errorf("way back: got %+v, %v; want none started", got, err)
	}
}

// TestTheNoteOfAPromotionSaysWhereTheRunHasFoundTheUsers: databases first, it is the run's first write.
func TestTheNoteOfAPromotionSaysWhereTheRunHasFoundTheUsers(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	left := failover.Place{Active: east, Weights: map[failover.Region]int{east: 90, west: 10}}
	req := stageRequest(failover.Switchover)
	req.Run.Unrecorded = []failover.Unrecorded{{Wave: 1, Place: left}}
	handle(t, h, req)
	apps, err := h.Registry.Wave(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&left, apps[0].Live.Before); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(left.Weights, apps[0].Live.Weights); diff != "" {
		t.Errorf("registered (-want +got):\n%s", diff)
	}
}
