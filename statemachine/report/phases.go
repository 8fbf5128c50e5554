package report

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/drill"
)

// phaseRow is one phase of a run, as the run's own report has it; of an earlier drill when it is there for the comparison.
type phaseRow struct {
	Run, Phase, Stages string
	Passed             bool
	RTO, RPO           string
	// Slow and Lossy say that a target was missed.
	Slow, Lossy bool
}

// phasesOf are the phases of all runs that had more than one, each followed by the drills that it was compared with.
func phasesOf(r *drill.Result) []phaseRow {
	var all []phaseRow
	for _, run := range r.Evidence.Runs {
		if run.Report == nil || len(run.Report.Phases) < 2 {
			continue
		}
		all = append(all, phasesIn(r.Plan, run.Name, run.Report.Phases)...)
		for _, past := range run.Report.Trend {
			all = append(all, phasesIn(r.Plan, run.Name+" compares with "+past.Run, past.Phases)...)
		}
	}
	return all
}

func phasesIn(plan failover.Plan, run string, phases []failover.PhaseResult) []phaseRow {
	var all []phaseRow
	for _, phase := range phases {
		w := phaseRow{
			Run: run, Phase: fmt.Sprintf("%s, %s to %s", phase.Phase, phase.From, phase.To), Stages: fmt.Sprintf("%d of %d", phase.StagesDone, phase.Stages),
			Passed: phase.Passed, RTO: fmt.Sprintf("%.0f s", phase.RTOSeconds), RPO: measured(phase.RPOSeconds),
			Slow: phase.RTOSeconds > float64(plan.TargetRTOSeconds), Lossy: phase.RPOSeconds != nil && *phase.RPOSeconds > float64(plan.TargetRPOSeconds),
		}
		all = append(all, w)
	}
	return all
}

func measured(s *float64) string {
	if s == nil {
		return "not measured"
	}
	return seconds(*s)
}

// notice is one notification of a run.
type notice struct{ Run, Text string }

func noticesOf(r *drill.Result) []notice {
	var all []notice
	for _, run := range r.Evidence.Runs {
		for _, text := range run.Texts {
			all = append(all, notice{run.Name, text})
		}
	}
	return all
}
