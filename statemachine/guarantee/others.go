package guarantee

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// movedByOthers says whether the state of an application at the end of a run is that of others who have changed it meanwhile, which
// the run had no way to see: it is not judged by that state.
func (e Evidence) movedByOthers(run RunEvidence, app failover.Application) bool {
	return e.changedManually(run, app) || e.driftedUnderASwitch(run, app) || e.unseen(run, app) || e.movedByACrossing(run, app) || e.leverLost(run, app) ||
		run.hadNothing() && e.leaves(run, run.from(e.Plan), app) || // the health checks may not have noticed the switch yet
		e.itemCrossed(run, app) || e.movedSince(run.inventoried(), run, app) || e.switchUnseen(run, app)
}

// itemCrossed says whether another writer of the registry has put the item of an application while a run wrote it, or while the
// Regions were disconnected: of two writes in two Regions, the later one stays ("How DynamoDB global tables work", last writer wins,
// Amazon DynamoDB Developer Guide).
func (e Evidence) itemCrossed(run RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.Items, func(c ItemChange) bool {
		apart := run.during(c.At) && e.apartAt(c.At)
		return c.Application == app.Name && (apart || slices.ContainsFunc(run.Invocations, func(inv fakeaws.Invocation) bool {
			return slices.ContainsFunc(inv.Calls, func(call fakeaws.Call) bool {
				return isRegistryWrite(call) && call.At.Sub(c.At).Abs() <= replication
			})
		}))
	})
}

// selects says whether a run is about an application.
func (e Evidence) selects(run RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.selected(run), func(s failover.Application) bool { return s.Name == app.Name })
}

// movedSince says whether another run that is about an application has written a zone or a switch, or started a promotion, between a
// time and the end of a run: after Notify had started to read what its report says, the report is about that moment; after the last
// step of a rollback, it had ended. What a run of the other Region has written may be read some seconds later.
func (e Evidence) movedSince(from time.Time, run RunEvidence, app failover.Application) bool {
	until := run.end()
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		since := from
		if other.Region != run.Region {
			since = from.Add(-replication)
		}
		return e.selects(other, app) && other.ARN != run.ARN && slices.ContainsFunc(e.effects(other), func(at time.Time) bool { return at.After(since) && !at.After(until) })
	})
}

// lastStep is when the last step of the run was invoked that moves or verifies something, or plans it.
func (r RunEvidence) lastStep() time.Time {
	for _, inv := range slices.Backward(r.Invocations) {
		if !closes(inv.State) && !notifies(inv.State) {
			return inv.At
		}
	}
	return r.StartedAt
}

// leaves says whether the switch of an application makes its users leave a Region, whether the health checks have noticed it or not.
func (e Evidence) leaves(run RunEvidence, region failover.Region, app failover.Application) bool {
	of, ok := e.Plan.SwitchOf(app)
	return ok && run.After.Switches[of.Name] == region
}

// leverLost says whether the users of an application have returned since the last check of a run, or in the seconds before it, because
// the lever of its switch did not answer the health checkers any more, although the switch makes users leave: what the run has verified
// was so.
func (e Evidence) leverLost(run RunEvidence, app failover.Application) bool {
	const seconds = 10 * time.Second
	from, checked := run.from(e.Plan), run.end()
	for _, inv := range run.Invocations {
		if inv.State == "VerifyHealth" {
			checked = inv.At
		}
	}
	return e.leaves(run, from, app) && slices.ContainsFunc(app.Records, func(r failover.Record) bool {
		return slices.ContainsFunc(e.Recovered, func(h HealthCheckRecovered) bool {
			return h.Check == r.Endpoints[from].HealthCheck && !h.At.After(run.end()) && checked.Sub(h.At) <= seconds
		})
	})
}

// apartAt says whether the Regions were disconnected at a time.
func (e Evidence) apartAt(at time.Time) bool {
	apart := false
	for _, cut := range e.CutOffs {
		apart = apart || !cut.After(at) && !slices.ContainsFunc(e.Reconnected, func(again time.Time) bool { return again.After(cut) && !again.After(at) })
	}
	return apart
}

// switchUnseen says whether a switch decides about users of a run that only one of two disconnected Regions can read: the run relies on
// it while a run of the other Region moves the same users, or that one makes them leave the Region where this one moves them to.
func (e Evidence) switchUnseen(run RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		apart := e.disconnected(run, other) || other.Region != run.Region && other.StartedAt.Before(run.StartedAt) && e.apartAt(run.StartedAt)
		return e.selects(other, app) && apart && len(e.effects(other)) > 0 &&
			(e.leaves(run, run.from(e.Plan), app) || e.leaves(other, run.To(), app))
	})
}
