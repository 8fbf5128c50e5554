package asl

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The tests in this file play random machines with random answers: nothing panics, and an execution
// either waits for something or is over.

// names are those of the states of a random machine; the last one is terminal, so that there is always a way out.
var names = []string{"Start", "B", "C", "D", "End"}

// drawNext draws a state to go to. Only a Task may go back: a loop that never waits would fill the history each time.
func drawNext(t *rapid.T, from, label string, back bool) string {
	after := slices.Index(names, from) + 1
	if back {
		after = 0
	}
	return rapid.SampledFrom(names[after:]).Draw(t, from+label)
}

// fields that a state may have beside those it must, some of which fail when they are evaluated.
var (
	outputs = []string{``, `"Output": "{% $states.input %}",`, `"Output": {"x": "{% $count($v) + 1 %}"},`,
		`"Output": "{% $missing %}",`, `"Output": "{% $string($states.input).y %}",`, `"Output": "{% [1..3][$ > 1] %}",`}
	assigns    = []string{``, `"Assign": {"v": "{% [1, $count($v)] %}"},`, `"Assign": {"v": "{% $states.result.Payload %}"},`, `"Assign": {"v": [1, {"a": null}]},`}
	conditions = []string{`{% $exists($v) %}`, `{% $states.input.x > 1 %}`, `{% $count($v) = 2 %}`, `{% 'a' %}`, `{% true %}`}
	retries    = []string{``, `"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2, "JitterStrategy": "FULL"}],`, `"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],`}
)

func drawState(t *rapid.T, name string) string {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, name+label) }
	kind := rapid.IntRange(0, 7).Draw(t, name+" kind")
	next := fmt.Sprintf(`"Next": %q`, drawNext(t, name, " next", kind > 2))
	common := pick(" output", outputs) + pick(" assign", assigns)
	switch kind {
	case 0:
		return `"Type": "Pass",` + common + next
	case 1:
		return `"Type": "Wait", "Seconds": ` + pick(" seconds", []string{"0", "5", `"{% $v %}"`}) + "," + common + next
	case 2:
		return fmt.Sprintf(`"Type": "Choice", %s "Default": %q, "Choices": [{"Condition": %q, "Next": %q}]`,
			common, drawNext(t, name, " default", false), pick(" condition", conditions), drawNext(t, name, " match", false))
	}
	caught := fmt.Sprintf(`"Catch": [{"ErrorEquals": ["States.ALL"], "Next": %q}], %s`, drawNext(t, name, " catch", true), pick(" retry", retries))
	inner := func(i int) string {
		task := fmt.Sprintf(`%q: {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 10, %s
			"Arguments": {"FunctionName": "f", "Payload": "{%% $states.input %%}"}, %s "End": true}`, fmt.Sprint(name, i), pick(" inner retry", retries), pick(" inner output", outputs))
		return fmt.Sprintf(`"StartAt": %q, "States": {%s}`, fmt.Sprint(name, i), task)
	}
	switch kind {
	case 6:
		return fmt.Sprintf(`"Type": "Map", "MaxConcurrency": %d, "Items": %q, "ItemProcessor": {%s}, %s %s %s`, rapid.IntRange(0, 2).Draw(t, name+" at once"),
			pick(" items", []string{"{% [1, 2, 3] %}", "{% [] %}", "{% $v %}"}), inner(1), caught, common, next)
	case 7:
		return fmt.Sprintf(`"Type": "Parallel", "Branches": [{%s}, {%s}], %s %s %s`, inner(1), inner(2), caught, common, next)
	}
	resource := pick(" resource", []string{"", ".waitForTaskToken"})
	return fmt.Sprintf(`"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke%s", "TimeoutSeconds": 10,
		"Arguments": {"FunctionName": "f", "Payload": "{%% $states.input %%}"},
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": %q}], %s %s %s`,
		resource, drawNext(t, name, " catch", true), pick(" retry", retries), common, next)
}

// drawMachine leaves out, as Parse wants it, the states that nothing leads to.
func drawMachine(t *rapid.T) *Machine {
	states := map[string]string{"End": `"Type": "Succeed"`}
	for _, name := range names[:len(names)-1] {
		states[name] = drawState(t, name)
	}
	for {
		var text []string
		for _, name := range names {
			if states[name] != "" {
				text = append(text, fmt.Sprintf("%q: {%s}", name, states[name]))
			}
		}
		m, err := Parse([]byte(`{"QueryLanguage": "JSONata", "StartAt": "Start", "TimeoutSeconds": 1000, "States": {` + strings.Join(text, ",") + `}}`))
		if err == nil {
			return m
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			var name string
			if _, scan := fmt.Sscanf(line, "state %q: no state leads to it", &name); scan != nil {
				t.Fatalf("Parse: %v", err)
			}
			delete(states, name)
		}
	}
}

// move is one thing that a driver, a careless one too, may do.
type move struct {
	after  time.Duration
	answer *Answer
	// which of the things that the execution waits for it is about.
	which int
}

var answers = []*Answer{
	nil, {Output: json.RawMessage(`{"Payload": [1]}`)}, {Output: json.RawMessage(`null`)}, {Output: json.RawMessage(`{`)},
	{Error: "E", Cause: "c"}, {Error: ErrorRuntime}, {Error: ErrorTimeout}, {Failed: true},
}

func drawMoves(t *rapid.T) []move {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) move {
		return move{
			after:  time.Duration(rapid.SampledFrom([]int{0, 1, 5, 11}).Draw(t, "seconds")) * time.Second,
			answer: rapid.SampledFrom(answers).Draw(t, "answer"),
			which:  rapid.IntRange(0, 2).Draw(t, "which"),
		}
	}), 1, 40).Draw(t, "moves")
}

func playMoves(t *rapid.T, m *Machine, moves []move) *Execution {
	draws := 0
	jitter := func() float64 { draws++; return float64(draws%4) / 4 }
	x := m.Start(ExecutionInfo{ID: executionARN, Jitter: jitter}, json.RawMessage(`{"x": 2}`), epoch)
	now := epoch
	for _, mv := range moves {
		if pending, over := x.Pending() != nil, x.Status() != Running; pending == over {
			t.Fatalf("status %s, pending %T", x.Status(), x.Pending())
		}
		now = now.Add(mv.after)
		if all := x.Waiting(); len(all) > 0 {
			x.Deliver(all[mv.which%len(all)], now, mv.answer)
		} else {
			x.Resume(now, mv.answer)
		}
	}
	return x
}

func TestRandomMachinesWaitOrEndAndRepeatThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, moves := drawMachine(t), drawMoves(t)
		x := playMoves(t, m, moves)
		for i, e := range x.History() {
			if e.ID != int64(i)+1 || e.PreviousID >= e.ID {
				t.Fatalf("event %d has the id %d and follows %d", i+1, e.ID, e.PreviousID)
			}
		}
		if len(x.History()) > MaxEvents {
			t.Fatalf("%d events", len(x.History()))
		}
		first, again := mustJSON(t, x), mustJSON(t, playMoves(t, m, moves))
		if first != again {
			t.Fatalf("two plays differ (-first +second):\n%s", cmp.Diff(first, again))
		}
	})
}

func mustJSON(t *rapid.T, x *Execution) string {
	text, err := json.Marshal(x.History())
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(text)
}

// FuzzParse gives any text to Parse, and plays what it accepts.
func FuzzParse(f *testing.F) {
	f.Add(`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Output": "{% $states.input.x[0] %}"}}}`, `{"x": [1]}`)
	f.Add(`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Wait", "Timestamp": "{% $states.input %}", "End": true}}}`, `"2026-01-01T00:00:00Z"`)
	if text, err := os.ReadFile("../failover.asl.json"); err == nil {
		f.Add(string(text), `{"action": "failover"}`)
	}
	for _, seed := range []string{
		strings.Repeat("[", 9000), strings.Repeat(`{"a":`, 9000),
		`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% ` + strings.Repeat("(", 5000) + ` %}", "End": true}}}`,
		`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% ` + strings.Repeat("-", 5000) + `1 %}", "End": true}}}`,
	} {
		f.Add(seed, "{}")
	}
	f.Fuzz(func(t *testing.T, definition, input string) {
		var m *Machine
		var err error
		workbound.Check(t, len(definition), func() { m, err = Parse([]byte(definition)) })
		if err != nil {
			return
		}
		x := m.Start(ExecutionInfo{ID: executionARN}, json.RawMessage(input), epoch)
		for i := 0; x.Pending() != nil && i < 20; i++ {
			x.Resume(epoch.Add(time.Duration(i)*time.Hour), nil)
		}
	})
}
