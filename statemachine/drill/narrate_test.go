package drill

import (
	"bytes"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAnAlarmIsToldWhenItGoesOffAndWhenItIsWellAgain(t *testing.T) {
	var out bytes.Buffer
	n := &narrator{out: &Printer{W: &out}}
	for _, text := range []string{"is OK in us-west-2", "is ALARM in us-west-2", "is OK in us-east-1", "is OK in us-west-2", "is OK in us-west-2"} {
		n.observe(fakeaws.Entry{At: Start, Kind: "alarm", Object: "lag", Text: text})
	}
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "is ALARM") || !n.wentOff("lag us-west-2") || n.wentOff("lag us-east-1") {
		t.Errorf("got\n%s", got)
	}
}

func TestOfSeveralRunsEachLineSaysWhose(t *testing.T) {
	var out bytes.Buffer
	n := &narrator{out: &Printer{W: &out}}
	n.StateEntered("arn:one", "Completed", Start)
	n.StateEntered("arn:two", "Validate", Start)
	n.StateEntered("arn:one", "Completed", Start)
	n.Stopped("arn:one", Start)
	n.StateEntered("arn:two", "Completed", Start)
	n.Stopped("arn:two", Start)
	n.StateEntered("arn:three", "Completed", Start)
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
	p.call("00000000-0000-4000-8000-000000000261", "flap-1")
	p.event(Start, "lock", Plain, "run 00000000-0000-4000-8000-000000000261 holds it")
	if !strings.Contains(out.String(), "run flap-1 holds it") {
		t.Errorf("got %q", out.String())
	}
}
