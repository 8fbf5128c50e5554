package sim

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

var exhaustive = flag.String("exhaustive", "", "the scenario in which every call fails in every way, one at a time; 1 for all with at most a thousand calls, pairs for every pair in the smallest")

// smallest are the scenarios with the fewest calls, in which every pair of calls fails: 5 to 12 calls in the first three, and 36 in
// the last, the smallest one with a run that an operator starts.
var smallest = []string{"alarm-without-data", "suppressed-alarm", "approval-waived", "delegated-zone"}

// shot is one fault of one call: the n-th of an operation.
type shot struct {
	of   operation
	n    int
	kind string
}

func (s shot) event() string { return s.of.fails(s.kind, fmt.Sprintf(", after: %d, times: 1", s.n)) }

// TestEveryCallFails plays a scenario once for each call of its functions and each way to fail, and expects that every guarantee
// is kept.
func TestEveryCallFails(t *testing.T) {
	switch *exhaustive {
	case "":
		t.Skip("make sim EXHAUSTIVE=SCENARIO plays it")
	case "1", "all":
		for _, name := range drills.Names() {
			t.Run(name, func(t *testing.T) { shootAt(t, name, false) })
		}
	case "pairs":
		for _, name := range smallest {
			t.Run(name, func(t *testing.T) { shootAt(t, name, true) })
		}
	default:
		shootAt(t, *exhaustive, false)
	}
}

// shotsAt are all faults of one call in a scenario, and how many operations it calls.
func shotsAt(t *testing.T, name string) (shots []shot, of int) {
	t.Helper()
	calls := map[operation]int{}
	e := playShipped(t, name).Evidence
	for _, run := range slices.Concat(e.Runs, e.Closings, e.Idle) {
		for _, inv := range run.Invocations {
			for _, c := range inv.Calls {
				calls[operation{c.Service, c.Operation}]++
			}
		}
	}
	for _, o := range slices.SortedFunc(maps.Keys(calls), func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.name, b.name))
	}) {
		for n := range calls[o] {
			for _, kind := range kinds {
				shots = append(shots, shot{o, n, kind})
			}
		}
	}
	return shots, len(calls)
}

// mostCalls is how many calls a scenario has at most that is played with all others.
const mostCalls = 1000

// progress is after how many plays one line says how far it is.
const progress = 250

func shootAt(t *testing.T, name string, pairs bool) {
	t.Helper()
	began := time.Now()
	shots, operations := shotsAt(t, name)
	if calls := len(shots) / len(kinds); *exhaustive != name && calls > mostCalls {
		t.Skipf("%d calls; expected at most %d: make sim EXHAUSTIVE=%s plays it", calls, mostCalls, name)
	}
	var plays [][]string
	for i, first := range shots {
		plays = append(plays, []string{first.event()})
		for _, second := range shots[i+1:] {
			if pairs {
				plays = append(plays, []string{first.event(), second.event()})
			}
		}
	}
	t.Logf("%s: %d calls of %d operations, %d plays", name, len(shots)/len(kinds), operations, len(plays))
	var mu sync.Mutex
	var verdicts guarantee.Tallies
	played := 0
	var all sync.WaitGroup
	for w := range *workers {
		all.Go(func() {
			for i := w; i < len(plays); i += *workers {
				result := playShipped(t, name, plays[i]...)
				mu.Lock()
				verdicts.Add(result.Guarantees)
				if played++; played%progress == 0 {
					t.Logf("%s: %d of %d plays after %v", name, played, len(plays), time.Since(began).Round(time.Second))
				}
				mu.Unlock()
				if found := (Played{Result: result}).Violated(); len(found) > 0 {
					t.Errorf("%s with\n  %s\n%s", name, strings.Join(plays[i], "\n  "), strings.Join(found, "\n"))
				}
			}
		})
	}
	all.Wait()
	var text strings.Builder
	printVerdicts(&text, verdicts)
	t.Logf("%s: %d plays in %v\n%s", name, played, time.Since(began).Round(time.Second), text.String())
}

// playShipped plays a scenario that Drover comes with, with faults from its beginning on, in which anything may happen.
func playShipped(t *testing.T, name string, faults ...string) *drill.Result {
	t.Helper()
	s, err := drills.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	s.Expect = scenario.Expect{Any: true}
	for i := range s.Timeline {
		if start := s.Timeline[i].Start; start != nil {
			*start = scenario.StartRun{Region: start.Region, Name: start.Name, Input: start.Input}
		}
	}
	for _, text := range faults {
		e, err := scenario.ParseEvent(name, []byte("{"+text+"}"))
		if err != nil {
			t.Fatal(err)
		}
		s.Timeline = append([]scenario.Event{e}, s.Timeline...)
	}
	var result *drill.Result
	synctest.Test(t, func(t *testing.T) {
		result, err = drill.Play(t.Context(), s, drill.Options{Assembly: deployed(t), Out: &transcript.Printer{W: io.Discard}, Hosting: memoryhost.New(synctest.Wait)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}
