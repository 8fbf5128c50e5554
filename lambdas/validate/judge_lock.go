package validate

import (
	"errors"
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// checkLock decides about the run that holds the lock. In the outbound phase that run is a blocker, unless this run may take
// the lock ([judgement.mayTake]). A later phase must still have the lock: another holder moves the same applications, and the
// error names it.
func (j *judgement) checkLock() error {
	lock := j.lock
	switch {
	case j.run.Phase.Returns() && lock.Serves(j.run):
		return nil
	case j.run.Phase.Returns():
		return failover.Fail(failover.FenceLost, errors.New(j.lostText()))
	case lock.Owner == "":
		return nil
	case lock.Owner == j.run.ARN:
		if lock.Taken != nil {
			j.run.TakenOverFrom, j.run.TakenOverWhy = lock.Taken.Run, lock.Taken.Why
		}
		return nil
	}
	why, found := j.mayTake()
	if why == "" {
		j.locked("lock", found, lock.Owner, lock.Run)
		return nil
	}
	j.takes, j.run.TakenOverFrom, j.run.TakenOverWhy = true, lock.Run, why
	j.warn(failover.CodeTakeover, "lock", found, "")
	return nil
}

// mayTake returns the reason for which the run may take the lock from its holder, or nothing, and a sentence about the holder.
// An unplanned failover supersedes a run in its source Region without calling that Region. For every other holder, Step
// Functions was asked whether its execution has ended. If there was no answer, the lease decides.
func (j *judgement) mayTake() (failover.TakeoverReason, string) {
	lock := j.lock
	m, known := failover.MachineOf(lock.Owner)
	if known && j.supersedes(m.Region, actionOf(lock.Holder)) {
		return failover.TakenFromLostRegion, fmt.Sprintf("run %s in %s holds it; this failover leaves that Region and supersedes that run, which may change nothing any more",
			lock.Run, m.Region)
	}
	if j.holder != nil {
		return failover.TakenFromEnded, fmt.Sprintf("run %s has ended (%s) and has not released it", lock.Run, j.holder.Status)
	}
	lease := lock.Expires.Format(timeLayout)
	switch {
	case j.req.Now.Before(lock.Expires) && j.input.Takeover:
		return failover.TakenByOperator, fmt.Sprintf("it is taken over from run %s, which held it until %s unless renewed; that run may change nothing any more", lock.Run, lease)
	case j.req.Now.Before(lock.Expires):
		return "", fmt.Sprintf("run %s holds it, until %s unless renewed", lock.Run, lease)
	}
	return failover.TakenAfterLease, fmt.Sprintf("run %s has not renewed it since its lease ended at %s", lock.Run, lease)
}

// checkFence decides about the run that moved a zone last. Unless this replica of the registry knows that this run has ended,
// it may be in progress in the other Region: its lock may not be replicated yet, or may have been overwritten. Then only the
// fence shows that run, and it is a blocker as its lock would be.
func (j *judgement) checkFence(r failover.Record) {
	found := j.fences[r.Zone]
	if fence := found.Fence; j.ownerUnknown(found) && !j.isOver(fence) {
		j.checkFenceOwner(r, fence)
	}
}

func (j *judgement) checkFenceOwner(r failover.Record, fence failover.Fence) {
	zone := fmt.Sprintf("zone %s (%s)", r.Zone, r.ZoneName)
	arn := failover.ExecutionOf(j.run, fence)
	what := fmt.Sprintf("run %s of %s, which moved it with epoch %d and is not known to have ended", fence.Run, fence.Region, fence.Epoch)
	switch x := j.ended[arn]; {
	case j.supersedes(fence.Region, fence.Action):
		j.takesFence(failover.TakenFromLostRegion, fence, zone, "this failover leaves "+string(fence.Region)+" and supersedes "+what)
	case x != nil:
		j.takesFence(failover.TakenFromEnded, fence, zone, fmt.Sprintf("run %s of %s, which moved it with epoch %d, has ended (%s)", fence.Run, fence.Region, fence.Epoch, x.Status))
	case j.input.Takeover:
		j.takesFence(failover.TakenByOperator, fence, zone, "it is taken over from "+what)
	default:
		j.locked(zone, fmt.Sprintf("run %s of %s has moved it with epoch %d, and is not known to have ended", fence.Run, fence.Region, fence.Epoch), arn, fence.Run)
	}
}

// runInProgress says whether a schedule starts a check while a run is in progress. The check would find what that run is
// changing, which is no failure and no reason for an alarm.
func (j *judgement) runInProgress() bool {
	return j.input.Action == failover.Check && j.input.Scheduled() && j.lock.Held(j.req.Now) && !j.takes
}

// locked is the blocker for a lock that another run holds, with the command that takes it over. A check cannot take it over,
// nor can an input if the plan's mayLoosen leaves out takeover.
func (j *judgement) locked(object, found, owner, run string) {
	if j.readOnly() || !j.Plan.MayBeLoosened(failover.TakeoverSetting) {
		j.block(failover.CodeLocked, object, found, "wait for its end").Command = j.holderCommand(owner, run)
		return
	}
	j.block(failover.CodeLocked, object, found, "wait for its end, or take over").Command = j.start(j.Region, func(input *failover.Input) {
		input.Takeover = true
	})
}

func (j *judgement) takesFence(why failover.TakeoverReason, fence failover.Fence, zone, found string) {
	if j.run.TakenOverFrom == "" {
		j.run.TakenOverFrom, j.run.TakenOverWhy = fence.Run, why
	}
	j.warn(failover.CodeTakeover, zone, found, "")
}

// lockedOut notes the run that took the lock first, if err says so.
func (j *judgement) lockedOut(err error) bool {
	var locked *registry.LockedError
	switch {
	case errors.As(err, &locked):
		j.locked("lock", locked.Error(), locked.Owner, locked.Run)
	case errors.Is(err, registry.ErrRunOver):
		j.block(failover.CodeRunOver, "run "+j.run.ID, "is over; this is a late repetition of its first step", "start another run, if it is still wanted").Command = j.start(j.Region, nil)
	default:
		return false
	}
	return true
}
