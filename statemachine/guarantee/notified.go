package guarantee

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// alwaysNotified is guarantee 11: every run that took the lock ends with a notification, or with an alarm if notifications
// cannot be sent; so does every run that is refused or skipped and that was not started by an operator, and every refused
// failover. A run whose execution was stopped cannot send one: the run that closes it does, or the one that takes its lock.
func alwaysNotified(e Evidence) finding {
	f := finding{basis: "no run took the lock"}
	messages, alarms := 0, 0
	for _, run := range e.Runs {
		if !run.tookLock() && !run.mustNotify() {
			continue
		}
		silent := run.Outcome() == "" || run.Outcome() == scenario.Stopped || run.NotificationFailed()
		if silent && run.Messages+run.Closed == 0 && !e.namedByTaker(run) && (!e.had(run.Region, run.end(), alarmTime) || e.darkWithin(run.Region, run.end(), alarmTime)) {
			continue // its Region can have sent nothing; alarms that missed their evaluation do not read that period later
		}
		f.check(run)
		messages += run.Messages + run.Closed
		switch {
		case (run.Closed > 1 || run.Closed > 0 && run.Messages > 0) && !mayNotifyTwice(e.notifiers(run)):
			f.violate("%s: %s about its end; expected one", run.Name, prose.Count(run.Messages+run.Closed, "notification"))
		case run.Messages+run.Closed > 0 || e.namedByTaker(run):
		case !silent:
			f.violate("%s: no notification was published, although publishing would have succeeded; expected 1", run.Name)
		case !e.alarmed(run):
			f.violate("%s: no notification was published, and no alarm went to ALARM within %s; expected one of them", run.Name, scenario.Span(alarmTime))
		default:
			alarms++
		}
	}
	if f.checked() {
		f.basis = prose.Count(messages, "notification") + ", " + prose.Count(alarms, "alarm") + " in place of one"
	}
	return f
}

// mustNotify says whether the run was refused or skipped and must notify, judged by its input and not by Validate. A
// scheduled check may find again what was notified before: the readiness alarm is in ALARM. A run that finds no pending weights
// has nothing to say.
func (r RunEvidence) mustNotify() bool {
	if r.Asked == nil || r.Asked.Action == failover.Check || r.Asked.DryRun {
		return false
	}
	a, ok := r.validated()
	automatic := r.Asked.StartedBy() != ""
	return ok && (a.Verdict == failover.Skip && r.Asked.Action != failover.Weights || a.Verdict == failover.NothingToMove && r.Asked.Trigger != nil || a.Verdict == failover.Refuse && (automatic || r.Asked.Action == failover.Failover))
}

// alarmed says whether an alarm about a run, or about one of its functions, was in ALARM at its end, or has gone there soon after. One
// that is there for an earlier run does not go there again.
func (e Evidence) alarmed(run RunEvidence) bool {
	return slices.ContainsFunc(e.Alarms, func(a AlarmFired) bool {
		// A function may have failed a while before the run ended: each of its retries counts.
		if a.Region != run.Region || a.At.Before(run.StartedAt) && !a.Until.IsZero() && a.Until.Before(run.end()) || a.At.After(run.end().Add(alarmTime)) {
			return false
		}
		if a.Name == e.Plan.Name+"-not-notified" {
			return true
		}
		return slices.ContainsFunc(a.About, func(about string) bool {
			return about == run.StateMachine || slices.ContainsFunc(run.Path, func(state string) bool { return run.function(state) == about })
		})
	})
}

// function is the name of the function that a state has invoked, or empty.
func (r RunEvidence) function(state string) string {
	for _, inv := range r.Invocations {
		if inv.State == state {
			return inv.Function
		}
	}
	return "-"
}
