package guarantee

import (
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Attribution: which run caused a change, however late it shows. The time of the change is not enough: runs may be concurrent,
// and the run may have ended before AWS accepted its request or finished what it asked for. A batch names its run in the fence
// that it writes, and everything else is attributed by the request that caused it.

// runOf is the run that has written a batch, and the phase of the run. A batch without a fence belongs to the run that has
// requested it, or else to the run in progress; it is nil when there was none.
func (e Evidence) runOf(batch fakeaws.Batch) (*RunEvidence, failover.Phase) {
	c := e.causeOfBatch(batch)
	return c.run, c.phase
}

func (e Evidence) causeOfBatch(batch fakeaws.Batch) cause {
	mark, marked := markOf(batch)
	i := slices.IndexFunc(e.Runs, func(r RunEvidence) bool { return NameIn(r.ARN) == mark.Run && r.To() == mark.Region })
	if marked && i < 0 {
		return cause{phase: mark.Phase}
	}
	among := e.Runs
	if marked {
		among = e.Runs[i : i+1]
	}
	c := causeAmong(among, batch.At, func(c fakeaws.Call) bool {
		return c.Operation == "ChangeResourceRecordSets" && slices.Contains(strings.Fields(c.Object), batch.Zone)
	})
	switch {
	case marked && c.run == nil:
		return cause{&e.Runs[i], mark.Phase, batch.At}
	case marked:
		c.phase = mark.Phase
	case c.run == nil:
		return cause{e.runAt(batch.At), failover.Outbound, batch.At}
	}
	return c
}

// cause is the request that has caused a change: its run, the phase of the run, and when it was made.
type cause struct {
	run   *RunEvidence
	phase failover.Phase
	at    time.Time
}

// causeAmong is the request that AWS accepted at the time of the change, or else the last one before it whose requester got no
// answer, or one that a retry may cure: AWS may have accepted it late. The run is nil when there is none.
func causeAmong(runs []RunEvidence, at time.Time, requests func(fakeaws.Call) bool) cause {
	var late cause
	for i := range runs {
		for _, inv := range runs[i].Invocations {
			for _, c := range inv.Calls {
				asked := c.At
				if asked.IsZero() {
					asked = inv.At
				}
				switch {
				case !requests(c):
				case c.Code == "" && asked.Equal(at):
					return cause{&runs[i], phaseOf(inv), asked}
				case waitingCures(c) && !asked.After(at) && (late.run == nil || asked.After(late.at)):
					late = cause{&runs[i], phaseOf(inv), asked}
				}
			}
		}
	}
	return late
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
	c := e.causeOfPromotion(p)
	return c.run, c.phase
}

func (e Evidence) causeOfPromotion(p fakeaws.Promotion) cause {
	c := causeAmong(e.Runs, p.At, func(c fakeaws.Call) bool { return c.Operation == p.Operation && c.Object == p.GlobalCluster })
	if c.run == nil {
		return cause{e.runAt(p.At), failover.Outbound, p.At}
	}
	return c
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

// end is when the run ended; for one that is still running, the far future. A function that runs when its execution is stopped
// goes on.
func (r RunEvidence) end() time.Time {
	if r.StoppedAt.IsZero() {
		return r.StartedAt.AddDate(1, 0, 0)
	}
	end := r.StoppedAt
	for _, inv := range r.Invocations {
		for _, c := range inv.Calls {
			if c.At.After(end) {
				end = c.At
			}
		}
	}
	return end
}

// tookLock says whether the run has had the lock.
func (r RunEvidence) tookLock() bool {
	a, ok := r.validated()
	return ok && a.Verdict == failover.Proceed && a.Run.Epoch > 0
}

// declined says whether Validate has ended the run without a blocker: it was skipped, or had nothing to
// move. So is a drill that has taken the lock over from another run and had nothing to move: it does not return what that one has
// moved. Such a run ends Completed and has moved nothing.
func (r RunEvidence) declined() bool {
	a, ok := r.validated()
	return ok && (a.Verdict == failover.Skip || a.Verdict == failover.NothingToMove || r.tookOver())
}

// tookOver says whether the run is a drill that has taken the lock over, and had nothing to move.
func (r RunEvidence) tookOver() bool {
	a, _ := r.validated()
	return a.Run.Action == failover.Drill && r.hadNothing()
}

// hadNothing says whether the run has taken the lock over, and had nothing to move: it ends Completed beside the run before.
func (r RunEvidence) hadNothing() bool {
	a, ok := r.validated()
	return ok && a.Verdict == failover.Proceed && len(a.Stages) == 0 && a.Run.TakenOverFrom != ""
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
