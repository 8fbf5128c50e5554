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
func nextStep(plan failover.Plan, run failover.Run, outcome failover.Outcome, failure *failover.StepFailure, notMoved int) next {
	machine, ok := machineOf(run.ARN)
	if !ok {
		return next{}
	}
	switch {
	case outcome == failover.Refused || run.Action == "":
		return next{"See what the run was asked for", fmt.Sprintf(
			"aws stepfunctions describe-execution --region %s --execution-arn %s", machine.region, run.ARN)}
	case failure != nil && failure.Error == string(failover.FenceLost):
		return next{"See which run has taken over", fmt.Sprintf(
			"aws stepfunctions list-executions --region %s --state-machine-arn %s --max-items 5", machine.region, machine.arn(machine.region))}
	case failure != nil && failure.State == "CloseRun":
		expires := run.StartedAt.Add(time.Duration(run.BoundSeconds) * time.Second).UTC().Format("15:04:05 UTC")
		return next{"The run's lock may be held until " + expires + "; see how things are", machine.start(machine.region, look(run))}
	case outcome == failover.Held:
		return next{"When the cause is dealt with, ask for the same again; it goes on from here", machine.start(machine.region, again(run))}
	case outcome == failover.RolledBack || notMoved > 0:
		return next{"See what stands in the way", machine.start(machine.region, look(run))}
	case run.To == plan.Standby:
		return next{"To go back to " + string(plan.Primary) + " once it is well, see first what that would do", machine.start(string(plan.Primary), failover.Input{
			Action: failover.Failback, Applications: run.Applications, DryRun: true,
		})}
	}
	return next{}
}

// again asks for what the run was asked for. The outage goes on, so RTO still counts from its beginning.
func again(run failover.Run) failover.Input {
	in := failover.Input{Action: run.Action, Applications: run.Applications}
	if !run.Action.Planned() {
		in.AllowDataLoss, in.Since = run.AllowDataLoss, run.Since
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
	quoted := "'" + strings.ReplaceAll(string(input), "'", `'\''`) + "'"
	return fmt.Sprintf("aws stepfunctions start-execution --region %s --state-machine-arn %s --input %s", region, m.arn(region), quoted)
}
