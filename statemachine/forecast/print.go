package forecast

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Printer prints a forecast for people.
type Printer struct {
	W io.Writer
	// Columns is the width, at most [transcript.Columns]; 0 stands for that.
	Columns int
	// Paint, when set, colours text.
	Paint func(transcript.Tone, string) string
}

// Print prints the figures and the assumptions.
func (p Printer) Print(f *Forecast) {
	p.title(fmt.Sprintf("Forecast of the plan %s: failover from %s to %s", f.Plan.Name, f.Plan.Primary, f.Plan.Standby))
	a := f.Options.Applications
	rto, rpo := f.targets()
	p.paragraph(2, "", fmt.Sprintf("%s, seed %d. %s, %s, %s in %s. Targets: RTO %s, RPO %.0f s.", f.count(), f.Options.Seed,
		prose.Count(len(a.Names), "application"), prose.Count(a.Records, "record"), prose.Count(a.Databases, "database"), prose.Count(a.Zones, "hosted zone"),
		scenario.Span(rto), rpo))
	if len(f.Runs) == 0 {
		return
	}
	p.outcomes(f)
	p.recovery(f)
	p.parts(f)
	p.causes(f)
	p.heading("Assumptions")
	for _, text := range f.Options.Model.assumptions(a) {
		p.paragraph(2, "• ", text+".")
	}
}

// count says how many runs were played.
func (f *Forecast) count() string {
	if len(f.Runs) < f.Options.Runs {
		return fmt.Sprintf("Interrupted: %d of %s", len(f.Runs), prose.Count(f.Options.Runs, "run"))
	}
	return prose.Count(len(f.Runs), "run")
}

func (p Printer) outcomes(f *Forecast) {
	p.heading("Outcomes")
	counts := f.Outcomes()
	for _, o := range append(outcomes, other) {
		if o == other && counts[o] == 0 {
			continue
		}
		p.line(fmt.Sprintf("  %-12s %6d  %s", o, counts[o], percent(counts[o], len(f.Runs))))
	}
}

// recovery prints RTO and RPO beside their targets. A run that has not completed meets none.
func (p Printer) recovery(f *Forecast) {
	done := f.Recovered()
	rtoTarget, rpoTarget := f.targets()
	p.heading(fmt.Sprintf("%-42s %7s  %7s  %7s  %7s  %s", "Recovery of the "+prose.Count(len(done), "completed run"), "p50", "p95", "p99", "target", "met by"))
	for _, row := range []struct {
		name  string
		value figure[time.Duration]
	}{{"RTO, until the run finished", rto}, {"RTO, until every request was served", clients}} {
		p.line(fmt.Sprintf("  %-40s %s  %s  %s  %7s  %s", row.name, p.span(done, row.value, 50, rtoTarget), p.span(done, row.value, 95, rtoTarget),
			p.span(done, row.value, 99, rtoTarget), scenario.Span(rtoTarget), metBy(within(done, row.value, rtoTarget), len(f.Runs))))
	}
	seconds := func(n int) string {
		if len(done) == 0 {
			return fmt.Sprintf("%7s", none)
		}
		lost := percentile(done, rpo, n)
		return p.met(fmt.Sprintf("%5.1f s", lost), lost <= rpoTarget)
	}
	p.line(fmt.Sprintf("  %-40s %s  %s  %s  %7s  %s", "RPO, writes lost", seconds(50), seconds(95), seconds(99), fmt.Sprintf("%.0f s", rpoTarget),
		metBy(within(done, rpo, rpoTarget), len(f.Runs))))
}

// span is a percentile beside its target.
func (p Printer) span(of []*Run, value figure[time.Duration], n int, target time.Duration) string {
	took := percentile(of, value, n)
	return p.met(fmt.Sprintf("%7s", spanOf(of, value, n)), len(of) == 0 || took <= target)
}

// none stands for a figure of no runs.
const none = "–"

// spanOf is a percentile for people.
func spanOf(of []*Run, value figure[time.Duration], n int) string {
	if len(of) == 0 {
		return none
	}
	return scenario.Span(percentile(of, value, n))
}

func (p Printer) met(text string, ok bool) string {
	if ok {
		return p.paint(transcript.Good, text)
	}
	return p.paint(transcript.Bad, text)
}

func metBy(n, of int) string { return strings.TrimLeft(percent(n, of), " ") + " of all runs" }

func percent(n, of int) string { return fmt.Sprintf("%5.1f %%", 100*share(n, of)) }

func (p Printer) parts(f *Forecast) {
	done, slow := f.Recovered(), f.Slowest()
	if len(done) == 0 {
		return
	}
	p.heading(fmt.Sprintf("%-42s %7s  %7s  %s", "Where the time went", "p50", "p95", fmt.Sprintf("p50 of the %d slowest, and longest in", len(slow))))
	for i, name := range parts {
		p.line(fmt.Sprintf("  %-40s %7s  %7s  %7s  %d of %d", name, spanOf(done, part(i), 50), spanOf(done, part(i), 95), spanOf(slow, part(i), 50), dominated(slow, i), len(slow)))
	}
	p.paragraph(2, "", "Parts overlap: DNS changes while a writer is promoted. The slowest are the slowest twentieth of the completed runs.")
}

func (p Printer) causes(f *Forecast) {
	p.heading(fmt.Sprintf("%-60s %6s  %9s  %7s  %7s", "By cause", "runs", "completed", "RTO p50", "RTO p95"))
	for _, c := range f.Options.Model.Causes {
		all, done := by(f.Runs, c), by(f.Recovered(), c)
		names := transcript.Wrap(c.Name, 58)
		p.line(fmt.Sprintf("  %-58s %6d  %9s  %7s  %7s", names[0], len(all), strings.TrimSpace(percent(len(done), len(all))),
			spanOf(done, rto, 50), spanOf(done, rto, 95)))
		for _, more := range names[1:] {
			p.line("  " + more)
		}
	}
}

// Wrong prints a run in which something is wrong, and the command that plays it.
func (p Printer) Wrong(r *Run, command string) {
	p.heading(fmt.Sprintf("Run %d failed a check", r.Drawn.Number))
	shown, more := prose.Limit(r.Wrong, maxWrong)
	for _, text := range shown {
		p.paragraph(2, "• ", text)
	}
	if more > 0 {
		p.line("  " + prose.More(more))
	}
	p.line("  To play it: " + untrusted.Line(command))
}

// maxWrong is how much of what is wrong in a run is printed.
const maxWrong = 5

// Examples prints commands that play single runs.
func (p Printer) Examples(examples []Example) {
	if len(examples) == 0 {
		return
	}
	p.heading("To play single runs")
	for _, e := range examples {
		p.line(fmt.Sprintf("  %-38s %s", e.What, untrusted.Line(e.Command)))
		if e.Run.Why != "" {
			p.paragraph(4, "", prose.Cut(e.Run.Why, maxWhy))
		}
	}
}

// maxWhy is how much of the cause of an outcome is printed, in bytes.
const maxWhy = 400

// Example is a single run to play again.
type Example struct {
	What, Command string
	Run           *Run
}

// Examples are the slowest run that has completed, and the first one of each other outcome.
func (f *Forecast) Examples() []Example {
	var all []Example
	if slow := f.Slowest(); len(slow) > 0 {
		all = append(all, Example{What: fmt.Sprintf("the slowest, run %d, RTO %s", slow[0].Drawn.Number, scenario.Span(slow[0].RTO)), Run: slow[0]})
	}
	seen := map[string]bool{}
	for _, r := range f.Runs {
		how := string(guarantee.OrRunning(r.Outcome))
		if r.Recovered || seen[how] {
			continue
		}
		seen[how] = true
		all = append(all, Example{What: fmt.Sprintf("the first %s, run %d", how, r.Drawn.Number), Run: r})
	}
	return all
}

func (p Printer) paint(tone transcript.Tone, text string) string {
	text = untrusted.Line(text)
	if p.Paint == nil {
		return text
	}
	return p.Paint(tone, text)
}

func (p Printer) title(text string) {
	for _, line := range transcript.Wrap(text, p.columns()) {
		p.line(p.paint(transcript.Title, line))
	}
	p.line("")
}

func (p Printer) heading(text string) {
	p.line("")
	p.line(p.paint(transcript.Title, text))
}

func (p Printer) line(text string) { fmt.Fprintln(p.W, strings.TrimRight(text, " ")) }

// paragraph prints running text behind a mark.
func (p Printer) paragraph(indent int, mark, text string) {
	width := utf8.RuneCountInString(mark)
	for i, line := range transcript.Wrap(text, p.columns()-indent-width) {
		if i > 0 {
			mark = strings.Repeat(" ", width)
		}
		p.line(strings.Repeat(" ", indent) + mark + line)
	}
}

func (p Printer) columns() int {
	if p.Columns == 0 {
		return transcript.Columns
	}
	return min(max(p.Columns, transcript.Fewest), transcript.Columns)
}

// WrongCount prints how many runs failed a check.
func (p Printer) WrongCount(n int) {
	p.line("")
	if n == 0 {
		p.line(p.paint(transcript.Good, "No guarantee was violated in any run."))
		return
	}
	p.line(p.paint(transcript.Bad, fmt.Sprintf("The forecast FAILED: %s failed a check.", prose.Count(n, "run"))))
}
