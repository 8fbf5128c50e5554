package guarantee

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Attribution: which run caused a change. With concurrent runs the time is not enough: a batch names its run in the fence
// that it writes, and everything else is attributed by the invocation that did it.

// runOf is the run that has written a batch, and the phase of the run. A batch without a fence belongs to the run in
// progress; it is nil when there was none.
func (e Evidence) runOf(batch fakeaws.Batch) (*RunEvidence, failover.Phase) {
	if mark, ok := markOf(batch); ok {
		i := slices.IndexFunc(e.Runs, func(r RunEvidence) bool { return NameIn(r.ARN) == mark.Run && r.To() == mark.Region })
		if i < 0 {
			return nil, mark.Phase
		}
		return &e.Runs[i], mark.Phase
	}
	return e.runAt(batch.At), failover.Outbound
}

// markOf is the fence that a batch has written.
func markOf(batch fakeaws.Batch) (failover.Fence, bool) {
	for _, c := range batch.Changes {
		if c.Action == "CREATE" && isFence(c.Set) && len(c.Set.Values) == 1 {
			mark, err := failover.ParseFence(c.Set.Values[0])
			return mark, err == nil
		}
	}
	return failover.Fence{}, false
}

// promoterOf is the run that has started a promotion, and the phase of the run; nil when none has.
func (e Evidence) promoterOf(p fakeaws.Promotion) (*RunEvidence, failover.Phase) {
	for i := range e.Runs {
		for _, inv := range e.Runs[i].Invocations {
			if inv.At.Equal(p.At) && slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool {
				return c.Operation == p.Operation && c.Object == p.GlobalCluster && c.Code == ""
			}) {
				return &e.Runs[i], phaseOf(inv)
			}
		}
	}
	return e.runAt(p.At), failover.Outbound
}

// phaseOf is the phase that an invocation belongs to: every step's request has it.
func phaseOf(inv fakeaws.Invocation) failover.Phase {
	var payload struct {
		Run   failover.Run   `json:"run"`
		Phase failover.Phase `json:"phase"`
	}
	if failover.Decode(inv.Payload, &payload) != nil || payload.Phase+payload.Run.Phase == "" {
		return failover.Outbound
	}
	if payload.Phase != "" { // Validate gets the phase that it plans, and the run as the phase before has left it
		return payload.Phase
	}
	return payload.Run.Phase
}

// phases are the phases that a run has played, each with the time from the first of its invocations.
func (r RunEvidence) phases() []phaseTime {
	all := []phaseTime{{Phase: failover.Outbound, From: r.StartedAt}}
	for _, inv := range r.Invocations {
		if phase := phaseOf(inv); phase != all[len(all)-1].Phase && phase != failover.Outbound {
			all[len(all)-1].To = inv.At
			all = append(all, phaseTime{Phase: phase, From: inv.At})
		}
	}
	all[len(all)-1].To = r.StoppedAt
	if entered, ok := r.enteredAt("Soak"); ok && len(all) > 1 && all[1].Phase == failover.Return {
		all[0].To = entered
	}
	return all
}

// phaseTime is when a phase was played.
type phaseTime struct {
	Phase    failover.Phase
	From, To time.Time
}

// enteredAt is when the run first entered a state.
func (r RunEvidence) enteredAt(state string) (at time.Time, ok bool) {
	for _, event := range r.History {
		if event.StateEntered != nil && event.StateEntered.Name == state {
			return event.Time, true
		}
	}
	return time.Time{}, false
}

// target is the Region that a run moves to in a phase.
func (r RunEvidence) target(plan failover.Plan, phase failover.Phase) failover.Region {
	if phase == failover.Outbound || phase == failover.ReturnRollback {
		return r.To()
	}
	return r.from(plan)
}

// Notified are the notifications of a run: those while it ran (start, approval requests), and those of its end. A
// notification may name other runs too, so it is attributed by the invocation that has published it.
func (r RunEvidence) Notified(messages []fakeaws.Message) (underway, ends []string) {
	for _, m := range messages {
		for _, inv := range r.Invocations {
			published := slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return c.Service == "sns" && c.Code == "" })
			if m.Region != r.Region || !inv.At.Equal(m.At) || !published {
				continue
			}
			if text := m.Subject + "\n" + m.Message; inv.State == "Notify" || inv.State == "NotifyRefused" {
				ends = append(ends, text)
			} else {
				underway = append(underway, text)
			}
			break
		}
	}
	return underway, ends
}

// overlaps says whether two runs were in progress at the same time.
func (r RunEvidence) overlaps(other RunEvidence) bool {
	return r.Name != other.Name && !r.StartedAt.After(other.end()) && !other.StartedAt.After(r.end())
}

// end is when the run ended; for one that is still running, the far future.
func (r RunEvidence) end() time.Time {
	if r.StoppedAt.IsZero() {
		return r.StartedAt.AddDate(1, 0, 0)
	}
	return r.StoppedAt
}

// tookLock says whether the run has had the lock.
func (r RunEvidence) tookLock() bool {
	a, ok := r.validated()
	return ok && a.Verdict == failover.Proceed && a.Run.Epoch > 0
}

// declined says whether Validate has ended the run without a blocker: it was skipped, or had nothing to
// move. Such a run ends Completed and has moved nothing.
func (r RunEvidence) declined() bool {
	a, ok := r.validated()
	return ok && (a.Verdict == failover.Skip || a.Verdict == failover.NothingToMove)
}

// notifies says whether the run ended with Validate's verdict and must notify about it.
func (r RunEvidence) notifies() bool {
	a, ok := r.validated()
	return ok && a.Notify
}

// lockedOut says whether the run was refused because another one holds the lock.
func (r RunEvidence) lockedOut() bool {
	a, ok := r.validated()
	return ok && slices.ContainsFunc(a.Findings, func(f failover.Finding) bool {
		return f.Code == failover.CodeLocked && f.Severity == failover.Blocker
	})
}
