package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// RefusedAnswer says whether a notification was sent, by this call or by an earlier one.
type RefusedAnswer struct {
	Notified bool `json:"notified"`
	// Repeated says that none was due: the scheduled check before this one has found the same blockers.
	Repeated bool `json:"repeated,omitempty"`
}

// Refused sends the notification of a run that ends with Validate's verdict: refused, with every blocker and one command that
// clears all of them; or skipped, or with nothing to move, with the reason. Then it writes the same into the report bucket.
//
// A schedule checks twice an hour, and a blocker may stay for days: a refused check with the same blockers as the last one that
// was notified, less than [repeatAfter] ago, sends nothing. The alarm on readiness stays on.
//
// A second identical call finds that in the bucket, and sends nothing. If the first call could not write it, the second sends
// the notification again.
//
// Errors: those of Publish as the entry package names them: Throttled, Unreachable, Denied, Rejected.
//
// It relies on Publish in the Amazon SNS API Reference, and on "Amazon S3 data consistency model" in the Amazon S3 User
// Guide for reading what was just written.
func (h Handler) Refused(ctx context.Context, req failover.RefusedRequest) (RefusedAnswer, error) {
	if h.isAbout(ctx, failover.RefusalKey(req.Run.ID), req.Run) {
		return RefusedAnswer{Notified: true}, nil
	}
	r := failover.Refusal{
		Format: failover.Format,
		Run:    req.Run, Verdict: req.Verdict, Summary: refusedLine(req), Findings: req.Findings, MoreFindings: req.MoreFindings,
		Next: req.Next, At: req.Now,
	}
	scheduled := req.Run.Action == failover.Check && req.Verdict == failover.Refuse
	if scheduled && h.knownSince(ctx, r) {
		return RefusedAnswer{Repeated: true}, nil
	}
	f := newFacts(kindRefused, h.Plan, req.Run, r.Summary)
	if req.Verdict == failover.Refuse {
		f.Outcome = failover.Refused
	}
	f.Refused = &refusedFacts{Verdict: req.Verdict, Blockers: len(blockersOf(r)), StartedBy: req.Run.StartedBy, Next: req.Next}
	if err := h.publish(ctx, subject(h.Plan, r.Summary), refusedText(h.Plan, r, req.Summary), f.attributes(req.Run)); err != nil {
		return RefusedAnswer{}, err
	}
	// If either fails, a repetition sends the notification again.
	_ = h.write(ctx, failover.RefusalKey(req.Run.ID), req.Run, r)
	if scheduled {
		_ = h.write(ctx, failover.RefusalKey(lastCheck), req.Run, r)
	}
	return RefusedAnswer{Notified: true}, nil
}

// lastCheck stands for the run of the scheduled check that was notified last, and repeatAfter is for how long the next
// ones that find the same send nothing.
const (
	lastCheck   = "scheduled-check"
	repeatAfter = 24 * time.Hour
)

// knownSince says whether the same blockers were notified for a scheduled check lately.
func (h Handler) knownSince(ctx context.Context, r failover.Refusal) bool {
	var last failover.Refusal
	if h.read(ctx, failover.RefusalKey(lastCheck), &last) != nil {
		return false
	}
	age := r.At.Sub(last.At)
	return age >= 0 && age < repeatAfter && slices.Equal(subjectsOf(blockersOf(last)), subjectsOf(blockersOf(r)))
}

func blockersOf(r failover.Refusal) []failover.Finding { return withSeverity(r, failover.Blocker) }

func withSeverity(r failover.Refusal, severity failover.Severity) []failover.Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f failover.Finding) bool { return f.Severity != severity })
}

// subjectsOf is what findings are about, without the figures in them, which differ from one check to the next.
func subjectsOf(findings []failover.Finding) []string {
	subjects := make([]string, len(findings))
	for i, f := range findings {
		subjects[i] = f.Code + " " + f.Object
	}
	slices.Sort(subjects)
	return subjects
}

// refusedLine is the first line. Bad news names its first blocker.
func refusedLine(req failover.RefusedRequest) string {
	line := prose.Line(req.Summary)
	if req.Verdict == failover.Refuse {
		line = fmt.Sprintf("Refused: %s; nothing was changed", journey(req.Run))
		if len(req.Findings) > 0 {
			line += fmt.Sprintf("; %s: %s", req.Findings[0].Object, prose.Line(req.Findings[0].Found))
		}
	}
	return prose.Cut(line, maxSummary)
}

// maxBlockers bounds the blockers of a message: all that Validate lists.
const maxBlockers = failover.MaxListed

// refusedText is the message: the verdict, every blocker, the one command, and the warnings.
func refusedText(plan failover.Plan, r failover.Refusal, summary string) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Summary)
	if r.Verdict != failover.Refuse && prose.Line(summary) != r.Summary {
		fmt.Fprintf(&b, "\n%s\n", prose.Line(summary))
	}
	if blockers := blockersOf(r); len(blockers) > 0 {
		fmt.Fprintf(&b, "\nBlockers:\n")
		for _, f := range blockers[:min(len(blockers), maxBlockers)] {
			fmt.Fprintf(&b, "- %s\n", prose.Cut(prose.Line(f.Object+": "+f.Found), maxBlocker))
		}
		if r.MoreFindings > 0 {
			fmt.Fprintf(&b, "- and %d more findings, in the output of the state Validate\n", r.MoreFindings)
		}
	}
	if r.Next != "" {
		fmt.Fprintf(&b, "\n%s:\n  %s\n", whenToType(r), r.Next)
	}
	var warnings []string
	for _, f := range withSeverity(r, failover.Warning) {
		warnings = append(warnings, f.Object+": "+f.Found)
	}
	if len(warnings) > 0 {
		bullets(&b, fmt.Sprintf("Warnings (%d)", len(warnings)), warnings, 0, "")
	}
	fmt.Fprintln(&b)
	if r.Run.StartedBy != "" {
		fmt.Fprintf(&b, "Started by: %s\n", prose.Cut(prose.Line(r.Run.StartedBy), maxLine))
	}
	about(&b, plan, r.Run, nil)
	return b.String()
}

// maxBlocker bounds the line of a blocker, which may say what was found and what was expected.
const maxBlocker = 400

func whenToType(r failover.Refusal) string {
	switch {
	case r.Verdict != failover.Refuse:
		return "To start it anyway"
	case r.Run.Action == failover.Check:
		return "To clear all of them and check again"
	}
	return "To clear all of them and start again"
}

// idle says whether a completed run had nothing to move: it has recovered nothing, and is not a drill that took place.
func idle(r failover.Report) bool {
	moved := func(phase failover.PhaseResult) bool { return phase.Stages > 0 }
	return r.Outcome == failover.Completed && len(r.Phases) > 0 && !slices.ContainsFunc(r.Phases, moved)
}
