package updateregistry

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func TestAStageThatRestoresWritesWhatTheRunHasFound(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	out := stageRequest(100)
	out.Run.Applications = []string{"checkout"} // search has not been written when the run turns back
	if _, err := handle(t, h, out); err != nil {
		t.Fatal(err)
	}
	back := stageRequest(100)
	back.Run.Phase, back.Run.From, back.Run.To = failover.Rollback, west, east
	back.Stage.Index, back.Stage.From, back.Stage.To, back.Stage.Restore = 3, west, east, true
	if _, err := handle(t, h, back); err != nil {
		t.Fatal(err)
	}
	for name, live := range lives(t, h) {
		if live.Active != east || live.Weights[east] != 100 || live.Weights[west] != 0 || live.Epoch != 7 || live.Stage != 3 {
			t.Errorf("%s: %+v; want it in %s as before", name, live, east)
		}
	}
	before := writes(world)
	got, err := handle(t, h, back)
	if diff := cmp.Diff(failover.RegistryAnswer{AlreadyDone: 2}, got); diff != "" || err != nil || writes(world) != before {
		t.Errorf("the same again: %v, %d writes (-want +got)\n%s", err, writes(world)-before, diff)
	}
}

func TestADrillsReturnLeavesApplicationsThatWereInTheStandbyBefore(t *testing.T) {
	h, _ := newHandler(t, "checkout", "search")
	there := failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 6}
	for _, app := range wave(t, h) {
		if app.Name == "search" {
			if _, err := h.Registry.SetLive(t.Context(), app, there); err != nil {
				t.Fatal(err)
			}
		}
	}
	out := stageRequest(100)
	back := stageRequest(100)
	back.Run.Phase, back.Run.From, back.Run.To = failover.Return, west, east
	back.Stage.Index, back.Stage.From, back.Stage.To, back.Stage.Restore = 3, west, east, true
	share := back
	share.Stage.Index, share.Stage.Percent, share.Stage.Restore = 4, new(50), false
	rollback := back
	rollback.Run.Phase, rollback.Stage.Index = failover.Rollback, 5
	for _, req := range []failover.StageRequest{out, back, share, rollback} {
		if _, err := handle(t, h, req); err != nil {
			t.Fatal(err)
		}
		if got := lives(t, h)["search"]; got.Active != west || got.Weights[west] != 100 {
			t.Errorf("after stage %d, search is in %s with %v; want it where it was", req.Stage.Index, got.Active, got.Weights)
		}
	}
	if got := lives(t, h)["checkout"]; got.Active != east {
		t.Errorf("checkout is in %s; want it where it was", got.Active)
	}
}

func wave(t *testing.T, h Handler) []failover.Application {
	t.Helper()
	apps, err := h.Registry.Wave(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return apps
}

// TestWhatAStoppedRunHasLeftIsWhatWasBefore: traffic was at 10 % when the run began, and the registry did not know.
func TestWhatAStoppedRunHasLeftIsWhatWasBefore(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	left := failover.Place{Active: east, Weights: map[failover.Region]int{east: 90, west: 10}}
	out := stageRequest(100)
	out.Run.Unrecorded = []failover.Unrecorded{{Wave: 1, Place: left}}
	back := out
	back.Run.Phase, back.Run.From, back.Run.To = failover.Rollback, west, east
	back.Stage = failover.Stage{Index: 3, Wave: 1, From: west, To: east, Percent: new(100), Restore: true}
	for _, req := range []failover.StageRequest{out, back} {
		if _, err := handle(t, h, req); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&left, lives(t, h)["checkout"].Before); diff != "" {
			t.Errorf("before, after stage %d (-want +got):\n%s", req.Stage.Index, diff)
		}
	}
	if diff := cmp.Diff(left.Weights, lives(t, h)["checkout"].Weights); diff != "" {
		t.Errorf("rolled back (-want +got):\n%s", diff)
	}
}
