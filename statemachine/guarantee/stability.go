package guarantee

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// maxAttempts is how often a failover that moves all users by switches may ask a control plane that does not answer: once in
// Validate, and once in ShiftTraffic if it has answered Validate. Each attempt takes the time-out of one call, and users and
// databases wait for no more.
const maxAttempts = 2

// reports are the states after everything has moved and was verified: users and databases do not wait for them.
var reports = map[string]bool{"Notify": true, "NotifyStopped": true, "CloseRun": true, "CloseStopped": true}

// staticStability is guarantee 7: a failover sends no request to the Region that it leaves, even if that Region answers. One
// that moves all users by switches does not wait for the Route 53 control plane either. The attempts to reach it are listed.
func staticStability(e Evidence) finding {
	f := finding{basis: "no run was a failover"}
	calls := 0
	var attempts []string
	for _, run := range e.Runs {
		if run.Asked == nil || run.Asked.Action != failover.Failover {
			continue
		}
		f.check(run)
		left, unanswered := string(run.from(e.Plan)), 0
		for _, inv := range run.Invocations {
			zones := map[string]int{}
			for _, call := range inv.Calls {
				calls++
				if call.Region == left {
					f.violate("%s: %s called %s %s in %s; expected no request to the Region that it leaves",
						e.clock(call.At), inv.State, call.Service, call.Operation, left)
				}
				if call.Service == "route53" && call.Code == wire.CodeUnreachable {
					zones[call.Object]++
					if waits := inv.State != "Validate" || zones[call.Object] > 1 || len(zones) == 1; waits && !reports[inv.State] && !failedOtherwise(inv) {
						unanswered++ // Validate reads all zones at once, and waits for them once
					}
					attempts = append(attempts, inv.State+" "+call.Operation)
				}
			}
		}
		if unanswered > maxAttempts && run.allSwitched(e) {
			f.violate("%s: %s to the Route 53 control plane without an answer; expected at most %d, because switches move all users", run.Name,
				prose.Count(unanswered, "request"), maxAttempts)
		}
	}
	if f.checked() {
		f.basis = prose.Count(calls, "request") + " of failovers, none to the Region that they leave"
	}
	if n := len(attempts); n > 0 {
		slices.Sort(attempts)
		f.basis += fmt.Sprintf("; %s to the Route 53 control plane without an answer: %s", prose.Count(n, "request"), prose.Some(slices.Compact(attempts), 3, ", "))
	}
	return f
}

// failedOtherwise says whether an invocation failed for another reason than the control plane, so that its next attempt asks again.
func failedOtherwise(inv fakeaws.Invocation) bool {
	failed := func(c fakeaws.Call) bool {
		return c.Service != "route53" && (c.Lost || c.Code != "" && c.Code != unchanged)
	}
	return brokenOff(inv) || inv.Result.ErrorType != "" && slices.ContainsFunc(inv.Calls, failed)
}

// allSwitched says whether the run moves all of its applications by switches.
func (r RunEvidence) allSwitched(e Evidence) bool {
	a, ok := r.validated()
	moved := e.selected(r)
	unreadable := func(app failover.Application) bool { return e.unreadable(r, app) } // it moved by weights, for all that is known
	return ok && len(moved) > 0 && !slices.ContainsFunc(e.Applications, unreadable) && !slices.ContainsFunc(moved, func(app failover.Application) bool { return !a.Run.Switched(e.Plan, app) })
}
