package drills

import (
	"slices"
	"testing"
)

// TestDatabasesArePromotedWhileALargeWaveStillShifts: in a failover they wait for the first batch alone.
func TestDatabasesArePromotedWhileALargeWaveStillShifts(t *testing.T) {
	result, _ := play(t, "thousand")
	e := result.Evidence
	path := e.Runs[0].Path
	last := len(path) - 1
	for path[last] != "ShiftTraffic" {
		last--
	}
	promoted := slices.Index(path, "PromoteDatabase")
	if shifted := slices.Index(path, "ShiftTraffic"); promoted < shifted || promoted > last {
		t.Errorf("PromoteDatabase is state %d of the run, ShiftTraffic %d to %d; want it between them", promoted, shifted, last)
	}
	if len(e.Promotions) != 3 || len(e.Batches) != 6 {
		t.Fatalf("%d promotions, %d batches; want 3 and 6", len(e.Promotions), len(e.Batches))
	}
	for _, p := range e.Promotions {
		if !p.At.Before(e.Batches[2].At) {
			t.Errorf("the promotion of %s was asked for at %s, the third of six batches at %s; want it before", p.GlobalCluster, p.At, e.Batches[2].At)
		}
	}
}
