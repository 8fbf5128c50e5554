package drill

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

func TestALongEventGoesOnBelowItself(t *testing.T) {
	var out bytes.Buffer
	p := &Printer{W: &out}
	p.event(at(125*time.Second), "Validate", Plain, strings.Repeat("word ", 30))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) < 2 || !strings.HasPrefix(lines[0], "  02:05  Validate         word") || !strings.HasPrefix(lines[1], strings.Repeat(" ", textColumn)+"word") {
		t.Errorf("got\n%s", out.String())
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > Columns || strings.TrimRight(line, " ") != line {
			t.Errorf("line of %d columns: %q", n, line)
		}
	}
}

func TestBarsNeverHideAFailure(t *testing.T) {
	got := bars([]float64{0, 0.001, 0.2, 0.5, 0.999, 1})
	if want := "·▁▂▅▇█"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}

func TestWhatUsersFeltFitsIntoALine(t *testing.T) {
	for _, seconds := range []int{1, 5, 400, 401, 3600, 20000} {
		var samples []fakeaws.Sample
		for i := range seconds {
			samples = append(samples, fakeaws.Sample{At: at(time.Duration(i+1) * time.Second)})
		}
		f := Feel(samples, maxIntervals, 5*time.Second)
		if n := len(f.Failed); n > maxIntervals {
			t.Errorf("%d seconds make %d characters; want at most %d", seconds, n, maxIntervals)
		}
	}
}

func TestSharesAreOfAllRequests(t *testing.T) {
	second := fakeaws.Sample{At: at(time.Second), Requests: 10, Served: 8, Regions: []fakeaws.RegionSample{
		{Region: east, Requests: 4, Served: 2}, {Region: west, Requests: 6, Served: 6},
	}}
	f := Feel([]fakeaws.Sample{second, second}, maxIntervals, 5*time.Second)
	want := []Curve{{Region: east, Shares: []float64{0.2}}, {Region: west, Shares: []float64{0.6}}}
	if diff := cmp.Diff(want, f.Regions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]float64{0.2}, f.Failed); diff != "" {
		t.Errorf("failed (-want +got):\n%s", diff)
	}
}

func TestWhatHappensAtAnIntervalsBeginningIsDrawnThere(t *testing.T) {
	var samples []fakeaws.Sample
	for i := 1; i <= 15; i++ {
		s := fakeaws.Sample{At: at(time.Duration(i) * time.Second), Requests: 1, Served: 1}
		if i >= 10 { // the outage begins at 00:10
			s.Served = 0
		}
		samples = append(samples, s)
	}
	if diff := cmp.Diff([]float64{0, 0, 1, 1}, Feel(samples, maxIntervals, 5*time.Second).Failed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStepsAreToldInOneLine(t *testing.T) {
	for _, c := range []struct {
		state  string
		answer any
		want   string
	}{
		{"ShiftTraffic", failover.ShiftAnswer{Changes: []failover.Change{{Zone: "Z1", ID: "C1"}}, Records: 2}, "2 record sets in 1 batch"},
		{"ShiftTraffic", failover.ShiftAnswer{Records: 500, Remaining: 2}, "500 record sets in 0 batches, 2 batches deferred"},
		{"ShiftTraffic", failover.ShiftAnswer{}, "nothing to do"},
		{"UpdateRegistry", failover.RegistryAnswer{Written: 1, AlreadyDone: 2}, "1 application written, 2 applications written before"},
		{"PromoteDatabase", failover.PromoteAnswer{Started: 1, LagMillis: 900, LagOf: "shop"}, "1 promotion started, lag 0.9 s (shop)"},
		{"VerifyHealth", failover.VerifyAnswer{Verdict: failover.Passed}, "passed"},
		{"VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1}, "healthy, 1 check in a row"},
		{"VerifyHealth", failover.VerifyAnswer{Verdict: failover.Failed}, "failed without a reason"},
		{"VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"C1 is PENDING", "x"}, MoreReasons: 3}, "pending: C1 is PENDING; and 4 more"},
		{"Validate", failover.ValidateAnswer{Verdict: failover.Refuse, Summary: "no input"}, "refused: no input"},
		{"Validate", failover.ValidateAnswer{Verdict: failover.Refuse, Findings: []failover.Finding{{Severity: failover.Blocker}}}, "refused: 1 thing in the way"},
	} {
		payload, err := json.Marshal(c.answer)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := stepFacts[c.state](payload); got != c.want {
			t.Errorf("%s: %q; want %q", c.state, got, c.want)
		}
	}
	if _, got := stepFacts["ShiftTraffic"]([]byte("[")); !strings.Contains(got, "nobody understands") {
		t.Errorf("a broken answer is told as %q", got)
	}
}

func TestLooksThatSeeTheSameAreToldOnce(t *testing.T) {
	var out bytes.Buffer
	n := &narrator{out: &Printer{W: &out}}
	look := func(reason string) {
		payload, _ := json.Marshal(failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{reason}})
		n.Invoked("", fakeaws.Invocation{State: "VerifyHealth", At: Start, Result: fakeaws.InvokeResult{Payload: payload}})
	}
	look("ServedPercent is 43.2")
	look("ServedPercent is 61")
	look("the writer is not available")
	look("ServedPercent is 99")
	if got := strings.Count(out.String(), "\n"); got != 3 {
		t.Errorf("%d lines; want one for each thing that is waited for anew:\n%s", got, out.String())
	}
}

func TestPlurals(t *testing.T) {
	for want, got := range map[string]string{
		"1 batch": plural(1, "batch"), "2 batches": plural(2, "batch"), "0 records": plural(0, "record"),
		"3 queries": plural(3, "query"), "2 boxes": plural(2, "box"),
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

func TestTheLastLineSaysAllThatWentWrong(t *testing.T) {
	r := &Result{
		Outcomes:   []RunOutcome{{Run: "one", Outcome: failover.Held, Expected: failover.Completed}, {Run: "two", Outcome: failover.Refused}},
		Promises:   []Verdict{{Number: 1, Status: Violated}, {Number: 2, Status: Kept}, {Number: 3, Status: NotChecked}},
		Unexpected: []string{"this", "that"},
	}
	var out bytes.Buffer
	r.write(&Printer{W: &out})
	for _, want := range []string{
		"one: Held (expected Completed), ", "two: Refused (not expected at all), ",
		"The drill FAILED: 1 promise broken, and 2 things not as the scenario expects.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

func TestAnOutcomeWithoutACauseEndsWithoutAColon(t *testing.T) {
	got := RunEvidence{}.unexpected(RunOutcome{Outcome: failover.Completed, Expected: failover.Held})
	if diff := cmp.Diff([]string{": expected the outcome Held, got Completed"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestANarrowScreenBreaksLinesBesideAWholeTranscript(t *testing.T) {
	var file, screen bytes.Buffer
	p := &Printer{W: &file, Also: &Printer{W: &screen, Width: 80}}
	p.call("0f1e", "outage-1")
	p.event(at(125*time.Second), "Validate", Plain, strings.Repeat("word ", 30)+"0f1e")
	var samples []fakeaws.Sample
	for i := range 500 {
		samples = append(samples, fakeaws.Sample{At: at(time.Duration(i+1) * time.Second), Requests: 1, Regions: []fakeaws.RegionSample{{Region: east}}})
	}
	r := &Result{
		Evidence: Evidence{Traffic: samples}, Unexpected: []string{strings.Repeat("word ", 30)},
		Outcomes: []RunOutcome{{Run: "a-scenario-with-quite-a-long-name-1", Outcome: failover.RolledBack, Expected: failover.Completed}},
		Promises: []Verdict{{Number: 11, Promise: "somebody is told", Status: NotChecked, Basis: strings.Repeat("word ", 20)}},
	}
	p.each(r.show)
	for _, c := range []struct {
		text    string
		columns int
	}{{file.String(), Columns}, {screen.String(), 80}} {
		longest := 0
		for line := range strings.Lines(c.text) {
			longest = max(longest, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")))
		}
		if longest > c.columns || longest < c.columns-10 {
			t.Errorf("the longest line has %d columns of %d:\n%s", longest, c.columns, c.text)
		}
	}
	if file, screen := strings.Join(strings.Fields(file.String()), " "), strings.Join(strings.Fields(screen.String()), " "); !strings.HasPrefix(screen, "02:05") || file[:150] != screen[:150] {
		t.Errorf("not the same is told:\n%s\n%s", file, screen)
	}
}

func TestWhatCannotBeWrittenAnywhereIsSaid(t *testing.T) {
	p := &Printer{W: &bytes.Buffer{}, Also: &Printer{W: brokenPipe{}}}
	p.event(at(0), "run", Plain, "starts")
	if err := p.failed(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v; want %v", err, io.ErrClosedPipe)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
