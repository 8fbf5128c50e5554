package guarantee

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// checkServed: in the last seconds of the run until it was closed, the Region where it ends served all requests. What fails only
// then, or while it notifies, cannot be in a datapoint that the run has read, and the errors of applications that were there already
// are none of its moves.
func (e Evidence) checkServed(f *finding, run RunEvidence) {
	run.StoppedAt = run.closed()
	last, _ := e.servedShare(run, 5*time.Second, 0)
	if seen, known := e.servedShare(run, 25*time.Second, 15*time.Second); last < 0.99 && (seen < 0.99 || !known) && !e.onlyOthersErr(run) && !e.othersCannotWrite(run) && !e.usersArrive(run) {
		f.violate("%s: %s served %.1f %% of its requests at the end; expected 100 %%", run.Name, run.destination(e.Plan), 100*last)
	}
}

// usersArrive says whether clients still followed the last change of the run when it ended without a bake time, and the Region
// served the first of them: what it does under the load of all of them cannot be known before.
func (e Evidence) usersArrive(run RunEvidence) bool {
	if e.Plan.BakeSeconds > 0 && run.Asked.Action.Planned() {
		return false
	}
	longest := time.Duration(0)
	for _, app := range e.selected(run) {
		for _, record := range app.Records {
			longest = max(longest, time.Duration(record.TTL)*time.Second)
		}
	}
	return slices.ContainsFunc(e.Batches, func(b fakeaws.Batch) bool {
		by, _ := e.runOf(b)
		return by != nil && e.servedAtFirst(run, b.At) && by.Name == run.Name && b.At.Add(e.Propagation+longest).After(run.StoppedAt.Add(-25*time.Second))
	})
}

// servedAtFirst says whether the Region where a run ends has served all of its requests for a while after a change.
func (e Evidence) servedAtFirst(run RunEvidence, change time.Time) bool {
	const while = 5
	seconds := 0
	for _, second := range e.Traffic {
		for _, r := range second.Regions {
			if r.Region == string(run.destination(e.Plan)) && second.At.After(change) && !second.At.After(run.StoppedAt) && r.Requests > 0 && r.Served >= 0.99*r.Requests {
				seconds++
			}
		}
	}
	return seconds >= while
}

// onlyOthersErr says whether the requests that failed in the last seconds are those of applications that the run was not about, or
// that were in the Region before it: no stage has moved them, and none has verified them.
func (e Evidence) onlyOthersErr(run RunEvidence) bool {
	to, erring := run.destination(e.Plan), []string(nil)
	for _, second := range e.Traffic {
		for _, r := range second.Regions {
			if r.Region == string(to) && !second.At.After(run.StoppedAt) && second.At.After(run.StoppedAt.Add(-5*time.Second)) {
				erring = append(erring, r.Erring...)
			}
		}
	}
	moved := func(name string) bool {
		app, ok := run.Before.registered(name)
		if !slices.ContainsFunc(e.selected(run), func(s failover.Application) bool { return s.Name == name }) {
			return false
		}
		return !ok || app.Live.Active != to || run.Asked.Action == failover.Drill
	}
	return len(erring) > 0 && !slices.ContainsFunc(erring, moved)
}

// othersCannotWrite says whether an application that the run is not about has users in the Region where it ends, and its database not:
// what fails there may be theirs.
func (e Evidence) othersCannotWrite(run RunEvidence) bool {
	to := run.destination(e.Plan)
	return slices.ContainsFunc(e.Applications, func(app failover.Application) bool {
		if e.selects(run, app) {
			return false
		}
		users := slices.ContainsFunc(app.Records, func(r failover.Record) bool {
			shares, _ := run.After.shares(r)
			return shares[to] > 0 || shares[e.Plan.Other(to)] == 0 // weights of 0 alone count as equal ones
		})
		return users && slices.ContainsFunc(app.Databases, func(d failover.Database) bool { return run.After.database(d.GlobalCluster).Writer != string(to) })
	})
}

// servedShare is the share of requests that the Region where the run ends has served, between two times before its end. known
// is false and the share 1 without requests.
func (e Evidence) servedShare(run RunEvidence, from, to time.Duration) (share float64, known bool) {
	var requests, served float64
	for _, second := range e.Traffic {
		if second.At.After(run.StoppedAt.Add(-to)) || !second.At.After(run.StoppedAt.Add(-from)) {
			continue
		}
		for _, r := range second.Regions {
			if r.Region == string(run.destination(e.Plan)) {
				requests, served = requests+r.Requests, served+r.Served
			}
		}
	}
	if requests == 0 {
		return 1, false
	}
	return served / requests, true
}
