package validate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// findUnrecorded finds traffic that a run has shifted without recording it in the registry, because that run was stopped. It is
// no drift, because Drover itself changed it: the new run starts from the live weights, and a rollback restores these, not
// those of the registry. The first write of the run corrects the registry.
//
// In a later phase the run has recorded everything itself, so any difference is a change from outside.
func (j *judgement) findUnrecorded() {
	if j.run.Phase.Returns() {
		return
	}
	left := map[string]failover.Place{} // by application
	for _, app := range j.apps {
		if place, differs := j.placeOf(app); differs && j.explained(app, place) {
			left[app.Name] = place
		}
	}
	j.noteUnrecorded(left)
}

// noteUnrecorded adds what was found to the run, wave by wave. If a whole wave is in one place, no application is named. (The
// place may be named also for an application that the registry has there.)
func (j *judgement) noteUnrecorded(left map[string]failover.Place) {
	named := 0
	for _, l := range unrecorded(j.apps, left) {
		names := l.Applications
		if j.allIn(l, left) {
			l.Applications = nil
		}
		if named += len(l.Applications); named > failover.MaxNamedApplications {
			j.object(failover.CodeUnrecorded, fmt.Sprintf("wave %d", l.Wave),
				fmt.Sprintf("a run that was stopped has moved more than %d applications without recording it in the registry, and has not moved others of their waves", failover.MaxNamedApplications),
				`name at most that many of them as "applications" in the input`).Command = j.Plan.Drover("status", j.Region)
			return
		}
		j.run.Unrecorded = append(j.run.Unrecorded, l)
		if j.run.Action == failover.Drill {
			continue // checkWhole refuses such a drill
		}
		found := fmt.Sprintf("the weights are %s, which no run has written into the registry, as when one is stopped; this run starts from them, and a rollback brings them back",
			prose.Weights(l.Weights))
		if bySwitch(l.Place) {
			found = fmt.Sprintf("its users are in %s by their switch, which no run has written into the registry, as when one is stopped; this run starts from there, and a rollback brings them back", l.Active)
		}
		j.warn(failover.CodeUnrecorded, namesText(names), found, "")
	}
}

// checkWhole refuses a drill after a move that was stopped halfway. A drill ends where it started, and that must be one Region:
// the operator first completes or undoes the move.
func (j *judgement) checkWhole() {
	if j.run.Action != failover.Drill || j.run.Phase.Returns() {
		return
	}
	var names []string
	for _, app := range j.apps {
		live := j.run.AsFound(app).Live
		if j.run.Found(app) != nil || live.Weights[live.Active] != 100 {
			names = append(names, app.Name)
		}
	}
	if len(names) > 0 {
		j.block(failover.CodeUnrecorded, namesText(names), "a run has stopped on its way, and a drill begins and ends with all users in one Region",
			"finish it with a switchover, or undo it with a failback, and then drill").Command = j.finishing()
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

// allIn says whether all applications of the wave that the run moves are in the place: by their live weights, or according to
// the registry.
func (j *judgement) allIn(l failover.Unrecorded, left map[string]failover.Place) bool {
	for _, app := range j.wave(l.Wave) {
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
	return "applications " + prose.Some(names, 1, ", ")
}

// written says whether a run can have written the weights: those of its stages sum up to 100, and a rollback restores those of
// before, as they were registered.
func written(app failover.Application, weights map[failover.Region]int) bool {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	return sum == 100 || app.Live.Before != nil && maps.Equal(weights, app.Live.Before.Weights)
}
