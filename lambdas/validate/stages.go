package validate

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

// maxStages bounds each list of stages, which travels with the execution from state to state.
const maxStages = 100

// plan makes the stages of the phase. Waves whose applications are all in the target Region already have none: there is
// nothing to do in them, and doing nothing needs no wait.
func (in *inspection) plan() {
	var waves, writers []int
	there := 0
	for _, app := range in.apps {
		if in.isThere(app) {
			there++
			continue
		}
		waves = append(waves, app.Wave)
		if in.mustPromote(app) {
			writers = append(writers, app.Wave)
		}
	}
	waves, writers = inOrder(waves), inOrder(writers)
	if there > 0 {
		in.warn(failover.CodeAlreadyActive, "Region "+string(in.run.To), fmt.Sprintf("%s of %d there already", count(there, "application"), len(in.apps)), "")
	}
	if in.run.Phase == failover.Return {
		in.stages = failover.PlanReturn(in.Plan, in.input, in.run.From, in.run.To, waves, in.req.Played)
	} else {
		in.planOut(waves, writers)
	}
	in.checkBroken()
	in.checkUnchanged()
	in.checkSteps(waves)
	in.checkWhole()
	in.countBatches()
	in.setTimes()
	in.checkBound()
	in.noteSeen()
}

// planOut plans the way out, and what may follow it: the way back of a drill, and what undoes all of either.
func (in *inspection) planOut(waves, writers []int) {
	in.stages = failover.PlanStages(in.Plan, in.input, in.run.From, in.run.To, waves)
	for i := range in.stages {
		s := &in.stages[i]
		writes := slices.Contains(writers, s.Wave) || (s.Wave == 0 && len(writers) > 0)
		s.Approve = in.run.Approval == failover.BeforePromotion && s.Promote && writes
	}
	if in.run.Action.Planned() {
		in.stages = failover.VerifyBeforeAsking(in.stages)
	}
	next := len(in.stages)
	if in.run.Action == failover.Drill {
		in.back = failover.PlanReturn(in.Plan, in.input, in.run.To, in.run.From, waves, next)
		in.returnRollback = failover.PlanReturnRollback(in.Plan, in.run.From, in.run.To, waves, writers, next+len(in.back))
	}
	if in.run.Action.Planned() {
		in.rollback = failover.PlanRollback(in.Plan, in.run.To, in.run.From, waves, writers, next)
	}
	if n := max(len(in.stages), len(in.back), len(in.rollback)); n > maxStages { // a return-rollback is as long as a rollback
		in.block(failover.CodeConfiguration, "plan", fmt.Sprintf("%d stages; expected at most %d", n, maxStages), "use fewer waves or percents").Command = in.withFewerStages()
	}
}

func inOrder(waves []int) []int {
	slices.Sort(waves)
	return slices.Compact(waves)
}

// isThere says whether nothing of the application has to move. What could not be read looks as if it were elsewhere.
func (in *inspection) isThere(app failover.Application) bool {
	return len(live.WhyNotRegistered(app, in.run.To)) == 0 &&
		len(live.WhyNotRouted(in.sets, app, in.run.To)) == 0 && !in.mustPromote(app)
}

// checkSteps refuses shares of traffic that would send users back: the first share is for everybody in the wave, also
// for an application that has more than that in the target Region already.
func (in *inspection) checkSteps(waves []int) {
	if len(in.input.Percents) < 2 {
		return
	}
	if in.outage() && len(waves) > 0 {
		in.warn(failover.CodeGradual, "execution input", fmt.Sprintf("percents: %v: until the last share has moved, the rest of the users stay in %s, which is presumed lost",
			in.input.Percents, in.run.From), "leave percents out, and all of them move at once")
	}
	first := in.input.Percents[0]
	for _, app := range in.apps {
		if has := in.run.AsFound(app).Live.Weights[in.run.To]; has > first && slices.Contains(waves, app.Wave) {
			in.block(failover.CodeAlreadyActive, "application "+app.Name,
				fmt.Sprintf("has %d %% of its traffic in %s; a first share of %d %% would take some of it back", has, in.run.To, first),
				"start with a larger share, or leave the application out").Command = in.withLargerShares(waves)
		}
	}
}

// countBatches plans what ShiftTraffic will write: how many batches bounds how long it takes, and what is wrong with the
// registered records is known before the first wave has moved.
func (in *inspection) countBatches() {
	batches := map[int]int{}
	for _, stages := range [][]failover.Stage{in.stages, in.back, in.rollback, in.returnRollback} {
		last := true
		for i := range slices.Backward(stages) {
			s := &stages[i]
			if s.Percent == nil {
				continue
			}
			if _, known := batches[s.Wave]; !known {
				plans, faults := shifttraffic.Plan(in.wave(s.Wave), *s, in.run.Epoch)
				in.checkFaults(s.Wave, faults)
				batches[s.Wave] = shifttraffic.Batches(plans)
			}
			s.Batches = batches[s.Wave]
			if in.outage() {
				s.ShiftSeconds = failover.ShiftSeconds(s.Batches, last)
			}
			last = false
		}
	}
}

// setTimes gives every stage the time that its own applications need. On the way out it finds how fast the waits between
// checks must grow so that the history of the run stays within what Step Functions takes; the other phases keep to that.
func (in *inspection) setTimes() {
	known := map[int]failover.Delays{}
	delays := func(s failover.Stage) failover.Delays {
		if _, ok := known[s.Wave]; !ok {
			known[s.Wave] = failover.DelaysOf(in.wave(s.Wave))
		}
		return known[s.Wave]
	}
	if in.run.Phase.Returns() {
		for i := range in.stages {
			in.Plan.SetTime(&in.stages[i], max(in.run.StretchPercent, failover.DefaultStretch), delays(in.stages[i]))
		}
		return
	}
	in.run.StretchPercent = in.Plan.Stretch(in.run, delays, in.stages, in.back, in.rollback, in.returnRollback)
	switch events := failover.Events(in.run, in.stages, in.back, in.rollback, in.returnRollback); {
	case in.run.StretchPercent == 0:
		in.block(failover.CodeEvents, "run "+in.run.ID, fmt.Sprintf("its %s can make %d events in the history of the execution, which Step Functions ends at 25,000; expected at most %d",
			count(len(in.stages), "stage"), events, failover.MaxEvents), "use fewer waves or traffic steps").Command = in.withFewerStages()
	case in.run.StretchPercent > failover.DefaultStretch:
		in.warn(failover.CodeEvents, "run "+in.run.ID, fmt.Sprintf("each wait between checks grows to %d %% of the time that the checks of a stage have taken so far, instead of %d %%: with %s the history of the execution can come to %d events, and Step Functions ends it at 25,000",
			in.run.StretchPercent, failover.DefaultStretch, count(len(in.stages), "stage"), events), "fewer waves or traffic steps are checked more often")
	}
}

// checkFaults tells of the records of which the registry says what cannot be right. A failover moves without them.
func (in *inspection) checkFaults(wave int, faults []shifttraffic.Fault) {
	for _, f := range faults {
		in.object(failover.CodeConfiguration, fmt.Sprintf("wave %d", wave), f.Err.Error(), "correct the applications file, then register it").Command = in.register()
	}
}

// startedLate is how long after the start of the run the state machine has come to this call.
func (in *inspection) startedLate() time.Duration {
	return max(0, in.req.Now.Sub(in.req.Execution.StartTime)).Round(time.Second)
}

func (in *inspection) wave(wave int) []failover.Application {
	var apps []failover.Application
	for _, app := range in.apps {
		if app.Wave == wave || wave == 0 {
			apps = append(apps, app)
		}
	}
	return apps
}

// checkBound predicts the longest that the run can take, with all that may follow the outbound phase and what it has taken
// until this call, if Validate could not be called at first. A phase that returns keeps what was predicted.
func (in *inspection) checkBound() {
	if in.run.Phase.Returns() {
		return
	}
	bound := failover.Bound(in.run, in.stages, in.back, in.rollback, in.returnRollback) + in.startedLate()
	in.run.BoundSeconds = int(bound / time.Second)
	if target := time.Duration(in.Plan.TargetRTOSeconds) * time.Second; bound > 2*target && len(in.stages) > 0 {
		in.warn(failover.CodeBound, "run "+in.run.ID, fmt.Sprintf("it ends after %v at the latest, with every retry and every check; expected at most %v, twice the RTO target", bound, 2*target),
			"fewer waves or traffic steps make it shorter; a drill measures how long it usually takes")
	}
}
