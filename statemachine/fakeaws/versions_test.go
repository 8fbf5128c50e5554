package fakeaws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// speaking is a machine that waits a minute and then calls a function.
func speaking(function string) string {
	return `{"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "Next": "Say"},
  "Say": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "` + function + `"},
    "Output": "{% $states.result.Payload %}", "End": true}}}`
}

func saying(text string) fakeaws.Function {
	return fakeaws.Function{
		ARN: functionARN, Name: "drover-ask", Region: west, Timeout: 10 * time.Second,
		Invoke: func([]byte) fakeaws.InvokeResult {
			return fakeaws.InvokeResult{Payload: []byte(fmt.Sprintf("%q", text))}
		},
	}
}

func machineOf(definition string) fakeaws.StateMachine {
	return fakeaws.StateMachine{ARN: machineARN, Name: "drover", Region: west, Role: machineRole, Definition: definition}
}

// serveVersions is a simulator with a function that answers one, and a machine that calls the function's first version.
func serveVersions(t testing.TB, mayInvoke string) served {
	t.Helper()
	s := serve(t)
	policy := `{"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "` + mayInvoke + `"}]}`
	if _, err := s.AddRole(machineRole, []json.RawMessage{json.RawMessage(policy)}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddFunction(saying("one")); err != nil {
		t.Fatal(err)
	}
	if err := s.AddStateMachine(machineOf(speaking(s.publish(t)))); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s served) publish(t testing.TB) (arn string) {
	t.Helper()
	arn, err := s.PublishVersion(functionARN)
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

func (s served) publishMachine(t testing.TB) (arn string) {
	t.Helper()
	arn, err := s.PublishStateMachineVersion(machineARN)
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

// deploy replaces the function and the machine.
func (s served) deploy(t testing.TB, text string) {
	t.Helper()
	if err := s.UpdateFunction(saying(text)); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateStateMachine(machineOf(speaking(s.publish(t)))); err != nil {
		t.Fatal(err)
	}
}

// outcome is the output of an execution.
func (s served) outcome(t testing.TB, arn string) string {
	t.Helper()
	s.Pass(5 * time.Minute)
	e, ok := s.Execution(arn)
	if !ok || e.StoppedAt.IsZero() {
		t.Fatalf("%s has not ended", arn)
	}
	return e.Status + " " + string(e.Output) + e.Error
}

const anyVersion = functionARN + ":*"

func TestAnExecutionKeepsTheVersionsThatItWasStartedWith(t *testing.T) {
	s := serveVersions(t, anyVersion)
	first := s.publishMachine(t)
	started, err := s.StartExecution(machineARN, "before", []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	s.deploy(t, "two")
	second := s.publishMachine(t)
	if got := s.outcome(t, started); got != `SUCCEEDED "one"` {
		t.Errorf("a run that was under way: %s; want one", got)
	}
	for arn, want := range map[string]string{machineARN: `SUCCEEDED "two"`, first: `SUCCEEDED "one"`, second: `SUCCEEDED "two"`} {
		started, err := s.StartExecution(arn, "after-"+arn[len(arn)-1:], []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(started, ":execution:drover:after-") {
			t.Errorf("the execution of %s is %s; want one without a version", arn, started)
		}
		if got := s.outcome(t, started); got != want {
			t.Errorf("a run of %s: %s; want %s", arn, got, want)
		}
	}
}

func TestAVersionIsPublishedOnlyWhenSomethingHasChanged(t *testing.T) {
	s := serveVersions(t, anyVersion)
	for range 2 {
		if got := s.publish(t); got != functionARN+":1" {
			t.Errorf("published %s; want the first version again", got)
		}
		if got := s.publishMachine(t); got != machineARN+":1" {
			t.Errorf("published %s; want the first version again", got)
		}
	}
	s.deploy(t, "two")
	if got := s.publishMachine(t); got != machineARN+":2" {
		t.Errorf("published %s; want the second version", got)
	}
}

// The two sets of ARNs exclude each other: see "Fine-tuning the Resources and Conditions sections of policies".
func TestAPolicyOnAFunctionDoesNotCoverItsVersions(t *testing.T) {
	for resource, want := range map[string]string{
		functionARN: "FAILED Lambda.AWSLambdaException", anyVersion: `SUCCEEDED "one"`, functionARN + ":1": `SUCCEEDED "one"`,
	} {
		s := serveVersions(t, resource)
		started, err := s.StartExecution(machineARN, "run", []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.outcome(t, started); got != want {
			t.Errorf("allowed %s: %s; want %s", resource, got, want)
		}
	}
}

func TestFunctionsAreInvokedByVersionThroughTheAPI(t *testing.T) {
	s := serveVersions(t, anyVersion)
	s.deploy(t, "two")
	invoke := func(name string) string {
		status, body := s.Send(t, west, fakeaws.Administrator, "lambda", "", "POST", "/2015-03-31/functions/"+name+"/invocations", "{}")
		return fmt.Sprint(status, " ", body)
	}
	for name, want := range map[string]string{
		"drover-ask": `"two"`, "drover-ask:1": `"one"`, "111122223333:function:drover-ask:2": `"two"`, "drover-ask:%24LATEST": `"two"`,
	} {
		if got := invoke(name); got != "200 "+want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
	if got := invoke("drover-ask:3"); !strings.HasPrefix(got, "404 ") {
		t.Errorf("a version that is not there: %s", got)
	}
}

func TestVersionsOfAStateMachineAsItsOperatorSeesThem(t *testing.T) {
	s := serveVersions(t, anyVersion)
	first := s.publishMachine(t)
	s.deploy(t, "two")
	second := s.publishMachine(t)
	ctx := context.Background()
	policy := `{"Effect": "Allow", "Action": ["states:StartExecution", "states:ListStateMachineVersions", "states:ListExecutions", "states:DescribeStateMachine"], "Resource": "` + machineARN + `"},
		{"Effect": "Allow", "Action": ["states:ListStateMachines"], "Resource": "*"}`
	client := s.states(west, s.As(t, policy)) // a version is authorized by its machine
	versions, err := client.ListStateMachineVersions(ctx, &sfn.ListStateMachineVersionsInput{StateMachineArn: aws.String(machineARN)})
	if err != nil || len(versions.StateMachineVersions) != 2 || aws.ToString(versions.StateMachineVersions[0].StateMachineVersionArn) != second {
		t.Errorf("versions %+v, error %v; want %s first, of two", versions, err, second)
	}
	machines, err := client.ListStateMachines(ctx, nil)
	if err != nil || len(machines.StateMachines) != 1 {
		t.Errorf("machines %+v, error %v; want one", machines, err)
	}
	if _, err := client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &first, Name: aws.String("old")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN), Name: aws.String("new")}); err != nil {
		t.Fatal(err)
	}
	for arn, want := range map[string]int{machineARN: 2, first: 1, second: 0} {
		list, err := client.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(arn)})
		if err != nil || len(list.Executions) != want {
			t.Errorf("executions of %s: %+v, error %v; want %d", arn, list, err, want)
		}
	}
	described, err := client.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &first})
	if err != nil || !strings.Contains(aws.ToString(described.Definition), functionARN+":1") {
		t.Errorf("%s: %+v, error %v; want the definition of the first version", first, described, err)
	}
	denied := s.states(west, s.Role(t, "arn:aws:iam::111122223333:role/other"))
	if _, err := denied.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &first}); codeOf(err) != "AccessDeniedException" {
		t.Errorf("started by a role that may not: %v", err)
	}
}
