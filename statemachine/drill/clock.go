package drill

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// setClock sets the clock of a Region. A clock that is set back gives the runs there that much more time: the bound that Validate
// printed is by that clock.
func (p *performance) setClock(c scenario.Clocks) error {
	if p.clocks == nil {
		p.clocks = map[string]time.Duration{}
	}
	difference := c.Difference()
	switch {
	case difference > 0:
		p.say("region", transcript.Bad, "the clock of %s is %s ahead", c.Region, scenario.Span(difference))
	case difference < 0:
		p.say("region", transcript.Bad, "the clock of %s is %s behind", c.Region, scenario.Span(-difference))
	default:
		p.say("region", transcript.Good, "the clock of %s is right", c.Region)
	}
	back := p.clocks[c.Region] - difference
	p.clocks[c.Region] = difference
	for _, run := range p.runs {
		if x, ok := p.world.Execution(run.arn); back > 0 && ok && x.Region == c.Region && x.StoppedAt.IsZero() {
			run.paused += back
		}
	}
	return p.world.SetClock(c.Region, difference)
}

// publishRelease publishes what a Region runs, as the Validate of that release does.
func (p *performance) publishRelease(ctx context.Context, r scenario.PublishedRelease) error {
	region := failover.Region(r.Region)
	p.say("dynamodb", transcript.Bad, "release %s is published for %s, which writes format %d", r.Version, region, r.Format)
	return p.store(region).PublishRelease(ctx, registry.Release{Region: region, Version: r.Version, Format: r.Format, Since: p.world.Now()})
}

// redriveOperation is what only the timeline requests, and what the simulator refuses by name.
const redriveOperation = "RedriveExecution"

// redrive is an operator who redrives the execution of a run. The simulator refuses it: see RedriveExecution in docs/fidelity.md.
func (p *performance) redrive(ctx context.Context, number int) error {
	run, err := p.run(number)
	if err != nil {
		return err
	}
	p.say("run", transcript.Bad, "an operator redrives %s", p.nameOf(run))
	x, _ := p.world.Execution(run.arn)
	_, err = sfn.NewFromConfig(p.operator(failover.Region(x.Region))).RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: &run.arn})
	return err
}
