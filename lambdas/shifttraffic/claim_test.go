package shifttraffic

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestEveryRunThatMovesUsersGivesTheirSwitchItsEpoch: a planned run, one that moves them in traffic steps, and a failover that moves
// them by weights leave the switch as it is. An older run that wakes up late, and reads no zone because the control plane is gone,
// must not move them by it.
func TestEveryRunThatMovesUsersGivesTheirSwitchItsEpoch(t *testing.T) {
	planned := func(req *failover.ShiftRequest) { req.Run.Action = failover.Switchover }
	for name, c := range map[string]struct {
		before failover.Region
		change func(*failover.ShiftRequest)
	}{
		"a planned run":                        {"", planned},
		"a planned run of an evacuated switch": {east, planned},
		"a traffic step of a run that resets the switch later": {west, func(req *failover.ShiftRequest) {
			planned(req)
			req.Run.Switches, req.Stage.Percent = []string{"default"}, new(50)
		}},
		"a failover that moves them by weights": {"", func(*failover.ShiftRequest) {}},
	} {
		t.Run(name, func(t *testing.T) {
			h, _, store := newSwitched(t, manyApplications("Z1", 1)...)
			if c.before != "" {
				_, err := store.WriteSwitch(t.Context(), "default", registry.SwitchState{Evacuated: c.before, Epoch: 6, Run: "run-6", At: start})
				must(t, err)
			}
			req := request(8, "run-8", 100)
			c.change(&req)
			handle(t, h, req)
			want := registry.SwitchState{Evacuated: c.before, Epoch: 8, Run: "run-8", At: start}
			if diff := cmp.Diff(want, state(t, store)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			late := bySwitch(7, "run-7", "default")
			late.Run.ControlPlaneGone = true
			if _, err := h.Handle(t.Context(), late); entry.ConditionOf(err) != failover.FenceLost {
				t.Errorf("the older run: got %v; want FenceLost", err)
			}
			if diff := cmp.Diff(want, state(t, store)); diff != "" {
				t.Errorf("after the older run (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTheNewestChangeOfAZoneCounts in whichever order the changes come, and those of other zones do not.
func TestTheNewestChangeOfAZoneCounts(t *testing.T) {
	for _, batches := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		changes := []failover.Change{{Zone: "Z2", Batch: 8}}
		for _, batch := range batches {
			changes = append(changes, failover.Change{Zone: "Z1", Batch: batch})
		}
		if got := knownOf(append(changes, failover.Change{Zone: "Z3", Batch: 9}), "Z1"); got != 3 {
			t.Errorf("batches %v: %d are done; want 3", batches, got)
		}
	}
}

// TestAFenceThatIsLostAfterTheFlipIsOvertaken: users have moved, so the run has not changed nothing. The zone of the switch is not
// read before the flip, because the control plane did not answer then.
func TestAFenceThatIsLostAfterTheFlipIsOvertaken(t *testing.T) {
	apps := manyApplications("Z1", 1)
	apps[0].Switch = failover.NoSwitch
	apps = append(apps, manyApplications("Z2", 1)...)
	apps[1].Name = "by-switch"
	h, world, _ := newSwitched(t, apps...)
	fencedOnly := h
	fencedOnly.Plan.Switches = nil
	handle(t, fencedOnly, request(9, "newer", 100))
	world.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 503}, Times: 1})
	_, err := h.Handle(t.Context(), bySwitch(8, "older", "default"))
	if entry.ConditionOf(err) != failover.Overtaken {
		t.Errorf("got %v; want Overtaken", err)
	}
}
