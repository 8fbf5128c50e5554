// Package api is the small HTTP API in front of the state machine: it starts runs and says how they are. It decides
// nothing about a run that the state machine does not decide again.
//
//	POST /runs                 start a run
//	GET  /runs                 the runs of this Region, newest first
//	GET  /runs/{id}            one run: stage, state, outcome, reasons
//	POST /runs/{id}/approval   answer a run that waits for a person
//
// Who may call it is for IAM to say: API Gateway checks the signature and the permission before the function is asked.
// What goes wrong is answered as problem details (RFC 9457), with what to do next.
package api

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// The parts of the Step Functions client and of the registry that the API uses.
type (
	starter interface {
		StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	}
	observer interface {
		ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error)
		DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
		GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
	}
	records interface {
		Lock(context.Context) (registry.Lock, error)
		Runs(ctx context.Context, limit int) ([]registry.RunRecord, error)
	}
)

// Handler answers the requests of one Region's API.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs, and where the runs that it starts move to.
	Region failover.Region
	// Machine is the ARN of the Region's state machine.
	Machine  string
	Starter  starter
	Observer observer
	Registry records
}

// Handle answers one request. It returns no error: whatever goes wrong is an answer that says so.
//
// A second identical request changes nothing more: a run has the name that the client gives, and asking for the same
// run again answers with the run that is there.
func (h Handler) Handle(ctx context.Context, req events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return events.APIGatewayV2HTTPResponse{StatusCode: 501}, nil
}
