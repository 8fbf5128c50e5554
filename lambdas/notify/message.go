package notify

import (
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// The bounds of a message. It is read on a phone, by somebody who has just been woken.
const (
	// maxSummary bounds the first line, which is the execution's cause too.
	maxSummary = 140
	// maxSubject is what SNS takes, in ASCII: "less than 100 characters"; see Publish in the Amazon SNS API Reference.
	maxSubject = 99
	// maxLines bounds each list; the report has all of it.
	maxLines = 8
	// maxLine bounds each line of a list.
	maxLine = 240
)

// summarize says in one line how a run ended and what moved. Bad news names its first reason.
func summarize(r failover.Report) string {
	what := string(r.Run.Action)
	if what == "" {
		what = "a run"
	}
	if r.Run.To != "" {
		what += " to " + string(r.Run.To)
	}
	line := string(r.Outcome) + ": " + what + ", " + moved(r)
	switch {
	case r.Outcome == failover.Completed && len(r.NotMoved) == 0:
		line += " in " + seconds(r.RTOSeconds)
	case len(r.Reasons) > 0:
		line += "; " + r.Reasons[0]
	case len(r.NotMoved) > 0:
		line += "; " + notMovedLine(r.NotMoved[0])
	}
	return clip(line, maxSummary)
}

// moved counts the applications, as far as it could be read.
func moved(r failover.Report) string {
	all := len(r.Moved) + len(r.NotMoved)
	switch {
	case r.Outcome == failover.Refused:
		return "nothing was touched"
	case all == 0 && len(r.Unknown) > 0:
		return "what moved could not be read"
	case all == 0:
		return "no application moved"
	case r.Outcome == failover.Completed && len(r.NotMoved) > 0:
		return fmt.Sprintf("but %d of %d applications look as if elsewhere", len(r.NotMoved), all)
	}
	return fmt.Sprintf("%d of %d applications moved", len(r.Moved), all)
}

// subject is the first line for a list of mails: ASCII only, and short.
func subject(plan failover.Plan, r failover.Report) string {
	line := strings.ReplaceAll(fmt.Sprintf("%s: %s", plan.Name, summarize(r)), "…", "...")
	ascii := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, line)
	if len(ascii) > maxSubject {
		ascii = ascii[:maxSubject-3] + "..."
	}
	return ascii
}

// text is the message: the outcome, why, what did not move, what did, and the one thing to do next.
func text(plan failover.Plan, r failover.Report, n next, location string) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Summary)
	section(&b, "Why", r.Reasons)
	var notMoved []string
	for _, app := range r.NotMoved {
		notMoved = append(notMoved, notMovedLine(app))
	}
	section(&b, fmt.Sprintf("Not moved (%d)", len(notMoved)), notMoved)
	if len(r.Moved) > 0 {
		fmt.Fprintf(&b, "\nMoved (%d): %s\n", len(r.Moved), names(r.Moved))
	}
	section(&b, "Could not be read", r.Unknown)
	fmt.Fprintln(&b)
	switch {
	case n.command != "":
		fmt.Fprintf(&b, "%s:\n  %s\n\n", n.when, n.command)
	case r.Outcome == failover.Completed:
		fmt.Fprint(&b, "There is nothing to do.\n\n")
	}
	fmt.Fprintf(&b, "%s\n", timing(r))
	if r.Outcome != failover.Refused {
		fmt.Fprintf(&b, "%s\n", data(r))
	}
	if r.Run.Reason != "" {
		fmt.Fprintf(&b, "Asked for because: %s\n", clip(oneLine(r.Run.Reason), maxLine))
	}
	fmt.Fprintf(&b, "Run %s, plan %s\n", r.Run.ID, plan.Name)
	if location != "" {
		fmt.Fprintf(&b, "Report: %s\n", location)
	}
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for i, line := range lines {
		if i == maxLines {
			fmt.Fprintf(b, "- and %d more, in the report\n", len(lines)-maxLines)
			return
		}
		fmt.Fprintf(b, "- %s\n", clip(oneLine(line), maxLine))
	}
}

func notMovedLine(app failover.NotMoved) string {
	return app.Application + ": " + strings.Join(app.Why, "; ")
}

func names(all []string) string {
	if len(all) <= maxLines {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:maxLines], ", "), len(all)-maxLines)
}

// timing says how long it took. Only a completed run has recovered anything: of others the time says how long it has
// been.
func timing(r failover.Report) string {
	since := r.Run.Since.UTC().Format("15:04:05 UTC")
	if r.Outcome != failover.Completed {
		return fmt.Sprintf("Time since %s: %s", since, seconds(r.RTOSeconds))
	}
	return fmt.Sprintf("Time to recover (RTO): %s since %s; target %s, %s", seconds(r.RTOSeconds), since,
		seconds(float64(r.TargetRTOSeconds)), met(r.RTOSeconds <= float64(r.TargetRTOSeconds)))
}

// data says what was lost. A planned promotion waits until everything is replicated; an unplanned one loses what the
// lag had not let through.
func data(r failover.Report) string {
	switch {
	case r.RPOSeconds < 0:
		return "Data (RPO): no replication lag was measured"
	case r.Run.Action.Planned():
		return fmt.Sprintf("Data (RPO): nothing lost, the move was planned; replication lagged %.1f s before", r.RPOSeconds)
	case r.Outcome != failover.Completed:
		return fmt.Sprintf("Data (RPO): replication lagged %.1f s before promoting; that much may be lost", r.RPOSeconds)
	}
	return fmt.Sprintf("Data (RPO): about the last %.1f s of writes lost; target %d s, %s", r.RPOSeconds, r.TargetRPOSeconds,
		met(r.RPOSeconds <= float64(r.TargetRPOSeconds)))
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "missed"
}

func seconds(s float64) string { return (time.Duration(s) * time.Second).String() }
