package guarantee

import (
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Repeatable says whether a run, started again, must change nothing. A drill moves every time, and a run that was rolled
// back or stopped for a cause that has ended would succeed. One that never ended has no result to compare with.
func (r RunEvidence) Repeatable() bool {
	if a, ok := r.validated(); ok && a.Verdict == failover.Skip { // the cause of the skip may have ended
		return false
	}
	switch r.Outcome() {
	case failover.RolledBack, scenario.Stopped, "":
		return false
	case failover.Refused:
		return !r.tookLock() && !r.lockedOut()
	}
	return r.Asked == nil || r.Asked.Action != failover.Drill
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
