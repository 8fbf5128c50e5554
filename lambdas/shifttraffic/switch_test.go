package shifttraffic

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"net/http/httptest"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// newSwitched returns the handler of a plan with a switch, whose state is kept in a table of the world.
func newSwitched(t *testing.T, apps ...failover.Application) (Handler, *fakeaws.World, *registry.Store) {
	t.Helper()
	h, world := newHandler(t, apps...)
	must(t, world.AddTable("registry", string(east), string(west)))
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	h.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	store := &registry.Store{Table: "registry", Plan: h.Plan, Client: dynamodb.NewFromConfig(aws.Config{
		Region: string(west), BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	})}
	h.Registry = registered{apps: apps, store: store}
	return h, world, store
}

func bySwitch(epoch int64, run string, names ...string) failover.ShiftRequest {
	req := request(epoch, run, 100)
	req.Run.Switches = names
	return req
}

func state(t *testing.T, store *registry.Store) registry.SwitchState {
	t.Helper()
	got, err := store.Switch(t.Context(), "default")
	must(t, err)
	got.At = got.At.UTC()
	return got
}

var controlPlaneGone = fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}}

// TestASwitchMovesUsersWithoutTheControlPlane: one write moves all users, and what could not be written of the weights is pending
// and not set aside; nothing remains to be waited for. A control plane that has not answered Validate is not asked at all, one
// that dies afterwards once.
func TestASwitchMovesUsersWithoutTheControlPlane(t *testing.T) {
	apps := append(manyApplications("Z1", 2), manyApplications("Z2", 1)...)
	apps[2].Name = "other"
	h, world, store := newSwitched(t, apps...)
	world.Inject(controlPlaneGone)
	before := len(world.Calls())
	gone := bySwitch(7, "run-7", "default")
	gone.Run.ControlPlaneGone = true
	got := handle(t, h, gone)
	calls := callsOf(world.Calls()[before:])
	if diff := cmp.Diff(registry.SwitchState{Evacuated: east, Epoch: 7, Run: "run-7", At: start}, state(t, store)); diff != "" {
		t.Errorf("the switch (-want +got):\n%s", diff)
	}
	if len(got.SetAside.Failed()) > 0 || !got.SetAside.Pending("Z1") || !got.SetAside.Pending("Z2") || got.Remaining > 0 || len(got.Deferred) > 0 {
		t.Errorf("got %+v; want both zones pending and nothing else", got)
	}
	if diff := cmp.Diff(map[string]int{"UpdateItem": 1}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	later, aside, _ := newSwitched(t, apps...)
	aside.Inject(controlPlaneGone)
	before = len(aside.Calls())
	handle(t, later, bySwitch(7, "run-7", "default"))
	if diff := cmp.Diff(map[string]int{"UpdateItem": 1, "ListResourceRecordSets": 1}, callsOf(aside.Calls()[before:])); diff != "" {
		t.Errorf("calls when it dies later (-want +got):\n%s", diff)
	}
	req := bySwitch(7, "run-7", "default")
	req.SetAside, req.Round = got.SetAside, 2
	before = len(world.Calls())
	handle(t, h, req)
	for _, call := range world.Calls()[before:] {
		if call.Service == "route53" {
			t.Errorf("a zone whose weights are pending is asked again: %s", call.Operation)
		}
	}
}

func callsOf(calls []fakeaws.Call) map[string]int {
	n := map[string]int{}
	for _, c := range calls {
		n[c.Operation]++
	}
	return n
}

// TestARunThatHasLostAZoneMovesNoSwitch: the other run has moved its users by weights, and may not have written the switch yet.
func TestARunThatHasLostAZoneMovesNoSwitch(t *testing.T) {
	apps := manyApplications("Z1", 1)
	h, _, store := newSwitched(t, apps...)
	other := h
	other.Plan.Switches = nil
	handle(t, other, request(7, "other", 100))
	_, err := h.Handle(t.Context(), bySwitch(7, "run-7", "default"))
	if entry.ConditionOf(err) != failover.FenceLost || state(t, store).Evacuated != "" {
		t.Errorf("got %v, %+v; want FenceLost and no user moved", err, state(t, store))
	}
}

// TestWeightsAreWrittenWhereTheyCanBe, of the zones of one switch too.
func TestWeightsAreWrittenWhereTheyCanBe(t *testing.T) {
	apps := append(manyApplications("Z1", 2), manyApplications("Z2", 1)...)
	apps[2].Name = "other"
	h, world, _ := newSwitched(t, apps...)
	denied := fakeaws.Fault{Operation: "ChangeResourceRecordSets", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}}
	h.Route53 = sickZone{h.Route53, world, "Z1", denied}
	got := handle(t, h, bySwitch(7, "run-7", "default"))
	if !got.SetAside.Pending("Z1") || got.SetAside.Pending("Z2") || len(got.Changes) != 1 || got.Changes[0].Zone != "Z2" {
		t.Errorf("got %+v; want Z1 pending and Z2 written", got)
	}
	checkMoved(t, world, apps[2:])
}

// TestAZoneWithUsersOfNoSwitchIsMovedByWeights, and what keeps it from moving is a failed part.
func TestAZoneWithUsersOfNoSwitchIsMovedByWeights(t *testing.T) {
	apps := manyApplications("Z1", 2)
	apps[1].Switch = failover.NoSwitch
	h, world, _ := newSwitched(t, apps...)
	remove := world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403}})
	got := handle(t, h, bySwitch(7, "run-7", "default"))
	if len(got.SetAside.PendingWeights()) > 0 || len(got.SetAside.Failed())+len(got.Deferred) == 0 {
		t.Errorf("got %+v; want the zone set aside", got)
	}
	remove()
	handle(t, h, bySwitch(8, "run-8", "default"))
	checkMoved(t, world, apps)
}

// TestAnOlderRunMovesNoSwitch, whatever the newer one has done with it: moved users by it, or by weights alone.
func TestAnOlderRunMovesNoSwitch(t *testing.T) {
	for name, newer := range map[string]func() failover.ShiftRequest{
		"a failover": func() failover.ShiftRequest { return bySwitch(9, "newer", "default") },
		"a failover that does not cover it": func() failover.ShiftRequest {
			return bySwitch(9, "newer")
		},
		"a planned run": func() failover.ShiftRequest {
			req := bySwitch(9, "newer")
			req.Run.Action, req.Run.From, req.Run.To, req.Stage.From, req.Stage.To = failover.Failback, west, east, west, east
			return req
		},
	} {
		apps := manyApplications("Z1", 1)
		h, _, store := newSwitched(t, apps...)
		handle(t, h, newer())
		want := state(t, store)
		_, err := h.Handle(t.Context(), bySwitch(8, "older", "default"))
		if entry.ConditionOf(err) != failover.FenceLost {
			t.Errorf("%s: got %v; want FenceLost", name, err)
		}
		if diff := cmp.Diff(want, state(t, store)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestARunThatHasLostItsLockMovesNoSwitch: a newer one may not have come to its first stage yet.
func TestARunThatHasLostItsLockMovesNoSwitch(t *testing.T) {
	for _, lost := range []error{registry.ErrOvertaken, registry.ErrRunOver} {
		apps := manyApplications("Z1", 1)
		h, _, store := newSwitched(t, apps...)
		h.Registry = registered{apps: apps, store: store, lock: lost}
		_, err := h.Handle(t.Context(), bySwitch(8, "older", "default"))
		if entry.ConditionOf(err) != failover.FenceLost || state(t, store) != (registry.SwitchState{At: state(t, store).At}) {
			t.Errorf("%v: got %v and %+v; want FenceLost and the switch as it was", lost, err, state(t, store))
		}
	}
}

// TestAPlannedRunResetsASwitchAfterItsWeights: until all weights are written it keeps users where they are.
func TestAPlannedRunResetsASwitchAfterItsWeights(t *testing.T) {
	apps := manyApplications("Z1", 1)
	h, world, store := newSwitched(t, apps...)
	world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}, Times: 1})
	handle(t, h, bySwitch(7, "failover", "default"))
	back := func(percent int) failover.ShiftRequest {
		req := request(8, "failback", percent)
		req.Run.Switches = []string{"default"}
		req.Run.Action, req.Run.From, req.Run.To, req.Stage.From, req.Stage.To = failover.Failback, west, east, west, east
		return req
	}
	remove := world.Inject(controlPlaneGone)
	if _, err := h.Handle(t.Context(), back(100)); err == nil {
		t.Fatal("got no error without a control plane")
	}
	if got := state(t, store); got.Evacuated != east || got.Epoch != 7 {
		t.Errorf("before the weights: got %+v; want it untouched: the zones decide whether the run may go on", got)
	}
	remove()
	handle(t, h, back(50))
	if got := state(t, store); got.Evacuated != east {
		t.Errorf("at half of the traffic: got %+v; want users to leave us-east-1 still", got)
	}
	handle(t, h, back(100))
	if got := state(t, store); got.Evacuated != "" || got.Run != "failback" {
		t.Errorf("after the weights: got %+v; want it reset", got)
	}
	handle(t, h, back(100))
	if got := state(t, store); got.Evacuated != "" {
		t.Errorf("after the same call again: got %+v; want it reset", got)
	}
}

// TestPendingWeightsOfManyZonesAreOnePart: the list travels with the execution, and none of them is a failed part.
func TestPendingWeightsOfManyZonesAreOnePart(t *testing.T) {
	var apps []failover.Application
	for i := range failover.MaxSetAside + 5 {
		app := manyApplications(fmt.Sprintf("Z%02d", i), 1)[0]
		app.Name = fmt.Sprintf("app-%02d", i)
		app.Records[0].ZoneName = fmt.Sprintf("z%02d.example", i)
		apps = append(apps, app)
	}
	h, world, _ := newSwitched(t, apps...)
	world.Inject(controlPlaneGone)
	got := handle(t, h, bySwitch(7, "run-7", "default"))
	if len(got.SetAside) != 1 || len(got.SetAside.Failed()) > 0 || !got.SetAside.Pending("Z00") || !got.SetAside.Pending("Z54") || got.SetAside[0].Object != "55 zones" {
		t.Errorf("got %+v; want one part for 55 zones", got.SetAside)
	}
}

// TestARunThatWritesPendingWeightsMovesNoOtherApplication, not even one of the same wave and zone; and its fence says what it is.
func TestARunThatWritesPendingWeightsMovesNoOtherApplication(t *testing.T) {
	apps := manyApplications("Z1", 2)
	apps[1].Switch = failover.NoSwitch
	h, world, _ := newSwitched(t, apps...)
	req := bySwitch(7, "run-7", "default")
	req.Run.OnlyWeights = true
	handle(t, h, req)
	checkMoved(t, world, apps[:1])
	if got := world.Weights(apps[1].Records[0].Name, "A"); got[string(west)] != 0 {
		t.Errorf("the other application has %v; want it in us-east-1", got)
	}
	if got := fence(world, "Z1"); !strings.Contains(got, "action=weights") {
		t.Errorf("the fence is %s; want the action weights", got)
	}
}

// TestARollbackSetsASwitchAgainThatItsRunHasReset: before the run, weights were pending and users were elsewhere by the switch. The
// same call again changes nothing, and a newer run's switch stays.
func TestARollbackSetsASwitchAgainThatItsRunHasReset(t *testing.T) {
	apps := manyApplications("Z1", 1)
	weights := map[failover.Region]int{east: 100, west: 0}
	h, world, store := newSwitched(t, apps...)
	remove := world.Inject(controlPlaneGone)
	handle(t, h, bySwitch(7, "failover", "default"))
	remove()
	back := request(8, "failback", 100)
	back.Run.Switches = []string{"default"}
	back.Run.Action, back.Run.From, back.Run.To, back.Stage.From, back.Stage.To = failover.Failback, west, east, west, east
	handle(t, h, back)
	apps[0].Live = failover.Live{Active: east, Weights: weights, Epoch: 8, Before: &failover.Place{Active: west, Weights: weights}}
	h.Registry = registered{apps: apps, store: store}
	undo := back
	undo.Run.Phase, undo.Run.From, undo.Run.To = failover.Rollback, east, west
	undo.Stage.From, undo.Stage.To, undo.Stage.Index, undo.Stage.Restore = east, west, 1, true
	for range 2 {
		handle(t, h, undo)
		if got := state(t, store); got.Evacuated != east || got.Run != "failback" {
			t.Errorf("got %+v; want users to leave us-east-1, as before the run", got)
		}
	}
	if got := world.Weights(apps[0].Records[0].Name, "A"); got[string(east)] != 100 {
		t.Errorf("got the weights %v; want those of before the run", got)
	}
	handle(t, h, bySwitch(9, "newer", "default"))
	if _, err := h.Handle(t.Context(), undo); entry.ConditionOf(err) != failover.FenceLost {
		t.Errorf("after a newer run: got %v; want FenceLost", err)
	}
}

// TestARollbackFailsWhenItsSwitchCannotBeSetAgain: users are not back, whatever the weights say.
func TestARollbackFailsWhenItsSwitchCannotBeSetAgain(t *testing.T) {
	apps := manyApplications("Z1", 1)
	h, world, _ := newLevered(t, failover.MetricLever, 0, apps...)
	undo := request(8, "failback", 100)
	undo.Run.Switches, undo.Run.Action, undo.Run.Phase = []string{"default"}, failover.Failback, failover.Rollback
	remove := world.Inject(fakeaws.Fault{Operation: "PutMetricData", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	if _, err := h.Handle(t.Context(), undo); entry.ConditionOf(err) != failover.Unreachable {
		t.Errorf("got %v; want Unreachable", err)
	}
	remove()
	handle(t, h, undo)
}

// otherLock is the lock as the other Region has it.
type otherLock struct{ err error }

func (l otherLock) MayMove(context.Context, failover.Run) error { return l.err }

// TestAPlannedRunThatTheOtherRegionHasSupersededMovesNothing: a failover by switch there may have left no mark in the zones. If
// that Region does not answer, or knows of no newer run, the zones decide.
func TestAPlannedRunThatTheOtherRegionHasSupersededMovesNothing(t *testing.T) {
	for _, c := range []struct {
		says  error
		moves bool
	}{{registry.ErrOvertaken, false}, {registry.ErrRunOver, true}, {errors.New("no answer"), true}, {nil, true}} {
		apps := manyApplications("Z1", 1)
		h, world, _ := newSwitched(t, apps...)
		var asked failover.Region
		h.OtherReplica = func(r failover.Region) Lock { asked = r; return otherLock{c.says} }
		req := request(7, "planned", 100)
		req.Run.Action = failover.Switchover
		_, err := h.Handle(t.Context(), req)
		if moved := len(world.Batches()) > 0; moved != c.moves || (entry.ConditionOf(err) == failover.FenceLost) == c.moves || asked != east {
			t.Errorf("%v of %s: got %v, moved: %t; want moved: %t", c.says, asked, err, moved, c.moves)
		}
	}
}

// TestPendingWeightsOfAWaveDoNotKeepTheNextOneFromMovingByWeights, in the same zone.
func TestPendingWeightsOfAWaveDoNotKeepTheNextOneFromMovingByWeights(t *testing.T) {
	apps := manyApplications("Z1", 1)
	apps[0].Switch = failover.NoSwitch
	h, world, _ := newSwitched(t, apps...)
	req := bySwitch(7, "run-7", "default")
	req.SetAside = failover.Aside{{Kind: failover.PendingKind, Object: "z1.example", Zone: "Z1"}}
	handle(t, h, req)
	checkMoved(t, world, apps)
}
