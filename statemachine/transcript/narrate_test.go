package transcript

import (
	"bytes"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

func TestAnAlarmIsPrintedWhenItGoesOffAndWhenItIsOKAgain(t *testing.T) {
	var out bytes.Buffer
	n := &Narrator{Out: &Printer{W: &out}}
	for _, text := range []string{"is OK in us-west-2", "is ALARM in us-west-2", "is OK in us-east-1", "is OK in us-west-2", "is OK in us-west-2"} {
		n.Observe(fakeaws.Entry{At: scenario.Start, Kind: "alarm", Object: "lag", Text: text})
	}
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "is ALARM") || !n.Fired("lag us-west-2") || n.Fired("lag us-east-1") {
		t.Errorf("got\n%s", got)
	}
}

func TestOfSeveralRunsEachLineSaysWhose(t *testing.T) {
	var out bytes.Buffer
	n := &Narrator{Out: &Printer{W: &out}}
	n.StateEntered("arn:one", "Completed", scenario.Start)
	n.StateEntered("arn:two", "Validate", scenario.Start)
	n.StateEntered("arn:one", "Completed", scenario.Start)
	n.Stopped("arn:one", scenario.Start)
	n.StateEntered("arn:two", "Completed", scenario.Start)
	n.Stopped("arn:two", scenario.Start)
	n.StateEntered("arn:three", "Completed", scenario.Start)
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.TrimSpace(line[textColumn:]))
	}
	if want := "Completed, one: Completed, two: Completed, Completed"; strings.Join(got, ", ") != want {
		t.Errorf("got %q; want %q", strings.Join(got, ", "), want)
	}
}

func TestIdsOfAWSAreCalledByNames(t *testing.T) {
	var out bytes.Buffer
	p := &Printer{W: &out}
	p.Call("00000000-0000-4000-8000-000000000261", "flap-1")
	p.Event(scenario.Start, "lock", Plain, "run 00000000-0000-4000-8000-000000000261 holds it")
	if !strings.Contains(out.String(), "run flap-1 holds it") {
		t.Errorf("got %q", out.String())
	}
}
