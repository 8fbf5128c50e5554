package validate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// A run whose execution was stopped, has timed out or died has not closed itself: it wrote no report, nobody was notified,
// and its lock is not released. It is closed by the run that the rule on the status of executions starts, or, because
// EventBridge delivers those events with best effort, by the next check, or by the next run that is refused.

const (
	// lastStep is how long a step may still be running when the execution has ended: StopExecution does not stop a function.
	lastStep = failover.StepTimeout
	// closeGrace is how long a check leaves a run that has ended to the run that its event starts.
	closeGrace = 5 * time.Minute
	// maxHistory is the most events that one page of an execution's history has.
	maxHistory = 1000
)

// judgeClose decides whether there is a run to be closed.
func (in *inspection) judgeClose(ctx context.Context) (failover.ValidateAnswer, error) {
	if m, _ := failover.MachineOf(in.input.Execution); m.Region != in.Region {
		in.block(failover.CodeWrongRegion, "execution "+in.input.Execution, fmt.Sprintf("it is in %s; expected %s, where this run is executed", m.Region, in.Region),
			"start it there").Command = m.Start(m.Region, in.input)
		return in.refuse(), nil
	}
	out, err := in.describe(ctx, in.input.Execution)
	if err != nil {
		return failover.ValidateAnswer{}, fmt.Errorf("describe the execution to close: %w", err)
	}
	name := aws.ToString(out.Name)
	if wait := in.stillGoing(out); wait > 0 && !closedItself(out) {
		answer := in.answer(failover.Early)
		answer.WaitSeconds = int((wait + time.Second - 1) / time.Second)
		answer.Summary = fmt.Sprintf("Run %s has only just ended: its last step may still be running.", name)
		return answer, nil
	}
	if out.Status == types.ExecutionStatusRunning {
		in.block(failover.CodeLocked, "run "+name, "it is still being executed; expected one that has ended", "stop it first, if that is what is wanted").Command =
			failover.CommandLine("aws", "stepfunctions", "stop-execution", "--region", string(in.Region), "--execution-arn", in.input.Execution)
		return in.refuse(), nil
	}
	if in.lock, err = in.Applications.Lock(ctx); err != nil {
		return failover.ValidateAnswer{}, fmt.Errorf("read the registry: %w", err)
	}
	if err := in.findClosing(ctx, out); err != nil {
		return failover.ValidateAnswer{}, err
	}
	answer := in.answer(failover.Checked)
	answer.Close = in.closing
	answer.Summary = "Nothing to close: run " + name + " has closed itself, another run has closed it, or it never took the lock."
	if in.closing != nil {
		answer.Summary = fmt.Sprintf("Run %s has ended (%s) without closing itself, and is closed.", name, out.Status)
	}
	return answer, nil
}

// stillGoing is how long it may take until an execution and its last step have come to rest. What Step Functions says of
// an execution may be a little older than the event that its end has sent.
func (in *inspection) stillGoing(out *sfn.DescribeExecutionOutput) time.Duration {
	since := aws.ToTime(out.StopDate)
	if out.Status == types.ExecutionStatusRunning {
		if !in.input.ByRule() || in.req.Now.Sub(in.req.Execution.StartTime) > closeGrace {
			return 0
		}
		since = in.req.Now
	}
	return lastStep - in.req.Now.Sub(since)
}

// closeHolder closes the run that holds the lock although its execution has ended, if it was executed in this Region and
// its event must have been lost. It is not for a run that takes the lock itself, which closes that run at its own end.
func (in *inspection) closeHolder(ctx context.Context) {
	if in.holderEnded == nil || in.run.Phase.Returns() || in.req.Now.Sub(aws.ToTime(in.holderEnded.StopDate)) < closeGrace {
		return
	}
	if m, _ := failover.MachineOf(in.lock.Owner); m.Region != in.Region {
		return
	}
	if err := in.findClosing(ctx, in.holderEnded); err != nil {
		in.warn(failover.CodeUnreachable, "run "+in.lock.Run, "it has ended, and could not be closed: "+err.Error(), "")
	}
}

// findClosing decides whether an execution that has ended is to be closed, and how.
func (in *inspection) findClosing(ctx context.Context, out *sfn.DescribeExecutionOutput) error {
	arn, holds := aws.ToString(out.ExecutionArn), in.lock.Owner == aws.ToString(out.ExecutionArn)
	taken := in.lock.Taken != nil && in.lock.Taken.Owner == arn && in.lock.Taken.Why == failover.TakenFromEnded
	if !holds && (closedItself(out) || taken) {
		return nil
	}
	runs, err := in.latestRuns(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(runs, func(r registry.RunRecord) bool { return r.Run.ARN == arn })
	if i >= 0 && runs[i].ClosedBy != "" && !holds {
		return nil
	}
	if i >= 0 {
		r := runs[i]
		in.closing = &failover.Closing{Run: r.Run, Outcome: r.Outcome, Reasons: append([]string{}, r.Reasons...), Failure: r.Failure}
		return nil
	}
	path := in.pathOf(ctx, arn)
	if !holds && !path.tookLock() {
		return nil
	}
	in.closing = &failover.Closing{Run: in.deadRun(out), Outcome: failover.Held, Reasons: []string{endedText(out, path)}}
	if path.movedNothing() {
		in.closing.Outcome = failover.Refused
	}
	return nil
}

// closedItself says whether an execution has come to one of its own ends: it has been through CloseRun and Notify.
func closedItself(out *sfn.DescribeExecutionOutput) bool {
	own := []failover.Outcome{failover.Held, failover.RolledBack, failover.Refused}
	return out.Status == types.ExecutionStatusSucceeded ||
		out.Status == types.ExecutionStatusFailed && slices.Contains(own, failover.Outcome(aws.ToString(out.Error)))
}

// deadRun is what is known of a run whose execution has ended: as it is kept with its lock, or else what its input says.
func (in *inspection) deadRun(out *sfn.DescribeExecutionOutput) failover.Run {
	if held := in.lock.Holder; held != nil && held.ARN == aws.ToString(out.ExecutionArn) {
		return *held
	}
	asked := in.Handler.inspect(failover.ValidateRequest{
		Execution: failover.ExecutionContext{ID: aws.ToString(out.ExecutionArn), Name: aws.ToString(out.Name), StartTime: aws.ToTime(out.StartDate)},
		Input:     []byte(aws.ToString(out.Input)), Phase: failover.Outbound, Now: in.req.Now,
	})
	return asked.run
}

// endedText says how an execution has ended, and where.
func endedText(out *sfn.DescribeExecutionOutput, p path) string {
	how := map[types.ExecutionStatus]string{
		types.ExecutionStatusAborted: "was stopped", types.ExecutionStatusTimedOut: "timed out", types.ExecutionStatusFailed: "failed",
	}[out.Status]
	text := fmt.Sprintf("the execution %s (%s)", how, out.Status)
	if len(p.states) > 0 {
		text += " in " + p.states[0]
	}
	for _, said := range []string{aws.ToString(out.Error), aws.ToString(out.Cause)} {
		if said != "" {
			text += ": " + truncate(said, 200)
		}
	}
	return text
}

// path are the states that an execution has entered, the last one first, as far as they are known.
type path struct {
	states []string
	// whole says that none is missing.
	whole bool
}

// tookLock says whether the execution has come further than Validate and the choice after it, which only a run does that
// has the lock. Of a path that could not be read it is not known.
func (p path) tookLock() bool {
	return slices.ContainsFunc(p.states, func(s string) bool {
		return s == "NextStage" || s == "AwaitApproval" || s == "Announce" || s == "CloseRun"
	})
}

// movedNothing says whether the execution has certainly not come to a step that moves anything.
func (p path) movedNothing() bool {
	return p.whole && !slices.ContainsFunc(p.states, func(s string) bool {
		return s == "ShiftTraffic" || s == "UpdateRegistry" || s == "PromoteDatabase"
	})
}

// pathOf reads the path of an execution in this Region. What cannot be read is empty.
func (in *inspection) pathOf(ctx context.Context, execution string) path {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	out, err := in.Executions(in.Region).GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &execution, ReverseOrder: true, MaxResults: maxHistory, IncludeExecutionData: aws.Bool(false),
	})
	if err != nil {
		return path{}
	}
	p := path{whole: out.NextToken == nil}
	for _, event := range out.Events {
		if event.StateEnteredEventDetails != nil {
			p.states = append(p.states, aws.ToString(event.StateEnteredEventDetails.Name))
		}
	}
	return p
}
