package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// show answers with one run. It changes nothing. For a run of the other Region, or a run that Step Functions no longer keeps
// after 90 days, it shows the record of the registry, which exists when the run has ended.
func (h Handler) show(ctx context.Context, id string) (response, error) {
	id, ok := executionName(id)
	if !ok {
		return response{}, notFound(id)
	}
	execution, err := h.describe(ctx, id)
	var missing *types.ExecutionDoesNotExist
	if errors.As(err, &missing) {
		return h.showRecord(ctx, id)
	}
	if err != nil {
		return response{}, failover.Doing("describe", "run "+id, err)
	}
	run := h.runOf(execution)
	run.Progress, err = h.progress(ctx, run.ARN)
	if err != nil {
		return response{}, failover.Doing("read", "the history of run "+id, err)
	}
	if execution.Status == types.ExecutionStatusRunning {
		run.Summary = run.Progress.text()
	} else if run.FollowUp == nil { // an execution that failed has no output
		run.FollowUp = failover.FollowUpOf(h.Plan, run.Progress.end.Run, run.Progress.end.SetAside)
	}
	return answer(http.StatusOK, run)
}

// executionName is the name of an execution in a path. Runs that were not started by the API may have any name that Step
// Functions accepts. Any other text is the name of no run, and must not become part of an ARN.
func executionName(segment string) (string, bool) {
	name, err := url.PathUnescape(segment)
	if err != nil {
		name = segment
	}
	wrong := func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r) }
	return name, name != "" && len(name) <= 80 && !strings.ContainsFunc(name, wrong)
}

func notFound(id string) *problem {
	return fail(noRun, fmt.Sprintf("Run %q does not exist.", untrusted.Short(id)),
		"GET /runs lists the runs of this Region. For runs of the other Region, call the API of that Region.")
}

func (h Handler) describe(ctx context.Context, id string) (*sfn.DescribeExecutionOutput, error) {
	return h.Observer.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(h.executionARN(id))})
}

// Two parts of a history are read: its start, with Validate's answer after all retries, and its end, with the last two checks.
const (
	firstEvents = 60
	lastEvents  = 120
)

// progress reads a run's progress from its history, in at most two calls for any length of the history.
func (h Handler) progress(ctx context.Context, arn string) (*Progress, error) {
	first, err := h.Observer.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: firstEvents})
	if err != nil {
		return nil, err
	}
	last := slices.Clone(first.Events)
	slices.Reverse(last)
	if first.NextToken != nil {
		end, err := h.Observer.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{
			ExecutionArn: &arn, MaxResults: lastEvents, ReverseOrder: true,
		})
		if err != nil {
			return nil, err
		}
		last = end.Events
	}
	return progressOf(first.Events, last), nil
}

// maxRecords is how many of the latest runs are searched for one that Step Functions does not know.
const maxRecords = 200

// showRecord answers with a run from the registry, which has only runs that took the lock.
func (h Handler) showRecord(ctx context.Context, id string) (response, error) {
	records, err := h.Registry.Runs(ctx, maxRecords)
	if err != nil {
		return response{}, err
	}
	for _, r := range records {
		if r.Run.ID == id {
			return answer(http.StatusOK, runOfRecord(r))
		}
	}
	lock, err := h.Registry.Lock(ctx)
	if err != nil {
		return response{}, err
	}
	if region := live.RegionOf(lock.Owner); lock.Run == id && region != h.Region {
		return response{}, otherRegion(id, region)
	}
	return response{}, notFound(id)
}

func otherRegion(id string, region failover.Region) *problem {
	return fail(noRun, fmt.Sprintf("Run %s is not in this Region: it is running in %s.", id, region), "Call the API in "+string(region)+".")
}
