package notify

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// next is what the operator does after a run: one command to type, and what it is for. Both are empty when no action is
// needed. Commands are those of the aws command line, which needs only the permission to start a run.
type next struct {
	when, command string
}

// nextStep decides it. Whatever failed, it is safe to start the same run again: a run repeats nothing that is done, and
// continues where the one before has stopped.
func nextStep(plan failover.Plan, r failover.Report, failures []failover.StepFailure) next {
	run, failure := r.Run, failover.FailedStep(failures)
	m, ok := failover.MachineOf(run.ARN)
	from, to := run.OutboundRegions()
	switch {
	case !ok || run.OnlyWeights && r.Outcome == failover.Completed:
		return next{}
	case r.Winner != nil || overtaken(failures):
		return afterWinner(m, r.Winner)
	case r.Outcome == failover.Refused && asks(run) && failure == nil:
		return next{"To ask for approval again", m.Start(m.Region, run.Again(plan))}
	case r.Outcome == failover.Refused || run.Action == "":
		return next{"To see the input of the run", failover.Describe(run.ARN)}
	case failure != nil && failure.State == failover.CloseRun:
		return next{"The lock was not released, which blocks no other run. To check the applications", m.Start(m.Region, check(run))}
	case withdraw(r) != "":
		return next{"A record set that is not registered answers users of " + foreignOf(r) + ". Set its weight to 0, then start the same run again", withdraw(r)}
	case r.Outcome == failover.Held && run.Action.Planned() && from != "" && isBackInSource(r):
		return next{"Everything is in " + string(from) + " again. When the cause is fixed, check the applications there", m.Start(from, check(run))}
	case r.Outcome == failover.Held && run.Action.Planned() && from != "":
		return next{"When the cause is fixed, move everything back to " + string(from), m.Start(from, moveBack(plan, run, from))}
	case r.Outcome == failover.Held:
		return next{"When the cause is fixed, start the same run again; it continues from here", m.Start(m.Region, resume(plan, r))}
	case r.Outcome == failover.RolledBack && rejected(r.Decisions):
		return next{"To ask for approval again", m.Start(m.Region, run.Again(plan))}
	case r.Outcome == failover.RolledBack || len(r.NotMoved)+len(r.NotKnown) > 0:
		return next{"To see the blockers", m.Start(m.Region, check(run))}
	case to == plan.Standby && run.Action != failover.Drill:
		return next{"To fail back to " + string(plan.Primary) + " when it is healthy, first see what that would do", m.Start(plan.Primary, failover.Input{
			Action: failover.Failback, Applications: run.Applications, DryRun: true,
		})}
	}
	return next{}
}

// rejected says whether a request of the run was not approved.
func rejected(decisions []failover.Decision) bool {
	return slices.ContainsFunc(decisions, func(d failover.Decision) bool { return !d.Approved })
}

// afterWinner shows the run that has superseded this one.
func afterWinner(m failover.Machine, winner *failover.Winner) next {
	if winner == nil {
		return next{"To see which run has superseded this one", failover.CommandLine(
			"aws", "stepfunctions", "list-executions", "--region", string(m.Region), "--state-machine-arn", m.ARN(m.Region), "--max-items", "5")}
	}
	return next{"To see the run that has superseded this one", failover.Describe(winner.ARN)}
}

// isBackInSource says whether everything is certainly back in the source Region, although the run did not end well. A return-rollback
// goes the other way.
func isBackInSource(r failover.Report) bool {
	l := listsOf(r)
	return r.Run.Phase.Returns() && r.Run.Phase != failover.ReturnRollback && len(l.there) > 0 && len(l.missing)+len(l.unknown) == 0 && len(r.Unknown) == 0
}

// withdraw is the command that stops a record set which is not registered from answering users, of the first application that
// has one.
func withdraw(r failover.Report) string {
	if i := foreignIndex(r); i >= 0 {
		return listsOf(r).missing[i].Command
	}
	return ""
}

func foreignOf(r failover.Report) string { return listsOf(r).missing[foreignIndex(r)].Application }

func foreignIndex(r failover.Report) int {
	return slices.IndexFunc(listsOf(r).missing, func(app failover.NotMoved) bool { return app.Command != "" })
}

// resume asks for what the run has left to do. Traffic steps below the weight that an application has by now would move users
// back, and are refused.
func resume(plan failover.Plan, r failover.Report) failover.Input {
	has := 0
	for _, app := range r.NotMoved {
		has = max(has, app.Percent)
	}
	in := r.Run.Again(plan)
	in.Percents = slices.DeleteFunc(slices.Clone(in.Percents), func(p int) bool { return p < has })
	return in
}

// moveBack asks for a planned move to the source Region of the run.
func moveBack(plan failover.Plan, run failover.Run, to failover.Region) failover.Input {
	in := failover.Input{Action: failover.Switchover, Applications: run.Applications}
	if to == plan.Primary {
		in.Action = failover.Failback
	}
	return in
}

// check asks for a check of the run's applications.
func check(run failover.Run) failover.Input {
	return failover.Input{Action: failover.Check, Applications: run.Applications}
}
