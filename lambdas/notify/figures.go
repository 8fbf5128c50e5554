package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// maxLost is for how many databases a message says where lost writes may be.
const maxLost = 4

// figures are the recovery time and the data loss, of each phase where there are several, compared with the targets.
func figures(b *strings.Builder, r failover.Report) {
	if idle(r) || r.Run.OnlyWeights {
		return
	}
	for _, phase := range r.Phases {
		if len(r.Phases) > 1 {
			fmt.Fprintln(b, phaseLine(r, phase))
		}
	}
	if len(r.Phases) < 2 || r.Outcome == failover.Held || r.Outcome == failover.RolledBack {
		fmt.Fprintln(b, timing(r))
	}
	if len(r.Run.Proves) > 0 && r.Outcome == failover.Completed && r.Run.Phase == failover.Return {
		fmt.Fprintf(b, "Proved: switch %s, while no user was in %s; no user moved\n", prose.Some(r.Run.Proves, maxLines, ", "), r.Run.From)
	}
	if r.Outcome != failover.Refused {
		fmt.Fprintln(b, "Data (RPO): "+r.Data())
	}
	if r.Outcome == failover.Completed && !r.Run.Action.Planned() && r.TTLSeconds > 0 {
		fmt.Fprintf(b, "Users: clients that respect the TTL follow within %d s, the longest TTL\n", r.TTLSeconds)
	}
	trend(b, r)
	whereLost(b, r.LostWrites)
}

// timing is the recovery time of a completed run. Other runs have not recovered anything: the line says how much time has
// passed, and whether the target can still be met.
func timing(r failover.Report) string {
	began := recoveryBegan(r.Run)
	line := fmt.Sprintf("%s since %s", seconds(r.RTOSeconds), began.UTC().Format("15:04:05 UTC"))
	if r.ApprovalSeconds > 0 {
		how := "; the approval before it took "
		if r.Run.Since.Before(r.Run.StartedAt) {
			how = ", of which the approval took "
		}
		line += how + seconds(r.ApprovalSeconds)
	}
	target := time.Duration(r.TargetRTOSeconds) * time.Second
	switch {
	case r.Outcome == failover.Completed:
		return fmt.Sprintf("Time to recover (RTO): %s; %s", line, rtoTarget(r, r.RTOSeconds))
	case r.Outcome == failover.Refused:
		return "Time: " + line
	case r.Outcome == failover.RolledBack:
		return fmt.Sprintf("Not moved (RTO): everything is as before the run after %s; target %s, missed", line, target)
	case r.RTOSeconds > target.Seconds():
		return fmt.Sprintf("Not recovered (RTO): %s; target %s, missed", line, target)
	}
	return fmt.Sprintf("Not recovered (RTO): %s; target %s, missed unless recovered by %s", line, target, began.Add(target).UTC().Format("15:04:05 UTC"))
}

// phaseLine says how long a phase took, or how far it came.
func phaseLine(r failover.Report, phase failover.PhaseResult) string {
	name := map[failover.Phase]string{failover.Outbound: "Outbound", failover.Return: "Return", failover.Rollback: "Rollback", failover.ReturnRollback: "Return-rollback"}[phase.Phase]
	line := fmt.Sprintf("%s to %s: %s", name, phase.To, seconds(phase.RTOSeconds))
	switch {
	case !phase.Passed:
		return line + fmt.Sprintf(", not finished: %d of %d stages done", phase.StagesDone, phase.Stages)
	case phase.Phase.Undoes():
		return line
	}
	return line + "; RTO " + rtoTarget(r, phase.RTOSeconds)
}

func rtoTarget(r failover.Report, rto float64) string {
	return fmt.Sprintf("target %s, %s", seconds(float64(r.TargetRTOSeconds)), met(rto <= float64(r.TargetRTOSeconds)))
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "missed"
}

// trend compares a drill, phase by phase, with the last one that was completed, and lists the earlier ones.
func trend(b *strings.Builder, r failover.Report) {
	if i := slices.IndexFunc(r.Trend, func(d failover.PastDrill) bool { return d.Outcome == failover.Completed }); i >= 0 {
		var parts []string
		for _, phase := range r.Phases {
			if before, ok := phaseOf(r.Trend[i], phase.Phase); ok && phase.Passed {
				parts = append(parts, fmt.Sprintf("%s %s", phase.Phase, difference(phase.RTOSeconds-before.RTOSeconds)))
			}
		}
		if len(parts) > 0 {
			fmt.Fprintf(b, "Compared with drill %s: %s\n", r.Trend[i].Run, strings.Join(parts, ", "))
		}
	}
	for i, drill := range r.Trend {
		if i == 0 {
			fmt.Fprintln(b, "Earlier drills:")
		}
		fmt.Fprintf(b, "- %s: %s\n", drill.StartedAt.UTC().Format("2006-01-02 15:04 UTC"), pastLine(drill))
	}
}

func pastLine(drill failover.PastDrill) string {
	parts := []string{string(drill.Outcome)}
	for _, phase := range drill.Phases {
		if phase.Passed {
			parts = append(parts, fmt.Sprintf("%s %s", phase.Phase, seconds(phase.RTOSeconds)))
		}
	}
	return strings.Join(parts, ", ")
}

func phaseOf(drill failover.PastDrill, phase failover.Phase) (failover.PhaseResult, bool) {
	i := slices.IndexFunc(drill.Phases, func(l failover.PhaseResult) bool { return l.Phase == phase && l.Passed })
	if i < 0 {
		return failover.PhaseResult{}, false
	}
	return drill.Phases[i], true
}

func difference(s float64) string {
	switch d := time.Duration(s) * time.Second; {
	case d > 0:
		return d.String() + " slower"
	case d < 0:
		return (-d).String() + " faster"
	}
	return "the same"
}

// whereLost says where the writes may be that were not replicated. The old Region must be available again to read them.
func whereLost(b *strings.Builder, all []failover.LostWrites) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\nLost writes may be in snapshots in %s, when that Region is available again. Copy the snapshots before they expire:\n", all[0].Region)
	for i, l := range all {
		if i == maxLost {
			fmt.Fprintf(b, "- and %d more, in the report\n", len(all)-maxLost)
			break
		}
		fmt.Fprintf(b, "- %s: %s\n", l.GlobalCluster, l.Snapshot)
	}
	fmt.Fprint(b, "The event RDS-EVENT-0390 in that Region means that the old writer was fenced, RDS-EVENT-0391 that it could not be fenced.\n\n")
}
