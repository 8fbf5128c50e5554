package stepfunctions

import (
	"cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// parameters are the parameters of an operation.
type parameters interface {
	Object() string
	permissions(req *wire.Request) []wire.Permission
}

// permission is the one permission of an operation: for one resource, or for none.
func permission(req *wire.Request, resource string) []wire.Permission {
	return []wire.Permission{{Action: "states:" + req.Operation, Resource: cmp.Or(resource, "*")}}
}

type paging struct {
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type listStateMachinesParams struct{ paging }

func (*listStateMachinesParams) Object() string { return "" }
func (*listStateMachinesParams) permissions(req *wire.Request) []wire.Permission {
	return permission(req, "")
}

type stateMachineParams struct {
	StateMachineARN string `json:"stateMachineArn"`
	IncludedData    string `json:"includedData"`
}

func (p *stateMachineParams) Object() string { return p.StateMachineARN }
func (p *stateMachineParams) permissions(req *wire.Request) []wire.Permission {
	return machinePermission(req, p.StateMachineARN)
}

type startExecutionParams struct {
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Input           *string `json:"input"`
	TraceHeader     string  `json:"traceHeader"`
}

func (p *startExecutionParams) Object() string { return p.StateMachineARN }
func (p *startExecutionParams) permissions(req *wire.Request) []wire.Permission {
	return machinePermission(req, p.StateMachineARN)
}

type listExecutionsParams struct {
	paging
	StateMachineARN string `json:"stateMachineArn"`
	StatusFilter    string `json:"statusFilter"`
}

func (p *listExecutionsParams) Object() string { return p.StateMachineARN }
func (p *listExecutionsParams) permissions(req *wire.Request) []wire.Permission {
	return machinePermission(req, p.StateMachineARN)
}

type executionParams struct {
	ExecutionARN string `json:"executionArn"`
	IncludedData string `json:"includedData"`
}

func (p *executionParams) Object() string { return p.ExecutionARN }
func (p *executionParams) permissions(req *wire.Request) []wire.Permission {
	return permission(req, p.ExecutionARN)
}

type historyParams struct {
	paging
	ExecutionARN         string `json:"executionArn"`
	ReverseOrder         bool   `json:"reverseOrder"`
	IncludeExecutionData *bool  `json:"includeExecutionData"`
}

func (p *historyParams) Object() string { return p.ExecutionARN }
func (p *historyParams) permissions(req *wire.Request) []wire.Permission {
	return permission(req, p.ExecutionARN)
}

type stopExecutionParams struct {
	ExecutionARN string `json:"executionArn"`
	Error        string `json:"error"`
	Cause        string `json:"cause"`
}

func (p *stopExecutionParams) Object() string { return p.ExecutionARN }
func (p *stopExecutionParams) permissions(req *wire.Request) []wire.Permission {
	return permission(req, p.ExecutionARN)
}

// taskParams are the parameters of SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat.
type taskParams struct {
	TaskToken string `json:"taskToken"`
	Output    string `json:"output"`
	Error     string `json:"error"`
	Cause     string `json:"cause"`
}

func (p *taskParams) Object() string { return ownerOf(p.TaskToken) }

// permissions has no resource: the Service Authorization Reference lists none for these operations, so a policy that
// names a state machine does not allow them.
func (p *taskParams) permissions(req *wire.Request) []wire.Permission {
	return permission(req, "")
}
