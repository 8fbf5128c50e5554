package guarantee

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// checkOvertaken: a run ends as superseded only if another run has taken its lock, a fence or an application, or if others have
// written a zone or an item of the registry.
func (e Evidence) checkOvertaken(f *finding) {
	for _, run := range e.Runs {
		if !run.moves() || !slices.Contains(run.Path, "Overtaken") {
			continue
		}
		f.check(run)
		if !e.writtenByOthers(run.end()) && !slices.ContainsFunc(e.Runs, func(other RunEvidence) bool { return e.mayHaveOvertaken(other, run) }) {
			f.violate("%s: ended as superseded, although no other run has taken the lock or moved anything", run.Name)
		}
	}
}

// writtenByOthers says whether others than runs have written a zone or an item of the registry before a time.
func (e Evidence) writtenByOthers(until time.Time) bool {
	return slices.ContainsFunc(e.Manual, func(m ManualChange) bool { return !m.At.After(until) }) ||
		slices.ContainsFunc(e.Items, func(c ItemChange) bool { return !c.At.After(until) })
}

// mayHaveOvertaken says whether another run has taken the lock, or moved something, before the end of a run. One that has ended long
// before may have taken it in a Region that was disconnected or dark.
func (e Evidence) mayHaveOvertaken(other, run RunEvidence) bool {
	if other.ARN == run.ARN || !other.moves() || other.StartedAt.After(run.end()) {
		return false
	}
	before := func(at time.Time) bool { return !at.After(run.end()) }
	return other.tookLock() || other.wroteLock() || slices.ContainsFunc(e.effects(other), before) || slices.ContainsFunc(e.Late, func(l LateInvocation) bool {
		return l.Run == other.ARN && slices.ContainsFunc(l.Calls, func(c fakeaws.Call) bool { return isLockWrite(c) && c.Mutating && c.Code == "" })
	})
}
