package stepfunctions

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var operations = map[string]wire.Operation[*Service]{
	"ListStateMachines":        wire.Handle((*Service).listStateMachines),
	"ListStateMachineVersions": wire.Handle((*Service).listStateMachineVersions),
	"DescribeStateMachine":     wire.Handle((*Service).describeStateMachine),
	"StartExecution":           wire.Handle((*Service).startExecution),
	"DescribeExecution":        wire.Handle((*Service).describeExecution),
	"GetExecutionHistory":      wire.Handle((*Service).getExecutionHistory),
	"ListExecutions":           wire.Handle((*Service).listExecutions),
	"StopExecution":            wire.Handle((*Service).stopExecution),
	"SendTaskSuccess":          wire.Handle((*Service).sendTaskSuccess),
	"SendTaskFailure":          wire.Handle((*Service).sendTaskFailure),
	"SendTaskHeartbeat":        wire.Handle((*Service).sendTaskHeartbeat),
}

// Open finds the operation of a request and decodes its parameters.
func (s *Service) Open(req *wire.Request) *wire.Error {
	return wire.OpenJSON(req, operations)
}

// Permissions are what IAM must allow for a request.
func (s *Service) Permissions(req *wire.Request) []wire.Permission {
	return req.Params.(parameters).permissions(req)
}

// Serve performs a request.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	return wire.ServeJSON(s, req, operations)
}

// Fail writes an error.
func (s *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return wire.JSONError(req, "", err)
}

func (s *Service) listStateMachines(req *wire.Request, p *listStateMachinesParams) (any, *wire.Error) {
	type item struct {
		ARN     string     `json:"stateMachineArn"`
		Name    string     `json:"name"`
		Type    string     `json:"type"`
		Created wire.Epoch `json:"creationDate"`
	}
	machines := s.machinesIn(req.Region)
	from, to, next, err := wire.Page(len(machines), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	items := []item{}
	for _, m := range machines[from:to] {
		items = append(items, item{m.ARN, m.Name, "STANDARD", wire.Epoch(m.created)})
	}
	return struct {
		Items []item `json:"stateMachines"`
		Next  string `json:"nextToken,omitempty"`
	}{items, next}, nil
}

func (s *Service) machinesIn(region string) []*machine {
	var all []*machine
	for _, m := range s.machines {
		if m.Region == region && m.version == "" {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *machine) int { return cmp.Compare(a.ARN, b.ARN) })
	return all
}

// machineIn finds a state machine of a Region.
func (s *Service) machineIn(region, arn string) (*machine, *wire.Error) {
	if !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":stateMachine:") {
		return nil, wire.BadRequest("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	m := s.machines[arn]
	if m == nil || m.Region != region {
		return nil, wire.BadRequest("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
	}
	return m, nil
}

func (s *Service) executionIn(region, arn string) (*execution, *wire.Error) {
	if !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":execution:") {
		return nil, wire.BadRequest("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	e := s.find(arn)
	if e == nil || e.machine.Region != region {
		return nil, errNoExecution(arn)
	}
	return e, nil
}

func (s *Service) describeStateMachine(req *wire.Request, p *stateMachineParams) (any, *wire.Error) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	return struct {
		ARN        string     `json:"stateMachineArn"`
		Name       string     `json:"name"`
		Status     string     `json:"status"`
		Definition string     `json:"definition"`
		Role       string     `json:"roleArn"`
		Type       string     `json:"type"`
		Created    wire.Epoch `json:"creationDate"`
	}{cmp.Or(m.version, m.ARN), m.Name, "ACTIVE", m.Definition, m.Role, "STANDARD", wire.Epoch(m.created)}, nil
}

func (s *Service) startExecution(req *wire.Request, p *startExecutionParams) (any, *wire.Error) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(p.Name, s.k.NewRequestID())
	input := json.RawMessage("{}")
	if p.Input != nil {
		input = json.RawMessage(*p.Input)
	}
	e, err := s.begin(m, name, input)
	if err != nil {
		return nil, err
	}
	return struct {
		ARN     string     `json:"executionArn"`
		Started wire.Epoch `json:"startDate"`
	}{e.arn, wire.Epoch(e.startedAt)}, nil
}

type dataDetails struct {
	Included bool `json:"included"`
}

// executionItem is an execution as DescribeExecution shows it; ListExecutions shows the first part of it.
type executionItem struct {
	ExecutionARN    string      `json:"executionArn"`
	StateMachineARN string      `json:"stateMachineArn"`
	VersionARN      string      `json:"stateMachineVersionArn,omitempty"`
	Name            string      `json:"name"`
	Status          string      `json:"status"`
	Started         wire.Epoch  `json:"startDate"`
	Stopped         *wire.Epoch `json:"stopDate,omitempty"`
	RedriveCount    int         `json:"redriveCount"`
	RedriveStatus   *string     `json:"redriveStatus,omitempty"`

	Input         *string      `json:"input,omitempty"`
	InputDetails  *dataDetails `json:"inputDetails,omitempty"`
	Output        *string      `json:"output,omitempty"`
	OutputDetails *dataDetails `json:"outputDetails,omitempty"`
	Error         string       `json:"error,omitempty"`
	Cause         string       `json:"cause,omitempty"`
}

func (e *execution) item() executionItem {
	return executionItem{
		ExecutionARN: e.arn, StateMachineARN: e.machine.ARN, VersionARN: e.machine.version, Name: e.name, Status: string(e.x.Status()),
		Started: wire.Epoch(e.startedAt), Stopped: wire.EpochOrNone(e.stoppedAt),
	}
}

func (s *Service) describeExecution(req *wire.Request, p *executionParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.ExecutionARN)
	if err != nil {
		return nil, err
	}
	item := e.item()
	input, redrive := string(e.input), "NOT_REDRIVABLE"
	item.Input, item.InputDetails, item.RedriveStatus = &input, &dataDetails{true}, &redrive
	if output := e.x.Output(); output != nil {
		text := string(output)
		item.Output, item.OutputDetails = &text, &dataDetails{true}
	}
	item.Error, item.Cause = e.x.Error(), e.x.Cause()
	return item, nil
}

// wireEvent is an event whose time is written as the protocol has it.
type wireEvent struct {
	asl.Event
	Time wire.Epoch `json:"timestamp"`
}

func (s *Service) getExecutionHistory(req *wire.Request, p *historyParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.ExecutionARN)
	if err != nil {
		return nil, err
	}
	history := slices.Clone(e.x.History())
	if p.ReverseOrder {
		slices.Reverse(history)
	}
	from, to, next, err := wire.Page(len(history), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	events := []wireEvent{}
	for _, event := range history[from:to] {
		events = append(events, wireEvent{event, wire.Epoch(event.Time)})
	}
	return struct {
		Events []wireEvent `json:"events"`
		Next   string      `json:"nextToken,omitempty"`
	}{events, next}, nil
}

// executionStatuses are the values of statusFilter.
var executionStatuses = []string{"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"}

// listExecutions lists the newest first, as AWS does.
func (s *Service) listExecutions(req *wire.Request, p *listExecutionsParams) (any, *wire.Error) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	if p.StatusFilter != "" && !slices.Contains(executionStatuses, p.StatusFilter) {
		return nil, wire.BadRequest("ValidationException",
			"1 validation error detected: Value '%s' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: %v",
			p.StatusFilter, executionStatuses)
	}
	found := []executionItem{}
	for _, e := range s.executions {
		if e.of(m) && (p.StatusFilter == "" || p.StatusFilter == string(e.x.Status())) {
			found = append(found, e.item())
		}
	}
	slices.Reverse(found)
	from, to, next, err := wire.Page(len(found), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	return struct {
		Executions []executionItem `json:"executions"`
		Next       string          `json:"nextToken,omitempty"`
	}{found[from:to], next}, nil
}

func (s *Service) stopExecution(req *wire.Request, p *stopExecutionParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.ExecutionARN)
	if err != nil {
		return nil, err
	}
	if err := s.stop(e.arn, p.Error, p.Cause); err != nil {
		return nil, err
	}
	return struct {
		Stopped wire.Epoch `json:"stopDate"`
	}{wire.Epoch(e.stoppedAt)}, nil
}

func (s *Service) sendTaskSuccess(req *wire.Request, p *taskParams) (any, *wire.Error) {
	return nil, s.answerToken(req.Region, p.TaskToken, asl.Answer{Output: json.RawMessage(p.Output)})
}

func (s *Service) sendTaskFailure(req *wire.Request, p *taskParams) (any, *wire.Error) {
	return nil, s.answerToken(req.Region, p.TaskToken, asl.Answer{Error: cmp.Or(p.Error, asl.ErrorTaskFailed), Cause: p.Cause})
}

// sendTaskHeartbeat only checks that the task still waits: the interpreter does not support heartbeats for tokens.
func (s *Service) sendTaskHeartbeat(req *wire.Request, p *taskParams) (any, *wire.Error) {
	_, err := s.waiting(req.Region, p.TaskToken)
	return nil, err
}

// StartRequest is the request with which AWS itself starts an execution.
func StartRequest(arn, name, input string) *wire.Request {
	return &wire.Request{
		Service: "states", Operation: "StartExecution", Params: &startExecutionParams{StateMachineARN: arn, Name: name, Input: &input},
	}
}
