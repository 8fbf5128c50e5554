package api

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// Run is a run as the API shows it.
type Run struct {
	ID string `json:"id"`
	// ARN is the execution's.
	ARN string `json:"arn"`
	// Region is where the run is executed, and its target Region.
	Region failover.Region `json:"region"`
	// Status is the execution's, as Step Functions names it: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
	Status string `json:"status"`
	// Outcome is how the run ended; empty while it runs, and if it was stopped or timed out.
	Outcome failover.Outcome `json:"outcome,omitempty"`
	// Summary is one sentence: where the run is, or how it ended.
	Summary string `json:"summary,omitempty"`
	// FollowUp is what is left to do about applications that a run has moved by a switch.
	FollowUp *failover.FollowUp `json:"followUp,omitempty"`
	// Next is what to do after a run that was stopped or timed out.
	Next string `json:"next,omitempty"`
	// Input is the input of the execution.
	Input     json.RawMessage `json:"input,omitempty"`
	StartedAt time.Time       `json:"startedAt"`
	// StoppedAt is when it ended.
	StoppedAt time.Time `json:"stoppedAt,omitzero"`
	// Progress is only in the answer about one run.
	*Progress
	Links Links `json:"links"`
}

// Links lead to the run and what belongs to it.
type Links struct {
	Self string `json:"self"`
	// Console is the execution in the AWS console.
	Console string `json:"console,omitempty"`
	// Report is the S3 URL of the report, once there is one.
	Report string `json:"report,omitempty"`
}

// runOf is an execution as a run.
func (h Handler) runOf(x *sfn.DescribeExecutionOutput) Run {
	arn := aws.ToString(x.ExecutionArn)
	r := Run{
		ID: aws.ToString(x.Name), ARN: arn, Region: h.Region, Status: string(x.Status), Input: rawJSON(aws.ToString(x.Input)),
		StartedAt: aws.ToTime(x.StartDate).UTC(), StoppedAt: aws.ToTime(x.StopDate).UTC(),
		Links: Links{Self: pathTo(aws.ToString(x.Name)), Console: failover.ConsoleOf(arn)},
	}
	switch x.Status {
	case types.ExecutionStatusSucceeded:
		var out failover.NotifyAnswer // or a ValidateAnswer, which has a summary too
		_ = json.Unmarshal([]byte(aws.ToString(x.Output)), &out)
		r.Outcome, r.Summary, r.FollowUp, r.Links.Report = failover.Completed, out.Summary, out.FollowUp, out.Report
	case types.ExecutionStatusFailed:
		r.Outcome, r.Summary = outcomeOf(aws.ToString(x.Error)), aws.ToString(x.Cause)
	}
	if x.Status != types.ExecutionStatusRunning && r.Outcome == "" {
		r.Summary = "The run was stopped, timed out or failed: " + joined(string(x.Status), aws.ToString(x.Error), aws.ToString(x.Cause)) + "."
		r.Next = `Another run closes it within ten minutes, writes its report and releases its lock. To check the applications: POST /runs {"action": "check"}.`
	}
	return r
}

// joined puts commas between the texts that are not empty.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), ", ")
}

// outcomeOf is the outcome in the error name of a failed execution; any other error comes from Step Functions.
func outcomeOf(name string) failover.Outcome {
	switch o := failover.Outcome(name); o {
	case failover.RolledBack, failover.Held, failover.Refused:
		return o
	}
	return ""
}

// runOfRecord is a run from the registry: a run of the other Region, or one older than the 90 days for which Step Functions
// keeps it.
func runOfRecord(record registry.RunRecord) Run {
	r := Run{
		ID: record.Run.ID, ARN: record.Run.ARN, Region: record.Run.Region(), Outcome: record.Outcome,
		Status: string(types.ExecutionStatusFailed), StartedAt: record.Run.StartedAt, StoppedAt: record.ClosedAt,
		Progress: &Progress{Reasons: record.Reasons, Failure: record.Failure},
		Links:    Links{Self: pathTo(record.Run.ID), Console: failover.ConsoleOf(record.Run.ARN)},
	}
	if record.Outcome == failover.Completed {
		r.Status = string(types.ExecutionStatusSucceeded)
	}
	return r
}

// rawJSON is the text if it is JSON; any other text would make the answer invalid.
func rawJSON(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}

// pathTo is the path of a run.
func pathTo(id string) string { return "/runs/" + url.PathEscape(id) }

// executionARN is the ARN of the execution of this name.
func (h Handler) executionARN(name string) string {
	return strings.Replace(h.Machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
