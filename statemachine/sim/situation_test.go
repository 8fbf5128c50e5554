package sim

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/memoryhost"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// TestTheSameSeedIsTheSameBytes, on one processor and on two, and another seed is not.
func TestTheSameSeedIsTheSameBytes(t *testing.T) {
	a := deployed(t)
	play := func(seed uint64) string {
		p, err := Play(t, a, Draw(seed))
		if err != nil {
			t.Fatal(err)
		}
		return string(p.Situation.YAML()) + p.Transcript
	}
	before := ""
	for _, seed := range []uint64{7, 8, 9} {
		first := play(seed)
		for _, processors := range []int{1, 2} {
			was := runtime.GOMAXPROCS(processors)
			again := play(seed)
			runtime.GOMAXPROCS(was)
			if diff := cmp.Diff(first, again); diff != "" {
				t.Errorf("seed %d on %d processors (-first +again):\n%s", seed, processors, diff)
			}
		}
		if first == before {
			t.Errorf("seeds %d and %d are the same", seed-1, seed)
		}
		before = first
	}
}

// TestEverySituationIsAScenario: what is drawn can be written into a file and read again.
func TestEverySituationIsAScenario(t *testing.T) {
	for seed := range uint64(300) {
		if _, err := Draw(seed).Scenario(); err != nil {
			t.Errorf("seed %d: %v\n%s", seed, err, Draw(seed).YAML())
		}
	}
}

// TestWhatWasFoundIsMended plays the situations in which the simulation has found something, as docs/found.md lists them.
func TestWhatWasFoundIsMended(t *testing.T) {
	files, err := filepath.Glob("testdata/found/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios in testdata/found: %v", err)
	}
	page, err := os.ReadFile("../../docs/found.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if !strings.Contains(string(page), filepath.Base(file)) {
				t.Errorf("docs/found.md does not name %s", filepath.Base(file))
			}
			s, err := scenario.Load(os.DirFS("."), file)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			var result *drill.Result
			synctest.Test(t, func(t *testing.T) {
				result, err = drill.Play(t.Context(), s, drill.Options{Assembly: deployed(t), Out: &transcript.Printer{W: &out}, Hosting: memoryhost.New(synctest.Wait)})
			})
			if err != nil {
				t.Fatal(err)
			}
			if p := (Played{Result: result}); len(p.Violated()) > 0 {
				t.Errorf("%s\n%s", strings.Join(p.Violated(), "\n"), out.String())
			}
		})
	}
}

// TestAShrunkSituationHasWhatIsNeeded: of many events only those stay without which nothing is wrong.
func TestAShrunkSituationHasWhatIsNeeded(t *testing.T) {
	s := Draw(3)
	s.Events = append(s.Events, Event{At: 1, Text: "needed"}, Event{At: 2, Text: "needed too"})
	needs := func(s Situation) bool {
		text := string(s.YAML())
		return strings.Contains(text, "needed}") && strings.Contains(text, "needed too}") && strings.Contains(text, "passes:")
	}
	small := Shrink(s, needs)
	if len(small.Events) != 2 || len(small.Applications) != 1 || len(small.Settings) != 1 || strings.Contains(small.Settings[0], "order:") {
		t.Errorf("got\n%s", small.YAML())
	}
}
