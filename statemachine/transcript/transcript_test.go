package transcript

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
	"github.com/drover-dr/drover/statemachine/scenario"
)

func TestALongEventGoesOnBelowItself(t *testing.T) {
	var out bytes.Buffer
	p := &Printer{W: &out}
	p.Event(at(125*time.Second), "Validate", Plain, strings.Repeat("word ", 30))
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

func TestStepsArePrintedInOneLine(t *testing.T) {
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
		{"Validate", failover.ValidateAnswer{Verdict: failover.Refuse, Findings: []failover.Finding{{Severity: failover.Blocker}}}, "refused: 1 blocker"},
	} {
		payload, err := json.Marshal(c.answer)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := stepFacts[c.state](payload); got != c.want {
			t.Errorf("%s: %q; want %q", c.state, got, c.want)
		}
	}
	if _, got := stepFacts["ShiftTraffic"]([]byte("[")); !strings.Contains(got, "unparseable") {
		t.Errorf("a broken response is printed as %q", got)
	}
}

func TestChecksWithTheSameResultArePrintedOnce(t *testing.T) {
	var out bytes.Buffer
	n := &Narrator{Out: &Printer{W: &out}}
	check := func(reason string) {
		payload, _ := json.Marshal(failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{reason}})
		n.Invoked("", fakeaws.Invocation{State: "VerifyHealth", At: scenario.Start, Result: fakeaws.InvokeResult{Payload: payload}})
	}
	check("ServedPercent is 43.2")
	check("ServedPercent is 61")
	check("the writer is not available")
	check("ServedPercent is 99")
	if got := strings.Count(out.String(), "\n"); got != 3 {
		t.Errorf("%d lines; want one for each thing that is waited for anew:\n%s", got, out.String())
	}
}

func TestWhatCannotBeWrittenAnywhereIsSaid(t *testing.T) {
	p := &Printer{W: &bytes.Buffer{}, Also: &Printer{W: brokenPipe{}}}
	p.Event(at(0), "run", Plain, "starts")
	if err := p.Failed(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v; want %v", err, io.ErrClosedPipe)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func at(d time.Duration) time.Time { return scenario.Start.Add(d) }
