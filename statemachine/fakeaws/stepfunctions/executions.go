package stepfunctions

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

type dataDetails struct {
	Included bool `json:"included"`
}

// executionItem is an execution as ListExecutions shows it.
type executionItem struct {
	ExecutionARN    string      `json:"executionArn"`
	StateMachineARN string      `json:"stateMachineArn"`
	VersionARN      string      `json:"stateMachineVersionArn,omitempty"`
	Name            string      `json:"name"`
	Status          string      `json:"status"`
	Started         wire.Epoch  `json:"startDate"`
	Stopped         *wire.Epoch `json:"stopDate,omitempty"`
	RedriveCount    int         `json:"redriveCount"`
}

// executionDetails is an execution as DescribeExecution shows it. With METADATA_ONLY, Data is nil (SFN-12).
type executionDetails struct {
	executionItem
	TraceHeader         string `json:"traceHeader,omitempty"`
	RedriveStatus       string `json:"redriveStatus"`
	RedriveStatusReason string `json:"redriveStatusReason,omitempty"`
	*sensitiveData
}

// sensitiveData is what AWS may encrypt.
type sensitiveData struct {
	Input         string       `json:"input"`
	InputDetails  dataDetails  `json:"inputDetails"`
	Output        *string      `json:"output,omitempty"`
	OutputDetails *dataDetails `json:"outputDetails,omitempty"`
	Error         string       `json:"error,omitempty"`
	Cause         string       `json:"cause,omitempty"`
}

func (e *execution) item() executionItem {
	return executionItem{
		ExecutionARN: e.arn, StateMachineARN: e.machine.ARN, VersionARN: e.machine.version, Name: e.name, Status: string(e.x.Status()),
		Started: wire.Epoch(e.shown.started), Stopped: wire.EpochOrNone(e.shown.stopped),
	}
}

func (s *Service) describeExecution(req *wire.Request, p *executionParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	details := executionDetails{executionItem: e.item(), TraceHeader: e.trace, RedriveStatus: "REDRIVABLE"}
	if reason := e.whyNotRedrivable(); reason != "" {
		details.RedriveStatus, details.RedriveStatusReason = "NOT_REDRIVABLE", reason
	}
	if !p.all() {
		return details, nil
	}
	details.sensitiveData = &sensitiveData{Input: string(e.input), InputDetails: dataDetails{true}, Error: e.x.Error(), Cause: e.x.Cause()}
	if output := e.x.Output(); output != nil {
		text := string(output)
		details.Output, details.OutputDetails = &text, &dataDetails{true}
	}
	return details, nil
}

// whyNotRedrivable is the reason for which RedriveExecution rejects an execution, in the words of "DescribeExecution" in the
// API Reference.
func (e *execution) whyNotRedrivable() string {
	switch status := e.x.Status(); status {
	case asl.Running, asl.Succeeded:
		return fmt.Sprintf("Execution is %s and cannot be redriven", status)
	}
	return ""
}

// redriveExecution rejects what AWS rejects, and names the rest as missing: the interpreter does not start at the state at which
// an execution failed.
func (s *Service) redriveExecution(req *wire.Request, p *redriveParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	if reason := e.whyNotRedrivable(); reason != "" {
		return nil, wire.BadRequest("ExecutionNotRedrivable", "%s: '%s'", reason, e.arn)
	}
	return nil, wire.NotImplemented("the redrive of an execution (RedriveExecution); start a new execution of the state machine with the same input instead")
}

// wireEvent is an event whose time is written as the protocol has it.
type wireEvent struct {
	asl.Event
	Time wire.Epoch `json:"timestamp"`
}

func (s *Service) getExecutionHistory(req *wire.Request, p *historyParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	history := slices.Clone(e.x.History())
	if p.ReverseOrder {
		slices.Reverse(history)
	}
	from, to, next, err := p.page(len(history))
	if err != nil {
		return nil, err
	}
	events := []any{}
	for _, event := range history[from:to] {
		shown := wireEvent{event, wire.Epoch(event.Time)}
		if p.IncludeExecutionData != nil && !*p.IncludeExecutionData {
			events = append(events, withoutData(shown))
		} else {
			events = append(events, shown)
		}
	}
	return struct {
		Events []any  `json:"events"`
		Next   string `json:"nextToken,omitempty"`
	}{events, next}, nil
}

// withoutData is an event without input and output, which includeExecutionData false leaves out (SFN-12).
func withoutData(event wireEvent) map[string]any {
	text, err := json.Marshal(event)
	var shown map[string]any
	if err == nil {
		err = json.Unmarshal(text, &shown)
	}
	if err != nil {
		panic("encode an event: " + err.Error()) // structs of texts and numbers
	}
	for _, details := range shown {
		if members, ok := details.(map[string]any); ok {
			maps.DeleteFunc(members, func(name string, _ any) bool {
				return slices.Contains([]string{"input", "inputDetails", "output", "outputDetails"}, name)
			})
		}
	}
	return shown
}

// listExecutions lists the newest first, as AWS does.
func (s *Service) listExecutions(req *wire.Request, p *listExecutionsParams) (any, *wire.Error) {
	if p.StateMachineARN == nil {
		return nil, wire.BadRequest("ValidationException", "Must specify either a stateMachineArn or a mapRunArn; the AWS simulator has no Map Runs")
	}
	m, err := s.machineIn(req.Region, *p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	found := []executionItem{}
	for _, e := range s.executions {
		if e.of(m) && p.wants(e) {
			found = append(found, e.item())
		}
	}
	slices.Reverse(found)
	from, to, next, err := wire.Page(len(found), constraint.Text(p.NextToken), p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	return struct {
		Executions []executionItem `json:"executions"`
		Next       string          `json:"nextToken,omitempty"`
	}{found[from:to], next}, nil
}

// wants says whether an execution passes the filters. None has been redriven.
func (p *listExecutionsParams) wants(e *execution) bool {
	status := constraint.Text(p.StatusFilter)
	return (status == "" || status == string(e.x.Status())) && constraint.Text(p.RedriveFilter) != "REDRIVEN"
}
