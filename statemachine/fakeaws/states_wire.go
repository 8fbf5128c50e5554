package fakeaws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
)

var statesOperations = map[string]jsonOperation[*stepfunctions]{
	"ListStateMachines":    handles((*stepfunctions).listStateMachines),
	"DescribeStateMachine": handles((*stepfunctions).describeStateMachine),
	"StartExecution":       handles((*stepfunctions).startExecution),
	"DescribeExecution":    handles((*stepfunctions).describeExecution),
	"GetExecutionHistory":  handles((*stepfunctions).getExecutionHistory),
	"ListExecutions":       handles((*stepfunctions).listExecutions),
	"StopExecution":        handles((*stepfunctions).stopExecution),
	"SendTaskSuccess":      handles((*stepfunctions).sendTaskSuccess),
	"SendTaskFailure":      handles((*stepfunctions).sendTaskFailure),
	"SendTaskHeartbeat":    handles((*stepfunctions).sendTaskHeartbeat),
}

func (s *stepfunctions) open(req *Request) *APIError { return openJSON(req, statesOperations) }

func (s *stepfunctions) permissions(req *Request) []Permission {
	return req.Params.(jsonParams).permissions(s.w, req)
}

func (s *stepfunctions) serve(req *Request) (*Response, *APIError) {
	return serveJSON(s, req, statesOperations)
}

func (s *stepfunctions) fail(req *Request, err *APIError) *Response { return jsonFailure(req, "", err) }

// statesPermission is the one question to IAM: each operation is about one resource, or about none.
func statesPermission(req *Request, resource string) []Permission {
	return []Permission{{Action: "states:" + req.Operation, Resource: cmp.Or(resource, "*")}}
}

type paging struct {
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type listStateMachinesParams struct{ paging }

func (*listStateMachinesParams) object() string { return "" }
func (*listStateMachinesParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, "")
}

type stateMachineParams struct {
	StateMachineARN string `json:"stateMachineArn"`
	IncludedData    string `json:"includedData"`
}

func (p *stateMachineParams) object() string { return p.StateMachineARN }
func (p *stateMachineParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, p.StateMachineARN)
}

type startExecutionParams struct {
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Input           *string `json:"input"`
	TraceHeader     string  `json:"traceHeader"`
}

func (p *startExecutionParams) object() string { return p.StateMachineARN }
func (p *startExecutionParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, p.StateMachineARN)
}

type listExecutionsParams struct {
	paging
	StateMachineARN string `json:"stateMachineArn"`
	StatusFilter    string `json:"statusFilter"`
}

func (p *listExecutionsParams) object() string { return p.StateMachineARN }
func (p *listExecutionsParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, p.StateMachineARN)
}

type executionParams struct {
	ExecutionARN string `json:"executionArn"`
	IncludedData string `json:"includedData"`
}

func (p *executionParams) object() string { return p.ExecutionARN }
func (p *executionParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, p.ExecutionARN)
}

type historyParams struct {
	paging
	ExecutionARN         string `json:"executionArn"`
	ReverseOrder         bool   `json:"reverseOrder"`
	IncludeExecutionData *bool  `json:"includeExecutionData"`
}

func (p *historyParams) object() string { return p.ExecutionARN }
func (p *historyParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, p.ExecutionARN)
}

type stopExecutionParams struct {
	ExecutionARN string `json:"executionArn"`
	Error        string `json:"error"`
	Cause        string `json:"cause"`
}

func (p *stopExecutionParams) object() string { return p.ExecutionARN }
func (p *stopExecutionParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, p.ExecutionARN)
}

// taskParams are those of SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat together.
type taskParams struct {
	TaskToken string `json:"taskToken"`
	Output    string `json:"output"`
	Error     string `json:"error"`
	Cause     string `json:"cause"`
}

func (p *taskParams) object() string { return ownerOf(p.TaskToken) }

// permissions is about the state machine whose task it is.
func (p *taskParams) permissions(w *World, req *Request) []Permission {
	if e := w.stepfunctions.find(p.object()); e != nil {
		return statesPermission(req, e.machine.ARN)
	}
	return statesPermission(req, "")
}

func (s *stepfunctions) listStateMachines(req *Request, p *listStateMachinesParams) (any, *APIError) {
	type item struct {
		ARN     string `json:"stateMachineArn"`
		Name    string `json:"name"`
		Type    string `json:"type"`
		Created epoch  `json:"creationDate"`
	}
	machines := s.machinesIn(req.Region)
	from, to, next, err := pageBounds(len(machines), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	items := []item{}
	for _, m := range machines[from:to] {
		items = append(items, item{m.ARN, m.Name, "STANDARD", epoch(m.created)})
	}
	return struct {
		Items []item `json:"stateMachines"`
		Next  string `json:"nextToken,omitempty"`
	}{items, next}, nil
}

func (s *stepfunctions) machinesIn(region string) []*machine {
	var all []*machine
	for _, m := range s.machines {
		if m.Region == region {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *machine) int { return cmp.Compare(a.ARN, b.ARN) })
	return all
}

// machineIn finds a state machine in the Region that is asked.
func (s *stepfunctions) machineIn(region, arn string) (*machine, *APIError) {
	if !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":stateMachine:") {
		return nil, badRequest("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	m := s.machines[arn]
	if m == nil || m.Region != region {
		return nil, badRequest("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
	}
	return m, nil
}

func (s *stepfunctions) executionIn(region, arn string) (*execution, *APIError) {
	if !strings.HasPrefix(arn, "arn:") || !strings.Contains(arn, ":execution:") {
		return nil, badRequest("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	e := s.find(arn)
	if e == nil || e.machine.Region != region {
		return nil, errNoExecution(arn)
	}
	return e, nil
}

func (s *stepfunctions) describeStateMachine(req *Request, p *stateMachineParams) (any, *APIError) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	return struct {
		ARN        string `json:"stateMachineArn"`
		Name       string `json:"name"`
		Status     string `json:"status"`
		Definition string `json:"definition"`
		Role       string `json:"roleArn"`
		Type       string `json:"type"`
		Created    epoch  `json:"creationDate"`
	}{m.ARN, m.Name, "ACTIVE", m.Definition, m.Role, "STANDARD", epoch(m.created)}, nil
}

func (s *stepfunctions) startExecution(req *Request, p *startExecutionParams) (any, *APIError) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(p.Name, requestID(s.w.nextID()))
	input := json.RawMessage("{}")
	if p.Input != nil {
		input = json.RawMessage(*p.Input)
	}
	e, err := s.begin(m, name, input)
	if err != nil {
		return nil, err
	}
	return struct {
		ARN     string `json:"executionArn"`
		Started epoch  `json:"startDate"`
	}{e.arn, epoch(e.startedAt)}, nil
}

type dataDetails struct {
	Included bool `json:"included"`
}

// executionItem is an execution as DescribeExecution shows it; ListExecutions shows the first part of it.
type executionItem struct {
	ExecutionARN    string  `json:"executionArn"`
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Status          string  `json:"status"`
	Started         epoch   `json:"startDate"`
	Stopped         *epoch  `json:"stopDate,omitempty"`
	RedriveCount    int     `json:"redriveCount"`
	RedriveStatus   *string `json:"redriveStatus,omitempty"`

	Input         *string      `json:"input,omitempty"`
	InputDetails  *dataDetails `json:"inputDetails,omitempty"`
	Output        *string      `json:"output,omitempty"`
	OutputDetails *dataDetails `json:"outputDetails,omitempty"`
	Error         string       `json:"error,omitempty"`
	Cause         string       `json:"cause,omitempty"`
}

func (e *execution) item() executionItem {
	return executionItem{
		ExecutionARN: e.arn, StateMachineARN: e.machine.ARN, Name: e.name, Status: string(e.x.Status()),
		Started: epoch(e.startedAt), Stopped: epochOrNone(e.stoppedAt),
	}
}

func (s *stepfunctions) describeExecution(req *Request, p *executionParams) (any, *APIError) {
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
	Time epoch `json:"timestamp"`
}

func (s *stepfunctions) getExecutionHistory(req *Request, p *historyParams) (any, *APIError) {
	e, err := s.executionIn(req.Region, p.ExecutionARN)
	if err != nil {
		return nil, err
	}
	history := slices.Clone(e.x.History())
	if p.ReverseOrder {
		slices.Reverse(history)
	}
	from, to, next, err := pageBounds(len(history), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	events := []wireEvent{}
	for _, event := range history[from:to] {
		events = append(events, wireEvent{event, epoch(event.Time)})
	}
	return struct {
		Events []wireEvent `json:"events"`
		Next   string      `json:"nextToken,omitempty"`
	}{events, next}, nil
}

// listExecutions lists the newest first, as AWS does.
func (s *stepfunctions) listExecutions(req *Request, p *listExecutionsParams) (any, *APIError) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	found := []executionItem{}
	for _, e := range s.executions {
		if e.machine == m && (p.StatusFilter == "" || p.StatusFilter == string(e.x.Status())) {
			found = append(found, e.item())
		}
	}
	slices.Reverse(found)
	from, to, next, err := pageBounds(len(found), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	return struct {
		Executions []executionItem `json:"executions"`
		Next       string          `json:"nextToken,omitempty"`
	}{found[from:to], next}, nil
}

func (s *stepfunctions) stopExecution(req *Request, p *stopExecutionParams) (any, *APIError) {
	e, err := s.executionIn(req.Region, p.ExecutionARN)
	if err != nil {
		return nil, err
	}
	if err := s.stop(e.arn, p.Error, p.Cause); err != nil {
		return nil, err
	}
	return struct {
		Stopped epoch `json:"stopDate"`
	}{epoch(e.stoppedAt)}, nil
}

func (s *stepfunctions) sendTaskSuccess(req *Request, p *taskParams) (any, *APIError) {
	return nil, s.answerToken(req.Region, p.TaskToken, asl.Answer{Output: json.RawMessage(p.Output)})
}

func (s *stepfunctions) sendTaskFailure(req *Request, p *taskParams) (any, *APIError) {
	return nil, s.answerToken(req.Region, p.TaskToken, asl.Answer{Error: cmp.Or(p.Error, asl.ErrorTaskFailed), Cause: p.Cause})
}

// sendTaskHeartbeat only says whether somebody still waits: the interpreter refuses heartbeats for tokens.
func (s *stepfunctions) sendTaskHeartbeat(req *Request, p *taskParams) (any, *APIError) {
	_, err := s.waiting(req.Region, p.TaskToken)
	return nil, err
}

// placeOf and tokenOf are the two directions of a paging token.
func placeOf(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(token)
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is no place", n)
	}
	return n, err
}

func tokenOf(place, n int) string {
	if place >= n {
		return ""
	}
	return strconv.Itoa(place)
}
