package validate

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// checkUnchanged compares the applications of a later phase with the digests that the phase before had: an approver has
// approved the return and the rollback together with the outbound phase. An application that was changed since then may not be
// the one that moved, so the run neither moves it nor reports it as undone.
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

// seenBefore are the applications of a wave whose digests the phase before had. The outbound phase has those of all selected
// applications, the return those of the applications that had moved.
func (j *judgement) seenBefore(wave int) []failover.Application {
	return slices.DeleteFunc(slices.Clone(j.selected), func(app failover.Application) bool {
		return wave != 0 && app.Wave != wave || j.run.Phase == failover.ReturnRollback && app.Broken == "" && !j.run.Moves(j.Plan, app)
	})
}

// nothingPlayed says whether the phase before ended in its first state. That state reads the whole wave before it moves any
// application, so nothing has moved.
func (j *judgement) nothingPlayed() bool {
	end := j.req.Ended
	failed := failover.FailedStep(end.Failed())
	return end.StagesDone == 0 && failed != nil && failed.State == "ShiftTraffic" && failed.Error == string(failover.Changed)
}
