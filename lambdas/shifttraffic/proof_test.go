package shifttraffic

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// proof is the request for a part of the proof that ends a drill to us-west-2, whose users are back in us-east-1.
func proof(epoch int64, part failover.Proof) failover.ShiftRequest {
	req := request(epoch, "drill", 100)
	req.Run.Action, req.Run.Phase, req.Run.From, req.Run.To = failover.Drill, failover.Return, west, east
	req.Run.Proves = []string{"default"}
	req.Stage.From, req.Stage.To, req.Stage.Percent, req.Stage.Wave, req.Stage.Prove = west, east, nil, 0, part
	return req
}

// TestAProofWritesTheSwitchAndNoRecord: users leave the Region that has none, and then no longer. The same calls again change nothing.
func TestAProofWritesTheSwitchAndNoRecord(t *testing.T) {
	apps := manyApplications("Z1", 2)
	h, world, store := newSwitched(t, apps...)
	before := len(world.Calls())
	for _, c := range []struct {
		part failover.Proof
		want failover.Region
	}{{failover.ProveEvacuation, west}, {failover.ProveReset, ""}} {
		for range 2 {
			got := handle(t, h, proof(7, c.part))
			if now := state(t, store); now.Evacuated != c.want || now.Epoch != 7 || len(got.Proves) != 1 {
				t.Errorf("%s: got %+v, %+v; want users to leave %q", c.part, now, got, c.want)
			}
		}
	}
	for _, call := range world.Calls()[before:] {
		if call.Service == "route53" {
			t.Errorf("a proof calls %s", call.Operation)
		}
	}
}

// TestAProofMovesNoUser: it is refused while an application of the switch may have users in the Region that they would leave.
func TestAProofMovesNoUser(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*failover.Application)
		refused bool
	}{
		"active there":           {func(app *failover.Application) { app.Live.Active = west }, true},
		"some traffic there":     {func(app *failover.Application) { app.Live.Weights[west] = 10 }, true},
		"its item is broken":     {func(app *failover.Application) { app.Broken = "no records" }, true},
		"but of no switch":       {func(app *failover.Application) { app.Live.Active, app.Switch = west, failover.NoSwitch }, false},
		"all of it in us-east-1": {func(*failover.Application) {}, false},
	} {
		apps := manyApplications("Z1", 2)
		apps[1].Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
		c.change(&apps[1])
		h, _, store := newSwitched(t, apps...)
		_, err := h.Handle(t.Context(), proof(7, failover.ProveEvacuation))
		if (entry.ConditionOf(err) == failover.Rejected) != c.refused || (state(t, store).Evacuated == "") != c.refused {
			t.Errorf("%s: got %v, %+v; want it refused: %t", name, err, state(t, store), c.refused)
		}
	}
}

// TestAProofIsFenced, as everything that a run writes, by the lock and by the switch.
func TestAProofIsFenced(t *testing.T) {
	for _, part := range []failover.Proof{failover.ProveEvacuation, failover.ProveReset} {
		apps := manyApplications("Z1", 1)
		h, _, store := newSwitched(t, apps...)
		_, err := store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: east, Epoch: 9, Run: "newer", At: start})
		must(t, err)
		if _, err := h.Handle(t.Context(), proof(7, part)); entry.ConditionOf(err) != failover.FenceLost || state(t, store).Run != "newer" {
			t.Errorf("%s: got %v, %+v; want FenceLost", part, err, state(t, store))
		}
		h.Registry = registered{apps: apps, store: store, lock: registry.ErrOvertaken}
		if _, err := h.Handle(t.Context(), proof(10, part)); entry.ConditionOf(err) != failover.FenceLost || state(t, store).Run != "newer" {
			t.Errorf("%s, without the lock: got %v, %+v; want FenceLost", part, err, state(t, store))
		}
	}
}

// TestAProofFailsWithItsLever.
func TestAProofFailsWithItsLever(t *testing.T) {
	apps := manyApplications("Z1", 1)
	h, world, _ := newLevered(t, failover.MetricLever, 0, apps...)
	world.Inject(fakeaws.Fault{Operation: "PutMetricData", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}})
	if _, err := h.Handle(t.Context(), proof(7, failover.ProveEvacuation)); entry.ConditionOf(err) != failover.Unreachable {
		t.Errorf("got %v; want Unreachable", err)
	}
}
