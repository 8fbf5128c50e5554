package guarantee

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// refusedChangedNothing is guarantee 6: a run that was refused, a check or a dry run made no mutating call, except for the
// conditional writes of the lock and of the release that its Region runs. A run whose Validate could not be invoked has
// sent a notification, which is no change.
func refusedChangedNothing(e Evidence) finding {
	f := finding{basis: "no run was refused, a check or a dry run"}
	runs, calls := 0, 0
	for i, run := range slices.Concat(e.Runs, e.Idle) {
		if run.Outcome() != failover.Refused && run.moves() && !run.declined() || run.tookOver() {
			continue
		}
		counts := i < len(e.Runs) // an idle one is held to it, and no scenario is about it
		if counts {
			f.check(run)
			runs++
		}
		notified := slices.Contains(run.Path, "Notify") || run.notifies()
		for _, inv := range run.Invocations {
			if inv.State == "NotifyStopped" || inv.State == "CloseStopped" {
				continue // these are about another run
			}
			for _, call := range inv.Calls {
				if counts {
					calls++
				}
				if call.Mutating && call.Code == "" && !isLockWrite(call) && !isRelease(call) && !isQuestion(call) && !run.closesAnother(call) && !(notified && notices(call)) && !asks(inv, call) {
					f.violate("%s: %s called %s %s on %s; expected no change", run.Name, inv.State, call.Service, call.Operation, call.Object)
				}
			}
		}
		if e.disturbed(run) {
			continue // the state changes, but not by this run: its calls show that
		}
		before, after := run.Before, run.After
		before.Messages, after.Messages = 0, 0
		before.Databases, after.Databases = writersAlone(before.Databases), writersAlone(after.Databases)
		before = e.replicated(run, before, after)
		for _, what := range differences(before, after) {
			f.violate("%s: %s", run.Name, what)
		}
	}
	if f.checked() {
		f.basis = fmt.Sprintf("%s, %s, no change", prose.Count(runs, "run"), prose.Count(calls, "request"))
	}
	return f
}

// writersAlone are databases without the old writers that still accept writes: Aurora fences them by itself, some time after their
// Region can be reached again.
func writersAlone(databases []DatabaseState) []DatabaseState {
	databases = slices.Clone(databases)
	for i := range databases {
		databases[i].All, databases[i].Available = []string{databases[i].Writer}, true
	}
	return databases
}

// replicated is a snapshot of a run's Region before the run with what a run of the other Region had written until then, and what has
// only reached this Region during the run, because the Regions had been disconnected.
func (e Evidence) replicated(run RunEvidence, before, after Snapshot) Snapshot {
	if !slices.ContainsFunc(e.CutOffs, func(at time.Time) bool { return at.Before(run.StartedAt) }) {
		return before
	}
	before.Registry, before.Switches = slices.Clone(before.Registry), maps.Clone(before.Switches)
	for _, other := range e.Runs {
		if other.Region == run.Region || !other.end().Before(run.StartedAt) {
			continue
		}
		for i, app := range before.Registry {
			is, _ := after.registered(app.Name)
			if wrote, ok := other.After.registered(app.Name); ok && wrote.Live.Epoch == is.Live.Epoch && sameLive(wrote.Live, is.Live) {
				before.Registry[i].Live = is.Live
			}
		}
		for name, leaves := range other.After.Switches {
			if after.Switches[name] == leaves {
				before.Switches[name] = leaves
			}
		}
	}
	return before
}

// disturbed says whether something else changes the state while a run is in progress: another run, a promotion that one before has
// started, an outage, an operator.
func (e Evidence) disturbed(run RunEvidence) bool {
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool { return other.moves() && other.overlaps(run) }) ||
		slices.ContainsFunc(e.Applications, func(app failover.Application) bool { return e.inFlight(app, run.StartedAt) }) ||
		slices.ContainsFunc(e.Outages, func(o Outage) bool { return run.during(o.From) || run.during(o.To) }) ||
		slices.ContainsFunc(e.Manual, func(m ManualChange) bool { return run.during(m.At) }) ||
		slices.ContainsFunc(e.Items, func(c ItemChange) bool { return run.during(c.At) })
}

// closesAnother says whether a call records the run from which this one has taken the lock, because that one has ended without it.
func (r RunEvidence) closesAnother(call fakeaws.Call) bool {
	a, ok := r.validated()
	return ok && a.Run.TakenOverFrom != "" && call.Service == "dynamodb" && inPartition(call, "runs") && strings.Contains(call.Object, "#"+a.Run.TakenOverFrom+"#")
}

// isLockWrite says whether a call is the conditional write of the registry's lock.
func isLockWrite(call fakeaws.Call) bool {
	return call.Service == "dynamodb" && inPartition(call, "lock")
}

// isRelease says whether a call publishes what its Region has deployed: which release of Drover, and which health checks.
func isRelease(call fakeaws.Call) bool {
	return call.Service == "dynamodb" && (inPartition(call, "versions") || inPartition(call, "switchchecks"))
}

// inPartition says whether a call is about an item of a partition of the registry: its object is table, partition key
// and sort key.
func inPartition(call fakeaws.Call, partition string) bool {
	parts := strings.Fields(call.Object)
	// The applications of a large wave lie under several partition keys, such as applications#3.
	return len(parts) > 1 && (parts[1] == partition || strings.HasPrefix(parts[1], partition+"#"))
}

// isQuestion says whether a call writes, or deletes, the approval request of a run.
func isQuestion(call fakeaws.Call) bool {
	return call.Service == "dynamodb" && inPartition(call, "approvals")
}

// asks says whether a call publishes that request.
func asks(inv fakeaws.Invocation, call fakeaws.Call) bool {
	return call.Service == "sns" && inv.State == "AwaitApproval"
}

// notices says whether a call only publishes a notification, a report or a metric.
func notices(call fakeaws.Call) bool {
	return call.Service == "sns" || call.Service == "s3" || call.Service == "monitoring"
}

// bounded is guarantee 8: a run ends within the bound that Validate has printed, whatever fails.
func bounded(e Evidence) finding {
	f := finding{basis: "there was no run"}
	for _, run := range e.Runs {
		bound := run.Bound()
		lost, dark := e.lostAt(run.Region)
		if run.StoppedAt.IsZero() && dark && lost.Sub(run.StartedAt)-run.Paused <= bound {
			continue // nothing runs in its Region any more
		}
		f.check(run)
		switch took := run.StoppedAt.Sub(run.StartedAt) - run.Paused; {
		case run.StoppedAt.IsZero():
			f.violate("%s: has not ended; expected an end within %s", run.Name, scenario.Span(bound))
		case took > bound:
			f.violate("%s: took %s; expected at most %s", run.Name, scenario.Span(took), scenario.Span(bound))
		default:
			f.basis = fmt.Sprintf("%s ended after %s, within its bound of %s", run.Name, scenario.Span(took), scenario.Span(bound))
		}
	}
	if len(f.runs) > 1 {
		f.basis = prose.Count(len(f.runs), "run") + ", each within its bound"
	}
	return f
}

// Bound is what Validate has printed for the run. One that it refused, or could not plan, has no stages.
func (r RunEvidence) Bound() time.Duration {
	if a, ok := r.validated(); ok && a.Run.BoundSeconds > 0 {
		return time.Duration(a.Run.BoundSeconds) * time.Second
	}
	bound := failover.Bound(failover.Run{}, nil, nil, nil, nil)
	if r.Asked != nil && r.Asked.Action == failover.Failover {
		bound += failover.StartSeconds*time.Second + failover.StartWait // StartAgain?
	}
	return bound
}

// validated is the last answer that Validate gave to the run.
func (r RunEvidence) validated() (a failover.ValidateAnswer, ok bool) {
	if r.read != nil {
		return r.read.answer, r.read.ok
	}
	for _, inv := range r.Invocations {
		if inv.State == "Validate" && inv.Result.ErrorType == "" && failover.Decode(inv.Result.Payload, &a) == nil {
			ok = true
		}
	}
	return a, ok
}
