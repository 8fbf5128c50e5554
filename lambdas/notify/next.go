package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// next is what a person does after a run: one command to type, and when. Both are empty when there is nothing to do.
// Commands are those of the aws command line, which needs nothing of Drover but the permission to start a run.
type next struct {
	when, command string
}

// nextStep decides it. Whatever went wrong, asking for the same again is safe: a run repeats nothing that is done, and
// goes on where the one before has stopped.
func nextStep(plan failover.Plan, r failover.Report, failure *failover.StepFailure) next {
	run := r.Run
	m, ok := machineOf(run.ARN)
	home, away := run.WayOut()
	switch {
	case !ok:
		return next{}
	case overtaken(failure):
		return afterWinner(m, r.Winner)
	case r.Outcome == failover.Refused && asks(run) && (failure == nil || failure.State == "AwaitApproval"):
		return next{"When it may begin, ask again", m.start(m.region, again(plan, run))}
	case r.Outcome == failover.Refused || run.Action == "":
		return next{"See what the run was asked for", describe(run.ARN, m.region)}
	case failure != nil && failure.State == "CloseRun":
		expires := run.StartedAt.Add(time.Duration(run.BoundSeconds) * time.Second).UTC().Format("15:04:05 UTC")
		return next{"The run's lock may be held until " + expires + "; see how things are", m.start(m.region, look(run))}
	case r.Outcome == failover.Held && run.Action.Planned() && home != "":
		return next{"When the cause is dealt with, bring everything back to " + string(home), m.start(string(home), goHome(plan, run, home))}
	case r.Outcome == failover.Held:
		return next{"When the cause is dealt with, ask for the same again; it goes on from here", m.start(m.region, again(plan, run))}
	case r.Outcome == failover.RolledBack || len(r.NotMoved) > 0:
		return next{"See what stands in the way", m.start(m.region, look(run))}
	case away == plan.Standby && run.Action != failover.Drill:
		return next{"To go back to " + string(plan.Primary) + " once it is well, see first what that would do", m.start(string(plan.Primary), failover.Input{
			Action: failover.Failback, Applications: run.Applications, DryRun: true,
		})}
	}
	return next{}
}

// afterWinner shows the run that has taken over, in the Region where it is executed.
func afterWinner(m machine, winner *failover.Winner) next {
	if winner == nil {
		return next{"See which run has taken over", fmt.Sprintf(
			"aws stepfunctions list-executions --region %s --state-machine-arn %s --max-items 5", m.region, m.arn(m.region))}
	}
	region := m.region
	if theirs, ok := machineOf(winner.ARN); ok {
		region = theirs.region
	}
	return next{"See how the run that has taken over is doing", describe(winner.ARN, region)}
}

func describe(execution, region string) string {
	return fmt.Sprintf("aws stepfunctions describe-execution --region %s --execution-arn %s", region, execution)
}

// again asks for what the run was asked for. The outage goes on, so RTO still counts from its beginning.
func again(plan failover.Plan, run failover.Run) failover.Input {
	in := failover.Input{Action: run.Action, Applications: run.Applications}
	if !run.Action.Planned() {
		in.AllowDataLoss, in.Since = run.AllowDataLoss, run.Since
	}
	if run.Approval != plan.Approval {
		in.Approval = run.Approval
	}
	return in
}

// goHome asks for a planned move to where the run came from, whatever it has left there.
func goHome(plan failover.Plan, run failover.Run, home failover.Region) failover.Input {
	in := failover.Input{Action: failover.Switchover, Applications: run.Applications}
	if home == plan.Primary {
		in.Action = failover.Failback
	}
	return in
}

// look asks how things are with the applications that the run was about.
func look(run failover.Run) failover.Input {
	return failover.Input{Action: failover.Check, Applications: run.Applications}
}

// machine is the state machine that a run is an execution of. It has the same name in both Regions.
type machine struct {
	partition, region, account, name string
}

// machineOf reads arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME.
func machineOf(execution string) (machine, bool) {
	parts := strings.Split(execution, ":")
	if len(parts) != 8 || parts[5] != "execution" {
		return machine{}, false
	}
	return machine{partition: parts[1], region: parts[3], account: parts[4], name: parts[6]}, true
}

func (m machine) arn(region string) string {
	return fmt.Sprintf("arn:%s:states:%s:%s:stateMachine:%s", m.partition, region, m.account, m.name)
}

func (m machine) start(region string, in failover.Input) string {
	input, err := json.Marshal(in)
	if err != nil { // an Input of text, numbers and times that AWS has already passed on
		return ""
	}
	return fmt.Sprintf("aws stepfunctions start-execution --region %s --state-machine-arn %s --input %s", region, m.arn(region), quote(string(input)))
}

// quote makes one word of a text for a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
