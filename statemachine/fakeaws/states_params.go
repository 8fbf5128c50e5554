package fakeaws

import "cmp"

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
	return machinePermission(req, p.StateMachineARN)
}

type startExecutionParams struct {
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Input           *string `json:"input"`
	TraceHeader     string  `json:"traceHeader"`
}

func (p *startExecutionParams) object() string { return p.StateMachineARN }
func (p *startExecutionParams) permissions(_ *World, req *Request) []Permission {
	return machinePermission(req, p.StateMachineARN)
}

type listExecutionsParams struct {
	paging
	StateMachineARN string `json:"stateMachineArn"`
	StatusFilter    string `json:"statusFilter"`
}

func (p *listExecutionsParams) object() string { return p.StateMachineARN }
func (p *listExecutionsParams) permissions(_ *World, req *Request) []Permission {
	return machinePermission(req, p.StateMachineARN)
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

// permissions is about no resource: the Service Authorization Reference lists none for answers, so that a policy that
// names a state machine does not allow them.
func (p *taskParams) permissions(_ *World, req *Request) []Permission {
	return statesPermission(req, "")
}
