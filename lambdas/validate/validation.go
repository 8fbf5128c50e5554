package validate

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// validation is one call: it lets lookup, judgement and planning do their parts, and takes the lock.
type validation struct {
	clients Handler
	*planning
	lookup *lookup
	// closing is the run that must be closed.
	closing *failover.Closing
}

func (h Handler) validation(req failover.ValidateRequest) *validation {
	j := ask(setting{Plan: h.Plan, Region: h.Region, Promotable: h.Promotable, Table: h.Table}, req)
	return &validation{clients: h, planning: &planning{judgement: j}, lookup: &lookup{clients: h, facts: j.facts}}
}

// validate reads and judges everything, unless the request alone must be refused, and makes the answer.
func (v *validation) validate(ctx context.Context) (failover.ValidateAnswer, error) {
	if v.blocked() {
		return v.refuse(), nil
	}
	if v.input.Action == failover.Close {
		return v.close(ctx)
	}
	if why := cmp.Or(v.input.Trigger.Skip(), v.triggerWithoutData()); why != "" && v.run.Phase == failover.Outbound {
		return v.skip(why), nil
	}
	if v.run.Phase.Undoes() {
		return v.undo(ctx)
	}
	if v.finishes() && !v.lookup.anyEvacuated(ctx) {
		return v.idle("no weights are pending: no switch makes users leave " + string(v.run.From)), nil
	}
	v.lookup.readStarter(ctx)
	if err := v.lookup.readRegistry(ctx); err != nil {
		return failover.ValidateAnswer{}, err
	}
	v.checkApplications()
	v.compareReleases(v.exchangeReleases(ctx))
	v.publishSwitches(ctx)
	v.lookup.readSwitches(ctx)
	v.checkSwitches()
	if err := v.checkLock(); err != nil {
		return failover.ValidateAnswer{}, err
	}
	if v.runInProgress() {
		return v.postpone(), nil
	}
	parts := v.parts()
	if err := v.lookup.read(ctx, parts); err != nil {
		return failover.ValidateAnswer{}, err
	}
	if why := v.notNow(); why != "" {
		return v.idle(why), nil
	}
	v.judge(parts)
	v.plan()
	answer, err := v.conclude(ctx)
	if err == nil && !v.input.DryRun && (answer.Verdict == failover.Refuse || v.input.Action == failover.Check) {
		v.closeHolder(ctx)
		answer.Close = v.closing
	}
	return answer, err
}

// undo plans a rollback or return-rollback.
func (v *validation) undo(ctx context.Context) (failover.ValidateAnswer, error) {
	if err := v.lookup.readRegistry(ctx); err != nil {
		return failover.ValidateAnswer{}, err
	}
	v.checkApplications()
	if err := v.checkLock(); err != nil {
		return failover.ValidateAnswer{}, err
	}
	if err := v.lookup.readChanges(ctx); err != nil {
		return failover.ValidateAnswer{}, err
	}
	v.planUndoing()
	return v.conclude(ctx)
}

// conclude makes the answer. In the outbound phase it takes the lock if there is no blocker.
func (v *validation) conclude(ctx context.Context) (failover.ValidateAnswer, error) {
	v.checkControlPlane()
	v.checkPrivate()
	if answer, ended, err := v.endsEarly(ctx); ended || err != nil {
		return answer, errors.Join(err, v.giveLockBack(ctx))
	}
	if v.blocked() {
		return v.giveUp(ctx)
	}
	if len(v.unmeasured) > 0 {
		return v.waiting(), nil
	}
	if v.readOnly() {
		answer := v.answer(failover.Checked)
		answer.Summary = v.checkedSummary()
		if v.input.DryRun {
			answer.Calls, answer.MoreCalls = prose.Limit(v.calls(), maxCalls)
		}
		return fit(answer), nil
	}
	if v.run.Phase.Returns() {
		_ = v.clients.Registry.RenewLock(ctx, v.run, v.req.Now, failover.LeaseUntil(v.req.Now, 0))
	} else {
		epoch, err := v.takeLock(ctx)
		if v.lockedOut(err) {
			if answer, ended := v.skipForRunInProgress(); ended {
				return answer, nil
			}
			return v.giveUp(ctx)
		}
		if err != nil {
			return failover.ValidateAnswer{}, err
		}
		v.run.Epoch = epoch
	}
	answer := v.answer(failover.Proceed)
	answer.Summary = v.movesText("")
	return fit(answer), nil
}

// endsEarly answers for a run that ends before it takes the lock without being refused: it has nothing to move, or is skipped.
// ended is false for every other run.
func (v *validation) endsEarly(ctx context.Context) (answer failover.ValidateAnswer, ended bool, err error) {
	if v.run.Phase != failover.Outbound || v.readOnly() {
		return failover.ValidateAnswer{}, false, nil
	}
	if v.nothingToMove() {
		return v.nothing(), true, nil
	}
	if answer, ended := v.skipForRunInProgress(); ended {
		return answer, true, nil
	}
	if v.coolsDown() {
		if err := v.lookup.readRuns(ctx); err != nil {
			return failover.ValidateAnswer{}, false, err
		}
	}
	if why := v.coolingDown(); why != "" {
		return v.skip(why), true, nil
	}
	return failover.ValidateAnswer{}, false, nil
}

// takeLock takes the lock, with an epoch that is newer than every epoch that was read. The run holds it for a lease, which its
// steps renew.
func (v *validation) takeLock(ctx context.Context) (epoch int64, err error) {
	run, now := v.run, v.req.Now
	run.Epoch = v.floor
	until := failover.LeaseUntil(now, 0)
	if v.takes {
		return v.clients.Registry.TakeOver(ctx, run, v.lock, run.TakenOverWhy, now, until)
	}
	return v.clients.Registry.TakeLock(ctx, run, now, until)
}

// giveUp refuses the phase. A run whose later phase is refused is closed.
func (v *validation) giveUp(ctx context.Context) (failover.ValidateAnswer, error) {
	return v.refuse(), v.giveLockBack(ctx)
}

// giveLockBack releases the lock that an earlier call for the outbound phase has taken: a run that is now refused or skipped is
// never closed. In a late repetition, whose answer no run hears, the run is in progress and keeps its lock.
func (v *validation) giveLockBack(ctx context.Context) error {
	if v.run.Phase.Returns() || v.lock.Owner == "" || v.lock.Owner != v.run.ARN {
		return nil
	}
	return v.clients.Registry.GiveLockBack(ctx, v.run.ARN, v.req.Now)
}

// readsOn says whether the run waits for Route 53's request quota and then reads the rest. A later phase has the lock already,
// and reads less.
func (v *validation) readsOn(err error) bool {
	return v.clients.Kept != nil && v.run.Phase == failover.Outbound && errors.Is(err, live.ErrUnfinished) &&
		v.req.Now.Sub(v.req.Execution.StartTime) < readTime
}

// unfinished is the answer of a run that has more to read before it is judged.
func (v *validation) unfinished() failover.ValidateAnswer {
	v.clients.Kept.pause()
	v.findings, v.stages = nil, nil
	answer := v.answer(failover.Early)
	answer.WaitSeconds = int(readWait / time.Second)
	answer.Summary = "There is more to read than Route 53's request quota allows at once; the rest is read next."
	return answer
}

// idle is the answer of a run that writes pending weights and has nothing to do. A schedule starts one every
// five minutes, so no notification is sent.
func (v *validation) idle(why string) failover.ValidateAnswer {
	v.findings, v.stages = nil, nil
	answer := v.answer(failover.Skip)
	answer.Summary = "Nothing was changed: " + why
	return answer
}
