package fakeaws_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const waiting = `{"QueryLanguage": "JSONata", "StartAt": "Rest", "TimeoutSeconds": 600, "States": {
  "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Wait", "Seconds": 900, "End": true}}}`

// TestAnExecutionThatStepFunctionsEndsSendsItsStatus asserts what an operator and a rule see of an execution that times
// out, and of one whose history is full.
func TestAnExecutionThatStepFunctionsEndsSendsItsStatus(t *testing.T) {
	for _, c := range []struct {
		name          string
		cut           func(served, string) error
		after         time.Duration
		status, error string
	}{
		{"its TimeoutSeconds are over", func(served, string) error { return nil }, 600 * time.Second, "TIMED_OUT", "States.Timeout"},
		{"its time is cut short", func(s served, arn string) error { return s.ExpireExecution(arn) }, 0, "TIMED_OUT", "States.Timeout"},
		{"its history is full", func(s served, arn string) error { return s.FillHistory(arn) }, 60 * time.Second, "FAILED", "States.Runtime"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, target := serveStarter(t, "states:StartExecution")
			slow := "arn:aws:states:us-west-2:111122223333:stateMachine:slow"
			if err := s.AddStateMachine(fakeaws.StateMachine{ARN: slow, Name: "slow", Region: west, Role: machineRole, Definition: waiting}); err != nil {
				t.Fatal(err)
			}
			addRule(t, s, `{"source": ["aws.states"], "detail": {"stateMachineArn": ["`+slow+`"], "status": ["`+c.status+`"]}}`, target)
			arn, err := s.StartExecution(slow, "run-1", json.RawMessage(`{"action":"check"}`))
			if err != nil {
				t.Fatal(err)
			}
			if err := c.cut(s, arn); err != nil {
				t.Fatal(err)
			}
			s.Pass(c.after + 2*time.Second)
			d, err := s.states(west, fakeaws.Administrator).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
			if err != nil || string(d.Status) != c.status || aws.ToString(d.Error) != c.error || !d.StopDate.Equal(testStart.Add(c.after)) {
				t.Fatalf("%s %s at %v, %v; want %s %s after %v", d.Status, aws.ToString(d.Error), d.StopDate, err, c.status, c.error, c.after)
			}
			var event struct {
				Type   string `json:"detail-type"`
				Detail map[string]any
			}
			all := s.Executions()
			if len(all) != 2 || json.Unmarshal(all[1].Input, &event) != nil {
				t.Fatalf("%d executions; want the one that the rule starts, with the event", len(all))
			}
			want := map[string]any{
				"executionArn": arn, "stateMachineArn": slow, "name": "run-1", "status": c.status,
				"startDate": float64(testStart.UnixMilli()), "stopDate": float64(testStart.Add(c.after).UnixMilli()),
				"input": `{"action":"check"}`, "inputDetails": map[string]any{"included": true}, "output": nil, "outputDetails": nil,
			}
			if diff := cmp.Diff(want, event.Detail); diff != "" || event.Type != "Step Functions Execution Status Change" {
				t.Errorf("%s (-want +got):\n%s", event.Type, diff)
			}
		})
	}
}
