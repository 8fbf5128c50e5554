package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// findUnrecorded looks for traffic that is elsewhere than the registry says because a run has shifted it and was stopped
// before it could write that down. It is Drover's own doing, and no drift: the run starts from what users have, and a
// rollback brings back that, not what the registry says. The first write of the run puts the registry right.
//
// On a way back the run itself has written everything, so that whatever differs is somebody else's.
func (in *inspection) findUnrecorded(ctx context.Context) error {
	if in.run.Phase.Returns() {
		return nil
	}
	left := map[string]failover.Place{} // by application
	for _, app := range in.apps {
		place, differs := in.placeOf(app)
		if !differs {
			continue
		}
		explained, err := in.explained(ctx, app, place)
		if err != nil {
			return err
		}
		if explained {
			left[app.Name] = place
		}
	}
	in.noteUnrecorded(left)
	return nil
}

// placeOf is where all records of an application send its users, and whether the registry says otherwise. It takes weights
// that some stage can have written, the same in all records: anything else is no place.
func (in *inspection) placeOf(app failover.Application) (place failover.Place, differs bool) {
	place = failover.Place{Active: app.Live.Active, Weights: map[failover.Region]int{}}
	for i, r := range app.Records {
		weights := in.sets.Weights(r)
		if i > 0 && !maps.Equal(weights, place.Weights) {
			return place, false
		}
		place.Weights = weights
	}
	from, hasFrom := place.Weights[in.run.From]
	to, hasTo := place.Weights[in.run.To]
	if len(place.Weights) != 2 || !hasFrom || !hasTo || from+to != 100 {
		return place, false
	}
	switch {
	case from == 100:
		place.Active = in.run.From
	case to == 100:
		place.Active = in.run.To
	}
	return place, !maps.Equal(place.Weights, app.Live.Weights)
}

// explained says whether a run is known to have left an application's traffic in a place: all of its zones have been
// written by one that is newer than what the registry has of the application, and that did not come to an end at which
// registry and zones agree. Traffic that is all in the target Region needs no explanation: to move there changes nothing.
func (in *inspection) explained(ctx context.Context, app failover.Application, place failover.Place) (bool, error) {
	if isAllIn(place.Weights, in.run.To) {
		return true, nil
	}
	for _, r := range app.Records {
		found := in.fences[r.Zone]
		if !found.Exists || !newerThan(found.Fence, app.Live) {
			return false, nil
		}
		if broke, err := in.brokeOff(ctx, found.Fence, app); err != nil || !broke {
			return false, err
		}
	}
	return true, nil
}

func newerThan(fence failover.Fence, live failover.Live) bool {
	return fence.Epoch > live.Epoch || fence.Epoch == live.Epoch && fence.Stage > live.Stage
}

// brokeOff says whether a run since what the registry has of an application is known to have ended, if it ended, where
// registry and zones may disagree: it was Held, its lock was taken over, or it wrote the fence and no end of it is written
// down. One that is too old to be among the runs which are looked through is taken for one that ended well.
func (in *inspection) brokeOff(ctx context.Context, fence failover.Fence, app failover.Application) (bool, error) {
	runs, err := in.latestRuns(ctx)
	if err != nil {
		return false, err
	}
	over := map[string]bool{}
	for _, r := range runs {
		over[r.Run.ID] = true
	}
	for _, r := range runs {
		held := r.Outcome == failover.Held && r.Run.Selects(app.Name)
		takenOver := r.Run.TakenOverFrom != "" && !over[r.Run.TakenOverFrom]
		if r.Run.Epoch >= app.Live.Epoch && (held || takenOver) {
			return true, nil
		}
	}
	ended := slices.ContainsFunc(runs, func(r registry.RunRecord) bool { return fence.Of(r.Run) })
	return !ended && (len(runs) < knownRuns || runs[len(runs)-1].Run.Epoch < fence.Epoch), nil
}

// noteUnrecorded adds what was found to the run, wave by wave: of a wave that is in one place as a whole, no application is
// named. (One that the registry has there already may be said to be there.)
func (in *inspection) noteUnrecorded(left map[string]failover.Place) {
	named := 0
	for _, l := range unrecorded(in.apps, left) {
		names := l.Applications
		if in.allIn(l, left) {
			l.Applications = nil
		}
		if named += len(l.Applications); named > failover.MaxNamedApplications {
			in.object(failover.CodeUnrecorded, fmt.Sprintf("wave %d", l.Wave),
				fmt.Sprintf("a run that was stopped has left more than %d applications elsewhere than the registry says, and others of their waves where it says", failover.MaxNamedApplications),
				`name at most that many of them as "applications" in the input`).Command = in.Handler.Plan.Drover("status", in.Region)
			return
		}
		in.run.Unrecorded = append(in.run.Unrecorded, l)
		if in.run.Action == failover.Drill {
			continue // checkWhole says that it is refused
		}
		in.warn(failover.CodeUnrecorded, namesText(names), fmt.Sprintf("the weights are %s, which no run has written into the registry, as when one is stopped; "+
			"this run starts from them, and a rollback brings them back", weightsText(l.Weights)), "")
	}
}

// checkWhole refuses a drill of what is not at rest. A drill ends where it began, and that must be one Region: what was
// stopped half-way is to be finished, or undone, and not to be rehearsed with.
func (in *inspection) checkWhole() {
	if in.run.Action != failover.Drill || in.run.Phase.Returns() {
		return
	}
	var names []string
	for _, app := range in.apps {
		live := in.run.AsFound(app).Live
		if in.run.Found(app) != nil || live.Weights[live.Active] != 100 {
			names = append(names, app.Name)
		}
	}
	if len(names) > 0 {
		in.block(failover.CodeUnrecorded, namesText(names), "a run has stopped on its way, and a drill begins and ends with all users in one Region",
			"finish it with a switchover, or undo it with a failback, and then drill").Command = in.finishing()
	}
}

// unrecorded groups applications, which are in the order of their waves, by wave and place.
func unrecorded(apps []failover.Application, left map[string]failover.Place) []failover.Unrecorded {
	var all []failover.Unrecorded
	for _, app := range apps {
		place, ok := left[app.Name]
		if !ok {
			continue
		}
		i := slices.IndexFunc(all, func(l failover.Unrecorded) bool { return l.Wave == app.Wave && samePlace(l.Place, place) })
		if i < 0 {
			i = len(all)
			all = append(all, failover.Unrecorded{Wave: app.Wave, Place: place})
		}
		all[i].Applications = append(all[i].Applications, app.Name)
	}
	return all
}

// allIn says whether all of the wave's applications that the run moves are in a place: left there, or registered there.
func (in *inspection) allIn(l failover.Unrecorded, left map[string]failover.Place) bool {
	for _, app := range in.wave(l.Wave) {
		place, ok := left[app.Name]
		if !ok {
			place = failover.Place{Active: app.Live.Active, Weights: app.Live.Weights}
		}
		if !samePlace(place, l.Place) {
			return false
		}
	}
	return true
}

func samePlace(a, b failover.Place) bool {
	return a.Active == b.Active && maps.Equal(a.Weights, b.Weights)
}

// namesText is such as "application checkout" or "applications checkout and 2 more".
func namesText(names []string) string {
	if len(names) == 1 {
		return "application " + names[0]
	}
	return fmt.Sprintf("applications %s and %d more", names[0], len(names)-1)
}
