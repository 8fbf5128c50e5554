package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// AnnounceAnswer says whether the start notification is out.
type AnnounceAnswer struct {
	Notified bool `json:"notified"`
}

// Announce sends the start notification of a run: what it will move, the warnings, the latest end, and how to watch it. Then
// it writes the same into the report bucket: what was known before anything was changed.
//
// A run that only writes pending weights moves no user: it is not announced.
//
// A second identical call finds that, or the report of a run that has ended, and sends nothing. If the first call could not
// write it, the second sends the notification again: twice is better than never.
//
// Errors: those of Publish as the entry package names them: Throttled, Unreachable, Denied, Rejected. The state machine
// continues in any case, and waits for [failover.AnnounceTimeout] at most.
//
// It relies on Publish in the Amazon SNS API Reference, and on "Amazon S3 data consistency model" in the Amazon S3 User
// Guide for reading what was just written.
func (h Handler) Announce(ctx context.Context, req failover.AnnounceRequest) (AnnounceAnswer, error) {
	if req.Run.OnlyWeights {
		return AnnounceAnswer{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, failover.AnnounceTimeout)
	defer cancel()
	for _, key := range []string{failover.AnnouncementKey(req.Run.ID), failover.ReportKey(req.Run.ID)} {
		if h.isAbout(ctx, key, req.Run) {
			return AnnounceAnswer{Notified: true}, nil
		}
	}
	a := failover.Announcement{
		Format: failover.Format,
		Run:    req.Run, Summary: started(req), Findings: req.Findings, MoreFindings: req.MoreFindings,
		EndsBy: req.Run.StartedAt.Add(time.Duration(req.Run.BoundSeconds) * time.Second),
	}
	f := newFacts(kindStarted, h.Plan, req.Run, a.Summary)
	f.Started = &startedFacts{Stages: req.Stages, Warnings: len(req.Findings) + req.MoreFindings, EndsBy: a.EndsBy}
	if err := h.publish(ctx, subject(h.Plan, a.Summary), h.startText(a), f.attributes(req.Run)); err != nil {
		return AnnounceAnswer{}, err
	}
	// If this fails, a repetition sends the notification again, and the announcement is missing in the bucket.
	_ = h.write(ctx, failover.AnnouncementKey(req.Run.ID), req.Run, a)
	return AnnounceAnswer{Notified: true}, nil
}

// started is the first line.
func started(req failover.AnnounceRequest) string {
	what := prose.Count(req.Applications, "application")
	if req.Databases > 0 {
		what += ", " + prose.Count(req.Databases, "database")
	}
	return prose.Cut(fmt.Sprintf("Started: %s, %s in %s", journey(req.Run), what, prose.Count(req.Stages, "stage")), maxSummary)
}

// isAbout says whether the object under a key is about this execution: its name may be used again after 90 days.
func (h Handler) isAbout(ctx context.Context, key string, run failover.Run) bool {
	var kept struct {
		Run failover.Run `json:"run"`
	}
	return h.read(ctx, key, &kept) == nil && kept.Run.ARN == run.ARN && kept.Run.StartedAt.Equal(run.StartedAt)
}

// startText is the message: what starts, the warnings, the latest end, and how to watch the run.
func (h Handler) startText(a failover.Announcement) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Summary)
	var warnings []string
	for _, f := range a.Findings {
		warnings = append(warnings, f.Object+": "+f.Found)
	}
	if len(warnings) > 0 {
		bullets(&b, fmt.Sprintf("Warnings (%d)", len(warnings)+a.MoreFindings), warnings, a.MoreFindings, "")
	}
	fmt.Fprintf(&b, "\nThe run ends by %s.\n\n", a.EndsBy.UTC().Format("2006-01-02 15:04:05 UTC"))
	if m, ok := failover.MachineOf(a.Run.ARN); ok {
		fmt.Fprintf(&b, "To watch the run:\n  %s\n\n", h.Plan.Drover(failover.CommandLine("watch", a.Run.ID), m.Region))
	}
	about(&b, h.Plan, a.Run, nil)
	return b.String()
}
