package notify

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// The bounds of a message, which is read on a phone.
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

// summarize says in one line how a run ended, what moved and, if it failed, the first reason.
func summarize(r failover.Report) string {
	line := string(r.Outcome) + ": " + journey(r.Run) + ", " + moved(r)
	missing := listsOf(r).missing
	switch {
	case idle(r):
	case r.Outcome == failover.Completed && len(missing)+len(r.NotKnown) == 0:
		if !r.Run.OnlyWeights {
			line += " in " + seconds(r.RTOSeconds)
		}
		if n := withoutData(r); n > 0 {
			line += fmt.Sprintf(", %d without health data", n)
		}
		line += followUpLine(r)
	case r.Winner != nil:
		line += "; superseded by run " + r.Winner.Run
	case len(r.Reasons) > 0:
		line += "; " + r.Reasons[0]
	case len(missing) > 0:
		line += "; " + notMovedLine(missing[0])
	}
	return prose.Cut(prose.Line(line), maxSummary)
}

// journey is the action of the run and its target Region.
func journey(run failover.Run) string {
	if run.OnlyWeights {
		return "pending weights of " + string(run.To)
	}
	what := string(run.Action)
	if what == "" {
		what = "a run"
	}
	if _, to := run.OutboundRegions(); to != "" {
		what += " to " + string(to)
	}
	if run.Action == failover.Drill {
		what += " and back"
	}
	return what
}

// lists are the applications that are where they should be at the end of the run, those that are not, and those that could not
// be read, with the titles of these lists.
type lists struct {
	thereTitle, missingTitle string
	there                    []string
	missing, unknown         []failover.NotMoved
}

func listsOf(r failover.Report) lists {
	switch {
	case r.Run.Phase == failover.Rollback:
		return lists{"As before the run", "Not as before the run", r.Restored, r.NotRestored, nil}
	case r.Run.Phase == failover.Return && r.Outcome == failover.Completed:
		return lists{"Moved and returned", "Not returned", r.Moved, r.NotMoved, r.NotKnown}
	case r.Run.Phase == failover.Return:
		return lists{"Returned", "Not returned", r.Moved, r.NotMoved, r.NotKnown}
	case r.Run.Phase == failover.ReturnRollback || r.Run.OnlyWeights:
		return lists{"In " + string(r.Target), "Not in " + string(r.Target), r.Moved, r.NotMoved, r.NotKnown}
	}
	return lists{"Moved", "Not moved", r.Moved, r.NotMoved, r.NotKnown}
}

// moved counts the applications, as far as it could be read.
func moved(r failover.Report) string {
	l := listsOf(r)
	text := counted(r, l)
	if n := len(l.unknown); n > 0 && r.Outcome != failover.Refused {
		text += fmt.Sprintf(", %d unknown", n)
	}
	return text
}

func counted(r failover.Report, l lists) string {
	there, all := len(l.there), len(l.there)+len(l.missing)+len(l.unknown)
	switch {
	case r.Outcome == failover.Refused:
		return "nothing was changed"
	case idle(r):
		return "nothing to move"
	case all == 0 && len(r.Unknown) > 0:
		return "what moved could not be read"
	case all == 0:
		return "no application moved"
	case r.Run.Phase == failover.Rollback:
		return fmt.Sprintf("%d of %d applications as before the run", there, all)
	case r.Outcome == failover.Completed && len(l.missing) > 0:
		return fmt.Sprintf("but %d of %d applications are not in %s", len(l.missing), all, r.Target)
	case r.Run.Phase == failover.Return && r.Outcome == failover.Completed:
		return fmt.Sprintf("%d of %d applications moved and returned", there, all)
	case r.Run.Phase == failover.Return:
		return fmt.Sprintf("%d of %d applications back in %s", there, all, r.Run.To)
	case r.Run.Phase == failover.ReturnRollback || r.Run.OnlyWeights:
		return fmt.Sprintf("%d of %d applications in %s", there, all, r.Target)
	}
	return fmt.Sprintf("%d of %d applications moved", there, all)
}

// subject is the first line for an email's subject: short, in ASCII.
func subject(plan failover.Plan, summary string) string {
	line := strings.ReplaceAll(fmt.Sprintf("%s: %s", plan.Name, summary), "…", "...")
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

// text is the message: the outcome, why, what did not move, what moved, the command to type next, and then the figures.
func text(plan failover.Plan, r failover.Report, n next, location string) string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Summary)
	section(&b, "Why", r.Reasons)
	if r.Winner != nil {
		fmt.Fprintf(&b, "\nRun %s (epoch %d) has superseded this run, which changes nothing more.\n", r.Winner.Run, r.Winner.Epoch)
	}
	l := listsOf(r)
	section(&b, fmt.Sprintf("%s (%d)", l.missingTitle, len(l.missing)), notMovedLines(l.missing))
	section(&b, fmt.Sprintf("Unknown (%d)", len(l.unknown)), notMovedLines(l.unknown))
	if len(l.there) > 0 {
		fmt.Fprintf(&b, "\n%s (%d)%s: %s\n", l.thereTitle, len(l.there), verified(r), prose.Some(l.there, maxLines, ", "))
	}
	section(&b, "Could not be read", r.Unknown)
	unproven(&b, r)
	followUp(&b, r.FollowUp)
	fmt.Fprintln(&b)
	switch {
	case n.command != "":
		fmt.Fprintf(&b, "%s:\n  %s\n\n", n.when, n.command)
	case r.Outcome == failover.Completed && withoutData(r) == 0:
		fmt.Fprint(&b, "No action is needed.\n\n")
	}
	figures(&b, r)
	about(&b, plan, r.Run, r.Decisions)
	if location != "" {
		fmt.Fprintf(&b, "Report: %s\n", location)
	}
	return b.String()
}

// about names the run, who has approved and started it, and its reason.
func about(b *strings.Builder, plan failover.Plan, run failover.Run, decisions []failover.Decision) {
	for _, d := range decisions {
		if d.Approved { // a rejection is among the reasons
			fmt.Fprintln(b, prose.Cut(prose.Line(d.String()), maxLine))
		}
	}
	if run.TakenOverFrom != "" {
		fmt.Fprintln(b, takenOver(run))
	}
	if run.Starter != nil || run.RequestedBy != "" {
		fmt.Fprintf(b, "Started by: %s\n", prose.Cut(prose.Line(run.WhoStarted()), maxLine))
	}
	if run.Reason != "" {
		fmt.Fprintf(b, "Reason: %s\n", prose.Cut(prose.Line(run.Reason), maxLine))
	}
	fmt.Fprintf(b, "Run %s, plan %s\n", run.ID, plan.Name)
}

// takenOver names the run from which this one has taken the lock, and says why that was allowed.
func takenOver(run failover.Run) string {
	switch run.TakenOverWhy {
	case failover.TakenFromLostRegion:
		from, _ := run.OutboundRegions()
		return fmt.Sprintf("This run has superseded run %s in %s, which can change nothing more", run.TakenOverFrom, from)
	case failover.TakenFromEnded:
		return fmt.Sprintf("This run took the lock from run %s, which had ended without releasing it", run.TakenOverFrom)
	case failover.TakenAfterLease:
		return fmt.Sprintf("This run took the lock from run %s, which had stopped renewing it", run.TakenOverFrom)
	}
	return "This run took over the lock of run " + run.TakenOverFrom
}

// section lists a few lines, and counts the others, which are in the report.
func section(b *strings.Builder, title string, lines []string) {
	if len(lines) > 0 {
		bullets(b, title, lines, 0, ", in the report")
	}
}

// bullets list the first lines, and count the others and those that were not given. where says where these are.
func bullets(b *strings.Builder, title string, lines []string, more int, where string) {
	fmt.Fprintf(b, "\n%s:\n", title)
	shown := lines[:min(len(lines), maxLines)]
	for _, line := range shown {
		fmt.Fprintf(b, "- %s\n", prose.Cut(prose.Line(line), maxLine))
	}
	if more += len(lines) - len(shown); more > 0 {
		fmt.Fprintf(b, "- and %d more%s\n", more, where)
	}
}

// verified says when the applications were verified.
func verified(r failover.Report) string {
	if r.VerifiedAt == nil {
		return ""
	}
	return ", as verified at " + r.VerifiedAt.UTC().Format("15:04:05 UTC")
}

func notMovedLines(apps []failover.NotMoved) []string {
	lines := make([]string, len(apps)) // the others are counted, not shown
	for i := range min(len(apps), maxLines+1) {
		lines[i] = notMovedLine(apps[i])
	}
	return lines
}

func notMovedLine(app failover.NotMoved) string {
	return app.Application + ": " + strings.Join(app.Why, "; ")
}
