package notify

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// next is what a person does after a run: one command to type, and when. Both are empty when there is nothing to do.
// Commands are those of the aws command line, which needs nothing of Drover but the permission to start a run.
type next struct {
	when, command string
}

// nextStep decides it. Whatever went wrong, asking for the same again is safe: a run repeats nothing that is done, and
// goes on where the one before has stopped.
func nextStep(plan failover.Plan, r failover.Report, failures []failover.StepFailure) next {
	run, failure := r.Run, failover.FailedStep(failures)
	m, ok := failover.MachineOf(run.ARN)
	home, away := run.WayOut()
	switch {
	case !ok:
		return next{}
	case overtaken(failures):
		return afterWinner(m, r.Winner)
	case r.Outcome == failover.Refused && asks(run) && failure == nil:
		return next{"When it may begin, ask again", m.Start(m.Region, run.Again(plan))}
	case r.Outcome == failover.Refused || run.Action == "":
		return next{"See what the run was asked for", failover.Describe(run.ARN)}
	case failure != nil && failure.State == failover.CloseRun:
		return next{"The lock was not released, which blocks no other run; see how things are", m.Start(m.Region, look(run))}
	case withdraw(r) != "":
		return next{"A record set that is not registered answers users of " + foreignOf(r) + "; set its weight to 0, then start the same run again", withdraw(r)}
	case r.Outcome == failover.Held && run.Action.Planned() && home != "" && isHome(r):
		return next{"Everything is in " + string(home) + " again; once the cause is dealt with, see whether it is well there", m.Start(home, look(run))}
	case r.Outcome == failover.Held && run.Action.Planned() && home != "":
		return next{"When the cause is dealt with, bring everything back to " + string(home), m.Start(home, goHome(plan, run, home))}
	case r.Outcome == failover.Held:
		return next{"When the cause is dealt with, ask for the same again; it goes on from here", m.Start(m.Region, goOn(plan, r))}
	case r.Outcome == failover.RolledBack && saidNo(r.Decisions):
		return next{"When it may go on, ask again", m.Start(m.Region, run.Again(plan))}
	case r.Outcome == failover.RolledBack || len(r.NotMoved)+len(r.NotKnown) > 0:
		return next{"See what stands in the way", m.Start(m.Region, look(run))}
	case away == plan.Standby && run.Action != failover.Drill:
		return next{"To go back to " + string(plan.Primary) + " once it is well, see first what that would do", m.Start(plan.Primary, failover.Input{
			Action: failover.Failback, Applications: run.Applications, DryRun: true,
		})}
	}
	return next{}
}

// saidNo says whether a person, or nobody in time, has kept the run from going on.
func saidNo(decisions []failover.Decision) bool {
	return slices.ContainsFunc(decisions, func(d failover.Decision) bool { return !d.Approved })
}

// afterWinner shows the run that has taken over.
func afterWinner(m failover.Machine, winner *failover.Winner) next {
	if winner == nil {
		return next{"See which run has taken over", failover.CommandLine(
			"aws", "stepfunctions", "list-executions", "--region", string(m.Region), "--state-machine-arn", m.ARN(m.Region), "--max-items", "5")}
	}
	return next{"See how the run that has taken over is doing", failover.Describe(winner.ARN)}
}

// isHome says whether a way back has brought everything home, for certain, although it did not end well. A retreat goes
// the other way.
func isHome(r failover.Report) bool {
	l := listsOf(r)
	return r.Run.Phase.Returns() && r.Run.Phase != failover.ReturnRollback && len(l.there) > 0 && len(l.elsewhere)+len(l.unknown) == 0 && len(r.Unknown) == 0
}

// withdraw is the command that keeps a record set which is not registered from answering users, of the first application
// that has one.
func withdraw(r failover.Report) string {
	if i := foreignIndex(r); i >= 0 {
		return listsOf(r).elsewhere[i].Command
	}
	return ""
}

func foreignOf(r failover.Report) string { return listsOf(r).elsewhere[foreignIndex(r)].Application }

func foreignIndex(r failover.Report) int {
	return slices.IndexFunc(listsOf(r).elsewhere, func(app failover.NotMoved) bool { return app.Command != "" })
}

// goOn asks for what the run has left to do. Shares of traffic that are below what an application has by now would take
// users back, and are refused.
func goOn(plan failover.Plan, r failover.Report) failover.Input {
	has := 0
	for _, app := range r.NotMoved {
		has = max(has, app.Percent)
	}
	in := r.Run.Again(plan)
	in.Percents = slices.DeleteFunc(slices.Clone(in.Percents), func(p int) bool { return p < has })
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
