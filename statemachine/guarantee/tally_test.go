package guarantee

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestTalliesSumHistoriesAndRuns: a simulation of thousands of runs reads them.
func TestTalliesSumHistoriesAndRuns(t *testing.T) {
	broken := completed()
	broken.Runs[0].Messages = 0
	var all Tallies
	for _, e := range []Evidence{completed(), held(), broken, concurrent(), declinedRun(failover.Skip)()} {
		all.Add(Judge(e))
	}
	got := map[int]Tally{}
	for _, tally := range all {
		if tally.Kept+tally.Violated+tally.NotChecked != 5 || tally.Guarantee == "" {
			t.Errorf("%+v; want five histories of a named guarantee", tally)
		}
		tally.Guarantee = ""
		got[tally.Number] = tally
	}
	for _, want := range []Tally{
		{Number: 1, Kept: 4, NotChecked: 1, Runs: 4},
		{Number: 3, Kept: 2, Violated: 1, NotChecked: 2, Runs: 3},
		{Number: 4, NotChecked: 5},
		{Number: 5, Kept: 1, NotChecked: 4, Runs: 1},
		{Number: 8, Kept: 5, Runs: 6},
		{Number: 10, Kept: 1, NotChecked: 4, Runs: 2},
		{Number: 11, Kept: 4, Violated: 1, Runs: 6},
	} {
		if diff := cmp.Diff(want, got[want.Number]); diff != "" {
			t.Errorf("guarantee %d (-want +got):\n%s", want.Number, diff)
		}
	}
	if share := got[3].Exercised(); share != 0.6 {
		t.Errorf("guarantee 3 was exercised in %g of the histories; want 0.6", share)
	}
	if share := got[4].Exercised(); share != 0 {
		t.Errorf("guarantee 4 was exercised in %g of the histories; want 0", share)
	}
}
