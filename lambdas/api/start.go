package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
)

// start starts a run and answers 202, with the path of the run. A second request with the same name and input starts nothing and
// is answered with the existing run: 202 while Step Functions treats it as the same request, 200 afterwards. A name that belongs to
// a run with another input is a conflict.
func (h Handler) start(ctx context.Context, req request) (response, error) {
	asked, err := parseStart(req)
	if err != nil {
		return response{}, err
	}
	if err := h.loosened(asked.input); err != nil {
		return response{}, err
	}
	input, err := json.Marshal(asked.input)
	if err != nil {
		return response{}, fmt.Errorf("encode the input of run %s: %w", asked.name, err)
	}
	if by := asked.input.RequestedBy; by != "" {
		// If it cannot be written, the run starts anyway, and its report says that the starter is unknown.
		_ = h.Registry.PutStarter(ctx, asked.name, h.Region, input, by)
	}
	out, err := h.Starter.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &h.Machine, Name: &asked.name, Input: aws.String(string(input)),
	})
	var exists *types.ExecutionAlreadyExists
	if errors.As(err, &exists) {
		return h.startedBefore(ctx, asked)
	}
	if err != nil {
		return response{}, failover.Doing("start", "run "+asked.name, err)
	}
	return located(http.StatusAccepted, h.runOf(&sfn.DescribeExecutionOutput{
		ExecutionArn: out.ExecutionArn, Name: &asked.name, Status: types.ExecutionStatusRunning, StartDate: out.StartDate,
		Input: aws.String(string(input)),
	}))
}

// loosened refuses an input that is looser than the plan, before anything is started. Validate would refuse it too.
func (h Handler) loosened(input failover.Input) error {
	var problems, next []string
	for _, l := range h.Plan.Loosened(input) {
		problems, next = append(problems, l.Found()), append(next, l.Next())
	}
	if len(problems) == 0 {
		return nil
	}
	p := fail(looser, "No run was started: "+strings.Join(problems, "; ")+".", strings.Join(next, "; ")+".")
	p.errors = problems
	return p
}

// startedBefore answers for a name that is in use: with its run if the input is the same, otherwise with a conflict.
func (h Handler) startedBefore(ctx context.Context, asked asked) (response, error) {
	execution, err := h.describe(ctx, asked.name)
	if err != nil {
		return response{}, failover.Doing("describe", "run "+asked.name, err)
	}
	if !sameRequest(asked.input, aws.ToString(execution.Input)) {
		return response{}, fail(taken,
			fmt.Sprintf("No run was started: run %s, started at %s, has another input.", asked.name, formatTime(aws.ToTime(execution.StartDate))),
			fmt.Sprintf("See it with GET /runs/%s, or choose another name.", asked.name))
	}
	return located(http.StatusOK, h.runOf(execution))
}

// sameRequest says whether an execution has this input. It ignores the signer: the session with which a client signs may have
// changed.
func sameRequest(input failover.Input, text string) bool {
	was, err := failover.ParseInput([]byte(text))
	if err != nil {
		return false
	}
	input.RequestedBy, was.RequestedBy = "", ""
	a, errA := json.Marshal(input)
	b, errB := json.Marshal(was)
	return errA == nil && errB == nil && string(a) == string(b)
}

// located answers with a run and its path.
func located(status int, run Run) (response, error) {
	res, err := answer(status, run)
	if err != nil {
		return response{}, err
	}
	res.Headers["Location"] = run.Links.Self
	return res, nil
}
