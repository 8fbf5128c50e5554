// Package notify is the step that sends notifications: at the start of a run, for a request for approval, for a run that was
// refused, and at the end of a run. For the end it takes the inventory of what moved, writes the report, and publishes RTO and
// RPO as metrics.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Handler serves four states of the machine: Announce, NotifyRefused, AwaitApproval and Notify.
type Handler struct {
	// Plan has the targets that the report compares with.
	Plan failover.Plan
	// Registry is the replica of the Region that the function runs in.
	Registry *registry.Store
	// Route53 is the client of the one Route 53 there is.
	Route53 recordLister
	// RDS returns the client of a Region; only the Region that the run moves to is asked for.
	RDS func(failover.Region) *rds.Client
	// S3 and Bucket are where reports go.
	S3     bucket
	Bucket string
	// SNS and TopicARN are where notifications go.
	SNS      publisher
	TopicARN string
	// CloudWatch takes RTO and RPO.
	CloudWatch metricWriter
	// Metrics takes metrics that must not depend on any service; nil leaves them out.
	Metrics metricLog
}

// The time limits of this step. The notification must go out while the function still runs, so nothing before it may use up
// the time, whichever service does not respond: in all, they leave one attempt of a call ([entry.CallTimeout]).
const (
	readBudget      = 1500 * time.Millisecond
	inventoryBudget = 9 * time.Second
	writeBudget     = 2 * time.Second
)

// Handle plays the operation of the event: "announce" sends the start notification, "approve" the request for approval,
// "refused" the notification of a run that ends with Validate's verdict, and none that of the run's end. The answers are [AnnounceAnswer], [AskAnswer], [RefusedAnswer] and [failover.NotifyAnswer].
//
// A second identical call sends no second notification: see [Handler.Announce], [Handler.Ask], [Handler.Refused] and
// [Handler.End].
//
// Errors: Rejected for any other event; otherwise those of the four.
func (h Handler) Handle(ctx context.Context, event json.RawMessage) (any, error) {
	var asked struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(event, &asked); err != nil {
		return nil, unreadable(err)
	}
	switch asked.Op {
	case "":
		return play(ctx, event, h.End)
	case "announce":
		return play(ctx, event, h.Announce)
	case "approve":
		return play(ctx, event, h.Ask)
	case "refused":
		return play(ctx, event, h.Refused)
	}
	return nil, failover.Fail(failover.Rejected, fmt.Errorf(`op %q is not known; expected none, "announce", "approve" or "refused"`, asked.Op))
}

func play[Request, Answer any](ctx context.Context, event json.RawMessage, handle func(context.Context, Request) (Answer, error)) (any, error) {
	var req Request
	if err := json.Unmarshal(event, &req); err != nil {
		return nil, unreadable(err)
	}
	untrusted.Scrub(&req)
	return handle(ctx, req)
}

func unreadable(err error) error {
	return failover.Fail(failover.Rejected, failover.Doing("read", "the event of Notify", err))
}

// couldNot says in one line what could not be done, and why.
func couldNot(do string, err error) string {
	return prose.Cut(prose.Line(entry.CouldNot(do, err)), maxLine)
}
