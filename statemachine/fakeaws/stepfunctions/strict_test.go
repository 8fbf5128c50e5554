package stepfunctions_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

const testExecution = "arn:aws:states:us-west-2:111122223333:execution:test:run-1"

// asked sends a request as it is, and returns its status, the error's type and its message.
func asked(t *testing.T, s fakeawstest.Served, operation, body string) (status int, code, message string) {
	t.Helper()
	status, answer := s.Send(t, fakeawstest.West, fakeaws.Administrator, "states", "AWSStepFunctions."+operation, http.MethodPost, "/", body)
	var failed struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal([]byte(answer), &failed); err != nil {
		t.Fatalf("%s: %s: %v", operation, answer, err)
	}
	return status, failed.Type, failed.Message
}

// serveOneTask serves oneTask with an execution run-1 that has succeeded.
func serveOneTask(t *testing.T) fakeawstest.Served {
	t.Helper()
	s := fakeawstest.Serve(t)
	s.Role(t, testRole, "lambda:InvokeFunction")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.AddFunction(fakeaws.Function{ARN: testFunction, Name: "drover-work", Region: fakeawstest.West, Timeout: 10 * time.Second, Invoke: answering(`{"done":true}`)}))
	must(s.AddStateMachine(fakeaws.StateMachine{ARN: testMachine, Name: "test", Region: fakeawstest.West, Role: testRole, Definition: oneTask}))
	_, err := s.StartExecution(testMachine, "run-1", json.RawMessage(`{"a":1}`))
	must(err)
	s.Pass(time.Minute)
	return s
}

func TestStepFunctionsRefusesWhatItsModelRefuses(t *testing.T) {
	s := serveOneTask(t)
	machine, execution, token := `"stateMachineArn":"`+testMachine+`"`, `"executionArn":"`+testExecution+`"`, `"taskToken":"x"`
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ operation, body, at, must string }{
		{"StartExecution", `{}`, "stateMachineArn", "not be null"},
		{"StartExecution", `{"stateMachineArn":""}`, "stateMachineArn", "have length greater than or equal to 1"},
		{"StartExecution", `{"stateMachineArn":"` + testMachine + long(256) + `"}`, "stateMachineArn", "have length less than or equal to 256"},
		{"StartExecution", `{` + machine + `,"name":""}`, "name", "have length greater than or equal to 1"},
		{"StartExecution", `{` + machine + `,"name":"` + long(81) + `"}`, "name", "have length less than or equal to 80"},
		{"StartExecution", `{` + machine + `,"input":"` + long(262145) + `"}`, "input", "have length less than or equal to 262144"},
		{"StartExecution", `{` + machine + `,"input":"` + strings.Repeat("ü", 131073) + `"}`, "input", "have length less than or equal to 262144"},
		{"StartExecution", `{` + machine + `,"traceHeader":"ü"}`, "traceHeader", "satisfy regular expression pattern"},
		{"StartExecution", `{` + machine + `,"traceHeader":"` + long(257) + `"}`, "traceHeader", "have length less than or equal to 256"},
		{"StopExecution", `{}`, "executionArn", "not be null"},
		{"StopExecution", `{` + execution + `,"error":"` + long(257) + `"}`, "error", "have length less than or equal to 256"},
		{"StopExecution", `{` + execution + `,"cause":"` + long(32769) + `"}`, "cause", "have length less than or equal to 32768"},
		{"SendTaskFailure", `{` + token + `,"error":"` + long(257) + `"}`, "error", "have length less than or equal to 256"},
		{"SendTaskFailure", `{` + token + `,"cause":"` + long(32769) + `"}`, "cause", "have length less than or equal to 32768"},
		{"SendTaskSuccess", `{` + token + `}`, "output", "not be null"},
		{"SendTaskSuccess", `{` + token + `,"output":"` + long(262145) + `"}`, "output", "have length less than or equal to 262144"},
		{"SendTaskSuccess", `{"output":"1"}`, "taskToken", "not be null"},
		{"SendTaskHeartbeat", `{"taskToken":"` + long(2049) + `"}`, "taskToken", "have length less than or equal to 2048"},
		{"DescribeExecution", `{` + execution + `,"includedData":"SOME"}`, "includedData", "satisfy enum value set: [ALL_DATA, METADATA_ONLY]"},
		{"DescribeStateMachine", `{` + machine + `,"includedData":"SOME"}`, "includedData", "satisfy enum value set"},
		{"GetExecutionHistory", `{` + execution + `,"maxResults":1001}`, "maxResults", "have value less than or equal to 1000"},
		{"GetExecutionHistory", `{` + execution + `,"maxResults":-1}`, "maxResults", "have value greater than or equal to 0"},
		{"GetExecutionHistory", `{` + execution + `,"nextToken":""}`, "nextToken", "have length greater than or equal to 1"},
		{"ListExecutions", `{` + machine + `,"statusFilter":"OVER"}`, "statusFilter", "satisfy enum value set"},
		{"ListExecutions", `{` + machine + `,"redriveFilter":"NO"}`, "redriveFilter", "satisfy enum value set"},
		{"ListExecutions", `{` + machine + `,"nextToken":"` + long(3097) + `"}`, "nextToken", "have length less than or equal to 3096"},
		{"ListStateMachines", `{"maxResults":1001}`, "maxResults", "have value less than or equal to 1000"},
		{"ListStateMachineVersions", `{}`, "stateMachineArn", "not be null"},
		{"RedriveExecution", `{` + execution + `,"clientToken":"a b"}`, "clientToken", "satisfy regular expression pattern"},
	} {
		status, code, message := asked(t, s, c.operation, c.body)
		if status != http.StatusBadRequest || code != "ValidationException" || !strings.Contains(message, "at '"+c.at+"'") || !strings.Contains(message, "Member must "+c.must) {
			t.Errorf("%s %.80s: %d %s %.300s; want that %s must %s", c.operation, c.body, status, code, message, c.at, c.must)
		}
	}
	if n := len(s.Executions()); n != 1 {
		t.Errorf("%d executions; want only the one that there was", n)
	}
	if _, code, message := asked(t, s, "ListExecutions", `{}`); code != "ValidationException" {
		t.Errorf("ListExecutions of nothing: %s %s; want ValidationException", code, message)
	}
}

func TestAllThatDoesNotFitIsListed(t *testing.T) {
	_, _, got := asked(t, serveOneTask(t), "StopExecution", fmt.Sprintf(`{"error":"%s"}`, strings.Repeat("x", 257)))
	const want = "2 validation errors detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null; " +
		"Value at 'error' failed to satisfy constraint: Member must have length less than or equal to 256"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheLargestInputIsTaken(t *testing.T) {
	s := serveOneTask(t)
	input := `"` + strings.Repeat("x", 262142) + `"`
	_, err := sfn.NewFromConfig(s.Config(fakeawstest.West, fakeaws.Administrator)).StartExecution(t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: aws.String(testMachine), Name: aws.String(strings.Repeat("n", 80)), Input: &input,
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotAskedForIsLeftOut(t *testing.T) {
	s := serveOneTask(t)
	ctx, client := t.Context(), sfn.NewFromConfig(s.Config(fakeawstest.West, fakeaws.Administrator))
	machine, err := client.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(testMachine), IncludedData: types.IncludedDataMetadataOnly})
	if err != nil || aws.ToString(machine.Definition) != "{}" {
		t.Errorf("state machine: %+v, %v; want the definition {}", machine, err)
	}
	for _, c := range []struct {
		data          types.IncludedData
		input, output string
	}{{types.IncludedDataAllData, `{"a":1}`, `{"done":true}`}, {types.IncludedDataMetadataOnly, "", ""}} {
		e, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(testExecution), IncludedData: c.data})
		if err != nil {
			t.Fatal(err)
		}
		if aws.ToString(e.Input) != c.input || aws.ToString(e.Output) != c.output || e.Status != types.ExecutionStatusSucceeded {
			t.Errorf("%s: input %s, output %s, %s; want %s and %s", c.data, aws.ToString(e.Input), aws.ToString(e.Output), e.Status, c.input, c.output)
		}
	}
	for with, want := range map[bool]string{true: `{"a":1} {"a":1}`, false: " "} {
		history, err := client.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(testExecution), IncludeExecutionData: &with})
		if err != nil {
			t.Fatal(err)
		}
		first, second := history.Events[0].ExecutionStartedEventDetails, history.Events[1].StateEnteredEventDetails
		if got := aws.ToString(first.Input) + " " + aws.ToString(second.Input); got != want || aws.ToString(first.RoleArn) != testRole || aws.ToString(second.Name) != "Work" {
			t.Errorf("includeExecutionData %v: inputs %s; want %s, and all else", with, got, want)
		}
	}
}

func TestARedriveIsRefusedAsAWSDoesOrByName(t *testing.T) {
	s := serveOneTask(t)
	client := sfn.NewFromConfig(s.Config(fakeawstest.West, fakeaws.Administrator))
	running, err := s.StartExecution(testMachine, "run-2", json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	stopped, err := s.StartExecution(testMachine, "run-3", json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.StopExecution(stopped, "", ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ arn, code, status, reason string }{
		{testExecution, "ExecutionNotRedrivable", "NOT_REDRIVABLE", "Execution is SUCCEEDED and cannot be redriven"},
		{running, "ExecutionNotRedrivable", "NOT_REDRIVABLE", "Execution is RUNNING and cannot be redriven"},
		{stopped, fakeaws.CodeNotImplemented, "REDRIVABLE", ""},
		{testExecution + "-4", "ExecutionDoesNotExist", "", ""},
		{"arn:aws:s3:::x", "InvalidArn", "", ""},
	} {
		_, err := client.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: &c.arn})
		if got := fakeawstest.CodeOf(err); got != c.code || c.code == fakeaws.CodeNotImplemented && !strings.Contains(err.Error(), "start a new execution") {
			t.Errorf("%s: %v; want %s", c.arn, err, c.code)
		}
		if c.status == "" {
			continue
		}
		e, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &c.arn})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.status+" "+c.reason, string(e.RedriveStatus)+" "+aws.ToString(e.RedriveStatusReason)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.arn, diff)
		}
	}
	for filter, want := range map[types.ExecutionRedriveFilter]int{types.ExecutionRedriveFilterNotRedriven: 3, types.ExecutionRedriveFilterRedriven: 0} {
		list, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(testMachine), RedriveFilter: filter})
		if err != nil || len(list.Executions) != want {
			t.Errorf("%s: %d executions, %v; want %d", filter, len(list.Executions), err, want)
		}
	}
}

func TestTheTraceHeaderIsShown(t *testing.T) {
	s := serveOneTask(t)
	client := sfn.NewFromConfig(s.Config(fakeawstest.West, fakeaws.Administrator))
	started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(testMachine), TraceHeader: aws.String("Root=1-2-3")})
	if err != nil {
		t.Fatal(err)
	}
	e, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil || aws.ToString(e.TraceHeader) != "Root=1-2-3" {
		t.Errorf("trace header %s, %v; want Root=1-2-3", aws.ToString(e.TraceHeader), err)
	}
}
