package validate

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"github.com/drover-dr/drover/lambdas/shifttraffic"
)

// maxStages bounds the list of stages, which travels with the execution from state to state.
const maxStages = 100

// plan makes the stages of the run. Waves whose applications are all in the target Region already have none: there is
// nothing to do in them, and doing nothing needs no wait.
func (in *inspection) plan() {
	var waves []int
	there := 0
	for _, app := range in.apps {
		if in.isThere(app) {
			there++
			continue
		}
		if !slices.Contains(waves, app.Wave) {
			waves = append(waves, app.Wave)
		}
	}
	slices.Sort(waves)
	in.stages = failover.PlanStages(in.Plan, in.input, in.run.From, in.run.To, waves)
	if len(in.stages) > maxStages {
		in.block(failover.CodeConfiguration, "plan", fmt.Sprintf("%d stages; expected at most %d", len(in.stages), maxStages), "use fewer waves or percents")
	}
	if there > 0 {
		in.warn(failover.CodeAlreadyActive, "Region "+string(in.run.To), fmt.Sprintf("%s of %d there already", count(there, "application"), len(in.apps)), "")
	}
	in.checkSteps(waves)
	in.countBatches(waves)
	in.checkBound()
}

// isThere says whether nothing of the application has to move. What could not be read looks as if it were elsewhere.
func (in *inspection) isThere(app failover.Application) bool {
	return len(live.WhyNotRegistered(app, in.run.To)) == 0 &&
		len(live.WhyNotRouted(in.sets, app, in.run.To)) == 0 && len(live.WhyNotWriting(in.clusters, app, in.run.To)) == 0
}

// checkSteps refuses shares of traffic that would send users back: the first share is for everybody in the wave, also
// for an application that has more than that in the target Region already.
func (in *inspection) checkSteps(waves []int) {
	if len(in.input.Percents) < 2 {
		return
	}
	first := in.input.Percents[0]
	for _, app := range in.apps {
		if has := app.Live.Weights[in.run.To]; has > first && slices.Contains(waves, app.Wave) {
			in.block(failover.CodeAlreadyActive, "application "+app.Name,
				fmt.Sprintf("has %d %% of its traffic in %s; a first share of %d %% would take some of it back", has, in.run.To, first),
				"start with a larger share, or leave the application out")
		}
	}
}

// countBatches plans what ShiftTraffic will write: how many batches bounds how long it takes, and what is wrong with the
// registered records is known before the first wave has moved.
func (in *inspection) countBatches(waves []int) {
	batches := map[int]int{}
	all := failover.Stage{From: in.run.From, To: in.run.To, Percent: new(100)}
	for _, wave := range waves {
		plans, err := shifttraffic.Plan(in.wave(wave), all.Weights())
		if err != nil {
			in.block(failover.CodeConfiguration, fmt.Sprintf("wave %d", wave), err.Error(), "correct the applications file, then drover register")
		}
		batches[wave] = shifttraffic.Batches(plans)
	}
	for i := range in.stages {
		if s := &in.stages[i]; s.Percent != nil {
			s.Batches = batches[s.Wave]
		}
	}
}

func (in *inspection) wave(wave int) []failover.Application {
	var apps []failover.Application
	for _, app := range in.apps {
		if app.Wave == wave {
			apps = append(apps, app)
		}
	}
	return apps
}

// checkBound predicts the longest that the run can take, which is also how long it may hold the lock.
func (in *inspection) checkBound() {
	bound := failover.Bound(in.stages)
	in.run.BoundSeconds = int(bound / time.Second)
	if target := time.Duration(in.Plan.TargetRTOSeconds) * time.Second; bound > target && len(in.stages) > 0 {
		in.warn(failover.CodeBound, "run "+in.run.ID, fmt.Sprintf("it ends after %v at the latest, with every retry and every look; the target is %v", bound, target), "")
	}
}
