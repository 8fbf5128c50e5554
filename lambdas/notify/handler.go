// Package notify tells people: that a run begins, and what was found before; it asks them when a run needs consent; and
// at the end of a run it takes stock of what moved, writes the report, and publishes how long it took and what it cost.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/wording"
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
	// SNS and TopicARN are where people listen.
	SNS      publisher
	TopicARN string
	// CloudWatch takes the metrics.
	CloudWatch metricWriter
	// Metrics takes those that must not depend on any service; nil leaves them out.
	Metrics metricLog
}

// The time limits of this step. The notification must go out while the function still runs, so nothing that comes before
// it may use up its time, whichever service does not answer.
const (
	readBudget      = 3 * time.Second
	inventoryBudget = 12 * time.Second
	writeBudget     = 4 * time.Second
)

// Handle plays the operation that the event asks for: "announce" tells people that a run begins, "approve" asks them,
// "refused" sends the notification of a run that ends with Validate's verdict, none tells them how it ended. The answers
// are [AnnounceAnswer], [AskAnswer], [RefusedAnswer] and [failover.NotifyAnswer].
//
// A second identical call sends no second notification: see [Handler.Announce], [Handler.Ask], [Handler.Refused] and
// [Handler.Tell].
//
// Errors: Rejected for an event that is none of them; otherwise those of the four.
func (h Handler) Handle(ctx context.Context, event json.RawMessage) (any, error) {
	var asked struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(event, &asked); err != nil {
		return nil, unreadable(err)
	}
	switch asked.Op {
	case "":
		return play(ctx, event, h.Tell)
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

// couldNot says in one line for a person what could not be done, and why.
func couldNot(do string, err error) string {
	return wording.Clip(wording.OneLine(entry.CouldNot(do, err)), maxLine)
}
