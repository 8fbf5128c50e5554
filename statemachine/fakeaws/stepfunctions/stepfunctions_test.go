package stepfunctions_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

const (
	testRole     = "arn:aws:iam::111122223333:role/machine"
	testMachine  = "arn:aws:states:us-west-2:111122223333:stateMachine:test"
	testFunction = "arn:aws:lambda:us-west-2:111122223333:function:drover-work"
)

// oneTask is a machine with one task, two retries, and the ends Done and Broken.
const oneTask = `{"QueryLanguage": "JSONata", "StartAt": "Work", "States": {
  "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 20,
    "Arguments": {"FunctionName": "` + testFunction + `", "Payload": "{% $states.input %}"},
    "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout"],
      "IntervalSeconds": 4, "MaxAttempts": 2, "BackoffRate": 1}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "Broken"}],
    "Output": "{% $states.result.Payload %}", "Next": "Done"},
  "Done": {"Type": "Succeed"},
  "Broken": {"Type": "Fail", "Error": "{% $states.input %}"}}}`

var testStart = time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)

// newMachineWorld is a simulator with oneTask, whose function is work.
func newMachineWorld(t *testing.T, policy string, work func(payload []byte) fakeaws.InvokeResult) *fakeaws.World {
	t.Helper()
	w := fakeaws.New("111122223333", testStart, "us-east-1", "us-west-2")
	if _, err := w.AddRole(testRole, []json.RawMessage{json.RawMessage(policy)}); err != nil {
		t.Fatal(err)
	}
	fn := fakeaws.Function{ARN: testFunction, Name: "drover-work", Region: "us-west-2", Timeout: 10 * time.Second, Invoke: work}
	if err := w.AddFunction(fn); err != nil {
		t.Fatal(err)
	}
	sm := fakeaws.StateMachine{ARN: testMachine, Name: "test", Region: "us-west-2", Role: testRole, Definition: oneTask}
	if err := w.AddStateMachine(sm); err != nil {
		t.Fatal(err)
	}
	return w
}

const mayInvoke = `{"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "` + testFunction + `"}]}`

func answering(payload string) func([]byte) fakeaws.InvokeResult {
	return func([]byte) fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: []byte(payload)} }
}

// play starts the machine and runs it to its end.
func play(t *testing.T, w *fakeaws.World) fakeaws.Execution {
	t.Helper()
	arn, err := w.StartExecution(testMachine, "run-1", json.RawMessage(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	stopped := func() bool { e, _ := w.Execution(arn); return !e.StoppedAt.IsZero() }
	if !w.RunUntil(stopped, testStart.Add(time.Hour)) {
		t.Fatalf("the execution is still running after an hour")
	}
	e, _ := w.Execution(arn)
	return e
}

func TestExecutionIsChargedForItsInvocations(t *testing.T) {
	w := newMachineWorld(t, mayInvoke, answering(`{"b":2}`))
	e := play(t, w)
	if got, want := string(e.Output), `{"b":2}`; got != want {
		t.Errorf("output %s, want %s", got, want)
	}
	if got, want := e.StoppedAt.Sub(e.StartedAt), 30*time.Millisecond; got != want {
		t.Errorf("took %v, want %v", got, want)
	}
	if diff := cmp.Diff([]string{"Work", "Done"}, e.Path); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
}

func TestInvokeFaults(t *testing.T) {
	for _, tt := range []struct {
		name    string
		fault   fakeaws.InvokeFault
		runs    int // how often the function did its work
		status  string
		err     string
		seconds float64
	}{
		{"throttled twice, then through", fakeaws.InvokeFault{Function: "work", Kind: fakeaws.InvokeThrottled, Times: 2}, 1, "SUCCEEDED", "", 8.04},
		{"throttled for good", fakeaws.InvokeFault{Kind: fakeaws.InvokeThrottled}, 0, "FAILED", "Lambda.TooManyRequestsException", 8.015},
		{"dies after its effect", fakeaws.InvokeFault{Function: "drover-work", Kind: fakeaws.InvokeCrashes, Times: 1}, 2, "SUCCEEDED", "", 4.06},
		{"hangs", fakeaws.InvokeFault{Kind: fakeaws.InvokeTimesOut, Times: 1}, 2, "SUCCEEDED", "", 14.03},
		{"another function's", fakeaws.InvokeFault{Function: "other", Kind: fakeaws.InvokeThrottled}, 1, "SUCCEEDED", "", 0.03},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runs := 0
			w := newMachineWorld(t, mayInvoke, func([]byte) fakeaws.InvokeResult { runs++; return fakeaws.InvokeResult{Payload: []byte(`1`)} })
			w.InjectInvoke(tt.fault)
			e := play(t, w)
			got := fmt.Sprint(runs, e.Status, e.Error, e.StoppedAt.Sub(e.StartedAt).Seconds())
			if want := fmt.Sprint(tt.runs, tt.status, tt.err, tt.seconds); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestRoleWithoutPermissionCannotInvoke(t *testing.T) {
	runs := 0
	w := newMachineWorld(t, `{"Statement": []}`, func([]byte) fakeaws.InvokeResult { runs++; return fakeaws.InvokeResult{} })
	e := play(t, w)
	if e.Error != "Lambda.AWSLambdaException" || runs != 0 {
		t.Errorf("error %q after %d invocations, want Lambda.AWSLambdaException after none", e.Error, runs)
	}
}

func TestExecutionStandsStillInTheDark(t *testing.T) {
	var w *fakeaws.World
	runs := 0
	w = newMachineWorld(t, mayInvoke, func([]byte) fakeaws.InvokeResult {
		if runs++; runs == 1 { // the Region goes dark while the function runs: its answer is lost
			if err := w.SetDark("us-west-2", true); err != nil {
				t.Error(err)
			}
		}
		return fakeaws.InvokeResult{Payload: []byte(`1`)}
	})
	w.At(testStart.Add(5*time.Second), func() {
		if err := w.SetDark("us-west-2", false); err != nil {
			t.Error(err)
		}
	})
	e := play(t, w)
	if runs != 2 || e.Status != "SUCCEEDED" || e.StoppedAt.Sub(e.StartedAt) < 5*time.Second {
		t.Errorf("%d invocations, %s after %v; want 2, SUCCEEDED after more than 5s", runs, e.Status, e.StoppedAt.Sub(e.StartedAt))
	}
}

func TestStartExecutionRefuses(t *testing.T) {
	w := newMachineWorld(t, mayInvoke, answering(`1`))
	if _, err := w.StartExecution(testMachine, "run-1", json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.StartExecution(testMachine, "run-1", json.RawMessage(`{"a":1}`)); err == nil {
		t.Error("a second execution of the same name was started")
	}
	if _, err := w.StartExecution(testMachine, "run-1", json.RawMessage(`{}`)); err != nil || len(w.Executions()) != 1 {
		t.Errorf("the same start again: %v and %d executions, want the one that runs", err, len(w.Executions()))
	}
	if _, err := w.StartExecution(testMachine+"-other", "run-2", json.RawMessage(`{}`)); err == nil {
		t.Error("an execution of an unknown state machine was started")
	}
	if err := w.SetDark("us-west-2", true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.StartExecution(testMachine, "run-3", json.RawMessage(`{}`)); err == nil {
		t.Error("an execution was started in a dark Region")
	}
}
