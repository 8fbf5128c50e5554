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
	if mended && len(last.setAside()) > 0 {
		return nil // what it could not move for a reason that is gone by now would move
	}
	if last.repeatable() && !p.world.Dark(last.Region) {
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

// setAside is what the run has set aside, as it has told Notify.
func (r RunEvidence) setAside() failover.Aside {
	var told failover.NotifyRequest
	for _, inv := range r.Invocations {
		if inv.State == "Notify" && failover.Decode(inv.Payload, &told) != nil {
			return nil
		}
	}
	return told.SetAside
}

// repeatSteps invokes what a run has invoked, as far as Lambda let it begin. Invocations of one state that follow each other are judged together.
func (p *performance) repeatSteps(ctx context.Context, e *Evidence, run RunEvidence) error {
	before, err := p.snapshot(ctx, run.to())
	if err != nil {
		return err
	}
	for i, inv := range run.Invocations {
		if began(inv) && run.repeats(i) {
			p.repeatInvocation(ctx, run.Region, inv)
		}
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

// fewRepeated is how many invocations of one state that follow each other are repeated at each end; those between differ
// from them in nothing but the round.
const fewRepeated = 3

// repeats says whether an invocation is repeated: a large wave is shifted in dozens of rounds, each of which reads all of
// it.
func (r RunEvidence) repeats(i int) bool {
	first, last := i, i
	for first > 0 && r.Invocations[first-1].State == r.Invocations[i].State {
		first--
	}
	for last+1 < len(r.Invocations) && r.Invocations[last+1].State == r.Invocations[i].State {
		last++
	}
	return i-first < fewRepeated || last-i < fewRepeated
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

// refill is how long a new run waits, as its operator would, after dozens of steps that were repeated at one instant:
// Route 53's request quota is there again.
const refill = 10 * time.Second

// repeatRun starts the run once more and waits for its end.
func (p *performance) repeatRun(ctx context.Context, e *Evidence, run RunEvidence) error {
	p.world.AdvanceTo(p.world.Now().Add(refill))
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
