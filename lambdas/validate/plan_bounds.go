package validate

import (
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// setTimes gives every stage the time that its own applications need. In the outbound phase it also sets how fast the waits
// between checks grow, so that the history of the run stays within the limit of Step Functions; later phases use the same
// value.
func (p *planning) setTimes() {
	known := map[int]failover.Delays{}
	delays := func(s failover.Stage) failover.Delays {
		if _, ok := known[s.Wave]; !ok {
			known[s.Wave] = failover.DelaysOf(p.wave(s.Wave))
		}
		return known[s.Wave]
	}
	if p.run.Phase.Returns() {
		for i := range p.stages {
			p.Plan.SetTime(&p.stages[i], max(p.run.StretchPercent, failover.DefaultStretch), delays(p.stages[i]))
		}
		return
	}
	p.run.StretchPercent = p.Plan.Stretch(p.run, delays, p.stages, p.back, p.rollback, p.returnRollback)
	switch events := failover.Events(p.run, p.stages, p.back, p.rollback, p.returnRollback); {
	case p.run.StretchPercent == 0:
		p.block(failover.CodeEvents, "run "+p.run.ID, fmt.Sprintf("its %s can make %d events in the history of the execution, which Step Functions ends at 25,000; expected at most %d",
			prose.Count(len(p.stages), "stage"), events, failover.MaxEvents), "use fewer waves or traffic steps").Command = p.withFewerStages()
	case p.run.StretchPercent > failover.DefaultStretch:
		p.warn(failover.CodeEvents, "run "+p.run.ID, fmt.Sprintf("each wait between checks grows to %d %% of the time that the checks of a stage have taken so far, instead of %d %%: with %s the history of the execution can come to %d events, and Step Functions ends it at 25,000",
			p.run.StretchPercent, failover.DefaultStretch, prose.Count(len(p.stages), "stage"), events), "fewer waves or traffic steps are checked more often")
	}
}

// checkBound predicts the longest time that the run can take. This includes all phases that may follow, and the time until this
// call if Validate could not be called at first. A later phase keeps the prediction.
func (p *planning) checkBound() {
	if p.run.Phase.Returns() {
		return
	}
	bound := failover.Bound(p.run, p.stages, p.back, p.rollback, p.returnRollback) + p.lateBy()
	p.run.BoundSeconds = int(bound / time.Second)
	if target := time.Duration(p.Plan.TargetRTOSeconds) * time.Second; bound > 2*target && len(p.stages) > 0 {
		p.warn(failover.CodeBound, "run "+p.run.ID, fmt.Sprintf("it ends after %v at the latest, with every retry and every check; expected at most %v, twice the RTO target", bound, 2*target),
			"fewer waves or traffic steps make it shorter; a drill measures how long it usually takes")
	}
}
