package guarantee

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// mutualExclusion is guarantee 10: of two concurrent runs, at most one moves traffic; the other ends without effect and
// names the winner. A run whose lock has expired or was taken over may have moved something before: from then on it
// moves nothing more.
func mutualExclusion(e Evidence) finding {
	f := finding{basis: "no two runs ran at the same time"}
	pairs := 0
	for i, a := range e.Runs {
		for _, b := range e.Runs[i+1:] {
			if a.moves() && b.moves() && a.movesBeside(b) {
				pairs++
				f.check(a)
				f.check(b)
				e.checkPair(&f, a, b)
			}
		}
	}
	e.checkEpochs(&f)
	e.checkOvertaken(&f)
	if pairs > 0 {
		f.basis = prose.Count(pairs, "pair") + " of concurrent runs, at most one of each moved something"
	}
	return f
}

// effects are the times at which a run has made the requests that changed a hosted zone, wrote a switch or started a promotion.
// AWS may have accepted them later.
func (e Evidence) effects(run RunEvidence) []time.Time {
	var at []time.Time
	for _, batch := range e.Batches {
		if c := e.causeOfBatch(batch); c.run != nil && c.run.ARN == run.ARN {
			at = append(at, c.at)
		}
	}
	for _, p := range e.Promotions {
		if c := e.causeOfPromotion(p); c.run != nil && c.run.ARN == run.ARN {
			at = append(at, c.at)
		}
	}
	for _, inv := range run.Invocations {
		for _, call := range inv.Calls {
			if inv.State == "ShiftTraffic" && call.Service == "dynamodb" && call.Mutating && call.Code == "" && inPartition(call, "switches") {
				at = append(at, call.At)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// movesBeside says whether two runs could move something at the same time: none had released the lock when the other started. One
// that only sends its notification moves nothing.
func (r RunEvidence) movesBeside(other RunEvidence) bool {
	return r.Name != other.Name && r.overlaps(other) && !r.opened().After(other.closed()) && !other.opened().After(r.closed())
}

// opened is when Validate has let the run go on, or else the start of the run: it may have waited for Lambda before.
func (r RunEvidence) opened() time.Time {
	if r.tookLock() {
		return r.validatedAt()
	}
	return r.StartedAt
}

// validatedAt is when the Validate was invoked that has answered, or else the start of the run.
func (r RunEvidence) validatedAt() time.Time {
	for _, inv := range r.Invocations {
		if inv.State == "Validate" && inv.Result.ErrorType == "" && inv.At.After(r.StartedAt) {
			return inv.At
		}
	}
	return r.StartedAt
}

// closed is when CloseRun has released the run's lock, even if its answer was lost, or else the end of the run.
func (r RunEvidence) closed() time.Time {
	for _, inv := range r.Invocations {
		if inv.State != "CloseRun" {
			continue
		}
		if i := slices.IndexFunc(inv.Calls, releases); i >= 0 {
			return inv.Calls[i].At
		}
		if inv.Result.ErrorType == "" {
			return inv.At.Add(inv.Took)
		}
	}
	return r.end()
}

// releases says whether a call of CloseRun has released the lock.
func releases(call fakeaws.Call) bool {
	return call.Service == "dynamodb" && call.Operation == "UpdateItem" && call.Code == "" && inPartition(call, "lock")
}

// worksAfter says whether a step of the run was still at work at a time or later: one that Lambda did not start sees nothing.
func (r RunEvidence) worksAfter(at time.Time) bool {
	return slices.ContainsFunc(r.Invocations, func(inv fakeaws.Invocation) bool { return Started(inv) && !inv.At.Add(inv.Took).Before(at) })
}

func (e Evidence) checkPair(f *finding, a, b RunEvidence) {
	ofA, ofB := e.effects(a), e.effects(b)
	if e.bySwitchUnseen(a, b) || e.bySwitchUnseen(b, a) || e.crossed(a, b) {
		return
	}
	if len(ofA) > 0 && len(ofB) > 0 {
		if ofB[0].Before(ofA[0]) {
			a, b, ofA, ofB = b, a, ofB, ofA
		}
		if !e.mayTakeOver(b, a, ofB[0]) {
			f.violate("%s and %s have both moved something, although %s held the lock; expected one of them to end without effect", a.Name, b.Name, a.Name)
		}
		if last := ofA[len(ofA)-1]; last.After(ofB[0]) {
			f.violate("%s: %s moved something after %s superseded it; expected no more changes", e.clock(last), a.Name, b.Name)
		}
		if !a.StoppedAt.IsZero() && a.closed().After(ofB[0]) && a.Outcome() != scenario.Stopped {
			e.checkLoser(f, a, b)
		}
		return
	}
	if len(ofA) > 0 && !b.tookFrom(a) {
		e.checkLoser(f, b, a)
	} else if len(ofB) > 0 && !a.tookFrom(b) {
		e.checkLoser(f, a, b)
	}
}

// tookFrom says whether a run has taken the lock from another one: it did not lose against that one, although it had nothing to move.
func (r RunEvidence) tookFrom(other RunEvidence) bool {
	a, ok := r.validated()
	return ok && a.Run.TakenOverFrom == NameIn(other.ARN)
}

// bySwitchUnseen says whether a run has moved users by switches alone, in a Region that was disconnected from that of another run:
// with neither a lock that both see nor a fence, the other one cannot know.
func (e Evidence) bySwitchUnseen(run, from RunEvidence) bool {
	if !e.disconnected(run, from) || len(e.effects(run)) == 0 {
		return false
	}
	return !slices.ContainsFunc(e.Batches, func(batch fakeaws.Batch) bool {
		by, _ := e.runOf(batch)
		return by != nil && by.ARN == run.ARN && !batch.At.After(from.closed())
	})
}

// disconnected says whether two runs were in progress at the same time, in Regions that had been disconnected from each other.
func (e Evidence) disconnected(a, b RunEvidence) bool {
	return a.Region != b.Region && a.overlaps(b) && slices.ContainsFunc(e.CutOffs, func(at time.Time) bool { return at.Before(a.end()) && at.Before(b.end()) })
}

// unseen says whether a run of the other Region, which a run could not see, has moved an application while one of them was in
// progress by switches alone: both believe what they have done themselves.
func (e Evidence) unseen(run RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		return e.selects(other, app) && other.moves() && (e.bySwitchUnseen(other, run) || e.bySwitchUnseen(run, other) && len(e.effects(other)) > 0)
	})
}

// mayTakeOver says whether a run may move something although another one has started to: the other one or its lease has
// ended, the operator has taken the lock over, or an unplanned failover leaves the other one's Region.
func (e Evidence) mayTakeOver(run, from RunEvidence, at time.Time) bool {
	over := !from.closed().After(at)
	supersedes := run.Asked != nil && !run.Asked.Action.Planned() && from.To() == run.from(e.Plan)
	return over || supersedes || (run.Asked != nil && run.Asked.Takeover) || e.takenFrom(from, at) || at.After(from.leasedUntil(at))
}

// takenFrom is since when another run has the lock of a run, as far as Validate of that one says.
func (e Evidence) takenFrom(run RunEvidence, at time.Time) bool {
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		a, ok := other.validated()
		return ok && a.Run.TakenOverFrom == NameIn(run.ARN) && other.StartedAt.After(run.StartedAt) && !other.StartedAt.After(at)
	})
}

// leasedUntil is the end of a run's lease, as the steps that it had started by a time could have renewed it.
func (r RunEvidence) leasedUntil(at time.Time) time.Time {
	until := failover.LeaseUntil(r.StartedAt, 0) // Validate's
	for _, inv := range r.Invocations {
		var step struct {
			Run   failover.Run    `json:"run"`
			Stage *failover.Stage `json:"stage"`
			Until time.Time       `json:"until"`
		}
		if inv.At.After(at) || failover.Decode(inv.Payload, &step) != nil {
			continue
		}
		wait := failover.RefillWait
		if step.Stage != nil {
			wait = max(wait, step.Run.WaitAfter(*step.Stage))
		}
		for _, end := range []time.Time{failover.LeaseUntil(inv.At, wait), failover.LeaseUntil(step.Until, 0)} {
			if end.After(until) {
				until = end
			}
		}
	}
	return until
}

// checkLoser: the run that did not win has changed nothing since the other one has started, and its messages name the winner. One
// that was skipped, or had nothing to move, need not name it, but must not change anything either.
func (e Evidence) checkLoser(f *finding, loser, winner RunEvidence) {
	if loser.StoppedAt.IsZero() && e.darkAt(loser.Region, loser.end()) {
		return // it does nothing as long as its Region is lost
	}
	if len(loser.Invocations) == 0 {
		return // no step of it has run
	}
	// It has taken the lock over, and had no approval; or the lock could not tell it that another run had started at the same moment, and
	// that one has left nothing to roll back.
	unmoved := loser.Outcome() == failover.RolledBack && (len(e.effects(loser)) == 0 || lockedAtOnce(loser, winner))
	if o := loser.Outcome(); !unmoved && !loser.declined() && !loser.hadNothing() && o != failover.Refused && o != failover.Held && o != scenario.Stopped {
		f.violate("%s: ended %s beside %s; expected Refused or Held", loser.Name, OrRunning(o), winner.Name)
	}
	unapproved := loser.Outcome() == failover.Refused && slices.Contains(loser.Path, "AwaitApproval")
	lost := (loser.tookLock() || loser.lockedOut()) && !unapproved && !loser.cutOff() && loser.worksAfter(winner.opened()) && !loser.brokenOff(notifies) // and was not refused for a reason of its own
	if lost && loser.Outcome() != scenario.Stopped && !e.namesWinner(loser) && !e.mayNotRead(loser) {
		f.violate("%s: does not name the winner %s: %.200s", loser.Name, winner.Name, loser.said())
	}
	known := winner.opened()
	if lockedAtOnce(loser, winner) {
		known = known.Add(replication)
	}
	for _, inv := range loser.Invocations {
		for _, call := range inv.Calls {
			if isRegistryWrite(call) && len(e.effects(loser)) == 0 && !call.At.Before(known) {
				f.violate("%s: %s of %s has written %s; expected no effect", e.clock(call.At), inv.State, loser.Name, call.Object)
			}
		}
	}
}

// namesWinner says whether a run's messages name one that has moved something meanwhile, or holds the lock. When several have, one
// after the other, the fence names the last.
func (e Evidence) namesWinner(loser RunEvidence) bool {
	said := loser.said()
	return slices.ContainsFunc(e.Runs, func(r RunEvidence) bool {
		return r.overlaps(loser) && strings.Contains(said, NameIn(r.ARN)) && (len(e.effects(r)) > 0 || r.tookLock() || loser.lockedOut())
	})
}

// cutOff says whether the run got no answer from another Region in its last steps, or could not read the lock: it cannot know who moves
// what.
func (r RunEvidence) cutOff() bool {
	last := r.Invocations[max(0, len(r.Invocations)-6):]
	return slices.ContainsFunc(last, func(inv fakeaws.Invocation) bool {
		return slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool {
			unread := c.Service == "dynamodb" && c.Operation == "GetItem" && (c.Code != "" || c.Lost)
			return unread || c.Region != r.Region && c.Service != "route53" && c.Code == wire.CodeUnreachable
		})
	})
}

// isRegistryWrite says whether a call has changed what the registry says of an application.
func isRegistryWrite(call fakeaws.Call) bool {
	return call.Service == "dynamodb" && call.Mutating && call.Code == "" && inPartition(call, "applications")
}

// checkEpochs: the epochs in the fence of a zone only rise, and two runs never share one.
func (e Evidence) checkEpochs(f *finding) {
	last := map[string]failover.Fence{}
	for _, batch := range e.Batches {
		mark, ok := markOf(batch)
		if !ok {
			continue
		}
		before, known := last[batch.Zone]
		last[batch.Zone] = mark
		switch {
		case !known || mark.Run == before.Run && mark.Region == before.Region:
		case mark.Epoch <= before.Epoch:
			f.violate("%s: %s writes zone %s with epoch %d after %s with epoch %d; expected a newer one",
				e.clock(batch.At), mark.Run, batch.Zone, mark.Epoch, before.Run, before.Epoch)
		}
	}
	seen := map[int64]string{}
	for _, zone := range slices.Sorted(maps.Keys(last)) {
		mark := last[zone]
		who := mark.Run + " of " + string(mark.Region)
		if by, known := seen[mark.Epoch]; known && by != who && !e.crossedBy(mark) {
			f.violate("%s and %s have moved zones with the same epoch %d", by, who, mark.Epoch)
		}
		seen[mark.Epoch] = who
	}
}
