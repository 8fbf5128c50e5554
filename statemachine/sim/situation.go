package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/scenario"
)

// Situation is a scenario that was drawn: its settings and its events, as text, so that it can be made smaller and played again
// from a file.
type Situation struct {
	Seed uint64
	// Settings are the lines of the file before the timeline.
	Settings []string
	// Applications are the blocks of the applications.
	Applications []string
	Events       []Event
	// Rest is how long the scenario lasts after the last event.
	Rest time.Duration
}

// Event is one line of the timeline.
type Event struct {
	At time.Duration
	// Text is what happens, in YAML.
	Text string
}

// YAML is the situation as a scenario file.
func (s Situation) YAML() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "name: seed-%d\ntitle: a situation that the simulation has drawn\ndescription: seed %d\n", s.Seed, s.Seed)
	for _, line := range s.Settings {
		fmt.Fprintln(&out, line)
	}
	fmt.Fprintln(&out, "applications:")
	for _, block := range s.Applications {
		fmt.Fprintln(&out, block)
	}
	fmt.Fprintln(&out, "timeline:")
	last := time.Duration(0)
	for _, e := range s.sorted() {
		fmt.Fprintf(&out, "  - {at: %s, %s}\n", e.At, e.Text)
		last = e.At
	}
	fmt.Fprintf(&out, "until: %s\nexpect: {any: true}\n", last+s.Rest)
	return []byte(out.String())
}

func (s Situation) sorted() []Event {
	return slices.SortedStableFunc(slices.Values(s.Events), func(a, b Event) int { return int(a.At - b.At) })
}

// Scenario is the situation as a drill plays it.
func (s Situation) Scenario() (*scenario.Scenario, error) {
	return scenario.Parse(fmt.Sprintf("seed-%d.yaml", s.Seed), s.YAML())
}
