package stepfunctions

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
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
	"RedriveExecution":         wire.Handle((*Service).redriveExecution),
}

// Open finds the operation of a request and decodes its parameters.
func (s *Service) Open(req *wire.Request) *wire.Error {
	if err := wire.OpenJSON(req, operations); err != nil {
		return err
	}
	return constraint.Check(req.Params, "ValidationException")
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
	from, to, next, err := p.page(len(machines))
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
	m, err := s.machineIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	definition := m.Definition
	if !p.all() {
		definition = "{}" // API Reference, "DescribeStateMachine"
	}
	return struct {
		ARN        string     `json:"stateMachineArn"`
		Name       string     `json:"name"`
		Status     string     `json:"status"`
		Definition string     `json:"definition"`
		Role       string     `json:"roleArn"`
		Type       string     `json:"type"`
		Created    wire.Epoch `json:"creationDate"`
	}{cmp.Or(m.version, m.ARN), m.Name, "ACTIVE", definition, m.Role, "STANDARD", wire.Epoch(m.created)}, nil
}

func (s *Service) startExecution(req *wire.Request, p *startExecutionParams) (any, *wire.Error) {
	m, err := s.machineIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	name := cmp.Or(constraint.Text(p.Name), s.k.NewRequestID())
	input := json.RawMessage("{}")
	if p.Input != nil {
		input = json.RawMessage(*p.Input)
	}
	e, err := s.begin(m, name, input)
	if err != nil {
		return nil, err
	}
	e.trace = constraint.Text(p.TraceHeader)
	return struct {
		ARN     string     `json:"executionArn"`
		Started wire.Epoch `json:"startDate"`
	}{e.arn, wire.Epoch(e.shown.started)}, nil
}

func (s *Service) stopExecution(req *wire.Request, p *stopExecutionParams) (any, *wire.Error) {
	e, err := s.executionIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	if err := s.stop(e.arn, constraint.Text(p.Error), constraint.Text(p.Cause)); err != nil {
		return nil, err
	}
	return struct {
		Stopped wire.Epoch `json:"stopDate"`
	}{wire.Epoch(e.shown.stopped)}, nil
}

func (s *Service) sendTaskSuccess(req *wire.Request, p *taskSuccessParams) (any, *wire.Error) {
	return nil, s.answerToken(req.Region, p.token(), asl.Answer{Output: json.RawMessage(constraint.Text(p.Output))})
}

func (s *Service) sendTaskFailure(req *wire.Request, p *taskFailureParams) (any, *wire.Error) {
	return nil, s.answerToken(req.Region, p.token(), asl.Answer{Failed: true, Error: constraint.Text(p.Error), Cause: constraint.Text(p.Cause)})
}

func (s *Service) sendTaskHeartbeat(req *wire.Request, p *heartbeatParams) (any, *wire.Error) {
	return nil, s.heartbeat(req.Region, p.token())
}

// StartRequest is the request with which AWS itself starts an execution.
func StartRequest(arn, name, input string) *wire.Request {
	return &wire.Request{
		Service: "states", Operation: "StartExecution", Params: &startExecutionParams{ofMachine: ofMachine{&arn}, Name: &name, Input: &input},
	}
}
