package guarantee

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Repeatable says whether a run, started again, must change nothing. A drill moves every time, and a run that was rolled
// back, or was paused or stopped, for a cause that has ended would succeed. One that never ended has no result to compare with.
func (r RunEvidence) Repeatable() bool {
	if r.Paused > 0 || r.Report != nil && len(r.Report.Restored)+len(r.Report.NotRestored) > 0 { // also Held in its rollback
		return false
	}
	if a, ok := r.validated(); ok && a.Verdict == failover.Skip { // the cause of the skip may have ended
		return false
	}
	switch r.Outcome() {
	case failover.RolledBack, scenario.Stopped, "":
		return false
	case failover.Refused:
		return !r.tookLock() && !r.lockedOut() && r.refusedForGood()
	}
	return r.Asked == nil || r.Asked.Action != failover.Drill
}

// lasting are the codes of blockers that no time removes: what they are about is in the input, the plan, the registry or DNS.
var lasting = []string{
	failover.CodeInput, failover.CodeLoosened, failover.CodeApplication, failover.CodeNothing, failover.CodeBroken, failover.CodeConfiguration,
	failover.CodeDataLoss, failover.CodeDrift, failover.CodeTTL, failover.CodeShared, failover.CodeEvents, failover.CodeWrongRegion, failover.CodeGradual,
}

// refusedForGood says whether one of the blockers of a refused run lasts.
func (r RunEvidence) refusedForGood() bool {
	a, ok := r.validated()
	return !ok || slices.ContainsFunc(a.Findings, func(f failover.Finding) bool {
		return f.Severity == failover.Blocker && slices.Contains(lasting, f.Code)
	})
}

// SetAside is what the run has set aside, from the request of Notify.
func (r RunEvidence) SetAside() failover.Aside {
	var request failover.NotifyRequest
	for _, inv := range r.Invocations {
		if inv.State == "Notify" && failover.Decode(inv.Payload, &request) != nil {
			return nil
		}
	}
	return request.SetAside
}

// GaveUp says whether the run has set a global cluster aside: what it could not promote then, it may promote later.
func (r RunEvidence) GaveUp(globalCluster string) bool {
	return slices.ContainsFunc(r.SetAside(), func(s failover.SetAside) bool {
		return s.Kind == failover.DatabaseKind && s.Object == globalCluster || s.Kind == failover.DatabasesKind
	})
}

// Unsettled says what has changed between the end of the run and a later state, without the run: a promotion has ended, or an
// operator has changed a record set. Empty when nothing has.
func (r RunEvidence) Unsettled(now Snapshot) string {
	was := r.After
	was.Messages, now.Messages = 0, 0
	if found := differences(was, now); len(found) > 0 {
		return "since its end, " + found[0]
	}
	return ""
}

// EndedMeanwhile is a promotion that was in progress at a time and has ended since; empty when there is none. What it changes is not
// done by a repetition that began then.
func EndedMeanwhile(promotions []fakeaws.Promotion, since time.Time) string {
	for _, p := range promotions {
		if p.At.Before(since) && p.Finished.After(since) {
			return "the promotion of " + p.GlobalCluster + " in " + p.To + " was in progress, and has ended since"
		}
	}
	return ""
}

// MayNotify says whether a repetition of these invocations, of one state, may notify: their notification failed.
func (r RunEvidence) MayNotify(first, last int) bool {
	if notifies(r.Invocations[first].State) && r.NotificationFailed() {
		return true
	}
	if r.Invocations[first].State == "AwaitApproval" && !r.hasAsked(first, last) {
		return true
	}
	if state := r.Invocations[first].State; (notifies(state) || state == "Announce" || state == "NotifyStopped") && !r.published(first, last) {
		return true
	}
	if r.Invocations[first].State == "Announce" && r.Report == nil && r.keptNothing(first, last) {
		return true
	}
	reports := notifies(r.Invocations[first].State) || r.Invocations[first].State == "NotifyStopped"
	return r.failed(first, last, func(c fakeaws.Call) bool { // the report that was not written says that it was notified
		return c.Service == "sns" || reports && c.Service == "s3" && c.Operation == "PutObject"
	})
}

// keptNothing says whether these invocations have tried to write an object, or crashed before, and S3 accepted none. Announce knows by
// its object, or by the report, that it has notified; without both it notifies again.
func (r RunEvidence) keptNothing(first, last int) bool {
	invocations, writes := r.Invocations[first:last+1], func(c fakeaws.Call) bool { return c.Service == "s3" && c.Operation == "PutObject" }
	kept := func(inv fakeaws.Invocation) bool {
		return slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return writes(c) && c.Code == "" })
	}
	tried := func(inv fakeaws.Invocation) bool { return brokenOff(inv) || slices.ContainsFunc(inv.Calls, writes) }
	return !slices.ContainsFunc(invocations, kept) && slices.ContainsFunc(invocations, tried)
}

// published says whether one of these invocations has asked SNS to publish.
func (r RunEvidence) published(first, last int) bool {
	return slices.ContainsFunc(r.Invocations[first:last+1], func(inv fakeaws.Invocation) bool {
		return slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return c.Service == "sns" })
	})
}

// hasAsked says whether one of these invocations has published an approval request.
func (r RunEvidence) hasAsked(first, last int) bool {
	return slices.ContainsFunc(r.Invocations[first:last+1], func(inv fakeaws.Invocation) bool {
		return slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return asks(inv, c) && c.Code == "" })
	})
}

// MayReset says whether a repetition of these invocations may reset switches: it is how a run ends, and it failed.
func (r RunEvidence) MayReset(first, last int) bool {
	closes := r.Invocations[first].State == "CloseRun" || r.Invocations[first].State == "CloseStopped"
	return closes && r.failed(first, last, func(fakeaws.Call) bool { return true })
}

// failed says whether one of these requests of the invocations has failed, or got no answer.
func (r RunEvidence) failed(first, last int, which func(fakeaws.Call) bool) bool {
	return slices.ContainsFunc(r.Invocations[first:last+1], func(inv fakeaws.Invocation) bool {
		return slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return which(c) && (c.Lost || c.Code != "" && c.Code != unchanged) })
	})
}

// fewRepeated is how many invocations of one state in a row are repeated at each end; those between differ from them only
// in the number of the round.
const fewRepeated = 3

// Repeats says whether an invocation is repeated: a large wave is shifted in dozens of rounds, each of which reads all of
// it.
func (r RunEvidence) Repeats(i int) bool {
	first, last := i, i
	for first > 0 && r.Invocations[first-1].State == r.Invocations[i].State {
		first--
	}
	for last+1 < len(r.Invocations) && r.Invocations[last+1].State == r.Invocations[i].State {
		last++
	}
	return i-first < fewRepeated || last-i < fewRepeated
}
