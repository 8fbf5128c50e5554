package validate

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// checkUnchanged holds a phase that returns to what was seen before the phase that it follows: an approver has approved the way
// back and the rollback with the way out. What was changed since then may not be what has moved, so it is neither moved nor
// called undone.
func (j *judgement) checkUnchanged() {
	if !j.run.Phase.Returns() || j.run.Phase.Undoes() && j.nothingPlayed() {
		return
	}
	known := map[int]bool{}
	var found failover.Strangers
	for _, s := range j.req.Before {
		if known[s.Wave] {
			continue
		}
		known[s.Wave] = true
		strangers := s.Strangers(j.seenBefore(s.Wave))
		found.Broken = append(found.Broken, strangers.Broken...)
		found.Changed = append(found.Changed, strangers.Changed...)
		found.Gone += strangers.Gone
	}
	if err := found.Err(); err != nil {
		j.block(failover.CodeChanged, "registry", err.Error(), "").Command = j.checkAgain()
	}
}

// seenBefore are the applications of a wave whose digests the phase before had: the outbound phase those of all selected
// applications, the return those of the ones that had moved.
func (j *judgement) seenBefore(wave int) []failover.Application {
	return slices.DeleteFunc(slices.Clone(j.selected), func(app failover.Application) bool {
		return wave != 0 && app.Wave != wave || j.run.Phase == failover.ReturnRollback && app.Broken == "" && !j.run.Moves(app)
	})
}

// nothingPlayed says whether the phase before has ended in its first state, which reads the whole wave before it moves any
// of it: what has changed is then as it was.
func (j *judgement) nothingPlayed() bool {
	end := j.req.Ended
	failed := failover.FailedStep(end.Failed())
	return end.StagesDone == 0 && failed != nil && failed.State == "ShiftTraffic" && failed.Error == string(failover.Changed)
}
