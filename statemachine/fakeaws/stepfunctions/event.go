package stepfunctions

import (
	"encoding/json"
	"fmt"
)

// LoseExecutionEvents loses the events about the status of executions in a Region, or stops losing them: Step Functions
// delivers them to EventBridge on a best-effort basis (SFN-7).
func (ctl Control) LoseExecutionEvents(region string, lose bool) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.k.CheckRegion(region); err != nil {
		return fmt.Errorf("lose events: %w", err)
	}
	ctl.s.lost[region] = lose
	return nil
}

// maxEventData is the largest input and output of an event; when they are larger, the input is left out.
const maxEventData = 248 << 10

// changed publishes the event that an execution has a new status; see "Automating Step Functions event delivery with
// EventBridge" in the AWS Step Functions Developer Guide.
func (s *Service) changed(e *execution) {
	if s.lost[e.machine.Region] {
		return
	}
	type included struct {
		Included bool `json:"included"`
	}
	detail := struct {
		ExecutionARN    string    `json:"executionArn"`
		StateMachineARN string    `json:"stateMachineArn"`
		Name            string    `json:"name"`
		Status          string    `json:"status"`
		StartDate       int64     `json:"startDate"`
		StopDate        *int64    `json:"stopDate"`
		Input           *string   `json:"input"`
		InputDetails    included  `json:"inputDetails"`
		Output          *string   `json:"output"`
		OutputDetails   *included `json:"outputDetails"`
	}{
		ExecutionARN: e.arn, StateMachineARN: e.machine.ARN, Name: e.name, Status: string(e.x.Status()), StartDate: e.shown.started.UnixMilli(),
	}
	if !e.stoppedAt.IsZero() {
		detail.StopDate = new(e.shown.stopped.UnixMilli())
	}
	output := e.x.Output()
	if len(e.input)+len(output) <= maxEventData {
		detail.Input, detail.InputDetails.Included = new(string(e.input)), true
	}
	if output != nil {
		detail.Output, detail.OutputDetails = new(string(output)), &included{true}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		panic("encode an execution's event: " + err.Error()) // a struct of this package
	}
	s.bus.ServiceEvent(e.machine.Region, "aws.states", "Step Functions Execution Status Change", e.arn, text)
}
