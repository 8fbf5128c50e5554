package report

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// figure is one of the few numbers at the top of the page.
type figure struct {
	Name, Value, Note string
	// Tone is good, bad or empty.
	Tone string
}

// figuresOf are the outcomes, the recovery times, the client impact and the guarantees.
func figuresOf(r *drill.Result) []figure {
	var all []figure
	if len(r.Outcomes) > 0 {
		all = append(all, outcomes(r.Outcomes))
	}
	if len(r.Recoveries) > 0 {
		all = append(all, recoveries(r.Recoveries)...)
	}
	if r.Impact.Requests > 0 {
		all = append(all, figure{
			Name: "Served", Value: percent(r.Impact.Served, r.Impact.Requests), Note: fmt.Sprintf("of %.0f requests", r.Impact.Requests),
		})
	}
	return append(all, guarantees(r.Guarantees))
}

func outcomes(runs []guarantee.RunOutcome) figure {
	if len(runs) == 1 {
		o := runs[0]
		f := figure{Name: "Outcome", Value: string(o.Outcome), Note: "as expected"}
		switch {
		case o.Outcome != o.Expected:
			f.Note, f.Tone = "expected "+string(o.Expected), "bad"
		case o.Outcome == failover.Completed: // Held may be as expected, and is still no success
			f.Tone = "good"
		}
		return f
	}
	f := figure{Name: "Runs", Value: fmt.Sprint(len(runs)), Note: "all ended as expected", Tone: "good"}
	other := 0
	for _, o := range runs {
		if o.Outcome != o.Expected {
			other++
		}
	}
	if other > 0 {
		f.Note, f.Tone = fmt.Sprintf("%d did not end as expected", other), "bad"
	}
	return f
}

// recoveries are the worst of all that were measured.
func recoveries(all []guarantee.Recovery) []figure {
	worst := all[0]
	for _, r := range all[1:] {
		worst.RTO, worst.Users, worst.RPO = max(worst.RTO, r.RTO), max(worst.Users, r.Users), max(worst.RPO, r.RPO)
	}
	of := ""
	if n := len(all); n > 1 {
		of = fmt.Sprintf("the longest of %d; ", n)
	}
	target := "target " + span(worst.TargetRTO)
	figures := []figure{{Name: "RTO of the run", Value: span(worst.RTO), Note: of + target, Tone: within(worst.RTO <= worst.TargetRTO)}}
	if worst.Users > 0 {
		figures = append(figures, figure{Name: "RTO for clients", Value: span(worst.Users), Note: of + target, Tone: within(worst.Users <= worst.TargetRTO)})
	}
	return append(figures, figure{
		Name: "RPO, writes lost", Value: seconds(worst.RPO), Note: of + "target " + seconds(worst.TargetRPO.Seconds()), Tone: within(worst.RPO <= worst.TargetRPO.Seconds()),
	})
}

func guarantees(verdicts []guarantee.Verdict) figure {
	count := map[guarantee.Status]int{}
	for _, v := range verdicts {
		count[v.Status]++
	}
	f := figure{Name: "Guarantees", Value: fmt.Sprintf("%d kept", count[guarantee.Kept]), Tone: "good"}
	var notes []string
	if n := count[guarantee.Violated]; n > 0 {
		f.Value, f.Tone = fmt.Sprintf("%d violated", n), "bad"
		notes = append(notes, fmt.Sprintf("%d kept", count[guarantee.Kept]))
	}
	if n := count[guarantee.NotChecked]; n > 0 {
		notes = append(notes, fmt.Sprintf("%d not checked", n))
	}
	f.Note = strings.Join(notes, ", ")
	return f
}

func within(target bool) string {
	if target {
		return "good"
	}
	return "bad"
}
