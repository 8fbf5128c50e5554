package sim

import (
	"cmp"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

var measured = flag.Int("measured", 0, "over how many situations make bench measures speed and memory; 0 measures memory over a few")

// rate is how fast situations were played.
type rate struct {
	situations, runs int
	took             time.Duration
}

func (r rate) String() string {
	return fmt.Sprintf("%.1f situations and %.1f runs a second", float64(r.situations)/r.took.Seconds(), float64(r.runs)/r.took.Seconds())
}

// cost is what one of n situations has cost since before, as text.
func cost(before runtime.MemStats, n int, took time.Duration) string {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	each := uint64(n)
	return fmt.Sprintf("%s, %d KiB and %d allocations each", (took / time.Duration(n)).Round(100*time.Microsecond), (now.TotalAlloc-before.TotalAlloc)/each>>10, (now.Mallocs-before.Mallocs)/each)
}

// measure calls play n times, and says how long it took, with what it cost.
func measure(n int, play func(i int)) (time.Duration, string) {
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := range n {
		play(i)
	}
	took := time.Since(start)
	return took, cost(before, n, took)
}

// TestSpeed measures situations on one processor and on all, beside a baseline: the default drill, in the same process.
func TestSpeed(t *testing.T) {
	if *measured == 0 {
		t.Skip("make bench measures it")
	}
	a := deployed(t)
	baseline, err := drills.Load(drills.Default)
	if err != nil {
		t.Fatal(err)
	}
	n := min(*measured, 300)
	_, text := measure(max(1, n/10), func(int) { playScenario(t, baseline) })
	t.Logf("baseline, drill %s: %s", drills.Default, text)
	was := runtime.GOMAXPROCS(1)
	runs := 0
	took, text := measure(n, func(i int) {
		p, err := Play(t, a, Draw(*seed+uint64(i)))
		if err != nil {
			t.Fatal(err)
		}
		runs += len(p.Result.Evidence.Runs)
	})
	runtime.GOMAXPROCS(was)
	t.Logf("%d situations on one processor: %s, or %s", n, text, rate{n, runs, took})
	start := time.Now()
	tally, _ := simulate(t, a, *seed, 2*n)
	t.Logf("%d situations, %d at a time, on %d processors: %s", 2*n, *workers, was, rate{tally.Situations, tally.Runs, time.Since(start)})
}

// playScenario plays a scenario in this process.
func playScenario(t *testing.T, s *scenario.Scenario) {
	t.Helper()
	a := deployed(t)
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		if _, err := drill.Play(t.Context(), s, drill.Options{Assembly: a, Out: &transcript.Printer{W: &out}, Hosting: memoryhost.New(synctest.Wait)}); err != nil {
			t.Fatal(err)
		}
	})
}

// maxGrowth is how much more memory may be live after all situations than after the first tenth: what is kept for all of them, such
// as what texts were parsed to, is bounded. A situation takes a megabyte while it is played, and must leave nothing behind.
const maxGrowth = 8 << 20

// TestMemoryStaysFlat plays many situations, and expects that what is live afterwards does not grow with their number.
func TestMemoryStaysFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector multiplies memory")
	}
	n, a := cmp.Or(*measured, 100), deployed(t)
	first := uint64(0)
	played := 0
	for _, mark := range []int{1, 2, 5, 10} { // tenths
		for ; played < n*mark/10; played++ {
			if _, err := Play(t, a, Draw(*seed+uint64(played))); err != nil {
				t.Fatal(err)
			}
		}
		live := liveHeap()
		t.Logf("live after %d situations: %.1f MiB", played, float64(live)/(1<<20))
		if first == 0 {
			first = live
		}
		if live > first+maxGrowth {
			t.Errorf("%d KiB are live after %d situations, and %d KiB after %d; expected at most %d KiB more", live>>10, played, first>>10, n/10, maxGrowth>>10)
		}
	}
}

// liveHeap is what is reachable now.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
