package guarantee

import (
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// What the last steps of a run could not do, because AWS accepted none of their requests or Lambda did not run them to their end,
// the run is not blamed for. It is for what they have not tried.

// notifies says whether a state is one that sends the notification about the end of a run.
func notifies(state string) bool { return state == "Notify" || state == "NotifyRefused" }

func closes(state string) bool { return state == "CloseRun" }

// NotificationFailed says whether the run has tried to notify, and failed.
func (r RunEvidence) NotificationFailed() bool {
	failed := func(c fakeaws.Call) bool { return c.Service == "sns" && c.Code != "" }
	return r.anyCall(notifies, failed) || r.neverRan(notifies)
}

// mayNotifyTwice says whether a notification may have been published whose publisher does not know it: a second one is better
// than none. by are the invocations that have published it.
func mayNotifyTwice(by []fakeaws.Invocation) bool {
	return slices.ContainsFunc(by, func(inv fakeaws.Invocation) bool {
		return brokenOff(inv) || slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return c.Lost || c.Code != "" && c.Code != unchanged })
	})
}

// notifiers are the invocations that notify about the end of a run: its own, and those of the runs that have closed it.
func (e Evidence) notifiers(run RunEvidence) []fakeaws.Invocation {
	var all []fakeaws.Invocation
	for _, inv := range run.Invocations {
		if notifies(inv.State) {
			all = append(all, inv)
		}
	}
	for _, by := range slices.Concat(e.Runs, e.Closings) {
		for _, inv := range by.Invocations {
			if of, _ := closed(inv); of.ARN == run.ARN && of.ARN != "" {
				all = append(all, inv)
			}
		}
	}
	return all
}

// unreported says whether the run could not write its report.
func (r RunEvidence) unreported() bool {
	return r.allFailed(notifies, func(c fakeaws.Call) bool { return c.Service == "s3" && c.Mutating })
}

// unreleased says whether the run could not release its lock. The lock then stays until its lease has ended.
func (r RunEvidence) unreleased() bool {
	return r.allFailed(closes, func(c fakeaws.Call) bool { return isLockWrite(c) && c.Mutating })
}

// allFailed says whether states have made requests of a kind and AWS has accepted none, or whether Lambda has not run these states.
func (r RunEvidence) allFailed(in func(state string) bool, which func(fakeaws.Call) bool) bool {
	accepted := func(c fakeaws.Call) bool { return which(c) && (c.Code == "" || c.Code == unchanged) }
	return !r.anyCall(in, accepted) && (r.anyCall(in, which) || r.neverRan(in))
}

func (r RunEvidence) anyCall(in func(state string) bool, which func(fakeaws.Call) bool) bool {
	return slices.ContainsFunc(r.Invocations, func(inv fakeaws.Invocation) bool {
		return in(inv.State) && slices.ContainsFunc(inv.Calls, which)
	})
}

// neverRan says whether the run reached states, and Lambda ran their function to its end at no attempt.
func (r RunEvidence) neverRan(in func(state string) bool) bool {
	ran := func(inv fakeaws.Invocation) bool { return in(inv.State) && !brokenOff(inv) }
	return slices.ContainsFunc(r.Path, in) && !slices.ContainsFunc(r.Invocations, ran)
}

// brokenOff says whether the run has invoked functions of states, and Lambda ran none to its end.
func (r RunEvidence) brokenOff(in func(state string) bool) bool {
	return r.neverRan(in) && slices.ContainsFunc(r.Invocations, func(inv fakeaws.Invocation) bool { return in(inv.State) })
}

// brokenOff says whether Lambda did not run a function to its end: it was not started, it crashed, or it was killed.
func brokenOff(inv fakeaws.Invocation) bool {
	return slices.ContainsFunc([]string{"Lambda.", "Runtime.", "Sandbox.", asl.ErrorTimeout}, func(p string) bool { return strings.HasPrefix(inv.Result.ErrorType, p) })
}

// Started says whether Lambda started a function.
func Started(inv fakeaws.Invocation) bool {
	if inv.Result.ErrorType == "Runtime.ExitError" && len(inv.Calls) == 0 {
		return false // it crashed before its work, which nothing has done yet
	}
	refused := []string{"Lambda.ResourceNotFoundException", "Lambda.AWSLambdaException", "Lambda.TooManyRequestsException"}
	return !slices.Contains(refused, inv.Result.ErrorType)
}
