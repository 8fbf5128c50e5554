package validate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// A run whose execution was stopped, timed out or died has not closed itself: it wrote no report, sent no notification, and did
// not release its lock. The EventBridge rule on the status of executions starts another run, which closes it. EventBridge
// delivers those events with best effort; if one is lost, the next check or the next refused run closes it.

const (
	// lastStep is how long a step may still run after the execution has ended: StopExecution does not stop a function.
	lastStep = failover.StepTimeout
	// closeGrace is how long a check does not close a run that has ended: the run that its event starts does.
	closeGrace = 5 * time.Minute
)

// close answers the action close: it decides whether the execution in the input must be closed.
func (v *validation) close(ctx context.Context) (failover.ValidateAnswer, error) {
	if m, _ := failover.MachineOf(v.input.Execution); m.Region != v.Region {
		v.block(failover.CodeWrongRegion, "execution "+v.input.Execution, fmt.Sprintf("it is in %s; expected %s, where this run is executed", m.Region, v.Region),
			"start it there").Command = m.Start(m.Region, v.input)
		return v.refuse(), nil
	}
	x, err := v.lookup.describe(ctx, v.input.Execution)
	if err != nil {
		return failover.ValidateAnswer{}, failover.Doing("describe", "the execution to close", err)
	}
	if wait := v.stillGoing(*x); wait > 0 && !x.closedItself() {
		answer := v.answer(failover.Early)
		answer.WaitSeconds = int((wait + time.Second - 1) / time.Second)
		answer.Summary = fmt.Sprintf("Run %s has only just ended: its last step may still be running.", x.Name)
		return answer, nil
	}
	if x.Status == types.ExecutionStatusRunning {
		v.block(failover.CodeLocked, "run "+x.Name, "it is still being executed; expected one that has ended", "stop it first, if that is what is wanted").Command =
			failover.CommandLine("aws", "stepfunctions", "stop-execution", "--region", string(v.Region), "--execution-arn", v.input.Execution)
		return v.refuse(), nil
	}
	if v.lock, err = v.clients.Registry.Lock(ctx); err != nil {
		return failover.ValidateAnswer{}, failover.Doing("read", "the registry", err)
	}
	if err := v.findClosing(ctx, *x); err != nil {
		return failover.ValidateAnswer{}, err
	}
	answer := v.answer(failover.Checked)
	answer.Close = v.closing
	answer.Summary = "Nothing to close: run " + x.Name + " has closed itself, another run has closed it, or it never took the lock."
	if v.closing != nil {
		answer.Summary = fmt.Sprintf("Run %s has ended (%s) without closing itself, and is closed.", x.Name, x.Status)
	}
	return answer, nil
}

// stillGoing is how long the last step of an execution may still run. Step Functions may show the execution in a slightly older
// state than the event of its end.
func (q *question) stillGoing(x execution) time.Duration {
	since := x.Stopped
	if x.Status == types.ExecutionStatusRunning {
		if !q.input.ByRule() || q.req.Now.Sub(q.req.Execution.StartTime) > closeGrace {
			return 0
		}
		since = q.req.Now
	}
	return lastStep - q.req.Now.Sub(since)
}

// closeHolder closes the run that holds the lock although its execution has ended, if it ran in this Region and its event must
// have been lost. A run that takes the lock itself does not need it: it closes that run at its own end.
func (v *validation) closeHolder(ctx context.Context) {
	if v.holder == nil || v.run.Phase.Returns() || v.req.Now.Sub(v.holder.Stopped) < closeGrace {
		return
	}
	if m, _ := failover.MachineOf(v.lock.Owner); m.Region != v.Region {
		return
	}
	if err := v.findClosing(ctx, *v.holder); err != nil {
		v.warn(failover.CodeUnreachable, "run "+v.lock.Run, "it has ended, and "+entry.CouldNot("be closed", err), "")
	}
}

// findClosing decides whether an execution that has ended must be closed, and how.
func (v *validation) findClosing(ctx context.Context, x execution) error {
	holds := v.lock.Owner == x.ARN
	taken := v.lock.Taken != nil && v.lock.Taken.Owner == x.ARN && v.lock.Taken.Why == failover.TakenFromEnded
	if !holds && (x.closedItself() || taken) {
		return nil
	}
	if err := v.lookup.readRuns(ctx); err != nil {
		return err
	}
	i := slices.IndexFunc(v.runs, func(r registry.RunRecord) bool { return r.Run.ARN == x.ARN })
	if i >= 0 && v.runs[i].ClosedBy != "" && !holds {
		return nil
	}
	if i >= 0 {
		r := v.runs[i]
		v.closing = failover.NewClosing(r.Run, r.Outcome, r.Failure, r.Reasons...)
		return nil
	}
	path := v.lookup.pathOf(ctx, x.ARN)
	if !holds && !path.tookLock() {
		return nil
	}
	v.closing = failover.NewClosing(v.deadRun(x), failover.Held, nil, endedText(x, path))
	if path.movedNothing() {
		v.closing.Outcome = failover.Refused
	}
	return nil
}

// closedItself says whether an execution has closed itself: it has entered CloseRun and Notify.
func (x execution) closedItself() bool {
	own := []failover.Outcome{failover.Held, failover.RolledBack, failover.Refused}
	return x.Status == types.ExecutionStatusSucceeded || x.Status == types.ExecutionStatusFailed && slices.Contains(own, failover.Outcome(x.Error))
}

// deadRun is what is known of a run whose execution has ended: what the lock keeps of it, or else what its input says.
func (f *facts) deadRun(x execution) failover.Run {
	if held := f.lock.Holder; held != nil && held.ARN == x.ARN {
		return *held
	}
	return ask(f.setting, failover.ValidateRequest{
		Execution: failover.ExecutionContext{ID: x.ARN, Name: x.Name, StartTime: x.Started},
		Input:     []byte(x.Input), Phase: failover.Outbound, Now: f.req.Now,
	}).run
}

// endedText says how an execution ended, and in which state.
func endedText(x execution, p path) string {
	how := map[types.ExecutionStatus]string{
		types.ExecutionStatusAborted: "was stopped", types.ExecutionStatusTimedOut: "timed out", types.ExecutionStatusFailed: "failed",
	}[x.Status]
	text := fmt.Sprintf("the execution %s (%s)", how, x.Status)
	if len(p.states) > 0 {
		text += " in " + p.states[0]
	}
	for _, said := range []string{x.Error, x.Cause} {
		if said != "" {
			text += ": " + prose.Cut(said, 200)
		}
	}
	return text
}

// tookLock says whether the execution has passed Validate and the choice after it: only a run with the lock does. It is not
// known if the path could not be read.
func (p path) tookLock() bool {
	return slices.ContainsFunc(p.states, func(s string) bool {
		return s == "NextStage" || s == "AwaitApproval" || s == "Announce" || s == "CloseRun"
	})
}

// movedNothing says whether the execution has certainly not entered a state that moves anything.
func (p path) movedNothing() bool {
	return p.whole && !slices.ContainsFunc(p.states, func(s string) bool {
		return s == "ShiftTraffic" || s == "UpdateRegistry" || s == "PromoteDatabase"
	})
}
