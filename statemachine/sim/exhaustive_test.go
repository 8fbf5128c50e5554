package sim

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

var exhaustive = flag.String("exhaustive", "", "the scenario in which every call fails in every way, one at a time; all for each that is played in less than a minute, pairs for every pair in the smallest")

// smallest are the scenarios with the fewest calls, in which every pair of calls fails.
var smallest = []string{"bad-input", "nothing-to-move", "refused-failover"}

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
	case "all":
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

func shootAt(t *testing.T, name string, pairs bool) {
	t.Helper()
	calls := map[operation]int{}
	for _, run := range playShipped(t, name).Evidence.Runs {
		for _, inv := range run.Invocations {
			for _, c := range inv.Calls {
				calls[operation{c.Service, c.Operation}]++
			}
		}
	}
	var shots []shot
	for _, o := range operations {
		for n := range calls[o] {
			for _, kind := range kinds {
				shots = append(shots, shot{o, n, kind})
			}
		}
	}
	played := 0
	for i, first := range shots {
		others := []shot{first}
		if pairs {
			others = shots[i:]
		}
		for _, second := range others {
			played++
			events := []string{first.event()}
			if second != first {
				events = append(events, second.event())
			}
			for _, v := range playShipped(t, name, events...).Guarantees {
				if v.Status == guarantee.Violated {
					t.Errorf("%s with\n  %s\n%d %s: %s", name, strings.Join(events, "\n  "), v.Number, v.Guarantee, strings.Join(v.Violations, "; "))
				}
			}
		}
	}
	t.Logf("%s: %d calls of %d operations, played %d times", name, len(shots)/len(kinds), len(calls), played)
}

// playShipped plays a scenario that Drover comes with, with faults from its beginning on, in which anything may happen.
func playShipped(t *testing.T, name string, faults ...string) *drill.Result {
	t.Helper()
	s, err := drills.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	s.Expect = scenario.Expect{Any: true}
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
