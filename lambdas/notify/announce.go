package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/wording"
)

// AnnounceAnswer says that people have been told that the run begins.
type AnnounceAnswer struct {
	Notified bool `json:"notified"`
}

// Announce tells people that a run begins: what it is about to move, what was found that does not stand in its way,
// when it is over at the latest, and how to watch it. Then it keeps the same in the report bucket, for whoever asks
// later what was known before anything was touched.
//
// A second identical call finds what was kept, or the report of a run that is over, and tells nobody. After one that
// could not keep it, it tells again: people rather hear twice than not at all.
//
// Errors: those of Publish as the entry package names them: Throttled, Unreachable, Denied, Rejected. The state machine
// goes on whatever comes, and does not wait for longer than [failover.AnnounceTimeout].
//
// It relies on Publish in the Amazon SNS API Reference, and on "Amazon S3 data consistency model" in the Amazon S3 User
// Guide for reading what was just written.
func (h Handler) Announce(ctx context.Context, req failover.AnnounceRequest) (AnnounceAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, failover.AnnounceTimeout)
	defer cancel()
	for _, key := range []string{failover.AnnouncementKey(req.Run.ID), failover.ReportKey(req.Run.ID)} {
		if h.isAbout(ctx, key, req.Run) {
			return AnnounceAnswer{Notified: true}, nil
		}
	}
	a := failover.Announcement{
		Format: failover.Format,
		Run:    req.Run, Summary: begun(req), Findings: req.Findings, MoreFindings: req.MoreFindings,
		EndsBy: req.Run.StartedAt.Add(time.Duration(req.Run.BoundSeconds) * time.Second),
	}
	f := newFacts(kindBegun, h.Plan, req.Run, a.Summary)
	f.Begun = &begunFacts{Stages: req.Stages, Warnings: len(req.Findings) + req.MoreFindings, EndsBy: a.EndsBy}
	if err := h.publish(ctx, subject(h.Plan, a.Summary), h.beginning(a), f.attributes(req.Run)); err != nil {
		return AnnounceAnswer{}, err
	}
	// If this fails, a repetition tells people again, and the announcement is missing beside the report.
	_ = h.write(ctx, failover.AnnouncementKey(req.Run.ID), req.Run, a)
	return AnnounceAnswer{Notified: true}, nil
}

// begun is the first line.
func begun(req failover.AnnounceRequest) string {
	what := count(req.Applications, "application")
	if req.Databases > 0 {
		what += ", " + count(req.Databases, "database")
	}
	return wording.Clip(fmt.Sprintf("Begun: %s, %s in %s", journey(req.Run), what, count(req.Stages, "stage")), maxSummary)
}

// isAbout says whether what was kept under a key is about this execution: a name may be used again after 90 days.
func (h Handler) isAbout(ctx context.Context, key string, run failover.Run) bool {
	var kept struct {
		Run failover.Run `json:"run"`
	}
	return h.read(ctx, key, &kept) == nil && kept.Run.ARN == run.ARN && kept.Run.StartedAt.Equal(run.StartedAt)
}

// beginning is the message: what begins, with which warnings, until when at the latest, and how to watch it.
func (h Handler) beginning(a failover.Announcement) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Summary)
	var warnings []string
	for _, f := range a.Findings {
		warnings = append(warnings, f.Object+": "+f.Found)
	}
	if len(warnings) > 0 {
		bullets(&b, fmt.Sprintf("Warnings (%d)", len(warnings)+a.MoreFindings), warnings, a.MoreFindings, "")
	}
	fmt.Fprintf(&b, "\nOver by %s at the latest.\n\n", a.EndsBy.UTC().Format("2006-01-02 15:04:05 UTC"))
	if m, ok := failover.MachineOf(a.Run.ARN); ok {
		fmt.Fprintf(&b, "To watch it:\n  %s\n\n", h.Plan.Drover(failover.CommandLine("watch", a.Run.ID), m.Region))
	}
	about(&b, h.Plan, a.Run, nil)
	return b.String()
}
