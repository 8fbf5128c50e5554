package stepfunctions

import (
	"cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// parameters are the parameters of an operation. Their tags have the constraints of the API's model.
type parameters interface {
	Object() string
	permissions(req *wire.Request) []wire.Permission
}

// permission is the one permission of an operation: for one resource, or for none.
func permission(req *wire.Request, resource string) []wire.Permission {
	return []wire.Permission{{Action: "states:" + req.Operation, Resource: cmp.Or(resource, "*")}}
}

type paging struct {
	MaxResults int     `json:"maxResults" model:"range=0..1000"`
	NextToken  *string `json:"nextToken" model:"length=1..1024"`
}

// page cuts the page out of n things.
func (p paging) page(n int) (from, to int, next string, err *wire.Error) {
	return wire.Page(n, constraint.Text(p.NextToken), p.MaxResults, 1000)
}

type listStateMachinesParams struct{ paging }

func (*listStateMachinesParams) Object() string { return "" }
func (*listStateMachinesParams) permissions(req *wire.Request) []wire.Permission {
	return permission(req, "")
}

// ofMachine names a state machine or a version of it.
type ofMachine struct {
	StateMachineARN *string `json:"stateMachineArn" model:"required length=1..256"`
}

func (p ofMachine) arn() string { return constraint.Text(p.StateMachineARN) }

// Object is the state machine's ARN.
func (p ofMachine) Object() string { return p.arn() }
func (p ofMachine) permissions(req *wire.Request) []wire.Permission {
	return machinePermission(req, p.arn())
}

// ofExecution names an execution.
type ofExecution struct {
	ExecutionARN *string `json:"executionArn" model:"required length=1..256"`
}

func (p ofExecution) arn() string { return constraint.Text(p.ExecutionARN) }

// Object is the execution's ARN.
func (p ofExecution) Object() string { return p.arn() }
func (p ofExecution) permissions(req *wire.Request) []wire.Permission {
	return permission(req, p.arn())
}

// metadataOnly is the value of includedData with which AWS leaves out what may be encrypted.
const metadataOnly = "METADATA_ONLY"

type includedData struct {
	IncludedData *string `json:"includedData" model:"enum=ALL_DATA|METADATA_ONLY"`
}

func (p includedData) all() bool { return constraint.Text(p.IncludedData) != metadataOnly }

type stateMachineParams struct {
	ofMachine
	includedData
}

type startExecutionParams struct {
	ofMachine
	Name        *string `json:"name" model:"length=1..80"`
	Input       *string `json:"input" model:"bytes=0..262144 secret"`
	TraceHeader *string `json:"traceHeader" model:"length=0..256 pattern=ascii"`
}

type listExecutionsParams struct {
	StateMachineARN *string `json:"stateMachineArn" model:"length=1..256"`
	StatusFilter    *string `json:"statusFilter" model:"enum=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE"`
	RedriveFilter   *string `json:"redriveFilter" model:"enum=REDRIVEN|NOT_REDRIVEN"`
	MaxResults      int     `json:"maxResults" model:"range=0..1000"`
	NextToken       *string `json:"nextToken" model:"length=1..3096"`
}

func (p *listExecutionsParams) Object() string { return constraint.Text(p.StateMachineARN) }
func (p *listExecutionsParams) permissions(req *wire.Request) []wire.Permission {
	return machinePermission(req, p.Object())
}

type executionParams struct {
	ofExecution
	includedData
}

type historyParams struct {
	paging
	ofExecution
	ReverseOrder         bool  `json:"reverseOrder"`
	IncludeExecutionData *bool `json:"includeExecutionData"`
}

type failure struct {
	Error *string `json:"error" model:"length=0..256 secret"`
	Cause *string `json:"cause" model:"length=0..32768 secret"`
}

type stopExecutionParams struct {
	ofExecution
	failure
}

type redriveParams struct {
	ofExecution
	ClientToken *string `json:"clientToken" model:"length=1..64 pattern=printable"`
}

// ofToken names a task that waits.
type ofToken struct {
	TaskToken *string `json:"taskToken" model:"required length=1..2048"`
}

func (p ofToken) token() string { return constraint.Text(p.TaskToken) }

// Object is the ARN of the execution that waits.
func (p ofToken) Object() string { return ownerOf(p.token()) }

// permissions has no resource: the Service Authorization Reference lists none for these operations, so a policy that
// names a state machine does not allow them.
func (p ofToken) permissions(req *wire.Request) []wire.Permission {
	return permission(req, "")
}

type taskSuccessParams struct {
	ofToken
	Output *string `json:"output" model:"required bytes=0..262144 secret"`
}

type taskFailureParams struct {
	ofToken
	failure
}

type heartbeatParams struct{ ofToken }
