package stepfunctions_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

// forked is a machine that asks for two answers at once while it works through a list, two items at a time.
const forked = `{"QueryLanguage": "JSONata", "StartAt": "Both", "States": {
  "Both": {"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "Each", "States": {"Each": {"Type": "Map", "MaxConcurrency": 2, "Items": "{% $states.input.list %}", "End": true,
      "ItemProcessor": {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 20,
        "Arguments": {"FunctionName": "` + testFunction + `", "Payload": "{% $states.input %}"}, "Output": "{% $states.result.Payload %}", "End": true}}}}}},
    {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
      "TimeoutSeconds": 600, "HeartbeatSeconds": 60,
      "Arguments": {"FunctionName": "` + testFunction + `", "Payload": {"token": "{% $states.context.Task.Token %}"}}, "End": true}}}]}}}`

// startForked starts the machine; token returns the task token that its function got, and works how often it worked for an item.
func startForked(t *testing.T) (w *fakeaws.World, arn string, token func() string, works func() int) {
	t.Helper()
	given, worked := "", 0
	w = newMachineWorld(t, mayInvoke, func(payload []byte) fakeaws.InvokeResult {
		var p struct{ Token string }
		if json.Unmarshal(payload, &p) == nil && p.Token != "" {
			given = p.Token
		} else {
			worked++
		}
		return fakeaws.InvokeResult{Payload: payload}
	})
	sm := fakeaws.StateMachine{ARN: testMachine, Name: "test", Region: "us-west-2", Role: testRole, Definition: forked}
	if err := w.UpdateStateMachine(sm); err != nil {
		t.Fatal(err)
	}
	arn, err := w.StartExecution(testMachine, "run-1", json.RawMessage(`{"list":[1,2,3]}`))
	if err != nil {
		t.Fatal(err)
	}
	return w, arn, func() string { return given }, func() int { return worked }
}

func TestTheBranchesOfAnExecutionWaitAtTheSameTime(t *testing.T) {
	w, arn, token, works := startForked(t)
	w.RunUntil(func() bool { return false }, testStart.Add(45*time.Millisecond))
	e, _ := w.Execution(arn)
	// Two items and the question are invoked at once; each takes 30 ms. So the third item has been begun, and not ended.
	if want := []string{"Both", "Each", "Work", "Work", "Ask", "Work"}; !cmp.Equal(want, e.Path) || len(e.Invocations) != 3 {
		t.Errorf("after 45 ms, %d invocations, and the path is %v; want 3 and %v", len(e.Invocations), e.Path, want)
	}
	if err := w.SendTaskSuccess(token(), json.RawMessage(`"yes"`)); err != nil {
		t.Fatal(err)
	}
	if !w.RunUntil(func() bool { e, _ = w.Execution(arn); return !e.StoppedAt.IsZero() }, testStart.Add(time.Minute)) {
		t.Fatal("the execution is still running after a minute")
	}
	if got, want := string(e.Output), `[[1,2,3],"yes"]`; got != want || works() != 3 || e.StoppedAt.Sub(e.StartedAt) != 60*time.Millisecond {
		t.Errorf("output %s after %d items and %s; want %s after 3 and 60ms", got, works(), e.StoppedAt.Sub(e.StartedAt), want)
	}
	var text strings.Builder
	for _, event := range e.History {
		text.WriteString(event.Type + " ")
	}
	if n := strings.Count(text.String(), "MapIterationSucceeded "); n != 3 || !strings.Contains(text.String(), "ParallelStateSucceeded ") {
		t.Errorf("the history has %d iterations that succeeded: %s", n, text.String())
	}
}

func TestABranchWithoutHeartbeatsFailsTheExecution(t *testing.T) {
	for _, tt := range []struct {
		beats int
		want  time.Duration
	}{{0, time.Minute}, {2, time.Minute + 100*time.Second}} {
		w, arn, token, _ := startForked(t)
		for n := range tt.beats {
			at := testStart.Add(time.Duration(n+1) * 50 * time.Second)
			w.RunUntil(func() bool { return false }, at)
			if err := w.SendTaskHeartbeat(token()); err != nil {
				t.Fatal(err)
			}
		}
		var e fakeaws.Execution
		w.RunUntil(func() bool { e, _ = w.Execution(arn); return !e.StoppedAt.IsZero() }, testStart.Add(time.Hour))
		if e.Error != "States.Timeout" || e.StoppedAt.Sub(e.StartedAt) != tt.want {
			t.Errorf("after %d heartbeats it ends %s %s after %s; want States.Timeout after %s", tt.beats, e.Status, e.Error, e.StoppedAt.Sub(e.StartedAt), tt.want)
		}
	}
}

func TestBranchesGoOnWhenTheirRegionIsBack(t *testing.T) {
	w, arn, token, works := startForked(t)
	dark := func(is bool) {
		if err := w.SetDark("us-west-2", is); err != nil {
			t.Fatal(err)
		}
	}
	w.RunUntil(func() bool { return false }, testStart.Add(10*time.Millisecond))
	dark(true)
	w.RunUntil(func() bool { return false }, testStart.Add(time.Second))
	dark(false)
	w.RunUntil(func() bool { return false }, testStart.Add(2*time.Second))
	if err := w.SendTaskSuccess(token(), json.RawMessage(`"yes"`)); err != nil {
		t.Fatal(err)
	}
	var e fakeaws.Execution
	if !w.RunUntil(func() bool { e, _ = w.Execution(arn); return !e.StoppedAt.IsZero() }, testStart.Add(time.Minute)) {
		t.Fatal("the execution is still running after a minute")
	}
	// The answers for two items were lost in the dark, so they are invoked again.
	if got, want := string(e.Output), `[[1,2,3],"yes"]`; got != want || works() != 5 {
		t.Errorf("output %s after %d invocations for items; want %s after 5", got, works(), want)
	}
}

// TestATaskThatFailsWithoutAName is as recorded on AWS: SendTaskFailure without an error gives the task none.
func TestATaskThatFailsWithoutAName(t *testing.T) {
	w, arn, token, _ := startForked(t)
	w.RunUntil(func() bool { return false }, testStart.Add(time.Second))
	if err := w.SendTaskFailure(token(), "", ""); err != nil {
		t.Fatal(err)
	}
	e, _ := w.Execution(arn)
	if e.Status != "FAILED" || e.Error != "" || e.Cause != "" {
		t.Errorf("it ends %s %q: %q; want FAILED without a name and a cause", e.Status, e.Error, e.Cause)
	}
}
