package guarantee

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// oneWriter is guarantee 2: Drover never asks for two writers, and loses data only where the input allowed it.
func oneWriter(e Evidence) finding {
	f := finding{basis: "no promotion was started"}
	for i, p := range e.Promotions {
		run, phase := e.promoterOf(p)
		if run == nil {
			f.violate("%s: promotion of %s to %s belongs to no run", e.clock(p.At), p.GlobalCluster, p.To)
			continue
		}
		f.check(*run)
		if want := string(run.target(e.Plan, phase)); p.To != want {
			f.violate("%s: run %s promotes %s in %s in its phase %s; expected %s", e.clock(p.At), run.Name, p.GlobalCluster, p.To, phase, want)
		}
		if phase != failover.Outbound && !run.Asked.Action.Planned() {
			f.violate("%s: run %s, a %s, returns %s; expected it to stay", e.clock(p.At), run.Name, run.Asked.Action, p.GlobalCluster)
		}
		if !p.Planned && !e.mayLose(*run) {
			f.violate("%s: run %s promotes %s with data loss; expected consent in the input or the plan, and the action failover",
				e.clock(p.At), run.Name, p.GlobalCluster)
		}
		for _, other := range e.Promotions[:i] {
			if other.GlobalCluster == p.GlobalCluster && other.To != p.To && (other.Finished.IsZero() || other.Finished.After(p.At)) {
				f.violate("%s: %s is to be promoted in %s while its promotion in %s is in progress", e.clock(p.At), p.GlobalCluster, p.To, other.To)
			}
		}
	}
	for _, loss := range e.Losses {
		if run := e.loserOf(loss); loss.Seconds > 0 && (run == nil || !e.mayLose(*run)) {
			f.violate("%s: %s lost %.1f s of writes; no run allowed it", e.clock(loss.At), loss.GlobalCluster, loss.Seconds)
		}
	}
	e.checkOneWriter(&f)
	if f.checked() {
		f.basis = prose.Count(len(e.Promotions), "promotion") + fmt.Sprintf(", %s with data loss", prose.Count(len(e.Losses), "cluster"))
	}
	return f
}

// loserOf is the run that has started the promotion that has lost writes; it may have ended long before. A switchover loses
// none.
func (e Evidence) loserOf(loss fakeaws.Loss) *RunEvidence {
	for _, p := range slices.Backward(e.Promotions) {
		if p.GlobalCluster == loss.GlobalCluster && !p.Planned && !p.At.After(loss.At) && (p.Finished.IsZero() || !p.Finished.Before(loss.At)) {
			run, _ := e.promoterOf(p)
			return run
		}
	}
	return nil
}

// checkOneWriter: after a planned run has completed, or was rolled back, each global cluster has one member that
// writes. (After a failover the old writer may still accept writes in the Region that is dark; Aurora, not Drover, stops it.)
func (e Evidence) checkOneWriter(f *finding) {
	for _, run := range e.Runs {
		if !run.moves() || run.declined() || !run.Asked.Action.Planned() || (run.Outcome() != failover.Completed && run.Outcome() != failover.RolledBack) {
			continue
		}
		for _, d := range run.After.Databases {
			if len(d.All) != 1 && !e.promotedByOthers(run, d.GlobalCluster) {
				f.violate("%s: %s has writers in %v after %s; expected one", e.clock(run.StoppedAt), d.GlobalCluster, d.All, run.Name)
			}
		}
	}
}

// promotedByOthers says whether a promotion that another run has started is in progress at the end of a run.
func (e Evidence) promotedByOthers(run RunEvidence, globalCluster string) bool {
	return slices.ContainsFunc(e.Promotions, func(p fakeaws.Promotion) bool {
		by, _ := e.promoterOf(p)
		open := !p.At.After(run.end()) && (p.Finished.IsZero() || p.Finished.After(run.end()))
		return open && p.GlobalCluster == globalCluster && by != nil && by.ARN != run.ARN
	})
}

// mayLose says whether a run may lose writes.
func (e Evidence) mayLose(run RunEvidence) bool {
	return run.Asked != nil && run.Asked.Action == failover.Failover && e.Plan.Consent(*run.Asked)
}
