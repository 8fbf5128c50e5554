package sim

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// acceptance says why no situation needs to reach something, and what does.
type acceptance struct {
	why string
	// scenario is a file in testdata/reached.
	scenario string
}

// accepted is what is so rare that 10,000 situations need not reach it. A test plays the scenario that does.
var accepted = map[string]acceptance{
	"transition Shifted? → MayRollBack?": {"a lost batch of one hosted zone is accepted again and that of another one throttled, within the seconds before the stage's time is over",
		"half-resubmitted-too-late"},
	"condition Unexpected": {"every error that an operation of AWS answers has a condition with a name: this one needs an item that no version of Drover has written",
		"unreadable-lock"},
	"condition UnknownFormat": {"Validate reads the fences first: another version of Drover must write one in the seconds between Validate and ShiftTraffic",
		"fence-of-another-version"},
}

// written are defects of the functions that a scenario of testdata/reached needs.
var written = map[string]memoryhost.Defect{
	"unreadable-lock": skips("shifttraffic", "GetItem", `{"Item":{"pk":{"S":"lock"},"sk":{"S":"lock"},"epoch":{"S":"x"}}}`, `{"S":"lock"}`),
}

// TestWhatIsAcceptedIsReached plays the scenarios, in which every guarantee must be kept.
func TestWhatIsAcceptedIsReached(t *testing.T) {
	universe, err := Universe(deployed(t))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(universe, "\n") + "\n"
	by := map[string][]string{}
	for what, a := range accepted {
		if !strings.Contains(all, what+"\n") {
			t.Errorf("%s is accepted, and the definition has no such thing", what)
		}
		by[a.scenario] = append(by[a.scenario], what)
	}
	files, err := filepath.Glob("testdata/reached/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			p := playFile(t, file, written[name])
			if found := p.Violated(); len(found) > 0 {
				t.Error(strings.Join(found, "\n"))
			}
			tally := NewTally()
			tally.Add(p)
			if len(by[name]) == 0 {
				t.Error("nothing is accepted because of it")
			}
			for _, what := range by[name] {
				if tally.Reached[what] == 0 {
					t.Errorf("%s is not reached", what)
				}
			}
		})
		delete(by, name)
	}
	for name, what := range by {
		t.Errorf("there is no testdata/reached/%s.yaml, which %s needs", name, strings.Join(what, ", "))
	}
}

// playFile plays the scenario of a file, with functions that have a defect, if it is not the zero one.
func playFile(t *testing.T, file string, defect memoryhost.Defect) Played {
	t.Helper()
	s, err := scenario.Load(os.DirFS("."), file)
	if err != nil {
		t.Fatal(err)
	}
	var result *drill.Result
	synctest.Test(t, func(t *testing.T) {
		host := memoryhost.New(synctest.Wait)
		host.Defect = &defect
		result, err = drill.Play(t.Context(), s, drill.Options{Assembly: deployed(t), Out: &transcript.Printer{W: io.Discard}, Hosting: host})
	})
	if err != nil {
		t.Fatal(err)
	}
	return Played{Result: result}
}
