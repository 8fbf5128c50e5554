package drill

import (
	"context"
	"fmt"
	"time"

	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// applyToRun applies an event that concerns two Regions or a run.
func (p *performance) applyToRun(ctx context.Context, e scenario.Event) error {
	switch {
	case e.CutOff != nil:
		p.milestones = append(p.milestones, Milestone{At: p.world.Now(), Text: "the Regions cannot reach each other", Bad: true})
		p.cutOffs = append(p.cutOffs, p.world.Now())
		return p.world.CutOff(e.CutOff[0], e.CutOff[1], true)
	case e.SeeAgain != nil:
		p.reconnected = append(p.reconnected, p.world.Now())
		p.milestones = append(p.milestones, Milestone{At: p.world.Now(), Text: "the Regions reach each other again"})
		return p.world.CutOff(e.SeeAgain[0], e.SeeAgain[1], false)
	case e.SwitchoverCancelled != "":
		p.say("rds", transcript.Bad, "%s: Aurora will cancel the next switchover", e.SwitchoverCancelled)
		return p.world.CancelNextSwitchover(e.SwitchoverCancelled)
	case e.Pause != nil:
		return p.pause(*e.Pause)
	case e.Stop != nil:
		return p.stop(*e.Stop)
	case e.LoseEvents != nil:
		return p.loseEvents(*e.LoseEvents)
	case e.Answer != nil:
		return p.answer(ctx, *e.Answer)
	case e.PlantedApproval != nil:
		return p.plantApproval(ctx, *e.PlantedApproval)
	case e.RepeatStep != nil:
		return p.repeatStep(ctx, *e.RepeatStep)
	case e.Clock != nil:
		return p.setClock(*e.Clock)
	case e.Published != nil:
		return p.publishRelease(ctx, *e.Published)
	case e.Redrive > 0:
		return p.redrive(ctx, e.Redrive)
	}
	return nil
}

// run is the run of this number.
func (p *performance) run(number int) (*started, error) {
	if number > len(p.runs) {
		return nil, fmt.Errorf("run %d has not started; %d have started so far", number, len(p.runs))
	}
	return p.runs[number-1], nil
}

func (p *performance) pause(x scenario.PauseRun) error {
	run, err := p.run(x.Run)
	if err != nil {
		return err
	}
	run.paused += time.Duration(x.For)
	p.say("run", transcript.Bad, "%s: the execution is paused for %s", p.nameOf(run), scenario.Span(time.Duration(x.For)))
	return p.world.PauseExecution(run.arn, time.Duration(x.For))
}

// freeze notes since when a Region is dark.
func (p *performance) freeze(region string) {
	if p.darkSince == nil {
		p.darkSince = map[string]time.Time{}
	}
	if _, dark := p.darkSince[region]; !dark {
		p.darkSince[region] = p.world.Now()
		p.dark = append(p.dark, guarantee.Outage{Region: region, From: p.world.Now()})
	}
}

// thaw counts the outage of a Region as time in which the runs that execute there were paused: the bound that Validate
// printed is about the time in which Step Functions runs them.
func (p *performance) thaw(region string) {
	since, dark := p.darkSince[region]
	if !dark {
		return
	}
	delete(p.darkSince, region)
	for i, o := range p.dark {
		if o.Region == region && o.To.IsZero() {
			p.dark[i].To = p.world.Now()
		}
	}
	for _, run := range p.runs {
		x, ok := p.world.Execution(run.arn)
		if !ok || x.Region != region || !x.StoppedAt.IsZero() {
			continue
		}
		from := since
		if x.StartedAt.After(from) {
			from = x.StartedAt
		}
		run.paused += p.world.Now().Sub(from)
	}
}

func (p *performance) stop(x scenario.StopRun) error {
	run, err := p.run(x.Run)
	if err != nil {
		return err
	}
	run.stoppedBy = x.By
	if x.In != "" {
		p.narrator.WatchFor(run.arn, x.In)
		return nil
	}
	return p.stopNow(run)
}

func (p *performance) stopNow(run *started) error {
	switch run.stoppedBy {
	case scenario.ByTimeout:
		p.say("run", transcript.Bad, "%s: the state machine's time limit is reached", p.nameOf(run))
		return p.world.ExpireExecution(run.arn)
	case scenario.ByHistory:
		p.say("run", transcript.Bad, "%s: the history of the execution is full", p.nameOf(run))
		return p.world.FillHistory(run.arn)
	}
	p.say("run", transcript.Bad, "an operator stops %s", p.nameOf(run))
	return p.world.StopExecution(run.arn, "", "stopped manually")
}

// nameOf is the name of a run in the transcript.
func (p *performance) nameOf(run *started) string { return run.name }

// repeatStep delivers an invocation of a run once more.
func (p *performance) repeatStep(ctx context.Context, r scenario.RepeatStep) error {
	if r.Run > len(p.runs) {
		return nil // the run was not started: something else has happened before
	}
	x, _ := p.world.Execution(p.runs[r.Run-1].arn)
	n := 0
	for _, inv := range x.Invocations {
		if inv.State != r.State {
			continue
		}
		if n++; n == max(1, r.Number) {
			p.say("lambda", transcript.Bad, "%s of %s is delivered once more", r.State, p.nameOf(p.runs[r.Run-1]))
			calls := p.world.CallCount()
			inv.At, inv.Result = p.world.Now(), p.repeatInvocation(ctx, x.Region, inv)
			inv.Calls = p.world.Calls()[calls:]
			p.repeated, p.late = append(p.repeated, inv), append(p.late, guarantee.LateInvocation{Run: x.ARN, Invocation: inv})
			break
		}
	}
	return nil
}
