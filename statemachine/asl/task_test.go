package asl

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func TestATaskIsInvokedWithItsArguments(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 35,
		"Arguments": {"FunctionName": "f", "Payload": {"z": "{% $states.input.n %}", "a": "$plain"}},
		"Output": "{% $states.result.Payload %}", "End": true}`), `{"n": 3}`)
	want := &Invoke{
		State: "Start", Resource: "arn:aws:states:::lambda:invoke", Function: "f",
		Arguments: json.RawMessage(`{"FunctionName":"f","Payload":{"z":3,"a":"$plain"}}`),
		Payload:   json.RawMessage(`{"z":3,"a":"$plain"}`), TimeoutAt: epoch.Add(seconds(35)),
	}
	if diff := cmp.Diff(want, pendingAs[*Invoke](t, x)); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	x.Resume(epoch.Add(seconds(1)), &Answer{Output: InvokeResult(json.RawMessage(`{"ok":true}`))})
	wantEnd(t, x, Succeeded, "", `{"ok":true}`)
}

func TestArgumentsWithoutAFunctionFail(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {}, "End": true,
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}, "Caught": {"Type": "Succeed"}`), "{}")
	wantEnd(t, x, Failed, ErrorRuntime, "")
}

// failing is a Task that is tried again after E, and hands on what it caught.
const failing = `"Start": {` + invoke + `, "TimeoutSeconds": 10, "Next": "Done",
	"Retry": [{"ErrorEquals": ["Never"], "MaxAttempts": 0},
		{"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 3, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"}],
	"Catch": [{"ErrorEquals": ["Quiet"], "Assign": {"why": "{% $states.errorOutput.Cause %}"}, "Output": {"error": "{% $states.errorOutput.Error %}"}, "Next": "Caught"},
		{"ErrorEquals": ["States.TaskFailed"], "Next": "Done"}]},
	"Caught": {"Type": "Succeed", "Output": ["{% $states.input.error %}", "{% $why %}"]}, "Done": {"Type": "Succeed"}`

func TestRetriesGrowAreCappedAndJittered(t *testing.T) {
	for _, tt := range []struct {
		name   string
		jitter func() float64
		want   []time.Duration
	}{
		{"the longest delays without jitter", nil, []time.Duration{seconds(2), seconds(6), seconds(10)}},
		{"a quarter of them", func() float64 { return 0.25 }, []time.Duration{seconds(0.5), seconds(1.5), seconds(2.5)}},
	} {
		m := mustParse(t, failing)
		x := m.Start(ExecutionInfo{Jitter: tt.jitter}, nil, epoch)
		now := epoch
		var delays []time.Duration
		for {
			if p := pendingAs[*Invoke](t, x); p.Attempt != len(delays) {
				t.Fatalf("attempt %d after %d retries", p.Attempt, len(delays))
			}
			x.Resume(now, &Answer{Error: "E", Cause: "c"})
			if x.Pending() == nil {
				break
			}
			w := pendingAs[*WaitUntil](t, x)
			if w.Reason != ReasonRetry {
				t.Errorf("waits for %s; want %s", w.Reason, ReasonRetry)
			}
			delays = append(delays, w.Until.Sub(now))
			now = w.Until
			x.Resume(now, nil)
		}
		if diff := cmp.Diff(tt.want, delays); diff != "" {
			t.Errorf("%s: delays (-want +got):\n%s", tt.name, diff)
		}
		wantEnd(t, x, Succeeded, "", `{"Error":"E","Cause":"c"}`)
		if diff := cmp.Diff([]string{"Start", "Done"}, x.Path()); diff != "" {
			t.Errorf("path (-want +got):\n%s", diff)
		}
		if got, want := x.Transitions(), 2+3; got != want {
			t.Errorf("transitions = %d; want %d: the retries count", got, want)
		}
	}
}

func TestTheFirstRetrierThatMatchesCounts(t *testing.T) {
	x := start(mustParse(t, failing), "{}")
	x.Resume(epoch, &Answer{Error: "Never"})
	wantEnd(t, x, Succeeded, "", `{"Error":"Never","Cause":null}`)
}

func TestACatcherAssignsAndHandsOn(t *testing.T) {
	x := start(mustParse(t, failing), "{}")
	x.Resume(epoch, &Answer{Error: "Quiet", Cause: "because"})
	wantEnd(t, x, Succeeded, "", `["Quiet","because"]`)
}

func TestACatchersOwnErrorIsNotCaught(t *testing.T) {
	x := start(mustParse(t, `"Start": {`+invoke+`, "End": true,
		"Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"why": "{% $states.errorOutput.Reason %}"}, "Next": "Caught"}]},
		"Caught": {"Type": "Succeed"}`), "{}")
	x.Resume(epoch, &Answer{Error: "E"})
	wantEnd(t, x, Failed, ErrorQuery, "")
	if !strings.Contains(x.Cause(), "'Catch[0]/Assign/why' returned nothing") {
		t.Errorf("Cause = %q; want it to name Catch[0]/Assign/why", x.Cause())
	}
}

// TestWhatACatcherSeesOfAnError is as recorded on AWS: what an error does not have is null, but a timeout has an empty cause.
func TestWhatACatcherSeesOfAnError(t *testing.T) {
	for _, tt := range []struct {
		answer *Answer
		want   string
	}{
		{nil, `{"Error":"States.Timeout","Cause":""}`},
		{&Answer{Error: "E", Cause: "c"}, `{"Error":"E","Cause":"c"}`},
		{&Answer{Error: "E"}, `{"Error":"E","Cause":null}`},
		{&Answer{Failed: true, Cause: "c"}, `{"Error":null,"Cause":"c"}`},
		{&Answer{Failed: true}, `{"Error":null,"Cause":null}`},
	} {
		x := start(mustParse(t, `"Start": {`+invoke+`, "TimeoutSeconds": 10, "End": true,
			"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}, "Caught": {"Type": "Succeed"}`), "{}")
		x.Resume(epoch.Add(seconds(10)), tt.answer)
		wantEnd(t, x, Succeeded, "", tt.want)
	}
}

func TestATaskTimesOut(t *testing.T) {
	for _, tt := range []struct {
		name   string
		after  time.Duration
		answer *Answer
		status Status
		err    string
	}{
		{"no answer", seconds(10), nil, Failed, ErrorTimeout},
		{"the answer is too late", seconds(10.001), &Answer{Output: json.RawMessage(`{}`)}, Failed, ErrorTimeout},
		{"the answer is just in time", seconds(10), &Answer{Output: json.RawMessage(`{}`)}, Succeeded, ""},
		{"it is too early to say", seconds(9.999), nil, Running, ""},
	} {
		x := start(mustParse(t, failing), "{}")
		x.Resume(epoch.Add(tt.after), tt.answer)
		if x.Status() != tt.status || x.Error() != tt.err {
			t.Errorf("%s: %s %q; want %s %q", tt.name, x.Status(), x.Error(), tt.status, tt.err)
		}
	}
}

func TestWhatWildcardsMatch(t *testing.T) {
	all, failed := []string{ErrorAll}, []string{ErrorTaskFailed}
	for _, tt := range []struct {
		names []string
		err   string
		want  bool
	}{
		{all, "Anything", true}, {all, ErrorTimeout, true}, {all, ErrorQuery, true},
		{all, ErrorDataLimit, false}, {all, ErrorRuntime, false}, {[]string{ErrorDataLimit}, ErrorDataLimit, true},
		{[]string{ErrorRuntime}, ErrorRuntime, false},
		{failed, "Anything", true}, {failed, ErrorTimeout, false}, {failed, ErrorDataLimit, false},
		{[]string{"A", "B"}, "B", true}, {[]string{"A"}, "B", false},
	} {
		if got := matches(tt.names, tt.err); got != tt.want {
			t.Errorf("matches(%v, %s) = %v; want %v", tt.names, tt.err, got, tt.want)
		}
	}
}

// TestAnAnswerThatIsTooLarge is as recorded on AWS: a Task's result that is too large is caught by States.ALL.
func TestAnAnswerThatIsTooLarge(t *testing.T) {
	large := &Answer{Output: json.RawMessage(`"` + strings.Repeat("x", MaxData) + `"`)}
	const cause = "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit."
	for _, name := range []string{ErrorAll, ErrorDataLimit} {
		x := start(mustParse(t, `"Start": {`+invoke+`, "End": true, "Catch": [{"ErrorEquals": ["`+name+`"], "Next": "Caught"}]},
			"Caught": {"Type": "Succeed"}`), "{}")
		x.Resume(epoch, large)
		wantEnd(t, x, Succeeded, "", `{"Error":"States.DataLimitExceeded","Cause":"`+cause+`"}`)
		if got := x.History()[4].Type; got != "TaskFailed" {
			t.Errorf("an answer that is too large is %s; want TaskFailed", got)
		}
	}
	x := start(mustParse(t, `"Start": {`+invoke+`, "End": true}`), "{}")
	x.Resume(epoch, large)
	wantEnd(t, x, Failed, ErrorDataLimit, "")
	if x.Cause() != cause {
		t.Errorf("Cause = %s; want %s", x.Cause(), cause)
	}
}

func TestDataOfAStateThatAreTooLargeAreNotCaught(t *testing.T) {
	x := start(mustParse(t, `"Start": {`+invoke+`, "Output": ["{% $states.input %}", "{% $states.input %}"], "End": true,
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]}, "Caught": {"Type": "Succeed"}`), `"`+strings.Repeat("x", MaxData/2)+`"`)
	x.Resume(epoch, &Answer{Output: json.RawMessage(`1`)})
	wantEnd(t, x, Failed, ErrorDataLimit, "")
	if want := "The state/task 'Start' returned a result"; !strings.HasPrefix(x.Cause(), want) {
		t.Errorf("Cause = %s; want it to begin %s", x.Cause(), want)
	}
}

func TestAnAnswerThatIsNotJSON(t *testing.T) {
	x := start(mustParse(t, `"Start": {`+invoke+`, "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]},
		"Caught": {"Type": "Succeed"}`), "{}")
	x.Resume(epoch, &Answer{Output: json.RawMessage(`{`)})
	wantEnd(t, x, Failed, ErrorRuntime, "")
}

func TestArgumentsThatAreTooLarge(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
		"Arguments": {"FunctionName": "f", "Payload": ["{% $states.input %}", "{% $states.input %}"]}}`), `"`+strings.Repeat("x", MaxData/2)+`"`)
	wantEnd(t, x, Failed, ErrorDataLimit, "")
}

func TestAResultThatCannotBeEvaluatedIsTheTasksFailure(t *testing.T) {
	x := start(mustParse(t, `"Start": {`+invoke+`, "Assign": {"n": "{% $states.result.Payload.n %}"}, "End": true,
		"Retry": [{"ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1}],
		"Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught"}]}, "Caught": {"Type": "Succeed", "Output": 1}`), "{}")
	x.Resume(epoch, &Answer{Output: InvokeResult(json.RawMessage(`{}`))})
	w := pendingAs[*WaitUntil](t, x)
	x.Resume(w.Until, nil)
	x.Resume(w.Until, &Answer{Output: InvokeResult(json.RawMessage(`{}`))})
	wantEnd(t, x, Succeeded, "", "1")
}

func TestATaskTokenIsAwaitedAfterTheFunctionHasAnswered(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 3600,
		"Arguments": {"FunctionName": "f", "Payload": {"token": "{% $states.context.Task.Token %}"}}, "Next": "Done",
		"Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]}, "Done": {"Type": "Succeed"}`), "{}")
	call := pendingAs[*Invoke](t, x)
	if call.TaskToken == "" || !strings.Contains(string(call.Payload), call.TaskToken) {
		t.Errorf("token %q is not in the payload %s", call.TaskToken, call.Payload)
	}
	x.Resume(epoch, &Answer{Output: InvokeResult(json.RawMessage(`"asked"`))})
	await := pendingAs[*AwaitToken](t, x)
	if want := (&AwaitToken{State: "Start", TaskToken: call.TaskToken, TimeoutAt: epoch.Add(time.Hour)}); !cmp.Equal(want, await) {
		t.Errorf("pending (-want +got):\n%s", cmp.Diff(want, await))
	}
	x.Resume(epoch, &Answer{Error: "Again"})
	x.Resume(pendingAs[*WaitUntil](t, x).Until, nil)
	second := pendingAs[*Invoke](t, x)
	if second.TaskToken == call.TaskToken {
		t.Error("the second attempt has the token of the first")
	}
	x.Resume(epoch, &Answer{Output: InvokeResult(json.RawMessage(`"asked"`))})
	x.Resume(epoch, &Answer{Output: json.RawMessage(`{"approved":true}`)})
	wantEnd(t, x, Succeeded, "", `{"approved":true}`)
	var got []string
	for _, e := range x.History() {
		if strings.HasPrefix(e.Type, "Task") {
			got = append(got, strings.TrimPrefix(e.Type, "Task"))
		}
	}
	want := strings.Fields("StateEntered Scheduled Started Submitted Failed Scheduled Started Submitted Succeeded StateExited")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestARetryDoesNotEnterAgain(t *testing.T) {
	x := start(mustParse(t, `"Start": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
		"Arguments": {"FunctionName": "f", "Payload": ["{% $states.context.State.EnteredTime %}", "{% $states.context.State.RetryCount %}"]},
		"Retry": [{"ErrorEquals": ["E"]}]}`), "{}")
	x.Resume(epoch, &Answer{Error: "E"})
	x.Resume(pendingAs[*WaitUntil](t, x).Until, nil)
	if got, want := string(pendingAs[*Invoke](t, x).Payload), `["2026-11-23T03:00:00.000Z",1]`; got != want {
		t.Errorf("payload of the retry = %s; want %s", got, want)
	}
}

func TestAPayloadThatIsNotJSONIsAString(t *testing.T) {
	if got, want := string(InvokeResult([]byte(`nope`))), `{"ExecutedVersion":"$LATEST","Payload":"nope","StatusCode":200}`; got != want {
		t.Errorf("InvokeResult = %s; want %s", got, want)
	}
}

const asking = `"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "HeartbeatSeconds": 60,
	"Arguments": {"FunctionName": "f", "Payload": "{% $states.context.Task.Token %}"}`

// TestATaskWithATokenNeedsHeartbeats: a missing one is the error of a timeout, as recorded on AWS.
func TestATaskWithATokenNeedsHeartbeats(t *testing.T) {
	m := mustParse(t, `"Start": {`+asking+`, "TimeoutSeconds": 150, "End": true, "Catch": [
		{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Silent"}, {"ErrorEquals": ["States.ALL"], "Next": "Late"}]},
		"Silent": {"Type": "Succeed", "Output": "{% $states.input.Error %}"}, "Late": {"Type": "Succeed", "Output": "late"}`)
	asked := func() (*Execution, *AwaitToken) {
		x := start(m, "{}")
		if at := pendingAs[*Invoke](t, x).TimeoutAt; !at.Equal(epoch.Add(seconds(60))) {
			t.Errorf("the function has until %s; want the first heartbeat's time", at)
		}
		x.Resume(epoch, &Answer{Output: json.RawMessage(`null`)})
		return x, pendingAs[*AwaitToken](t, x)
	}
	x, await := asked()
	x.Resume(await.TimeoutAt, nil)
	wantEnd(t, x, Succeeded, "", `"States.Timeout"`)

	x, await = asked()
	for _, at := range []float64{59, 118} {
		if !x.Heartbeat(await.TaskToken, epoch.Add(seconds(at))) {
			t.Errorf("no Task waits for a heartbeat after %v s", at)
		}
	}
	x.Resume(epoch.Add(seconds(119)), nil)
	if want := epoch.Add(seconds(150)); pendingAs[*AwaitToken](t, x) != await || !await.TimeoutAt.Equal(want) {
		t.Errorf("waits until %s; want %s, the Task's own timeout", await.TimeoutAt, want)
	}
	x.Resume(await.TimeoutAt, nil)
	wantEnd(t, x, Succeeded, "", `"late"`)
	if x.Heartbeat(await.TaskToken, epoch.Add(seconds(151))) {
		t.Error("a Task waits for a heartbeat after the end")
	}

	x, _ = asked()
	x.Resume(epoch.Add(seconds(59)), &Answer{Output: json.RawMessage(`"ok"`)})
	wantEnd(t, x, Succeeded, "", `"ok"`)
	if x, _ = asked(); x.Heartbeat("another", epoch) {
		t.Error("a Task waits for a heartbeat with another token")
	}
}
