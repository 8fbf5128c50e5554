package drill

import (
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// Result is the result of a drill.
type Result struct {
	Scenario *scenario.Scenario `json:"-"`
	// Name, Title and Description are the scenario's.
	Name        string        `json:"scenario"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Plan        failover.Plan `json:"plan"`
	// Outcomes say how each run ended, in order.
	Outcomes []guarantee.RunOutcome `json:"runs"`
	// Recoveries are the completed moves.
	Recoveries []guarantee.Recovery `json:"recoveries"`
	// Guarantees are the verdicts.
	Guarantees []guarantee.Verdict `json:"guarantees"`
	// Unexpected is what differs from what the scenario expects, and what the AWS simulator could not do.
	Unexpected []string `json:"unexpected"`
	// Milestones are the points in time that explain the rest: outages and runs.
	Milestones []Milestone `json:"-"`
	// Messages are all notifications, as they were published.
	Messages string `json:"-"`
	// Logs returns what functions, state machines and APIs have logged. The lines are made when they are asked for.
	Logs func() []fakeaws.LogLine `json:"-"`
	// Delivered counts what the scenario has done to the simulated AWS, by kind: faults count when they strike.
	Delivered map[string]int `json:"-"`
	// Repeated are the invocations that the timeline has delivered once more, each with what came of it.
	Repeated []fakeaws.Invocation `json:"-"`
	// Impact and Evidence are for the report to draw.
	Impact   guarantee.Impact   `json:"-"`
	Evidence guarantee.Evidence `json:"-"`
}

// Milestone is one of them.
type Milestone struct {
	At   time.Time
	Text string
	// Bad marks a failure.
	Bad bool
}

// OK says whether everything was as expected and every guarantee that could be checked was kept.
func (r *Result) OK() bool {
	for _, v := range r.Guarantees {
		if v.Status == guarantee.Violated {
			return false
		}
	}
	return len(r.Unexpected) == 0
}

// show writes the result below the timeline.
func (r *Result) show(p *transcript.Printer) {
	p.End(transcript.Ending{
		Impact: guarantee.ImpactOf(r.Evidence.Traffic, p.Columns()-transcript.Beside, 5*time.Second), Recoveries: r.Recoveries, Verdicts: r.Guarantees,
		Outcomes: r.Outcomes, Unexpected: r.Unexpected, Failures: r.Failures(),
	})
}

// Failures counts the violations and the differences from what was expected; it is empty when there are none.
func (r *Result) Failures() string {
	var found []string
	violated := 0
	for _, v := range r.Guarantees {
		if v.Status == guarantee.Violated {
			violated++
		}
	}
	if violated > 0 {
		found = append(found, prose.Count(violated, "guarantee")+" violated")
	}
	if n := len(r.Unexpected); n > 0 {
		found = append(found, prose.Count(n, "difference")+" from what the scenario expects")
	}
	return strings.Join(found, ", and ")
}
