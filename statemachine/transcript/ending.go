package transcript

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// Ending is what a transcript has below its timeline.
type Ending struct {
	// Impact has an interval for each character of a line.
	Impact     guarantee.Impact
	Recoveries []guarantee.Recovery
	Verdicts   []guarantee.Verdict
	Outcomes   []guarantee.RunOutcome
	// Unexpected is what differs from what the scenario expects; Failures sums up what went wrong, and is empty when the
	// drill passed.
	Unexpected []string
	Failures   string
}

// End writes it.
func (p *Printer) End(e Ending) {
	p.impact(e.Impact)
	for _, r := range e.Recoveries {
		p.recovery(r)
	}
	p.verdicts(e.Verdicts)
	p.line("")
	for _, o := range e.Outcomes {
		for i, part := range wrap(p.Named(outcomeText(o, p.Symbols)), p.Columns()-2) {
			p.line(strings.Repeat(" ", 2*min(i, 1)) + p.paint(within(o.Outcome == o.Expected), part))
		}
	}
	for _, u := range e.Unexpected {
		p.bullet(0, Bad, u)
	}
	if e.Failures == "" {
		p.line(p.paint(Good, "The drill passed: all is as the scenario expects, no guarantee was violated."))
		return
	}
	p.line(p.paint(Bad, "The drill FAILED: "+e.Failures+"."))
}

// verdicts writes the verdict on each guarantee.
func (p *Printer) verdicts(all []guarantee.Verdict) {
	p.heading("Guarantees, checked against the AWS simulator")
	for _, v := range all {
		mark, tone := "✓", Good
		switch v.Status {
		case guarantee.Violated:
			mark, tone = "✗", Bad
		case guarantee.NotChecked:
			mark, tone = "–", Dim
		}
		const width = 32
		for i, part := range wrap(p.Named(v.BasisText()), p.Columns()-7-width) {
			if i == 0 {
				p.line("  " + p.paint(tone, mark) + fmt.Sprintf(" %2d %s", v.Number, pad(v.Guarantee, width)) + p.paint(Dim, part))
			} else {
				p.line(strings.Repeat(" ", 7+width) + p.paint(Dim, part))
			}
		}
		for _, broken := range v.Violations {
			p.bullet(7, Bad, broken)
		}
	}
}

// outcomeText is the outcome in one line; symbols leaves out the size.
func outcomeText(o guarantee.RunOutcome, symbols bool) string {
	text := fmt.Sprintf("%s: %s", o.Run, guarantee.OrRunning(o.Outcome))
	switch {
	case o.Expected == "":
		text += " (no run was expected)"
	case o.Outcome != o.Expected:
		text += fmt.Sprintf(" (expected %s)", o.Expected)
	}
	size := fmt.Sprintf("%.1f KiB", float64(o.LargestPayload)/1024)
	if symbols {
		size = "<size>"
	}
	return text + fmt.Sprintf(", %s, largest payload %s", prose.Count(o.Transitions, "state transition"), size)
}

// bullet writes one item of a list; its further lines are indented like the first.
func (p *Printer) bullet(indent int, tone Tone, text string) {
	for i, part := range wrap(p.Named(text), p.Columns()-indent-2) {
		mark := "  "
		if i == 0 {
			mark = "• "
		}
		p.line(strings.Repeat(" ", indent) + p.paint(tone, mark+part))
	}
}
