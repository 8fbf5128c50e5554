package validate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
)

// Executions is the part of the Step Functions client that the step uses.
type Executions interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
}

// askTimeout bounds the question whether a run has ended: without an answer the lease decides.
const askTimeout = 3 * time.Second

// checkLock decides about the run that holds the lock. On the way out it stands in the way, unless the lock may be taken
// from it ([inspection.mayTake]). On a way back the run must have the lock still: whatever run has it now moves the same
// applications.
func (in *inspection) checkLock(ctx context.Context) error {
	lock := in.lock
	switch {
	case in.run.Phase.Returns() && lock.Serves(in.run):
		return nil
	case in.run.Phase.Returns():
		return failover.Fail(failover.FenceLost, errors.New(in.lostText()))
	case lock.Owner == "":
		return nil
	case lock.Owner == in.run.ARN:
		if lock.Taken != nil {
			in.run.TakenOverFrom, in.run.TakenOverWhy = lock.Taken.Run, lock.Taken.Why
		}
		return nil
	}
	why, found := in.mayTake(ctx)
	if why == "" {
		in.locked("lock", found, lock.Owner, lock.Run)
		return nil
	}
	in.takes, in.run.TakenOverFrom, in.run.TakenOverWhy = true, lock.Run, why
	in.warn(failover.CodeTakeover, "lock", found, "")
	return nil
}

// mayTake says why the run may take the lock from its holder, or nothing, and in words what was found of the holder. An
// unplanned failover supersedes what runs in the Region that it leaves without asking that Region; every other run asks
// Step Functions whether the holder's execution has ended. What cannot be asked is left to the lease.
func (in *inspection) mayTake(ctx context.Context) (failover.TakeoverReason, string) {
	lock := in.lock
	m, known := failover.MachineOf(lock.Owner)
	if known && in.supersedes(m.Region, actionOf(lock.Holder)) {
		return failover.TakenFromLostRegion, fmt.Sprintf("run %s in %s holds it; this failover leaves that Region and supersedes that run, which may change nothing any more",
			lock.Run, m.Region)
	}
	if out := in.ended(ctx, lock.Owner); out != nil {
		in.holderEnded = out
		return failover.TakenFromEnded, fmt.Sprintf("run %s has ended (%s) and has not released it", lock.Run, out.Status)
	}
	lease := lock.Expires.Format(timeLayout)
	switch {
	case in.req.Now.Before(lock.Expires) && in.input.Takeover:
		return failover.TakenByOperator, fmt.Sprintf("it is taken over from run %s, which held it until %s unless renewed; that run may change nothing any more", lock.Run, lease)
	case in.req.Now.Before(lock.Expires):
		return "", fmt.Sprintf("run %s holds it, until %s unless renewed", lock.Run, lease)
	}
	return failover.TakenAfterLease, fmt.Sprintf("run %s has not renewed it since its lease ended at %s", lock.Run, lease)
}

// supersedes says whether this is an unplanned failover that leaves the Region of another run, which it then supersedes
// without being asked to. It does not so with another unplanned failover: two of them in opposite directions are what
// Regions do that cannot reach each other, and to follow both would take users to one Region and writers to the other.
// That run has its lease, and an operator can take over.
func (in *inspection) supersedes(region failover.Region, action failover.Action) bool {
	return in.outage() && region == in.run.From && action != failover.Failover
}

// actionOf is the action of the run that is kept with a lock, if it is known.
func actionOf(run *failover.Run) failover.Action {
	if run == nil {
		return ""
	}
	return run.Action
}

// ended asks Step Functions whether an execution has ended, in its own Region; a failover never asks the Region that it
// leaves. It is nil when the execution is running, and when that is not known. An execution that does not exist is not
// known to have ended: the answer may be older than an execution that has just been started (DescribeExecution is
// eventually consistent; see the AWS Step Functions API Reference).
func (in *inspection) ended(ctx context.Context, execution string) *sfn.DescribeExecutionOutput {
	m, ok := failover.MachineOf(execution)
	if !ok || in.Executions == nil || in.outage() && m.Region != in.Region {
		return nil
	}
	out, err := in.describe(ctx, execution)
	if err != nil || out.Status == types.ExecutionStatusRunning {
		return nil
	}
	return out
}

// describe asks for an execution in its own Region.
func (in *inspection) describe(ctx context.Context, execution string) (*sfn.DescribeExecutionOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	m, _ := failover.MachineOf(execution)
	return in.Executions(m.Region).DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
}

// lostText says to which run a run on its way back has lost the lock.
func (in *inspection) lostText() string {
	holder := "the lock is free and has"
	if in.lock.Run != "" {
		holder = "run " + in.lock.Run + " holds the lock with"
	}
	return fmt.Sprintf("%s epoch %d; this run has epoch %d", holder, in.lock.Epoch, in.run.Epoch)
}

// checkFenceOwner decides about a run that has moved a zone and is not known to have ended: as the fence is the only trace
// of it, it stands in the way as its lock would.
func (in *inspection) checkFenceOwner(ctx context.Context, r failover.Record, fence failover.Fence) {
	zone := fmt.Sprintf("zone %s (%s)", r.Zone, r.ZoneName)
	execution := failover.ExecutionOf(in.run, fence)
	what := fmt.Sprintf("run %s of %s, which moved it with epoch %d and is not known to have ended", fence.Run, fence.Region, fence.Epoch)
	switch out := in.ended(ctx, execution); {
	case in.supersedes(fence.Region, fence.Action):
		in.takesFence(failover.TakenFromLostRegion, fence, zone, "this failover leaves "+string(fence.Region)+" and supersedes "+what)
	case out != nil:
		in.takesFence(failover.TakenFromEnded, fence, zone, fmt.Sprintf("run %s of %s, which moved it with epoch %d, has ended (%s)", fence.Run, fence.Region, fence.Epoch, out.Status))
	case in.input.Takeover:
		in.takesFence(failover.TakenByOperator, fence, zone, "it is taken over from "+what)
	default:
		in.locked(zone, fmt.Sprintf("run %s of %s has moved it with epoch %d, and is not known to have ended", fence.Run, fence.Region, fence.Epoch), execution, fence.Run)
	}
}

func (in *inspection) takesFence(why failover.TakeoverReason, fence failover.Fence, zone, found string) {
	if in.run.TakenOverFrom == "" {
		in.run.TakenOverFrom, in.run.TakenOverWhy = fence.Run, why
	}
	in.warn(failover.CodeTakeover, zone, found, "")
}
