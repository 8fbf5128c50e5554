package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// A run that an alarm or a schedule asks for is not always wanted. One that is not is skipped: it changes nothing, it is
// no failed run, and its notification says why.

// endsEarly answers for a run that ends before it takes the lock although nothing is wrong with it: it has nothing to
// move, or it is not wanted now. ended is false for every other run.
func (in *inspection) endsEarly(ctx context.Context) (answer failover.ValidateAnswer, ended bool, err error) {
	if in.run.Phase != failover.Outbound || in.onlyLooks() {
		return failover.ValidateAnswer{}, false, nil
	}
	if in.nothingToMove() {
		return in.nothing(), true, nil
	}
	if answer, ended := in.skipForRunInProgress(); ended {
		return answer, true, nil
	}
	why, err := in.coolingDown(ctx)
	if err != nil || why == "" {
		return failover.ValidateAnswer{}, false, err
	}
	return in.skip(why), true, nil
}

// stillBlocks are the findings that refuse a run although it has nothing to move: what it was asked for is not certain.
var stillBlocks = []string{
	failover.CodeInput, failover.CodeApplication, failover.CodeNothing, failover.CodeWrongRegion, failover.CodeRunOver, failover.CodeLocked, failover.CodeBroken,
}

// nothingToMove says whether every application of the run is in the target Region for certain: what could not be read
// looks as if it were not. A run that takes the lock over has that to do. While another run moves applications, an
// operator is told so instead; a schedule or an alarm has nothing to ask for either way.
func (in *inspection) nothingToMove() bool {
	if len(in.apps)+len(in.broken) == 0 || len(in.stages) > 0 || in.run.TakenOverFrom != "" {
		return false
	}
	return !slices.ContainsFunc(in.findings, func(f failover.Finding) bool {
		ignored := f.Code == failover.CodeLocked && in.run.StartedBy != ""
		return f.Severity == failover.Blocker && slices.Contains(stillBlocks, f.Code) && !ignored
	})
}

// nothing is the answer of a run that has nothing to move. It is not a drill or a failover that took place. What would
// have stood in its way is a warning.
func (in *inspection) nothing() failover.ValidateAnswer {
	for i := range in.findings {
		in.findings[i].Severity = failover.Warning
	}
	answer := in.answer(failover.NothingToMove)
	answer.Summary = fmt.Sprintf("Nothing to move: %s in %s already; no lock was taken, and nothing was changed.", count(len(in.apps), "application"), in.run.To)
	answer.Notify = in.input.Trigger != nil
	return fit(answer)
}

// skipForRunInProgress skips an automatic start while another run is in progress. Whether it goes on is for that run, or
// for an operator, to decide.
func (in *inspection) skipForRunInProgress() (failover.ValidateAnswer, bool) {
	if in.run.StartedBy == "" {
		return failover.ValidateAnswer{}, false
	}
	for _, f := range in.findings {
		if f.Severity == failover.Blocker && f.Code == failover.CodeLocked {
			return in.skip(fmt.Sprintf("another run is in progress: %s: %s", f.Object, f.Found)), true
		}
	}
	return failover.ValidateAnswer{}, false
}

// coolingDown says why no alarm may start a failover yet, or nothing. Alarms of both Regions can go off one after the
// other when it is the network between them that fails; without a pause they would move everything back and forth. An
// operator's failover is never held up, nor does it hold up an alarm's.
func (in *inspection) coolingDown(ctx context.Context) (string, error) {
	cooldown := time.Duration(in.Plan.CooldownSeconds) * time.Second
	if in.input.Trigger == nil || cooldown == 0 {
		return "", nil
	}
	runs, err := in.latestRuns(ctx)
	if err != nil {
		return "", err
	}
	for _, run := range runs {
		until := run.ClosedAt.Add(cooldown)
		if run.Run.Action == failover.Failover && strings.HasPrefix(run.Run.StartedBy, failover.AlarmRequests) && in.req.Now.Before(until) {
			_, to := run.Run.WayOut()
			return fmt.Sprintf("run %s, started by %s, ended a failover to %s at %s; the cooldown of %v lasts until %s",
				run.Run.ID, run.Run.StartedBy, to, run.ClosedAt.UTC().Format(timeLayout), cooldown, until.UTC().Format(timeLayout)), nil
		}
	}
	return "", nil
}

// skip is the answer of a run that is not to be started now.
func (in *inspection) skip(why string) failover.ValidateAnswer {
	locked := slices.ContainsFunc(in.findings, func(f failover.Finding) bool { return f.Code == failover.CodeLocked })
	in.findings, in.stages = nil, nil
	answer := in.answer(failover.Skip)
	answer.Summary = fmt.Sprintf("Skipped: %s to %s by %s; %s", in.run.Action, in.run.To, in.run.StartedBy, why)
	answer.Notify = true
	answer.Next = in.Handler.Plan.Start(in.Region, in.again(func(input *failover.Input) { input.Takeover = locked && in.outage() }))
	return answer
}
