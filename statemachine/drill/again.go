package drill

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// again repeats everything after the end, for guarantee 9: every invocation of every run with the same payload, and the
// last run as a new one, in the circumstances of the end. The repetitions are not in the transcript.
func (p *performance) again(ctx context.Context, e *guarantee.Evidence) error {
	p.narrator.Quiet = true
	for _, run := range slices.Concat(e.Runs, e.Closings) {
		if err := p.repeatSteps(ctx, e, run); err != nil {
			return err
		}
	}
	if len(e.Runs) == 0 {
		return nil
	}
	if last := e.Runs[len(e.Runs)-1]; last.Repeatable() {
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
	open := e.StartedAtOnce(run)
	if p.end.Lock.Owner == run.ARN { // a step of a run that is not closed may do what it could not do the first time
		open = cmp.Or(p.circumstances.since(run.ARN), p.circumstances.struckSince(run.ARN))
	}
	from, calls := 0, p.world.CallCount()
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
			What: fmt.Sprintf("%s of %s again", inv.State, run.Name), Run: run.ARN, MayNotify: run.MayNotify(from, i) || p.noticesFail(calls), MayReset: run.MayReset(from, i),
			Before: before, After: after, Unequal: open,
		})
		before, from, calls = after, i+1, p.world.CallCount()
	}
	return ctx.Err()
}

// noReport is the code of S3 for a report that was not written. It says so: it has not failed.
const noReport = "NoSuchKey"

// noticesFail says whether a request for a report or to publish has failed since so many requests: whether the run was notified is
// then not known.
func (p *performance) noticesFail(since int) bool {
	return slices.ContainsFunc(p.world.Calls()[since:], func(c fakeaws.Call) bool {
		return (c.Service == "s3" || c.Service == "sns") && (c.Code != "" && c.Code != noReport || c.Lost)
	})
}

// repeatInvocation invokes the function again. Whatever it responds, a guarantee does not depend on it: a repetition may be rejected.
func (p *performance) repeatInvocation(ctx context.Context, region string, inv fakeaws.Invocation) fakeaws.InvokeResult {
	for _, f := range p.assembly.Functions {
		if f.Region == region && f.Name == inv.Function {
			return invoke(ctx, p.functions[f.ARN], inv.Payload)
		}
	}
	return fakeaws.InvokeResult{}
}

// refill is the wait before the new run, until Route 53's request quota is available again: the steps were repeated at
// one instant.
const refill = 10 * time.Second

// repeatRun starts the run once more and waits for its end, if the circumstances are those of the first time.
func (p *performance) repeatRun(ctx context.Context, e *guarantee.Evidence, run guarantee.RunEvidence) error {
	again := guarantee.Repetition{What: run.Name + " again as a new run", Run: run.ARN, NewRun: true, Unequal: cmp.Or(p.circumstances.since(run.ARN), run.Unsettled(p.end), e.StartedAtOnce(run))}
	if len(run.SetAside().PendingWeights()) > 0 && p.world.ControlPlaneAnswers() {
		again.Unequal = cmp.Or(again.Unequal, "the weights that it has left pending can be written now")
	}
	switch run.Outcome() {
	case failover.Refused:
		again.Unequal = cmp.Or(again.Unequal, p.circumstances.struckSince(run.ARN), p.happenedSince(run.StoppedAt, "rds", "healthcheck", "traffic"))
	case failover.Held:
		again.Unequal = cmp.Or(again.Unequal, p.circumstances.struckSince(run.ARN), p.happenedSince(run.StoppedAt, "rds"), p.auroraSince(run, run.StartedAt))
	}
	if again.Unequal != "" {
		e.Again = append(e.Again, again)
		return nil
	}
	p.world.AdvanceTo(p.world.Now().Add(refill))
	before, err := p.snapshot(ctx, run.To())
	if err != nil {
		return err
	}
	struck, began := p.circumstances.struck, p.world.Now()
	arn, err := p.world.StartExecution(run.StateMachine, guarantee.NameIn(run.ARN)+"-again", run.Input)
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
	again.Before, again.After = before, after
	if p.circumstances.struck > struck {
		again.Unequal = "a fault has struck the repetition"
	}
	again.Unequal = cmp.Or(again.Unequal, p.auroraSince(run, run.StoppedAt), guarantee.EndedMeanwhile(p.world.Promotions(), began))
	e.Again = append(e.Again, again)
	return ctx.Err()
}

// auroraSince is what Aurora has done by itself after a time that lets a promotion of a run succeed which did not before: it has
// cancelled the switchover before, or the cluster of a database that the run gave up has become a secondary again, or has finished
// the promotion that was in progress.
func (p *performance) auroraSince(run guarantee.RunEvidence, t time.Time) string {
	for _, entry := range p.world.Journal() {
		ready := strings.HasSuffix(entry.Text, "is in sync again") || strings.HasSuffix(entry.Text, " finished")
		byItself := strings.HasSuffix(entry.Text, "is cancelled") || run.GaveUp(entry.Object) && ready
		if entry.At.After(t) && entry.Kind == "rds" && byItself {
			return "since its start, " + entry.Object + ": " + entry.Text
		}
	}
	return ""
}

// happenedSince is what the simulated AWS has done by itself after a time, of these kinds: a run that was refused for it may not be
// refused again.
func (p *performance) happenedSince(t time.Time, kinds ...string) string {
	for _, entry := range p.world.Journal() {
		if entry.At.After(t) && slices.Contains(kinds, entry.Kind) {
			return "since its end, " + entry.Object + ": " + entry.Text
		}
	}
	return ""
}
