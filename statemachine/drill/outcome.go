package drill

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// result is the result of the drill, without the verdicts on the guarantees.
func (p *performance) result() *Result {
	s := p.scenario
	e := p.evidence()
	r := &Result{
		Scenario: s, Name: s.Name, Title: s.Title, Description: s.Description, Plan: p.plan, Evidence: e, Impact: guarantee.ImpactOf(e.Traffic, transcript.MaxIntervals, 5*time.Second),
		Recoveries: e.Recoveries(p.outages),
	}
	r.Milestones = p.milestones
	for _, run := range e.Runs {
		r.Milestones = append(r.Milestones,
			Milestone{At: run.StartedAt, Text: run.Name}, Milestone{At: run.StoppedAt, Text: string(run.Outcome()), Bad: run.Outcome() != failover.Completed})
		o := guarantee.RunOutcome{
			Run: run.Name, Outcome: run.Outcome(), Expected: run.Want.Outcome, Cause: run.Cause, Transitions: run.Transitions,
			LargestPayload: run.LargestPayload(),
		}
		if run.Asked != nil {
			o.Action = run.Asked.Action
		}
		r.Outcomes = append(r.Outcomes, o)
		r.Unexpected = append(r.Unexpected, run.Unexpected(o)...)
		r.Unexpected = append(r.Unexpected, e.TooCostly(run)...)
	}
	if last := r.Impact.LastFailed; !last.IsZero() && last.Before(e.Traffic[len(e.Traffic)-1].At) {
		r.Milestones = append(r.Milestones, Milestone{At: last.Add(time.Second), Text: "every request is served again"})
	}
	slices.SortStableFunc(r.Milestones, func(a, b Milestone) int { return a.At.Compare(b.At) })
	r.Unexpected = append(r.Unexpected, e.Unexpected(s.Expect, r.Recoveries)...)
	return r
}
