package drill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// An execution that is stopped or dies does not close its run; the rule on the status of executions starts another one
// that does. It starts one after every failed run, and most of these find nothing to close: they are printed, and expected,
// only when they close a run.

// isClosing says whether an execution is one that closes a run, and follows it then.
func (p *performance) isClosing(x fakeaws.Execution) bool {
	in, err := failover.ParseInput(x.Input)
	if err != nil || in.Action != failover.Close {
		return false
	}
	known := slices.ContainsFunc(p.closings, func(run *started) bool { return run.arn == x.ARN })
	if !known {
		name := fmt.Sprintf("%s-closing-%d", p.scenario.Name, len(p.closings)+1)
		p.narrator.Out.Call(x.Name, name)
		p.circumstances.started(x.ARN)
		p.closings = append(p.closings, &started{arn: x.ARN, name: name, want: scenario.StartRun{Region: x.Region}})
		p.narrator.Closing(x.ARN, name)
	}
	return true
}

// isWeights says whether an execution is one of the schedule that writes pending weights, and follows it then. It is a run of
// the scenario, printed and expected, only when there are pending weights.
func (p *performance) isWeights(ctx context.Context, x fakeaws.Execution) (bool, error) {
	in, err := failover.ParseInput(x.Input)
	if err != nil || in.Action != failover.Weights || !strings.HasPrefix(in.RequestedBy, failover.ScheduleRequests) {
		return false, nil
	}
	before, err := p.snapshot(ctx, failover.Region(x.Region))
	if err != nil {
		return true, err
	}
	p.circumstances.started(x.ARN)
	p.idle = append(p.idle, &started{arn: x.ARN, before: before, triggered: true, want: scenario.StartRun{Region: x.Region}})
	return true, nil
}

// adoptWeights makes those a run of the scenario that have found pending weights.
func (p *performance) adoptWeights() {
	p.idle = slices.DeleteFunc(p.idle, func(run *started) bool {
		if p.narrator.Idle(run.arn) {
			return false
		}
		x, _ := p.world.Execution(run.arn) // it was started, so it is there
		run.name = fmt.Sprintf("%s-%d", p.scenario.Name, len(p.runs)+1)
		run.want = p.expected(x)
		p.narrator.Out.Call(x.Name, run.name)
		p.narrator.Call(run.arn, run.name)
		p.runs = append(p.runs, run)
		return true
	})
}

// byARN is the run of an execution, or nil.
func (p *performance) byARN(arn string) *started {
	for _, run := range p.runs {
		if run.arn == arn {
			return run
		}
	}
	return nil
}

// loseEvents loses events for a while.
func (p *performance) loseEvents(x scenario.LoseEvents) error {
	p.say("events", transcript.Bad, "the events about executions in %s are lost for %s", x.Region, scenario.Span(time.Duration(x.For)))
	p.until(x.For, func() { _ = p.world.LoseExecutionEvents(x.Region, false) }) // the Region is known, as it was a moment ago
	return p.world.LoseExecutionEvents(x.Region, true)
}
