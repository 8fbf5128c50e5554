package notify

import (
	"context"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// End takes the inventory of the run's applications, as VerifyHealth has verified it or as AWS and the registry have it
// now, and not as the run believes; writes the report; publishes the message; publishes RTO, of completed runs, and RPO as
// metrics of the namespace Drover; and writes into the report that the notification is out.
//
// The first tries of the step fail, before anything is published, when a retry may still bring what is missing: the rest
// of the record sets of a large run, the registry, or the bucket. A later try publishes with what there is, and names what
// is missing. When the notification, or the report, is out of reach for good, it says so in a metric that an alarm watches.
//
// RTO is counted from the beginning of the outage, or of the run once it was approved, to the time when this state was
// entered. RPO is the replication lag of what the run has promoted with data loss. A drill has an RTO of its own for each
// phase.
//
// Of a run that another one closes, because its execution has ended, a message that the run has published itself counts.
//
// A second identical call after one that ended well finds the report that says so, and changes nothing and publishes
// nothing. After one that crashed between publishing and writing that, it publishes again: twice is better than never.
//
// Errors: those of Publish as the entry package names them: Throttled, Unreachable, Denied, Rejected; and, in the first
// tries, Throttled, Unreachable and Busy of what a retry may cure.
//
// It relies on Publish in the Amazon SNS API Reference for the limits of a message, and on "Amazon S3 data consistency
// model" in the Amazon S3 User Guide for reading what was just written.
func (h Handler) End(ctx context.Context, req failover.NotifyRequest) (failover.NotifyAnswer, error) {
	key := failover.ReportKey(req.Run.ID)
	var old failover.Report
	if err := h.read(ctx, key, &old); err == nil && old.Notified && (sameEnd(old, req) || req.ClosedBy != "" && sameRun(old, req)) {
		return h.answer(old, h.location(key)), nil
	}
	r, err := h.report(ctx, req)
	if err != nil {
		return failover.NotifyAnswer{}, err
	}
	n := nextStep(h.Plan, r, req.Failed())
	if m, ok := failover.MachineOf(r.Run.ARN); ok && req.ClosedBy != "" && r.Outcome == failover.Refused {
		n = next{"To start the same run again", m.Start(m.Region, r.Run.Again(h.Plan))}
	}
	r.Next = n.command
	message, location := r, h.location(key)
	if err := h.write(ctx, key, r.Run, r); err != nil {
		if req.Try < completeAttempts && helpsToWait(err) {
			return failover.NotifyAnswer{}, err
		}
		message.Unknown = append(slices.Clone(r.Unknown), couldNot("write the report", err))
		location = ""
	}
	err = h.publish(ctx, subject(h.Plan, message.Summary), text(h.Plan, message, n, location), attributes(h.Plan, message, location))
	if err != nil {
		if req.Try >= failover.StepRetries || !helpsToWait(err) {
			h.missing(req)
		}
		return failover.NotifyAnswer{}, err
	}
	h.remember(ctx, r)
	r.Notified = true
	if h.write(ctx, key, r.Run, r) == nil {
		location = h.location(key)
	}
	if location == "" {
		h.missing(req)
	}
	return h.answer(r, location), nil
}

// missing says in a metric that the notification or the report of a run is not out. It is a line in the log, so that it
// needs no service that may be down. An error is not reported: the step's own answer, or error, is the one that counts.
func (h Handler) missing(req failover.NotifyRequest) {
	if h.Metrics != nil {
		_ = h.Metrics.Write(req.Now, h.Plan.Name, req.Run.ID, entry.Metric{Name: failover.MissingMetric, Unit: "Count", Value: 1})
	}
}

// remember keeps the results of the run: as metrics, and in the registry for the next drill. Its questions cannot be answered
// any more.
// An error is not reported: the figures are in the report, and the failed call is in the log line.
func (h Handler) remember(ctx context.Context, r failover.Report) {
	ctx, cancel := context.WithTimeout(ctx, writeBudget)
	defer cancel()
	if !idle(r) && !r.Run.OnlyWeights {
		h.publishMetrics(ctx, r)
	}
	if r.Run.Action == failover.Drill && len(r.Phases) > 0 && !idle(r) {
		_ = h.Registry.PutDrill(ctx, failover.PastDrill{Run: r.Run.ID, StartedAt: r.Run.StartedAt, Outcome: r.Outcome, Phases: r.Phases}, r.Run.Writes)
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
	return sameRun(r, req) && r.Outcome == req.Outcome
}

func sameRun(r failover.Report, req failover.NotifyRequest) bool {
	return r.Run.ARN == req.Run.ARN && r.Run.StartedAt.Equal(req.Run.StartedAt)
}

func (h Handler) answer(r failover.Report, location string) failover.NotifyAnswer {
	return failover.NotifyAnswer{
		Outcome: r.Outcome, Summary: r.Summary, Report: location, Notified: r.Notified, RTOSeconds: r.RTOSeconds, RPOSeconds: r.RPOSeconds,
		Moved: len(r.Moved), NotMoved: len(r.NotMoved), NotKnown: len(r.NotKnown), FollowUp: r.FollowUp,
	}
}

func (h Handler) location(key string) string { return fmt.Sprintf("s3://%s/%s", h.Bucket, key) }
