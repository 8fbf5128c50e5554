package validate

import (
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// noteSeen writes into the stages what was seen of the applications that they move. Whatever becomes of an item from here
// on, nothing moves that was not validated.
func (in *inspection) noteSeen() {
	known := map[int]*failover.Seen{}
	for i := range in.stages {
		s := &in.stages[i]
		if known[s.Wave] == nil {
			known[s.Wave] = failover.SeenOf(in.wave(s.Wave), len(in.stages))
		}
		s.Seen = known[s.Wave]
	}
}

// maxBroken is how many broken items are named one by one.
const maxBroken = 20

// checkBroken tells of the items that break the rules of the applications file. A failover sets them aside and moves
// everything else, if there is anything.
func (in *inspection) checkBroken() {
	named := in.broken[:min(len(in.broken), maxBroken)]
	for _, app := range named {
		note := in.block
		if in.outage() && len(in.stages) > 0 {
			note = func(code, object, found, next string) *failover.Finding {
				in.setAside = append(in.setAside, failover.ApplicationAside(app.Name, failover.Rejected, failover.BrokenText+app.Broken))
				return in.object(code, object, found, next)
			}
		}
		note(failover.CodeBroken, "application "+app.Name, failover.BrokenText+app.Broken,
			"find out who has written it, and register it again").Command = in.register()
	}
	if more := len(in.broken) - len(named); more > 0 && len(in.setAside) > 0 {
		in.setAside = append(in.setAside, failover.ApplicationAside(fmt.Sprintf("%d more applications", more), failover.Rejected, "their items in the registry break the rules"))
	}
}

// checkUnchanged holds a phase that returns to what was seen before the phase that it follows: an approver has approved the way
// back and the rollback with the way out. What was changed since then may not be what has moved, so it is neither moved nor
// called undone.
func (in *inspection) checkUnchanged() {
	if !in.run.Phase.Returns() || in.run.Phase.Undoes() && in.nothingPlayed() {
		return
	}
	known := map[int]bool{}
	var found failover.Strangers
	for _, s := range in.req.Before {
		if known[s.Wave] {
			continue
		}
		known[s.Wave] = true
		strangers := s.Strangers(in.seenBefore(s.Wave))
		found.Broken = append(found.Broken, strangers.Broken...)
		found.Changed = append(found.Changed, strangers.Changed...)
		found.Gone += strangers.Gone
	}
	if err := found.Err(); err != nil {
		in.block(failover.CodeChanged, "registry", err.Error(), "").Command = in.lookAgain()
	}
}

// seenBefore are the applications of a wave whose digests the phase before had: the outbound phase those of all selected
// applications, the return those of the ones that had moved.
func (in *inspection) seenBefore(wave int) []failover.Application {
	return slices.DeleteFunc(slices.Clone(in.selected), func(app failover.Application) bool {
		return wave != 0 && app.Wave != wave || in.run.Phase == failover.ReturnRollback && app.Broken == "" && !in.run.Moves(app)
	})
}

// nothingPlayed says whether the phase before has ended in its first state, which looks at the whole wave before it moves any
// of it: what has changed is then as it was.
func (in *inspection) nothingPlayed() bool {
	end := in.req.Ended
	return end.StagesDone == 0 && end.Failure != nil && end.Failure.State == "ShiftTraffic" && end.Failure.Error == string(failover.Changed)
}
