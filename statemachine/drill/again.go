package drill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// again repeats everything after the end, for promise 9: every invocation of every run with the same payload, and the
// last run as a new one. What is repeated is not in the transcript.
func (p *performance) again(ctx context.Context, e *Evidence) error {
	p.tell.quiet = true
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
	if last := e.Runs[len(e.Runs)-1]; last.repeatable() && !p.world.Dark(last.Region) {
		return p.repeatRun(ctx, e, last)
	}
	return nil
}

// repeatable says whether a run, started again, is to change nothing. A drill moves every time, and what was undone or
// stopped for a reason that is gone by now would go through. One that never ended has nothing to be compared with.
func (r RunEvidence) repeatable() bool {
	if a, ok := r.validated(); ok && a.Verdict == failover.Skip { // why it was skipped may be over
		return false
	}
	switch r.outcome() {
	case failover.RolledBack, Stopped, "":
		return false
	case failover.Refused:
		return !r.tookLock() && !r.lockedOut()
	}
	return r.Asked == nil || r.Asked.Action != failover.Drill
}

// repeatSteps invokes what a run has invoked. Invocations of one state that follow each other are judged together.
func (p *performance) repeatSteps(ctx context.Context, e *Evidence, run RunEvidence) error {
	before, err := p.snapshot(ctx, run.to())
	if err != nil {
		return err
	}
	for i, inv := range run.Invocations {
		p.repeatInvocation(ctx, run.Region, inv)
		if i+1 < len(run.Invocations) && run.Invocations[i+1].State == inv.State {
			continue
		}
		after, err := p.snapshot(ctx, run.to())
		if err != nil {
			return err
		}
		e.Again = append(e.Again, Repetition{
			What: fmt.Sprintf("%s of %s again", inv.State, run.Name), MayTell: (inv.State == "Notify" || inv.State == "NotifyRefused") && run.unheard(), Before: before, After: after,
		})
		before = after
	}
	return ctx.Err()
}

// repeatInvocation runs the function again. Its answer does not matter: a repetition may well be refused.
func (p *performance) repeatInvocation(ctx context.Context, region string, inv fakeaws.Invocation) {
	for _, f := range p.assembly.Functions {
		if f.Region == region && f.Name == inv.Function {
			_, _ = p.functions[f.ARN].Invoke(ctx, inv.Payload)
			return
		}
	}
}

// repeatRun starts the run once more and waits for its end.
func (p *performance) repeatRun(ctx context.Context, e *Evidence, run RunEvidence) error {
	before, err := p.snapshot(ctx, run.to())
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
	}, p.world.Now().Add(max(run.bound(), time.Hour)))
	after, err := p.snapshot(ctx, run.to())
	if err != nil {
		return err
	}
	e.Again = append(e.Again, Repetition{What: run.Name + " again as a new run", NewRun: true, Before: before, After: after})
	return ctx.Err()
}
