// Package api is the small HTTP API in front of the state machine: it starts, shows and approves runs. The state machine
// repeats all checks of the API.
//
//	POST /runs                 start a run
//	GET  /runs                 the runs of this Region, newest first
//	GET  /runs/{id}            one run: stage, state, outcome, reasons
//	POST /runs/{id}/approval   answer a run that waits for an approval
//
// IAM decides who may call it: API Gateway checks the signature and the permission before it invokes the function. Errors are
// answered as problem details (RFC 9457), with what to do next.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// These are the parts of the Step Functions client and of the registry that the API uses.
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
		Approvals(ctx context.Context, run string) ([]registry.Approval, error)
		Lock(context.Context) (registry.Lock, error)
		Runs(ctx context.Context, limit int) ([]registry.RunRecord, error)
		PutStarter(ctx context.Context, run string, region failover.Region, input []byte, by string) error
	}
)

// Handler answers the requests of one Region's API.
type Handler struct {
	Plan failover.Plan
	// Region is where the function runs, and the target Region of the runs that it starts.
	Region failover.Region
	// Machine is the ARN of the Region's state machine.
	Machine  string
	Starter  starter
	Observer observer
	Registry records
	// Waiting returns the client of the Region in which a run waits for an answer.
	Waiting func(failover.Region) *sfn.Client
}

// request and response are API Gateway's, payload format 2.0.
type (
	request  = events.APIGatewayV2HTTPRequest
	response = events.APIGatewayV2HTTPResponse
)

// Handle answers one request. It returns no error: an error is an answer too.
//
// A second identical request changes nothing more: a run has the name that the client gives, and the second request is answered
// with the existing run. Without a name each request starts a run of its own, and the lock lets only one of them move anything.
func (h Handler) Handle(ctx context.Context, req request) (response, error) {
	answer, err := h.route(ctx, req)
	if err != nil {
		return problemOf(err).response(req.RequestContext.RequestID), nil
	}
	return answer, nil
}

// route decides by method and path, not by API Gateway's route key, so that the answer for a missing path does not depend on
// the configured routes.
func (h Handler) route(ctx context.Context, req request) (response, error) {
	methods, ok := h.methods(pathOf(req))
	if !ok {
		return response{}, fail(noPath, fmt.Sprintf("The path %s does not exist.", req.RawPath),
			"The paths are /runs, /runs/{id} and /runs/{id}/approval.")
	}
	method := req.RequestContext.HTTP.Method
	for _, m := range methods {
		if m.name == method {
			return m.answer(ctx, req)
		}
	}
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = m.name
	}
	p := fail(noMethod, fmt.Sprintf("The path %s does not support %s.", req.RawPath, method), "It supports "+strings.Join(names, " and ")+".")
	p.headers = map[string]string{"Allow": strings.Join(names, ", ")}
	return response{}, p
}

// method is one method of a path.
type method struct {
	name   string
	answer func(context.Context, request) (response, error)
}

// methods are those of a path, and whether the path exists.
func (h Handler) methods(path []string) ([]method, bool) {
	switch {
	case len(path) == 0 || path[0] != "runs":
		return nil, false
	case len(path) == 1:
		return []method{{http.MethodGet, h.list}, {http.MethodPost, h.start}}, true
	case path[1] == "":
		return nil, false
	case len(path) == 2:
		return []method{{http.MethodGet, func(ctx context.Context, _ request) (response, error) { return h.show(ctx, path[1]) }}}, true
	case len(path) == 3 && path[2] == "approval":
		return []method{{http.MethodPost, func(ctx context.Context, req request) (response, error) { return h.approve(ctx, path[1], req) }}}, true
	}
	return nil, false
}

// pathOf are the parts of the path, without the name of the stage, which the path of any stage but $default has.
func pathOf(req request) []string {
	path := req.RawPath
	if stage := req.RequestContext.Stage; stage != "" && stage != "$default" {
		path = strings.TrimPrefix(path, "/"+stage)
	}
	return strings.Split(strings.Trim(path, "/"), "/")
}

// answer is a response with a JSON body.
func answer(status int, body any) (response, error) {
	text, err := encode(body)
	if err != nil {
		return response{}, fmt.Errorf("encode the answer: %w", err)
	}
	headers := map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"}
	return response{StatusCode: status, Headers: headers, Body: text}, nil
}

// encode makes JSON without the escapes for HTML, which make it hard to read.
func encode(body any) (string, error) {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(body)
	return text.String(), err
}
