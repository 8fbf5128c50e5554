package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// again repeats everything after the end, for guarantee 9: every invocation of every run with the same payload, and the
// last run as a new one. The repetitions are not in the transcript.
func (p *performance) again(ctx context.Context, e *guarantee.Evidence) error {
	p.narrator.Quiet = true
	mended := len(p.undo) > 0
	for _, remove := range p.undo {
		remove()
	}
	for _, run := range slices.Concat(e.Runs, e.Closings) {
		if err := p.repeatSteps(ctx, e, run); err != nil {
			return err
		}
	}
	if len(e.Runs) == 0 {
		return nil
	}
	last := e.Runs[len(e.Runs)-1]
	if mended && len(last.SetAside()) > 0 {
		return nil // it would now move what it could not move before, because the cause has ended
	}
	if len(last.SetAside().PendingWeights()) > 0 && p.world.ControlPlaneAnswers() {
		return nil // it would now write the weights that it could not write before
	}
	if last.Repeatable() && !p.world.Dark(last.Region) {
		return p.repeatRun(ctx, e, last)
	}
	return nil
}

// repeatSteps repeats the invocations of a run that Lambda has started. Consecutive invocations of one state are judged
// together.
func (p *performance) repeatSteps(ctx context.Context, e *guarantee.Evidence, run guarantee.RunEvidence) error {
	before, err := p.snapshot(ctx, run.To())
	if err != nil {
		return err
	}
	for i, inv := range run.Invocations {
		if guarantee.Started(inv) && run.Repeats(i) {
			p.repeatInvocation(ctx, run.Region, inv)
		}
		if i+1 < len(run.Invocations) && run.Invocations[i+1].State == inv.State {
			continue
		}
		after, err := p.snapshot(ctx, run.To())
		if err != nil {
			return err
		}
		e.Again = append(e.Again, guarantee.Repetition{
			What: fmt.Sprintf("%s of %s again", inv.State, run.Name), MayNotify: (inv.State == "Notify" || inv.State == "NotifyRefused") && run.NotificationFailed(), Before: before, After: after,
		})
		before = after
	}
	return ctx.Err()
}

// repeatInvocation invokes the function again. Its response does not matter: a repetition may be rejected.
func (p *performance) repeatInvocation(ctx context.Context, region string, inv fakeaws.Invocation) {
	for _, f := range p.assembly.Functions {
		if f.Region == region && f.Name == inv.Function {
			_, _ = p.functions[f.ARN].Invoke(ctx, inv.Payload)
			return
		}
	}
}

// refill is the wait before the new run, until Route 53's request quota is available again: the steps were repeated at
// one instant.
const refill = 10 * time.Second

// repeatRun starts the run once more and waits for its end.
func (p *performance) repeatRun(ctx context.Context, e *guarantee.Evidence, run guarantee.RunEvidence) error {
	p.world.AdvanceTo(p.world.Now().Add(refill))
	before, err := p.snapshot(ctx, run.To())
	if err != nil {
		return err
	}
	arn, err := p.world.StartExecution(run.StateMachine, run.Name+"-again", run.Input)
	if err != nil {
		return err
	}
	p.world.RunUntil(func() bool {
		x, ok := p.world.Execution(arn)
		return ctx.Err() != nil || !ok || !x.StoppedAt.IsZero()
	}, p.world.Now().Add(max(run.Bound(), time.Hour)))
	after, err := p.snapshot(ctx, run.To())
	if err != nil {
		return err
	}
	e.Again = append(e.Again, guarantee.Repetition{What: run.Name + " again as a new run", NewRun: true, Before: before, After: after})
	return ctx.Err()
}
