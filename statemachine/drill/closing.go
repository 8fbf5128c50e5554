package drill

import (
	"fmt"
	"slices"
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
		p.closings = append(p.closings, &started{arn: x.ARN, name: name, want: scenario.StartRun{Region: x.Region}})
		p.narrator.Closing(x.ARN, name)
	}
	return true
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
