package fakeaws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	machineARN  = "arn:aws:states:us-west-2:111122223333:stateMachine:drover"
	functionARN = "arn:aws:lambda:us-west-2:111122223333:function:drover-ask"
	machineRole = "arn:aws:iam::111122223333:role/machine"
)

// asking is a machine that waits one minute for the answer to a task token, and ends with it.
const asking = `{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
  "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
    "Arguments": {"FunctionName": "` + functionARN + `", "Payload": {"token": "{% $states.context.Task.Token %}"}},
    "Output": "{% $states.result %}", "End": true}}}`

// serveMachine is a simulator with the machine asking in us-west-2; token returns the task token that its function got.
func serveMachine(t testing.TB) (s served, token func() string) {
	t.Helper()
	s = serve(t)
	s.Role(t, machineRole, "lambda:InvokeFunction")
	var given atomic.Value
	given.Store("")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.AddFunction(fakeaws.Function{
		ARN: functionARN, Name: "drover-ask", Region: west, Timeout: 10 * time.Second,
		Invoke: func(payload []byte) fakeaws.InvokeResult {
			var p struct{ Token string }
			must(json.Unmarshal(payload, &p))
			given.Store(p.Token)
			return fakeaws.InvokeResult{Payload: []byte(`{"asked": true}`)}
		},
	}))
	must(s.AddStateMachine(fakeaws.StateMachine{ARN: machineARN, Name: "drover", Region: west, Role: machineRole, Definition: asking}))
	return s, func() string { return given.Load().(string) }
}

func (s served) states(region, accessKey string) *sfn.Client {
	return sfn.NewFromConfig(s.Config(region, accessKey))
}

func start(name, input string) *sfn.StartExecutionInput {
	return &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: &name, Input: &input}
}

func TestAnExecutionAsItsOperatorSeesIt(t *testing.T) {
	s, token := serveMachine(t)
	ctx, client := context.Background(), s.states(west, fakeaws.Administrator)
	machines, err := client.ListStateMachines(ctx, &sfn.ListStateMachinesInput{})
	if err != nil || len(machines.StateMachines) != 1 || aws.ToString(machines.StateMachines[0].StateMachineArn) != machineARN {
		t.Fatalf("state machines %+v, error %v; want %s alone", machines, err, machineARN)
	}
	started, err := client.StartExecution(ctx, start("run-1", `{"action":"failover"}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	describe := func() string {
		d, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		stopped := "-"
		if d.StopDate != nil {
			stopped = d.StopDate.Sub(testStart).String()
		}
		return fmt.Sprint(d.Status, " ", aws.ToString(d.Input), " ", aws.ToString(d.Output), " ", d.StartDate.Sub(testStart), " ", stopped)
	}
	if got, want := describe(), `RUNNING {"action":"failover"}  0s -`; got != want {
		t.Errorf("before the answer: %s, want %s", got, want)
	}
	if _, err := client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: aws.String(token())}); err != nil {
		t.Error(err)
	}
	if _, err := client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String(token()), Output: aws.String(`{"approved":true}`)}); err != nil {
		t.Fatal(err)
	}
	if got, want := describe(), `SUCCEEDED {"action":"failover"} {"approved":true} 0s 10s`; got != want {
		t.Errorf("after the answer: %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
		"TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"}, historyOf(t, client, started.ExecutionArn)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// historyOf reads a history in small pages and returns the types of its events.
func historyOf(t testing.TB, client *sfn.Client, arn *string) []string {
	t.Helper()
	var got []string
	pages := sfn.NewGetExecutionHistoryPaginator(client, &sfn.GetExecutionHistoryInput{ExecutionArn: arn, MaxResults: 3})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			got = append(got, string(e.Type))
		}
	}
	return got
}

func TestTheSameStartAgainIsTheSameExecutionWhileItRuns(t *testing.T) {
	s, _ := serveMachine(t)
	ctx, client := context.Background(), s.states(west, fakeaws.Administrator)
	first, err := client.StartExecution(ctx, start("run-1", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Second)
	again, err := client.StartExecution(ctx, start("run-1", `{}`))
	if err != nil || *again.ExecutionArn != *first.ExecutionArn || !again.StartDate.Equal(*first.StartDate) {
		t.Errorf("the same start again: %+v, %v; want the first one's answer", again, err)
	}
	if _, err = client.StartExecution(ctx, start("run-1", `{"a":1}`)); codeOf(err) != "ExecutionAlreadyExists" {
		t.Errorf("with another input: %q, want ExecutionAlreadyExists", codeOf(err))
	}
	s.Pass(2 * time.Minute) // the question times out
	if _, err = client.StartExecution(ctx, start("run-1", `{}`)); codeOf(err) != "ExecutionAlreadyExists" {
		t.Errorf("after its end: %q, want ExecutionAlreadyExists", codeOf(err))
	}
}

func TestAStoppedExecutionIsAborted(t *testing.T) {
	s, token := serveMachine(t)
	ctx, client := context.Background(), s.states(west, fakeaws.Administrator)
	started, err := client.StartExecution(ctx, start("run-1", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	stop := &sfn.StopExecutionInput{ExecutionArn: started.ExecutionArn, Error: aws.String("Stopped"), Cause: aws.String("manually")}
	for range 2 { // stopping an execution that has ended changes nothing
		out, err := client.StopExecution(ctx, stop)
		if err != nil || !out.StopDate.Equal(testStart.Add(10*time.Second)) {
			t.Fatalf("stopped %+v, error %v; want 10 s after the start", out, err)
		}
		s.Pass(time.Second)
	}
	d, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil || d.Status != types.ExecutionStatusAborted || aws.ToString(d.Error) != "Stopped" || aws.ToString(d.Cause) != "manually" {
		t.Errorf("described as %+v, error %v; want ABORTED, Stopped manually", d, err)
	}
	history := historyOf(t, client, started.ExecutionArn)
	if got := history[len(history)-1]; got != "ExecutionAborted" {
		t.Errorf("the last event is %s, want ExecutionAborted", got)
	}
	if err := s.SendTaskSuccess(token(), json.RawMessage(`1`)); err == nil || !strings.Contains(err.Error(), "TaskTimedOut") {
		t.Errorf("answering the stopped task: %v, want TaskTimedOut", err)
	}
	aborted, err := client.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), StatusFilter: types.ExecutionStatusAborted})
	if err != nil || len(aborted.Executions) != 1 {
		t.Errorf("aborted executions %+v, error %v; want one", aborted, err)
	}
	_, err = client.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN), StatusFilter: "DONE"})
	if got := codeOf(err); got != "ValidationException" {
		t.Errorf("executions that are DONE: %q (%v), want ValidationException", got, err)
	}
}

func TestAnswersAreAllowedByPoliciesOnEverythingAlone(t *testing.T) {
	for resource, want := range map[string]string{"*": "", machineARN: "AccessDeniedException"} {
		s, token := serveMachine(t)
		if _, err := s.states(west, fakeaws.Administrator).StartExecution(context.Background(), start("run-1", `{}`)); err != nil {
			t.Fatal(err)
		}
		s.Pass(10 * time.Second)
		approver := s.states(west, s.As(t, `{"Effect": "Allow", "Action": "states:SendTaskSuccess", "Resource": "`+resource+`"}`))
		_, err := approver.SendTaskSuccess(context.Background(), &sfn.SendTaskSuccessInput{TaskToken: aws.String(token()), Output: aws.String(`1`)})
		if got := codeOf(err); got != want {
			t.Errorf("allowed on %s: %q, want %q", resource, got, want)
		}
	}
}

func TestATokenIsAnsweredOnceAndInItsRegion(t *testing.T) {
	s, token := serveMachine(t)
	ctx, client := context.Background(), s.states(west, fakeaws.Administrator)
	started, err := client.StartExecution(ctx, start("run-1", `{}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	answer := func(c *sfn.Client, token, output string) string {
		_, err := c.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &output})
		return codeOf(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"an unknown token", answer(client, "x", `1`), "InvalidToken"},
		{"in the other Region", answer(s.states(east, fakeaws.Administrator), token(), `1`), "InvalidToken"},
		{"an output that is not JSON", answer(client, token(), `approved`), "InvalidOutput"},
		{"an old token", answer(client, token()+"1", `1`), "TaskTimedOut"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if _, err := client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: aws.String(token()), Error: aws.String("NotApproved")}); err != nil {
		t.Fatal(err)
	}
	if got := answer(client, token(), `1`); got != "TaskTimedOut" {
		t.Errorf("a second answer: %q, want TaskTimedOut", got)
	}
	if e, _ := s.Execution(*started.ExecutionArn); e.Error != "NotApproved" {
		t.Errorf("the execution ended with %q, want NotApproved", e.Error)
	}
}

func TestAnAnswerMayComeBeforeItsFunctionHasReturned(t *testing.T) {
	s, token := serveMachine(t)
	arn, err := s.StartExecution(machineARN, "run-1", json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	s.Step(s.Now()) // the function has run, and is charged its time
	if token() == "" {
		t.Fatal("the function has not run")
	}
	if err := s.SendTaskSuccess(token(), json.RawMessage(`"early"`)); err != nil {
		t.Fatal(err)
	}
	if err := s.SendTaskFailure(token(), "Late", ""); err == nil {
		t.Error("a second answer was taken")
	}
	s.Pass(time.Second)
	if e, _ := s.Execution(arn); string(e.Output) != `"early"` {
		t.Errorf("status %s, output %s; want \"early\"", e.Status, e.Output)
	}
}

func TestStatesRefuses(t *testing.T) {
	s, _ := serveMachine(t)
	ctx := context.Background()
	reader := s.Role(t, "arn:aws:iam::111122223333:role/reader", "states:DescribeExecution")
	begin := func(region, key, name, input, arn string) error {
		in := start(name, input)
		in.StateMachineArn = &arn
		_, err := s.states(region, key).StartExecution(ctx, in)
		return err
	}
	_, noExecution := s.states(west, reader).DescribeExecution(ctx, &sfn.DescribeExecutionInput{
		ExecutionArn: aws.String("arn:aws:states:us-west-2:111122223333:execution:drover:none"),
	})
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"an unknown machine", begin(west, fakeaws.Administrator, "a", "{}", machineARN+"x"), "StateMachineDoesNotExist"},
		{"the other Region's machine", begin(east, fakeaws.Administrator, "a", "{}", machineARN), "StateMachineDoesNotExist"},
		{"no ARN", begin(west, fakeaws.Administrator, "a", "{}", "drover"), "InvalidArn"},
		{"a name with a space", begin(west, fakeaws.Administrator, "a b", "{}", machineARN), "InvalidName"},
		{"a long name", begin(west, fakeaws.Administrator, strings.Repeat("a", 81), "{}", machineARN), "ValidationException"},
		{"an input that is not JSON", begin(west, fakeaws.Administrator, "a", "{", machineARN), "InvalidExecutionInput"},
		{"no permission", begin(west, reader, "a", "{}", machineARN), "AccessDeniedException"},
		{"an unknown key", begin(west, "AKIANOBODY", "a", "{}", machineARN), "UnrecognizedClientException"},
		{"no such execution", noExecution, "ExecutionDoesNotExist"},
	} {
		if got := codeOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := len(s.Executions()); got != 0 {
		t.Errorf("%d executions were started, want none", got)
	}
}
