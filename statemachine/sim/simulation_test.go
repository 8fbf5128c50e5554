package sim

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

var (
	runs    = flag.Int("runs", 500, "how many situations the simulation plays")
	seed    = flag.Uint64("seed", 1, "the seed of the first one; the others count from it")
	workers = flag.Int("workers", runtime.GOMAXPROCS(0), "how many are played at the same time")
	out     = flag.String("out", "../../dist/sim", "the folder for the scenarios of what was found")
	shrunk  = flag.Int("shrunk", 10, "how many situations in which something is wrong are made smaller")
)

// TestMain lets more garbage gather than by default: what a situation leaves behind is dropped as a whole. Ten megabytes are live, so
// this is about a hundred.
func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(1000)
	debug.SetMemoryLimit(768 << 20) // a few situations are ten times as large
	os.Exit(m.Run())
}

// coverageRuns is from how many situations on everything must have been reached.
const coverageRuns = 10_000

func deployed(t testing.TB) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Default()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestSimulation plays situations that were drawn, and expects that every guarantee is kept in each of them.
func TestSimulation(t *testing.T) {
	if *runs == 0 {
		t.Skip("make sim plays it")
	}
	start := time.Now()
	tally, found := simulate(t, deployed(t), *seed, *runs)
	played := rate{tally.Situations, tally.Runs, time.Since(start)}
	for i, p := range found {
		if i < *shrunk {
			report(t, p)
			continue
		}
		t.Errorf("seed %d: %s", p.Situation.Seed, strings.Join(p.Violated(), "\n"))
	}
	universe, err := Universe(deployed(t))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	tally.Print(&text, universe)
	t.Logf("\n%s\n%s", &text, played)
	if *runs < coverageRuns {
		return
	}
	for _, what := range tally.Unexercised() {
		t.Error(what)
	}
	for _, what := range tally.Missing(universe) {
		if accepted[what].why == "" {
			t.Errorf("%s was never reached; expected once in %d situations, or a reason and a scenario in accepted_test.go", what, coverageRuns)
		}
	}
}

// perLine is after how many situations one line says how far the simulation is.
const perLine = 1000

// simulate plays the situations of consecutive seeds, and returns those in which something was wrong.
func simulate(t *testing.T, a *assembly.Assembly, first uint64, n int) (*Tally, []Played) {
	t.Helper()
	var mu sync.Mutex
	sum, found := NewTally(), map[uint64]Played{}
	start, played := time.Now(), 0
	next := make(chan uint64)
	go func() {
		for i := range n {
			next <- first + uint64(i)
		}
		close(next)
	}()
	var all sync.WaitGroup
	for range *workers {
		all.Go(func() {
			own := NewTally()
			for s := range next {
				p, err := Play(t, a, Draw(s))
				if err != nil {
					t.Error(err)
					continue
				}
				own.Add(p)
				mu.Lock()
				if len(p.Violated()) > 0 {
					found[s] = p
					t.Logf("seed %d: something is wrong; the end of this output says what", s)
				}
				if played++; played%perLine == 0 {
					t.Logf("%d of %d situations played after %v; something is wrong in %d", played, n, time.Since(start).Round(time.Second), len(found))
				}
				mu.Unlock()
			}
			mu.Lock()
			defer mu.Unlock()
			sum.Merge(own)
		})
	}
	all.Wait()
	var inOrder []Played
	for i := range n {
		if p, ok := found[first+uint64(i)]; ok {
			inOrder = append(inOrder, p)
		}
	}
	return sum, inOrder
}

// report prints what is wrong in a situation, with a smaller one in which the same is wrong, and the command that plays that.
func report(t *testing.T, p Played) {
	t.Helper()
	a := deployed(t)
	wrong := kindsOf(p)
	small := Shrink(p.Situation, func(s Situation) bool {
		again, err := Play(t, a, s)
		return err == nil && kindsOf(again) == wrong
	})
	again, err := Play(t, a, small)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(*out, fmt.Sprintf("seed-%d.yaml", small.Seed))
	if err := os.MkdirAll(*out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, small.YAML(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Errorf("seed %d: %s\n%s of %s are enough:\n%s\n%s\nto play it: bin/drover drill dist/sim/seed-%d.yaml", small.Seed, strings.Join(p.Violated(), "\n"),
		prose.Count(len(small.Events), "event"), prose.Count(len(p.Situation.Events), "event"), small.YAML(), again.Transcript, small.Seed)
}

// kindsOf are the guarantees that were violated, and how many other things are wrong, as text.
func kindsOf(p Played) string {
	var kinds strings.Builder
	for _, v := range p.Result.Guarantees {
		if v.Status == guarantee.Violated {
			fmt.Fprint(&kinds, v.Number, " ")
		}
	}
	if len(p.Result.Unexpected) > 0 {
		kinds.WriteString("other")
	}
	return kinds.String()
}
