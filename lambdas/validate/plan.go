package validate

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

// maxStages bounds each list of stages, which travels with the execution from state to state.
const maxStages = 100

// planning makes stages of facts, with the findings that only they show, and the answer. Like [judgement], it calls no AWS
// service.
type planning struct {
	*judgement
	// stages are those of the phase. In the outbound phase, the others are those that may follow it.
	stages, back, rollback, returnRollback []failover.Stage
	// setAside is what a failover sets aside before it begins.
	setAside failover.Aside
}

// plan makes the stages of the phase. Waves whose applications are all in the target Region already have none: there is
// nothing to do in them, and doing nothing needs no wait.
func (p *planning) plan() {
	var waves, writers []int
	there := 0
	for _, app := range p.apps {
		if p.isInTarget(app) {
			there++
			continue
		}
		waves = append(waves, app.Wave)
		if p.mustPromote(app) {
			writers = append(writers, app.Wave)
		}
	}
	waves, writers = inOrder(waves), inOrder(writers)
	if there > 0 {
		p.warn(failover.CodeAlreadyActive, "Region "+string(p.run.To), fmt.Sprintf("%s of %d there already", prose.Count(there, "application"), len(p.apps)), "")
	}
	if p.run.Phase == failover.Return {
		p.stages = failover.PlanReturn(p.Plan, p.input, p.run.From, p.run.To, waves, p.req.Played)
	} else {
		p.planOutbound(waves, writers)
	}
	p.checkBroken()
	p.checkUnchanged()
	p.checkSteps(waves)
	p.checkWhole()
	p.countBatches()
	p.setTimes()
	p.checkBound()
	p.noteSeen()
}

// planOutbound plans the way out, and what may follow it: the way back of a drill, and what undoes all of either.
func (p *planning) planOutbound(waves, writers []int) {
	p.stages = failover.PlanStages(p.Plan, p.input, p.run.From, p.run.To, waves)
	for i := range p.stages {
		s := &p.stages[i]
		writes := slices.Contains(writers, s.Wave) || (s.Wave == 0 && len(writers) > 0)
		s.Approve = p.run.Approval == failover.BeforePromotion && s.Promote && writes
	}
	if p.run.Action.Planned() {
		p.stages = failover.VerifyBeforeAsking(p.stages)
	}
	next := len(p.stages)
	if p.run.Action == failover.Drill {
		p.back = failover.PlanReturn(p.Plan, p.input, p.run.To, p.run.From, waves, next)
		p.returnRollback = failover.PlanReturnRollback(p.Plan, p.run.From, p.run.To, waves, writers, next+len(p.back))
	}
	if p.run.Action.Planned() {
		p.rollback = failover.PlanRollback(p.Plan, p.run.To, p.run.From, waves, writers, next)
	}
	if n := max(len(p.stages), len(p.back), len(p.rollback)); n > maxStages { // a return-rollback is as long as a rollback
		p.block(failover.CodeConfiguration, "plan", fmt.Sprintf("%d stages; expected at most %d", n, maxStages), "use fewer waves or percents").Command = p.withFewerStages()
	}
}

func inOrder(waves []int) []int {
	slices.Sort(waves)
	return slices.Compact(waves)
}

// checkSteps refuses shares of traffic that would send users back: the first share is for everybody in the wave, also
// for an application that has more than that in the target Region already.
func (p *planning) checkSteps(waves []int) {
	if len(p.input.Percents) < 2 {
		return
	}
	if p.outage() && len(waves) > 0 {
		p.warn(failover.CodeGradual, "execution input", fmt.Sprintf("percents: %v: until the last share has moved, the rest of the users stay in %s, which is presumed lost",
			p.input.Percents, p.run.From), "leave percents out, and all of them move at once")
	}
	first := p.input.Percents[0]
	for _, app := range p.apps {
		if has := p.run.AsFound(app).Live.Weights[p.run.To]; has > first && slices.Contains(waves, app.Wave) {
			p.block(failover.CodeAlreadyActive, "application "+app.Name,
				fmt.Sprintf("has %d %% of its traffic in %s; a first share of %d %% would take some of it back", has, p.run.To, first),
				"start with a larger share, or leave the application out").Command = p.withLargerShares(waves)
		}
	}
}

// countBatches plans what ShiftTraffic will write: how many batches bounds how long it takes, and what is wrong with the
// registered records is known before the first wave has moved.
func (p *planning) countBatches() {
	batches := map[int]int{}
	for _, stages := range [][]failover.Stage{p.stages, p.back, p.rollback, p.returnRollback} {
		last := true
		for i := range slices.Backward(stages) {
			s := &stages[i]
			if s.Percent == nil {
				continue
			}
			if _, known := batches[s.Wave]; !known {
				plans, faults := shifttraffic.Plan(p.wave(s.Wave), *s, p.run.Epoch)
				p.checkFaults(s.Wave, faults)
				batches[s.Wave] = shifttraffic.Batches(plans)
			}
			s.Batches = batches[s.Wave]
			if p.outage() {
				s.ShiftSeconds = failover.ShiftSeconds(s.Batches, last)
			}
			last = false
		}
	}
}

// checkFaults tells of the records of which the registry says what cannot be right. A failover moves without them.
func (p *planning) checkFaults(wave int, faults []shifttraffic.Fault) {
	for _, f := range faults {
		p.object(failover.CodeConfiguration, fmt.Sprintf("wave %d", wave), f.Err.Error(), "correct the applications file, then register it").Command = p.register()
	}
}

// planUndoing plans to undo what the phase before has changed, by its own traces: what the registry says, and keeps from
// before the run's first write, the weights that are live although the registry does not know them yet, and the promotions
// that the run had noted before it asked for them.
func (p *planning) planUndoing() {
	plan, hasMoved := failover.PlanRollback, p.hasMoved
	if p.run.Phase == failover.ReturnRollback {
		plan, hasMoved = failover.PlanReturnRollback, p.hasReturned
	}
	var moved, writers []int
	for _, app := range p.apps {
		if p.mustPromote(app) {
			writers = append(writers, app.Wave)
		}
		if hasMoved(app) {
			moved = append(moved, app.Wave)
		}
	}
	p.stages = plan(p.Plan, p.run.From, p.run.To, inOrder(moved), inOrder(writers), p.req.Played)
	p.checkUnchanged()
	p.countBatches()
	p.setTimes()
	p.noteSeen()
}
