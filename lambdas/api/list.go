package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

// The size of a page. Every run on it costs one call of DescribeExecution, for which the quota is 15 a second.
const (
	defaultLimit = 20
	maxLimit     = 50
)

// Runs is a page of runs.
type Runs struct {
	// Region is the Region of the runs.
	Region failover.Region `json:"region"`
	// Runs are newest first.
	Runs []Run `json:"runs"`
	// Next is the path of the next page; empty on the last one.
	Next string `json:"next,omitempty"`
}

// list answers with the runs of this Region, newest first, a page at a time. It changes nothing.
func (h Handler) list(ctx context.Context, req request) (response, error) {
	in, err := h.parseList(req)
	if err != nil {
		return response{}, err
	}
	out, err := h.Observer.ListExecutions(ctx, in)
	var stale *types.InvalidToken
	if errors.As(err, &stale) {
		return response{}, fail(invalid, "next is not a page of this list, or has expired.", "Start again with GET /runs.")
	}
	if err != nil {
		return response{}, failover.Doing("list", "runs", err)
	}
	runs, err := h.describeAll(ctx, out.Executions)
	if err != nil {
		return response{}, err
	}
	page := Runs{Region: h.Region, Runs: runs}
	if out.NextToken != nil {
		query := url.Values{"limit": {strconv.Itoa(int(in.MaxResults))}, "next": {*out.NextToken}}
		if in.StatusFilter != "" {
			query.Set("status", string(in.StatusFilter))
		}
		page.Next = "/runs?" + query.Encode()
	}
	return answer(http.StatusOK, page)
}

// parseList reads the parameters of the list, and reports all mistakes at once.
func (h Handler) parseList(req request) (*sfn.ListExecutionsInput, error) {
	in := &sfn.ListExecutionsInput{StateMachineArn: &h.Machine, MaxResults: defaultLimit}
	var problems []string
	query := req.QueryStringParameters
	for _, key := range sortedKeys(query) {
		value := query[key]
		switch key {
		case "limit":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > maxLimit {
				problems = append(problems, fmt.Sprintf("limit: %q; expected a whole number from 1 to %d", untrusted.Short(value), maxLimit))
			}
			in.MaxResults = int32(n)
		case "next":
			in.NextToken = &value
		case "status":
			in.StatusFilter = types.ExecutionStatus(strings.ToUpper(value))
			if !slices.Contains(statuses, in.StatusFilter) {
				problems = append(problems, fmt.Sprintf("status: %q; expected running, succeeded, failed, timed_out or aborted", untrusted.Short(value)))
			}
		default:
			problems = append(problems, fmt.Sprintf("unknown parameter %q; expected limit, next or status", untrusted.Short(key)))
		}
	}
	if len(problems) > 0 {
		p := fail(invalid, strings.Join(problems, "; ")+".", "Send for example GET /runs?status=running.")
		p.errors = problems
		return nil, p
	}
	return in, nil
}

var statuses = []types.ExecutionStatus{
	types.ExecutionStatusRunning, types.ExecutionStatusSucceeded, types.ExecutionStatusFailed,
	types.ExecutionStatusTimedOut, types.ExecutionStatusAborted,
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// describeAll describes the executions of a page, in their order and one after the other: a burst of calls would use up the
// quota that a run in progress needs.
func (h Handler) describeAll(ctx context.Context, page []types.ExecutionListItem) ([]Run, error) {
	runs := make([]Run, 0, len(page))
	for _, item := range page {
		out, err := h.Observer.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: item.ExecutionArn})
		if err != nil {
			return nil, failover.Doing("describe", "run "+aws.ToString(item.Name), err)
		}
		runs = append(runs, h.runOf(out))
	}
	return runs, nil
}
