package drill

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

func TestTheLastLineSaysAllThatWentWrong(t *testing.T) {
	r := &Result{
		Outcomes:   []guarantee.RunOutcome{{Run: "one", Outcome: failover.Held, Expected: failover.Completed}, {Run: "two", Outcome: failover.Refused}},
		Guarantees: []guarantee.Verdict{{Number: 1, Status: guarantee.Violated}, {Number: 2, Status: guarantee.Kept}, {Number: 3, Status: guarantee.NotChecked}},
		Unexpected: []string{"this", "that"},
	}
	var out bytes.Buffer
	r.show(&transcript.Printer{W: &out})
	for _, want := range []string{
		"one: Held (expected Completed), ", "two: Refused (no run was expected), ",
		"The drill FAILED: 1 guarantee violated, and 2 differences from what the scenario expects.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

func TestANarrowScreenBreaksLinesBesideAWholeTranscript(t *testing.T) {
	var file, screen bytes.Buffer
	p := &transcript.Printer{W: &file, Also: &transcript.Printer{W: &screen, Width: 80}}
	p.Call("0f1e", "outage-1")
	p.Event(at(125*time.Second), "Validate", transcript.Plain, strings.Repeat("word ", 30)+"0f1e")
	var samples []fakeaws.Sample
	for i := range 500 {
		samples = append(samples, fakeaws.Sample{At: at(time.Duration(i+1) * time.Second), Requests: 1, Regions: []fakeaws.RegionSample{{Region: east}}})
	}
	r := &Result{
		Evidence: guarantee.Evidence{Traffic: samples}, Unexpected: []string{strings.Repeat("word ", 30)},
		Outcomes:   []guarantee.RunOutcome{{Run: "a-scenario-with-quite-a-long-name-1", Outcome: failover.RolledBack, Expected: failover.Completed}},
		Guarantees: []guarantee.Verdict{{Number: 11, Guarantee: "Always notified", Status: guarantee.NotChecked, Basis: strings.Repeat("word ", 20)}},
	}
	p.Each(r.show)
	for _, c := range []struct {
		text    string
		columns int
	}{{file.String(), transcript.Columns}, {screen.String(), 80}} {
		longest := 0
		for line := range strings.Lines(c.text) {
			longest = max(longest, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")))
		}
		if longest > c.columns || longest < c.columns-10 {
			t.Errorf("the longest line has %d columns of %d:\n%s", longest, c.columns, c.text)
		}
	}
	if file, screen := strings.Join(strings.Fields(file.String()), " "), strings.Join(strings.Fields(screen.String()), " "); !strings.HasPrefix(screen, "02:05") || file[:150] != screen[:150] {
		t.Errorf("the texts differ:\n%s\n%s", file, screen)
	}
}

func at(d time.Duration) time.Time { return scenario.Start.Add(d) }
