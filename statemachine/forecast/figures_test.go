package forecast

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// runsOf are completed runs that took 1 s, 2 s and so on.
func runsOf(n int) []*Run {
	var all []*Run
	for i := range n {
		took := time.Duration(i+1) * time.Second
		all = append(all, &Run{Drawn: Drawn{Number: i + 1}, Outcome: failover.Completed, Recovered: true, RTO: took, Clients: took, RPO: float64(i + 1)})
	}
	return all
}

func TestPercentilesAreThoseOfTheNearestRankInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		runs, percent int
		want          time.Duration
	}{
		{0, 50, 0}, {1, 50, 1}, {1, 99, 1}, {2, 50, 1}, {2, 51, 2}, {2, 95, 2}, {3, 50, 2}, {20, 95, 19}, {20, 99, 20},
		{100, 50, 50}, {100, 95, 95}, {100, 99, 99}, {101, 99, 100}, {200, 99, 198},
	} {
		up := runsOf(c.runs)
		down, mixed := slices.Clone(up), slices.Clone(up)
		slices.Reverse(down)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for order, runs := range map[string][]*Run{"rising": up, "falling": down, "mixed": mixed} {
			if got := percentile(runs, rto, c.percent); got != c.want*time.Second {
				t.Errorf("p%d of %d runs, %s: %s; want %s", c.percent, c.runs, order, got, c.want*time.Second)
			}
			if got := percentile(runs, rpo, c.percent); got != float64(c.want) {
				t.Errorf("p%d of %d runs, %s: %v; want %d", c.percent, c.runs, order, got, c.want)
			}
		}
	}
}

func TestTheSlowestAreATwentiethAndAtLeastOne(t *testing.T) {
	for _, c := range []struct{ runs, want int }{{0, 0}, {1, 1}, {20, 1}, {21, 2}, {100, 5}} {
		runs := runsOf(c.runs)
		got := (&Forecast{Runs: runs}).Slowest()
		if len(got) != c.want {
			t.Errorf("%d of %d runs; want %d", len(got), c.runs, c.want)
		}
		for i, r := range got {
			if want := runs[c.runs-1-i]; r != want {
				t.Errorf("of %d runs, number %d of the slowest is run %d; want %d", c.runs, i+1, r.Drawn.Number, want.Drawn.Number)
			}
		}
	}
}

func TestARunThatHasNotCompletedMeetsNoTarget(t *testing.T) {
	f := &Forecast{Runs: append(runsOf(3), &Run{Outcome: failover.Held}, &Run{Outcome: "Stopped"})}
	if n := within(f.Recovered(), rto, 2*time.Second); n != 2 {
		t.Errorf("%d runs are within 2 s; want those of 1 s and 2 s", n)
	}
	got := f.Outcomes()
	if got[failover.Completed] != 3 || got[failover.Held] != 1 || got[other] != 1 || len(got) != 3 {
		t.Errorf("outcomes %v; want 3 Completed, 1 Held, 1 other", got)
	}
}

func TestTheLongestPartDominates(t *testing.T) {
	first, last := &Run{}, &Run{}
	first.Parts[detection], first.Parts[aurora] = 3*time.Second, 2*time.Second
	last.Parts[dns], last.Parts[drover] = 2*time.Second, 3*time.Second
	for i, want := range [len(parts)]int{detection: 1, drover: 1} {
		if got := dominated([]*Run{first, last}, i); got != want {
			t.Errorf("%s dominates %d runs; want %d", parts[i], got, want)
		}
	}
}
