package validate

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

// maxStages limits each list of stages, which the execution carries from state to state.
const maxStages = 100

// planning makes the stages, the findings that only the stages show, and the answer. Like [judgement], it calls no AWS service.
type planning struct {
	*judgement
	// stages are those of the phase. The others are set in the outbound phase only: the stages of phases that may follow it.
	stages, back, rollback, returnRollback []failover.Stage
	// setAside is what a failover sets aside before it starts.
	setAside failover.Aside
}

// plan makes the stages of the phase. A wave whose applications are all in the target Region has no stage: there is nothing to
// do, and nothing to wait for.
func (p *planning) plan() {
	var waves, writers []int
	there := 0
	for _, app := range p.apps {
		if p.isInTarget(app) && !p.finishes() { // weights that are written leave the switch to be reset
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
		p.stages = p.withProof(failover.PlanReturn(p.Plan, p.input, p.run.From, p.run.To, waves, p.req.Played), p.run.From, p.run.To)
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

// planOutbound plans the outbound phase and the phases that may follow it: the rollback and, for a drill, the return and the
// return-rollback.
func (p *planning) planOutbound(waves, writers []int) {
	p.stages = failover.PlanStages(p.Plan, p.input, p.run.From, p.run.To, waves)
	for i := range p.stages {
		s := &p.stages[i]
		s.Promote = s.Promote && !p.finishes()
		writes := slices.Contains(writers, s.Wave) || (s.Wave == 0 && len(writers) > 0)
		s.Approve = p.run.Approval == failover.BeforePromotion && s.Promote && writes
	}
	if p.run.Action.Planned() {
		p.stages = failover.VerifyBeforeAsking(p.stages)
	}
	next := len(p.stages)
	if p.run.Action == failover.Drill {
		p.back = p.withProof(failover.PlanReturn(p.Plan, p.input, p.run.To, p.run.From, waves, next), p.run.To, p.run.From)
		p.returnRollback = failover.PlanReturnRollback(p.Plan, p.run.From, p.run.To, waves, writers, next+len(p.back))
	}
	if p.run.Action.Planned() {
		p.rollback = failover.PlanRollback(p.Plan, p.run.To, p.run.From, waves, writers, next)
	}
	if n := max(len(p.stages), len(p.back), len(p.rollback)); n > maxStages { // a return-rollback is as long as a rollback
		p.block(failover.CodeConfiguration, "plan", fmt.Sprintf("%d stages; expected at most %d", n, maxStages), "use fewer waves or percents").Command = p.withFewerStages()
	}
}

// withProof adds the stages that prove the run's switches to those of a return that moves users.
func (p *planning) withProof(stages []failover.Stage, from, to failover.Region) []failover.Stage {
	if len(p.run.Proves) == 0 || len(stages) == 0 {
		return stages
	}
	return append(stages, failover.PlanProof(p.Plan, from, to, stages[len(stages)-1].Index+1)...)
}

func inOrder(waves []int) []int {
	slices.Sort(waves)
	return slices.Compact(waves)
}

// checkSteps refuses traffic steps that would move users back: the first step sets the share of every application in the wave,
// even if one has a larger share in the target Region already.
func (p *planning) checkSteps(waves []int) {
	if len(p.input.Percents) < 2 {
		return
	}
	if p.outage() && len(waves) > 0 {
		p.warn(failover.CodeGradual, "execution input", fmt.Sprintf("percents: %v: until the last traffic step, the other users stay in %s, which is presumed lost",
			p.input.Percents, p.run.From), "leave percents out, and all of them move at once")
	}
	first := p.input.Percents[0]
	for _, app := range p.apps {
		if has := p.run.AsFound(app).Live.Weights[p.run.To]; has > first && slices.Contains(waves, app.Wave) {
			p.block(failover.CodeAlreadyActive, "application "+app.Name,
				fmt.Sprintf("has %d %% of its traffic in %s; a first traffic step of %d %% would move some of it back", has, p.run.To, first),
				"start with a larger traffic step, or leave the application out").Command = p.withLargerShares(waves)
		}
	}
}

// countBatches plans what ShiftTraffic will write: the number of batches limits how long it takes, and mistakes in the
// registered records are found before the first wave moves.
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

// checkFaults notes the records whose registration is invalid. A failover moves the others.
func (p *planning) checkFaults(wave int, faults []shifttraffic.Fault) {
	for _, f := range faults {
		p.object(failover.CodeConfiguration, fmt.Sprintf("wave %d", wave), f.Err.Error(), "correct the applications file, then register it").Command = p.register()
	}
}

// planUndoing plans the stages that undo the phase before. It finds what that phase has changed in three places: the registry,
// which also keeps the state before the run's first write; the live weights, which the registry may not have yet; and the
// promotions, which the run noted before it requested them.
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
