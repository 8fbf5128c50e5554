package notify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

var pendingZone = failover.SetAside{Kind: failover.PendingKind, Object: "example.com", Zone: zone, Error: failover.Unreachable, Cause: "no response within 1 s"}

// newSwitched is [newHandler] of a plan whose switch has moved the users of the applications, which have no database.
func newSwitched(t *testing.T, names ...string) (Handler, *fakeaws.World) {
	t.Helper()
	h, world := newHandler(t, names...)
	h.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
	h.Registry.Plan = h.Plan
	for _, name := range names {
		app := application(name)
		app.Databases = nil
		if _, err := h.Registry.Register(t.Context(), h.Plan, []failover.Application{app}, outage); err != nil {
			t.Fatal(err)
		}
		live := failover.Live{Active: west, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: 7}
		if _, err := h.Registry.SetLive(t.Context(), app, live); err != nil {
			t.Fatal(err)
		}
	}
	setSwitch(t, h, east)
	return h, world
}

func setSwitch(t *testing.T, h Handler, away failover.Region) {
	t.Helper()
	if _, err := h.Registry.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: away, Epoch: 7, Run: "run-1", At: outage}); err != nil {
		t.Fatal(err)
	}
}

// bySwitch is the request of a failover whose users have moved by the switch.
func bySwitch(outcome failover.Outcome, aside ...failover.SetAside) failover.NotifyRequest {
	req := request(outcome)
	req.Run.Switches, req.SetAside, req.LagMillis = []string{"default"}, aside, -1
	return req
}

// TestAHeldRunListsUsersThatASwitchHasMovedAsMoved, although Route 53 does not answer; and what is pending is a follow-up, and no
// reason for the outcome.
func TestAHeldRunListsUsersThatASwitchHasMovedAsMoved(t *testing.T) {
	h, world := newSwitched(t, "checkout", "search")
	world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	before := len(world.Calls())
	failed := failover.SetAside{Kind: failover.DatabaseKind, Object: "ledger", Error: failover.Rejected, Cause: "it has no member"}
	got := handle(t, h, bySwitch(failover.Held, failed, pendingZone))
	if got.Moved != 2 || got.NotMoved+got.NotKnown != 0 {
		t.Errorf("got %+v; want both moved", got)
	}
	for _, call := range world.Calls()[before:] {
		if call.Service == "route53" {
			t.Errorf("the control plane is asked about a zone whose weights are pending: %s", call.Operation)
		}
	}
	r := readReport(t, world)
	if len(r.Unknown) > 0 || len(r.Reasons) != 1 || len(r.SetAside) != 1 || r.FollowUp == nil {
		t.Errorf("got unknown %q, reasons %q, set aside %v, follow-up %+v", r.Unknown, r.Reasons, r.SetAside, r.FollowUp)
	}
	if diff := cmp.Diff(r.FollowUp, got.FollowUp); diff != "" {
		t.Errorf("the report and the answer (-report +answer):\n%s", diff)
	}
}

// TestAUserWhomNoSwitchMovesIsNotMoved: the weights are pending, and a newer run has reset the switch.
func TestAUserWhomNoSwitchMovesIsNotMoved(t *testing.T) {
	h, world := newSwitched(t, "checkout")
	setSwitch(t, h, "")
	if got := handle(t, h, bySwitch(failover.Held, pendingZone)); got.NotMoved != 1 {
		t.Errorf("got %+v; want it not moved", got)
	}
	if r := readReport(t, world); len(r.NotMoved) != 1 || !strings.Contains(strings.Join(r.NotMoved[0].Why, " "), "record checkout.example.com A: us-east-1 100, us-west-2 0") {
		t.Errorf("got %+v", r.NotMoved)
	}
}

// TestTheMessageOfACompletedFailoverSaysWhatIsPending.
func TestTheMessageOfACompletedFailoverSaysWhatIsPending(t *testing.T) {
	h, world := newSwitched(t, "checkout")
	req := bySwitch(failover.Completed, pendingZone)
	req.Inventory = verifiedInventory(1)
	handle(t, h, req)
	const want = `
Completed: failover to us-west-2, 1 of 1 applications moved in 7m12s; weights of 1 zone pending

Moved (1), as verified at 03:07:00 UTC: checkout

Follow-up: the weights of 1 zone are pending:
- example.com (` + zone + `): Unreachable: no response within 1 s
Users are in us-west-2 by health checks, although the DNS weights of 1 zone still name us-east-1. A schedule writes the weights within 10 minutes after the Route 53 control plane answers again, and then resets the switch. No user moves. To do it now:
  aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --input '{"action":"weights"}'

To fail back to us-east-1 when it is healthy, first see what that would do:`
	if got := theMessage(t, world).Message; !strings.HasPrefix(got, want[1:]) {
		t.Errorf("the message begins otherwise (-want +got):\n%s", cmp.Diff(want[1:], got))
	}
	if facts := theMessage(t, world).Attributes["facts"]; !strings.Contains(facts, `"followUp":{"pendingZones":1,"command":"aws stepfunctions`) {
		t.Errorf("the facts lack the follow-up: %s", facts)
	}
}

// TestASwitchThatCouldNotBeResetIsAFollowUp: all weights are written, and users are in the target by both.
func TestASwitchThatCouldNotBeResetIsAFollowUp(t *testing.T) {
	h, world := newSwitched(t, "checkout")
	req := bySwitch(failover.Completed)
	req.Inventory = verifiedInventory(1)
	handle(t, h, req)
	if r := readReport(t, world); r.FollowUp == nil || !strings.Contains(r.Summary, "switch not reset") {
		t.Errorf("got %+v, %q", r.FollowUp, r.Summary)
	}
}

// TestARunThatWritesPendingWeightsSendsOneNotification: none at its start, and one that claims no recovery at its end.
func TestARunThatWritesPendingWeightsSendsOneNotification(t *testing.T) {
	h, world := newSwitched(t, "checkout")
	setSwitch(t, h, "")
	req := bySwitch(failover.Completed)
	req.Run.OnlyWeights, req.Inventory = true, verifiedInventory(1)
	if got, err := h.Announce(t.Context(), failover.AnnounceRequest{Run: req.Run, Applications: 1, Stages: 1, Now: outage}); err != nil || got.Notified || len(world.Messages()) > 0 {
		t.Fatalf("announced: got %+v, %v", got, err)
	}
	handle(t, h, req)
	handle(t, h, req)
	const want = `
Completed: pending weights of us-west-2, 1 of 1 applications in us-west-2; switch default reset

In us-west-2 (1), as verified at 03:07:00 UTC: checkout

No action is needed.

Run run-1, plan drover
Report: s3://reports/runs/run-1/report.json
`
	if diff := cmp.Diff(want[1:], theMessage(t, world).Message); diff != "" {
		t.Errorf("the message (-want +got):\n%s", diff)
	}
	if action := theMessage(t, world).Attributes["action"]; action != "weights" {
		t.Errorf("the action is %q; want weights", action)
	}
	if n := calls(world, "PutMetricData"); n > 0 {
		t.Errorf("%d metrics published; want none: nothing was recovered", n)
	}
}

// TestARunThatWritesPendingWeightsSaysNothingOfWriters: a promotion that has failed before is not its own to report.
func TestARunThatWritesPendingWeightsSaysNothingOfWriters(t *testing.T) {
	h, world := newSwitched(t)
	app := application("checkout") // its writer is in us-east-1
	if err := errors.Join(setWeights(world, "checkout", 100, 0), world.AddGlobalCluster(globalCluster(app))); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Registry.Register(t.Context(), h.Plan, []failover.Application{app}, outage); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Registry.SetLive(t.Context(), app, failover.Live{Active: west, Weights: map[failover.Region]int{east: 100, west: 0}, Epoch: 7}); err != nil {
		t.Fatal(err)
	}
	req := bySwitch(failover.Held, pendingZone)
	req.Run.OnlyWeights = true
	if got := handle(t, h, req); got.Moved != 1 || len(readReport(t, world).Databases) > 0 {
		t.Errorf("got %+v, %+v; want it in the target, and no database", got, readReport(t, world).Databases)
	}
}

// TestASwitchThatCouldNotBeUsedIsSaid, although nothing has failed by it: weights have moved its users.
func TestASwitchThatCouldNotBeUsedIsSaid(t *testing.T) {
	h, world := newSwitched(t, "checkout")
	setSwitch(t, h, "")
	req := bySwitch(failover.Completed, failover.SetAside{Kind: failover.SwitchKind, Object: "default", Wave: 1, Error: failover.Unreachable, Cause: "no response"})
	req.Inventory = verifiedInventory(1)
	handle(t, h, req)
	if got := theMessage(t, world).Message; !strings.Contains(got, "switch default could not be used, and its applications of wave 1 moved by weights") {
		t.Errorf("got:\n%s", got)
	}
}

// TestTheProofOfASwitchIsNoPartOfTheRecovery: users were back before it; and the message says what was proved.
func TestTheProofOfASwitchIsNoPartOfTheRecovery(t *testing.T) {
	h, world := newHandler(t)
	req := request(failover.Completed)
	req.Run.Action, req.Run.Phase, req.Run.Proves, req.LagMillis = failover.Drill, failover.Return, []string{"default"}, -1
	req.Run.From, req.Run.To, req.Run.PhaseStartedAt = west, east, outage.Add(5*time.Minute)
	req.Run.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: east, To: west, StartedAt: outage.Add(time.Minute), PhaseEnd: failover.PhaseEnd{EndedAt: outage.Add(2 * time.Minute), StagesDone: 1, Stages: 1}}}
	req.Stages, req.StagesDone, req.Inventory = 3, 3, verifiedInventory(0)
	handle(t, h, req)
	if r := readReport(t, world); r.Phases[1].RTOSeconds != 120 {
		t.Errorf("the return took %v s; want the two minutes until users were back", r.Phases[1].RTOSeconds)
	}
	if got := theMessage(t, world).Message; !strings.Contains(got, "Proved: switch default, while no user was in us-west-2; no user moved\n") {
		t.Errorf("got:\n%s", got)
	}
}
