// Package notify is the last step of a run: it takes stock of what moved, writes the report, tells people, and publishes
// how long it took and what it cost.
package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// Handler tells people.
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
}

// The patience of this step. Somebody must be told while the function still runs, so nothing that comes before the
// message may use up its time, however dead the service is that it asks.
const (
	readBudget  = 3 * time.Second
	stockBudget = 10 * time.Second
	writeBudget = 4 * time.Second
)

// Handle takes stock of the run's applications, as AWS and the registry have them and not as the run believes; writes
// the report; publishes the message; publishes RTO, of completed runs, and RPO as metrics of the namespace Drover; and
// writes into the report that people were told. Only the message can fail the step: whatever else cannot be read or
// written is named in the message and the report, as far as they are still to come.
//
// RTO is counted from the beginning of the outage, or of the run, to the time when this state was entered; RPO is the
// replication lag before the promotion, -1 when none was measured.
//
// A second identical call after one that ended well finds the report that says so, and changes nothing and tells nobody.
// After one that died in between it does everything again: people rather hear twice than not at all.
//
// Errors: those of Publish as the entry package names them: Throttled, Unreachable, Denied, Rejected.
//
// It relies on Publish in the Amazon SNS API Reference for the limits of a message, and on "Amazon S3 data consistency
// model" in the Amazon S3 User Guide for reading what was just written.
func (h Handler) Handle(ctx context.Context, req failover.NotifyRequest) (failover.NotifyAnswer, error) {
	key := failover.ReportKey(req.Run.ID)
	if old, err := h.readReport(ctx, key); err == nil && old.Told && sameEnd(old, req) {
		return h.answer(old, h.location(key)), nil
	}
	r := h.report(ctx, req)
	n := nextStep(h.Plan, req.Run, req.Outcome, req.Failure, len(r.NotMoved))
	r.Next = n.command
	message, location := r, h.location(key)
	if err := h.writeReport(ctx, key, r); err != nil {
		message.Unknown = append(slices.Clone(r.Unknown), "could not write the report: "+shorten(err))
		location = ""
	}
	if err := h.publish(ctx, subject(h.Plan, message), text(h.Plan, message, n, location)); err != nil {
		return failover.NotifyAnswer{}, err
	}
	h.publishMetrics(ctx, r)
	r.Told = true
	if h.writeReport(ctx, key, r) == nil {
		location = h.location(key)
	}
	return h.answer(r, location), nil
}

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

// report is what there is to tell. It never fails: what could not be found out is part of it.
func (h Handler) report(ctx context.Context, req failover.NotifyRequest) failover.Report {
	r := failover.Report{
		Run: req.Run, Outcome: req.Outcome, Reasons: req.Reasons, ClosedAt: req.Now,
		RTOSeconds: req.Now.Sub(req.Run.Since).Seconds(), TargetRTOSeconds: h.Plan.TargetRTOSeconds,
		RPOSeconds: -1, TargetRPOSeconds: h.Plan.TargetRPOSeconds,
		Moved: []string{}, NotMoved: []failover.NotMoved{},
	}
	if req.LagMillis >= 0 {
		r.RPOSeconds = float64(req.LagMillis) / 1000
	}
	if req.Failure != nil {
		r.Reasons = append([]string{explain(*req.Failure)}, req.Reasons...)
	}
	if req.Outcome != failover.Refused {
		h.takeStock(ctx, &r)
	}
	r.Summary = summarize(r)
	return r
}

// takeStock lists which applications of the run are wholly in the target Region, and what of the others is elsewhere.
func (h Handler) takeStock(ctx context.Context, r *failover.Report) {
	ctx, cancel := context.WithTimeout(ctx, stockBudget)
	defer cancel()
	all, err := h.Registry.Applications(ctx)
	if err != nil {
		r.Unknown = append(r.Unknown, "could not read the registry: "+shorten(err))
		return
	}
	var apps []failover.Application
	for _, app := range all {
		if r.Run.Selects(app.Name) {
			apps = append(apps, app)
		}
	}
	picture := live.Take(ctx, h.Route53, h.RDS(r.Run.To), apps)
	r.Unknown = append(r.Unknown, picture.Unknown()...)
	for _, app := range apps {
		if s := picture.Standing(app, r.Run.To); s.There() {
			r.Moved = append(r.Moved, s.Application)
		} else {
			r.NotMoved = append(r.NotMoved, failover.NotMoved{Application: s.Application, Why: s.Why})
		}
	}
}

// shorten is an error in words for a person, without the SDK's chain.
func shorten(err error) string { return clip(oneLine(entry.Named(err).Message), maxLine) }
