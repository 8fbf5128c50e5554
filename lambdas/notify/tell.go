package notify

import (
	"context"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// Tell takes stock of the run's applications, as AWS and the registry have them and not as the run believes; writes
// the report; publishes the message; publishes RTO, of completed runs, and RPO as metrics of the namespace Drover; and
// writes into the report that people were told. Only the message can fail the step: whatever else cannot be read or
// written is named in the message and the report, as far as they are still to come.
//
// RTO is counted from the beginning of the outage, or of the run, to the time when this state was entered; RPO is the
// replication lag before the promotion, -1 when none was measured. A drill has an RTO of its own for each leg.
//
// A second identical call after one that ended well finds the report that says so, and changes nothing and tells nobody.
// After one that died in between it does everything again: people rather hear twice than not at all.
//
// Errors: those of Publish as the entry package names them: Throttled, Unreachable, Denied, Rejected.
//
// It relies on Publish in the Amazon SNS API Reference for the limits of a message, and on "Amazon S3 data consistency
// model" in the Amazon S3 User Guide for reading what was just written.
func (h Handler) Tell(ctx context.Context, req failover.NotifyRequest) (failover.NotifyAnswer, error) {
	key := failover.ReportKey(req.Run.ID)
	var old failover.Report
	if err := h.read(ctx, key, &old); err == nil && old.Told && sameEnd(old, req) {
		return h.answer(old, h.location(key)), nil
	}
	r := h.report(ctx, req)
	n := nextStep(h.Plan, r, req.Failure)
	r.Next = n.command
	message, location := r, h.location(key)
	if err := h.write(ctx, key, r); err != nil {
		message.Unknown = append(slices.Clone(r.Unknown), "could not write the report: "+shorten(err))
		location = ""
	}
	err := h.publish(ctx, subject(h.Plan, message.Summary), text(h.Plan, message, n, location), attributes(h.Plan, message, location))
	if err != nil {
		return failover.NotifyAnswer{}, err
	}
	h.remember(ctx, r)
	r.Told = true
	if h.write(ctx, key, r) == nil {
		location = h.location(key)
	}
	return h.answer(r, location), nil
}

// remember keeps what the run achieved: as metrics, and in the registry for the next drill. Nobody may answer it
// any more.
// An error is not reported: the figures are in the report, and the failed call is in the log line.
func (h Handler) remember(ctx context.Context, r failover.Report) {
	ctx, cancel := context.WithTimeout(ctx, writeBudget)
	defer cancel()
	h.publishMetrics(ctx, r)
	if r.Run.Action == failover.Drill && len(r.Legs) > 0 {
		_ = h.Registry.PutDrill(ctx, failover.PastDrill{Run: r.Run.ID, StartedAt: r.Run.StartedAt, Outcome: r.Outcome, Legs: r.Legs})
	}
	if asks(r.Run) {
		_ = h.Registry.EndApproval(ctx, r.Run.ID, r.Run.Region())
	}
}

// asks says whether the run may have waited for an approval.
func asks(run failover.Run) bool { return run.Approval != "" && run.Approval != failover.NoApproval }

// sameEnd says whether a report is about this end of this run: an execution's name may be used again after 90 days, and
// an execution that is redriven ends twice.
func sameEnd(r failover.Report, req failover.NotifyRequest) bool {
	return r.Run.ARN == req.Run.ARN && r.Run.StartedAt.Equal(req.Run.StartedAt) && r.Outcome == req.Outcome
}

func (h Handler) answer(r failover.Report, location string) failover.NotifyAnswer {
	return failover.NotifyAnswer{
		Outcome: r.Outcome, Summary: r.Summary, Report: location, Told: r.Told, RTOSeconds: r.RTOSeconds, RPOSeconds: r.RPOSeconds,
		Moved: len(r.Moved), NotMoved: len(r.NotMoved),
	}
}

func (h Handler) location(key string) string { return fmt.Sprintf("s3://%s/%s", h.Bucket, key) }
