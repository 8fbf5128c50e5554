package asl

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var epoch = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

// executionARN is that of all executions in these tests.
const executionARN = "arn:aws:states:us-west-2:111122223333:execution:machine:run"

func start(m *Machine, input string) *Execution {
	return m.Start(ExecutionInfo{ID: executionARN, Name: "run", StateMachineName: "machine"}, json.RawMessage(input), epoch)
}

// pendingAs returns what an execution waits for, which must be a T.
func pendingAs[T Pending](t *testing.T, x *Execution) T {
	t.Helper()
	p, ok := x.Pending().(T)
	if !ok {
		t.Fatalf("pending %T after %v; status %s %s: %s", x.Pending(), x.Path(), x.Status(), x.Error(), x.Cause())
	}
	return p
}

func wantEnd(t *testing.T, x *Execution, status Status, errorName, output string) {
	t.Helper()
	if x.Status() != status || x.Error() != errorName || string(x.Output()) != output {
		t.Errorf("ended %s %q with output %s (%s); want %s %q with %s",
			x.Status(), x.Error(), x.Output(), x.Cause(), status, errorName, output)
	}
}

// evaluate returns the output of a machine of one state, or the cause of its failure.
func evaluate(t *testing.T, expression, input string) string {
	t.Helper()
	text, err := json.Marshal("{% " + expression + " %}")
	if err != nil {
		t.Fatal(err)
	}
	x := start(mustParse(t, `"Start": {"Type": "Pass", "End": true, "Output": `+string(text)+`}`), input)
	if x.Status() == Succeeded {
		return string(x.Output())
	}
	return x.Cause()
}

func TestExpressions(t *testing.T) {
	tests := []struct{ expression, input, want string }{
		{`$states.input`, `{"b": 1, "a": [null, 1.5, "x"]}`, `{"b":1,"a":[null,1.5,"x"]}`},
		{`$states.input.list`, `{"list": ["one"]}`, `["one"]`},
		{`$states.input.list`, `{"list": []}`, `[]`},
		{`$states.input.nothing`, `{"nothing": null}`, `null`},
		{`$states.input.nothing = null`, `{"nothing": null}`, `true`},
		{`$states.input.n + 1`, `{"n": 41}`, `42`},
		{`'a' & $states.input.missing & '<b>'`, `{}`, `"a<b>"`},
		{`$parse('{"z":1,"a":[2]}')`, `{}`, `{"z":1,"a":[2]}`},
		{`$partition([1,2,3,4,5], 2)`, `{}`, `[[1,2],[3,4],[5]]`},
		{`$range(0, 10, 5)`, `{}`, `[0,5,10]`},
		{`$range(1, 9, 9)`, `{}`, `1`}, // recorded on AWS: one element is no array
		{`$partition([1], 5)`, `{}`, `[[1]]`},
		{`$partition([], 5)`, `{}`, `[]`},
		{`$parse('-0')`, `{}`, `0`},
		{`$parse('12345678901234567890')`, `{}`, `12345678901234567000`},
		{`$hash('drover')`, `{}`, `"2cee6d2ee8b53dea333daa53564648904193ee0c1c183b68e3b917a51e4f1762"`},
		{`$states.context.Execution.Name`, `{}`, `"run"`},
		{`$states.context.Execution.Input.x`, `{"x": 7}`, `7`},
		{`$states.context.Execution.StartTime`, `{}`, `"2026-11-23T03:00:00.000Z"`},
		{`$states.context.State.Name`, `{}`, `"Start"`},
		{`$states.context.StateMachine.Name`, `{}`, `"machine"`},
	}
	for _, tt := range tests {
		if got := evaluate(t, tt.expression, tt.input); got != tt.want {
			t.Errorf("%s of %s = %s; want %s", tt.expression, tt.input, got, tt.want)
		}
	}
}

func TestExpressionsThatFailSayWhere(t *testing.T) {
	tests := []struct{ expression, want string }{
		{`$states.input.missing`, "returned nothing (undefined)."},
		{`1 + 'a'`, "threw an error during evaluation. T200"},
		{`$parse('{')`, "threw an error during evaluation. $parse expects JSON text"},
		{`$range(1, 10, 0)`, "$range expects"},
		{`$range(1, 5000, 1)`, "the limit is 1000"},
		{`$partition([1], 0)`, "$partition expects"},
		{`$hash('a', 'CRC')`, "one of MD5"},
		{`$range(2, 1, 1)`, "returned nothing (undefined)."},
		{`function($x){$x}`, "returned a value that is not JSON"},
		{`{"list": [1, $sum]}`, "returned a value that is not JSON"},
	}
	for _, tt := range tests {
		got := evaluate(t, tt.expression, "{}")
		where := "An error occurred while executing the state 'Start' (entered at the event id #2). The JSONata expression '" +
			tt.expression + "' specified for the field 'Output' "
		if !strings.HasPrefix(got, where) || !strings.Contains(got, tt.want) {
			t.Errorf("%s: cause %q; want it to say where, and %q", tt.expression, got, tt.want)
		}
	}
}

func TestAConditionMustBeABoolean(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Choice", "Default": "Start", "Choices": [{"Condition": "{% 1 %}", "Next": "Start"}]}`), "{}")
	wantEnd(t, x, Failed, ErrorQuery, "")
	want := "The JSONata expression '1' specified for the field 'Choices[0]/Condition' returned an unexpected result type. " +
		"Expected 'boolean', but was 'number' for value: 1"
	if !strings.HasSuffix(x.Cause(), want) {
		t.Errorf("Cause = %q; want it to end with %q", x.Cause(), want)
	}
}

func TestAChoiceThatMatchesNothingFails(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "Start"}]}`), "{}")
	wantEnd(t, x, Failed, ErrorNoChoice, "")
}

func TestVariablesAreAssignedAllAtOnce(t *testing.T) {
	x := start(mustParse(t, `
		"Start": {"Type": "Pass", "Assign": {"a": 1, "b": 2}, "Next": "Swap"},
		"Swap": {"Type": "Pass", "Assign": {"a": "{% $b %}", "b": "{% $a %}"}, "Output": ["{% $a %}", "{% $b %}"], "Next": "Show"},
		"Show": {"Type": "Succeed", "Output": {"before": "{% $states.input %}", "after": ["{% $a %}", "{% $b %}"]}}`), "{}")
	wantEnd(t, x, Succeeded, "", `{"before":[1,2],"after":[2,1]}`)
}

func TestAnInputThatStepFunctionsWouldNotTakeFailsTheExecution(t *testing.T) {
	m := mustParse(t, `"Start": {"Type": "Succeed"}`)
	wantEnd(t, start(m, `{"a":`), Failed, ErrorRuntime, "")
	wantEnd(t, start(m, `"`+strings.Repeat("x", MaxData)+`"`), Failed, ErrorDataLimit, "")
	wantEnd(t, start(m, ``), Succeeded, "", `{}`)
}

func TestALoopEndsWithTheHistory(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Pass", "Next": "Start"}`), "{}")
	wantEnd(t, x, Failed, ErrorRuntime, "")
	last := x.History()[len(x.History())-1]
	if last.ID != MaxEvents || last.Type != "ExecutionFailed" {
		t.Errorf("the last event is %d %s; want %d ExecutionFailed", last.ID, last.Type, MaxEvents)
	}
}

func TestAWaitIsOverWhenItIsTime(t *testing.T) {
	m := mustParse(t, `"Start": {"Type": "Wait", "Seconds": 60, "End": true}`)
	x := start(m, `{"kept": true}`)
	w := pendingAs[*WaitUntil](t, x)
	if want := (&WaitUntil{State: "Start", Until: epoch.Add(time.Minute), Reason: ReasonWait}); !cmp.Equal(want, w) {
		t.Errorf("pending (-want +got):\n%s", cmp.Diff(want, w))
	}
	x.Resume(w.Until.Add(-1), nil)
	x.Resume(w.Until, &Answer{Output: json.RawMessage(`1`)})
	pendingAs[*WaitUntil](t, x)
	x.Resume(w.Until, nil)
	wantEnd(t, x, Succeeded, "", `{"kept":true}`)
	x.Resume(w.Until.Add(time.Hour), nil)
	if got := x.History()[len(x.History())-1].Time; !got.Equal(w.Until) {
		t.Errorf("the last event is at %v; want %v", got, w.Until)
	}
}

func TestWaitsThatCannotBe(t *testing.T) {
	for _, field := range []string{
		`"Seconds": "{% -1 %}"`, `"Seconds": "{% 1.5 %}"`, `"Seconds": "{% 'x' %}"`, `"Seconds": "{% 100000000 %}"`,
		`"Timestamp": "{% 5 %}"`, `"Timestamp": "tomorrow"`,
	} {
		x := start(mustParse(t, `"Start": {"Type": "Wait", "End": true, `+field+`}`), "{}")
		wantEnd(t, x, Failed, ErrorQuery, "")
	}
}

// TestAWaitIsNotLongerThanStepFunctionsCanWait: beyond 2^31-1 seconds, the execution fails with an error that cannot be caught.
func TestAWaitIsNotLongerThanStepFunctionsCanWait(t *testing.T) {
	for _, field := range []string{`"Seconds": "{% 2147483648 %}"`, `"Seconds": "{% 1e300 %}"`, `"Timestamp": "2095-01-01T00:00:00Z"`} {
		x := start(mustParse(t, `"Start": {"Type": "Wait", "End": true, `+field+`}`), "{}")
		wantEnd(t, x, Failed, ErrorRuntime, "")
	}
	pendingAs[*WaitUntil](t, start(mustParse(t, `"Start": {"Type": "Wait", "End": true, "Timestamp": "2094-12-01T00:00:00Z"}`), "{}"))
}

func TestAnExecutionTimesOut(t *testing.T) {
	m, err := Parse([]byte(`{"QueryLanguage": "JSONata", "StartAt": "Start", "TimeoutSeconds": 30, "States": {
		"Start": {"Type": "Wait", "Seconds": 60, "End": true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	x := start(m, "{}")
	w := pendingAs[*WaitUntil](t, x)
	if want := epoch.Add(30 * time.Second); !w.Until.Equal(want) {
		t.Errorf("waits until %v; want the execution's own end, %v", w.Until, want)
	}
	x.Resume(w.Until, nil)
	wantEnd(t, x, TimedOut, ErrorTimeout, "")
	if got := x.History()[len(x.History())-1].Type; got != "ExecutionTimedOut" {
		t.Errorf("the last event is %s; want ExecutionTimedOut", got)
	}
}

func TestVariablesHaveALimit(t *testing.T) {
	half := strings.Repeat("x", MaxData/2)
	x := start(mustParse(t, fmt.Sprintf(`"Start": {"Type": "Pass", "Assign": {"a": %q, "b": %q}, "End": true}`, half, half)), "{}")
	wantEnd(t, x, Failed, ErrorDataLimit, "")
	x = start(mustParse(t, fmt.Sprintf(`"Start": {"Type": "Pass", "Output": [%q, %q], "End": true}`, half, half)), "{}")
	wantEnd(t, x, Failed, ErrorDataLimit, "")
}

// TestAllVariablesTogetherHaveALimit assigns a new variable of nearly the largest size in each state.
func TestAllVariablesTogetherHaveALimit(t *testing.T) {
	const size = MaxData - 100
	var states []string
	for i := range MaxVariables/size + 1 {
		name, next := fmt.Sprint("S", i), fmt.Sprint("S", i+1)
		if i == 0 {
			name = "Start"
		}
		states = append(states, fmt.Sprintf(`%q: {"Type": "Pass", "Assign": {"v%d": "{%% $states.input %%}"}, "Next": %q}`, name, i, next))
	}
	states = append(states, fmt.Sprintf(`"S%d": {"Type": "Succeed"}`, len(states)))
	x := start(mustParse(t, strings.Join(states, ",")), `"`+strings.Repeat("x", size)+`"`)
	wantEnd(t, x, Failed, ErrorDataLimit, "")
	if got, want := len(x.Path()), MaxVariables/size+1; got != want {
		t.Errorf("it failed in state %d; want %d, the first that has no room", got, want)
	}
}

// TestAnExpressionThatFailsFollowsTheEventBeforeTheLast is how AWS numbers it, as recorded; a value that cannot be
// used follows the last event like everything else.
func TestAnExpressionThatFailsFollowsTheEventBeforeTheLast(t *testing.T) {
	for field, want := range map[string]int64{`"Timestamp": "{% $missing %}"`: 3, `"Timestamp": "tomorrow"`: 4} {
		x := start(mustParse(t, `"Start": {"Type": "Pass", "Next": "Wait"}, "Wait": {"Type": "Wait", "End": true, `+field+`}`), "{}")
		e := x.History()[4]
		if e.Type != "EvaluationFailed" || e.PreviousID != want {
			t.Errorf("%s: event 5 is %s after %d; want EvaluationFailed after %d", field, e.Type, e.PreviousID, want)
		}
	}
}
