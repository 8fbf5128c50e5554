package drill

import (
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Result is what became of a drill.
type Result struct {
	Scenario *Scenario `json:"-"`
	// Name, Title and Description are the scenario's.
	Name        string        `json:"scenario"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Plan        failover.Plan `json:"plan"`
	// Outcomes say how each run ended, in order.
	Outcomes []RunOutcome `json:"runs"`
	// Recoveries are the completed moves.
	Recoveries []Recovery `json:"recoveries"`
	// Promises are the verdicts.
	Promises []Verdict `json:"promises"`
	// Unexpected is what is not as the scenario says, or what the embedded AWS could not do.
	Unexpected []string `json:"unexpected"`
	// Milestones are the points in time that explain the rest: outages and runs.
	Milestones []Milestone `json:"-"`
	// Messages are all that people were told, as they got it.
	Messages string `json:"-"`
	// Logs are what functions, state machines and APIs have logged.
	Logs []fakeaws.LogLine `json:"-"`
	// Felt and Evidence are for the report to draw.
	Felt     Felt     `json:"-"`
	Evidence Evidence `json:"-"`
}

// Milestone is one of them.
type Milestone struct {
	At   time.Time
	Text string
	// Bad says that it is no good news.
	Bad bool
}

// RunOutcome is how a run ended.
type RunOutcome struct {
	Run         string           `json:"run"`
	Action      failover.Action  `json:"action"`
	Outcome     failover.Outcome `json:"outcome"`
	Expected    failover.Outcome `json:"expected"`
	Cause       string           `json:"cause,omitempty"`
	Transitions int              `json:"transitions"`
	// LargestPayload is in bytes.
	LargestPayload int `json:"largestPayload"`
}

// OK says whether everything was as expected and every promise that could be checked was kept.
func (r *Result) OK() bool {
	for _, v := range r.Promises {
		if v.Status == Violated {
			return false
		}
	}
	return len(r.Unexpected) == 0
}

// show writes all that became of the drill.
func (r *Result) show(p *Printer) {
	Feel(r.Evidence.Traffic, p.columns()-beside, 5*time.Second).write(p)
	for _, recovery := range r.Recoveries {
		recovery.write(p)
	}
	r.write(p)
}

// write shows the promises and the outcome.
func (r *Result) write(p *Printer) {
	p.heading("Promises, checked against the World")
	for _, v := range r.Promises {
		mark, tone := "✓", Good
		switch v.Status {
		case Violated:
			mark, tone = "✗", Bad
		case NotChecked:
			mark, tone = "–", Dim
		}
		const width = 25
		for i, part := range wrap(p.named(v.basisText()), p.columns()-7-width) {
			if i == 0 {
				p.line("  " + p.paint(tone, mark) + fmt.Sprintf(" %2d %s", v.Number, pad(v.Promise, width)) + p.paint(Dim, part))
			} else {
				p.line(strings.Repeat(" ", 7+width) + p.paint(Dim, part))
			}
		}
		for _, broken := range v.Broken {
			p.bullet(7, Bad, broken)
		}
	}
	p.line("")
	for _, o := range r.Outcomes {
		for i, part := range wrap(p.named(o.text(p.Symbols)), p.columns()-2) {
			p.line(strings.Repeat(" ", 2*min(i, 1)) + p.paint(within(o.Outcome == o.Expected), part))
		}
	}
	for _, u := range r.Unexpected {
		p.bullet(0, Bad, u)
	}
	if r.OK() {
		p.line(p.paint(Good, "The drill passed: all is as the scenario expects, and no promise was broken."))
		return
	}
	p.line(p.paint(Bad, "The drill FAILED: "+r.Failures()+"."))
}

// Failures says how many things of which kind went wrong; it is empty when none did.
func (r *Result) Failures() string {
	var found []string
	broken := 0
	for _, v := range r.Promises {
		if v.Status == Violated {
			broken++
		}
	}
	if broken > 0 {
		found = append(found, plural(broken, "promise")+" broken")
	}
	if n := len(r.Unexpected); n > 0 {
		found = append(found, plural(n, "thing")+" not as the scenario expects")
	}
	return strings.Join(found, ", and ")
}

func (v Verdict) basisText() string {
	if v.Status == NotChecked {
		return "not checked: " + v.Basis
	}
	return v.Basis
}

// text is the outcome in one line; symbols leaves out the size.
func (o RunOutcome) text(symbols bool) string {
	text := fmt.Sprintf("%s: %s", o.Run, orRunning(o.Outcome))
	switch {
	case o.Expected == "":
		text += " (not expected at all)"
	case o.Outcome != o.Expected:
		text += fmt.Sprintf(" (expected %s)", o.Expected)
	}
	size := fmt.Sprintf("%.1f KiB", float64(o.LargestPayload)/1024)
	if symbols {
		size = "<size>"
	}
	return text + fmt.Sprintf(", %s, largest payload %s", plural(o.Transitions, "state transition"), size)
}

func orRunning(o failover.Outcome) string {
	if o == "" {
		return "still running"
	}
	return string(o)
}

// bullet writes one item of a list, with what follows its first line below the text.
func (p *Printer) bullet(indent int, tone Tone, text string) {
	for i, part := range wrap(p.named(text), p.columns()-indent-2) {
		mark := "  "
		if i == 0 {
			mark = "• "
		}
		p.line(strings.Repeat(" ", indent) + p.paint(tone, mark+part))
	}
}
