package guarantee

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// completedVerified is guarantee 3: when a run ends Completed, traffic, registry and writer are in the target Region, in
// sync and healthy, the lock is released, the report is written and the notification sent, and the report lists what has
// moved.
func completedVerified(e Evidence) finding {
	f := finding{basis: "no run that moves something ended Completed"}
	applications := 0
	for _, run := range e.Runs {
		if !run.moves() || run.Outcome() != failover.Completed {
			continue
		}
		if run.declined() {
			e.checkDeclined(&f, run)
			continue
		}
		f.check(run)
		says := claimsOf(run.Report)
		for _, app := range e.selected(run) {
			if run.leavesThere(e.Plan, app) || e.movedByOthers(run, app) {
				continue
			}
			applications++
			if run.Asked.Action == failover.Weights { // the failover before has moved the writers, or has said why it has not
				app.Databases = nil
			}
			if run.Asked.Action == failover.Drill { // it returns what it has moved
				app.Databases = run.inSource(e.Plan, app.Databases)
			}
			why := e.notMoved(run, run.destination(e.Plan), app)
			if e.replaced(run, app) {
				why = withoutRegistry(why)
			}
			for _, why := range why {
				f.violate("%s: %s: %s", run.Name, app.Name, why)
			}
			e.checkFollowUp(&f, run, app)
			if run.Report != nil {
				e.checkReported(&f, run, says, app)
			}
		}
		e.checkInSync(&f, run)
		if run.Asked.Action != failover.Weights && !run.hadNothing() { // it has moved no user, and says so
			e.checkServed(&f, run)
		}
		e.checkClosed(&f, run)
		if phases := run.phases(); run.Asked.Action == failover.Drill && (len(phases) != 2 || phases[1].Phase != failover.Return) {
			f.violate("%s: a drill with %s; expected outbound and return", run.Name, prose.Count(len(phases), "phase"))
		}
	}
	if f.checked() {
		f.basis = prose.Count(applications, "application") + ": weights, registry, writer, served; lock, report, notification"
	}
	return f
}

// checkDeclined: a run that reports nothing to move started with everything in its Region, as far as it could know, and leaves no
// report of a move.
func (e Evidence) checkDeclined(f *finding, run RunEvidence) {
	if run.Report != nil && !run.tookOver() {
		f.violate("%s: has moved nothing, but there is a report of a move", run.Name)
	}
	if a, _ := run.validated(); a.Verdict != failover.NothingToMove {
		return
	}
	for _, app := range e.selected(run) {
		if e.unseen(run, app) || e.switchUnseen(run, app) {
			continue
		}
		state := run.Before
		if run.validatedAt().After(run.StartedAt) && len(notMoved(e.Plan, run.To(), run.After, app)) == 0 {
			state = run.After // it waited for Lambda, and was there when Validate read it
		}
		for _, why := range notMoved(e.Plan, run.To(), state, app) {
			f.violate("%s: reports nothing to move, but application %s was not in place: %s", run.Name, app.Name, why)
		}
	}
}

// leavesThere says whether the run is a drill, and the application was in its target Region before: it returns what it has moved.
func (r RunEvidence) leavesThere(plan failover.Plan, app failover.Application) bool {
	is, ok := r.Before.registered(app.Name)
	return ok && r.Asked.Action == failover.Drill && is.Live.Active == plan.Other(r.from(plan))
}

// changedManually says whether an operator has changed a zone of an application while the run was in progress, or since: the run may
// have verified it before.
func (e Evidence) changedManually(run RunEvidence, app failover.Application) bool {
	return slices.ContainsFunc(e.Manual, func(m ManualChange) bool {
		of := slices.ContainsFunc(app.Records, func(r failover.Record) bool { return r.Zone == m.Zone })
		return of && run.during(m.At)
	})
}

// driftedUnderASwitch says whether an operator has changed a zone of an application at any time, while a switch decides where its
// users are: the registry keeps the weights that are to be written.
func (e Evidence) driftedUnderASwitch(run RunEvidence, app failover.Application) bool {
	return run.After.switchedAway(app) && slices.ContainsFunc(app.Records, func(r failover.Record) bool {
		return slices.ContainsFunc(e.Manual, func(m ManualChange) bool { return m.Zone == r.Zone && m.At.Before(run.StartedAt) })
	})
}

// checkInSync: every change of the run has reached the name servers, or is listed as one of which that is not known.
func (e Evidence) checkInSync(f *finding, run RunEvidence) {
	for _, batch := range e.Batches {
		marks := !slices.ContainsFunc(batch.Changes, func(c fakeaws.Change) bool { return !isFence(c.Set) })
		if marks || run.leavesPending(batch.Zone) || run.Outcome() == failover.RolledBack && e.wroteAsFound(run, batch.Zone) {
			continue // no user moves
		}
		if by, _ := e.runOf(batch); by != nil && by.Name == run.Name && batch.At.Add(e.Propagation).After(run.StoppedAt) {
			f.violate("%s: change %s was not INSYNC before %s", run.Name, batch.ChangeID, e.clock(batch.At.Add(e.Propagation)))
		}
	}
}

// wroteAsFound says whether each batch of a run has left a zone as the run had found it: then there was nothing to roll back.
func (e Evidence) wroteAsFound(run RunEvidence, zone string) bool {
	found := withoutFence(ZoneState{Zone: zone, Sets: run.Before.sets(zone)})
	return !slices.ContainsFunc(e.Batches, func(b fakeaws.Batch) bool {
		by, _ := e.runOf(b)
		return b.Zone == zone && by != nil && by.Name == run.Name && !reflect.DeepEqual(found, withoutFence(ZoneState{Zone: zone, Sets: b.After}))
	})
}

// inSource are the databases whose writer was in the Region that the run leaves when it started.
func (r RunEvidence) inSource(plan failover.Plan, databases []failover.Database) []failover.Database {
	return slices.DeleteFunc(slices.Clone(databases), func(d failover.Database) bool {
		return r.Before.database(d.GlobalCluster).Writer != string(r.from(plan))
	})
}

// destination is the Region where everything is when the run has completed; for a drill, the one that it started from.
func (r RunEvidence) destination(plan failover.Plan) failover.Region {
	if r.Asked != nil && r.Asked.Action == failover.Drill {
		return r.from(plan)
	}
	return r.To()
}

// notMoved says what of an application is not in a Region when the run has ended. While the report lists weights as pending, the
// run has got no answer about them, and the registry may still say what it said before.
func (e Evidence) notMoved(r RunEvidence, to failover.Region, app failover.Application) []string {
	plan := e.Plan
	pending := slices.ContainsFunc(app.Records, func(record failover.Record) bool { return r.leavesPending(record.Zone) })
	var or []map[failover.Region]int
	if before, ok := r.Before.registered(app.Name); ok && pending {
		or = append(or, before.Live.Weights)
	}
	lost := func(record failover.Record) bool { return e.lostLast(r, record.Zone) }
	if (r.lostChange() || slices.ContainsFunc(app.Records, lost)) && r.After.switchedAway(app) { // it has written the registry before
		or = append(or, map[failover.Region]int{to: 100, plan.Other(to): 0})
	}
	if is, ok := r.After.registered(app.Name); ok && e.rewrittenUnderASwitch(r, to, app) {
		or = append(or, is.Live.Weights)
	}
	return notMoved(plan, to, r.After, app, or...)
}

// rewrittenUnderASwitch says whether a newer run has written the registry's item of an application, and its switch makes users leave the
// other Region: the weights in the registry are those that the newer run has read and will write, whatever this one has made of them.
func (e Evidence) rewrittenUnderASwitch(r RunEvidence, to failover.Region, app failover.Application) bool {
	a, validated := r.validated()
	is, ok := r.After.registered(app.Name)
	of, switched := e.Plan.SwitchOf(app)
	return validated && ok && switched && is.Live.Epoch > a.Run.Epoch && r.After.Switches[of.Name] == e.Plan.Other(to)
}

// lostLast says whether Route 53 has lost the last change that a run has made of a zone.
func (e Evidence) lostLast(run RunEvidence, zone string) bool {
	lost := false
	for _, batch := range e.Batches {
		if by, _ := e.runOf(batch); by != nil && by.Name == run.Name && batch.Zone == zone {
			lost = batch.Lost
		}
	}
	return lost
}

// lostChange says whether VerifyHealth has found that Route 53 lost a change of the run.
func (r RunEvidence) lostChange() bool {
	return slices.ContainsFunc(r.Invocations, func(inv fakeaws.Invocation) bool {
		var answer failover.VerifyAnswer
		return inv.State == "VerifyHealth" && failover.Decode(inv.Result.Payload, &answer) == nil && answer.Verdict == failover.Lost
	})
}

// notMoved says what of an application is not in a Region. The registry has the weights of the record sets, or some that it may
// have in their place.
func notMoved(plan failover.Plan, to failover.Region, state Snapshot, app failover.Application, or ...map[failover.Region]int) []string {
	var why []string
	for _, record := range app.Records {
		got, _ := state.shares(record)
		if got[to] == 0 || got[plan.Other(to)] != 0 { // 50 and 0 send all users to one Region, as 100 and 0 do
			why = append(why, fmt.Sprintf("record %s %s has %s", record.Name, record.Type, show(plan, got)))
		}
		for _, set := range foreign(state.of(record), record) {
			why = append(why, fmt.Sprintf("record %s %s has the record set %s with weight %d", record.Name, record.Type, set.SetIdentifier, set.Weight))
		}
	}
	live, ok := state.registered(app.Name)
	w := live.Live.Weights
	expected := slices.ContainsFunc(append(or, state.expectedWeights(plan, to, app)), func(e map[failover.Region]int) bool { return maps.Equal(inPercent(w), inPercent(e)) })
	if !ok || live.Live.Active != to || !expected {
		why = append(why, fmt.Sprintf(registrySays+"%s (%s)", live.Live.Active, show(plan, w)))
	}
	for _, database := range app.Databases {
		if d := state.database(database.GlobalCluster); d.Writer != string(to) || !d.Available {
			why = append(why, fmt.Sprintf("the writer of %s is in %s, available: %v", d.GlobalCluster, d.Writer, d.Available))
		}
	}
	return why
}

// checkFollowUp: weights that are still to be written because a switch has moved the users are in the report.
func (e Evidence) checkFollowUp(f *finding, run RunEvidence, app failover.Application) {
	for _, record := range app.Records {
		if _, switched := run.After.shares(record); !switched || run.Report == nil && run.unreported() {
			continue
		}
		if !run.leavesPending(record.Zone) {
			f.violate("%s: the weights of %s are pending, but the report does not list zone %s as a follow-up", run.Name, record.Name, record.Zone)
		}
	}
}

// leavesPending says whether the report lists the weights of a zone as a follow-up. Of a run whose Notify has not run, it is what its
// steps have set aside.
func (r RunEvidence) leavesPending(zone string) bool {
	if r.Report == nil && r.brokenOff(notifies) {
		return r.SetAside().Pending(zone)
	}
	return r.Report != nil && r.Report.FollowUp != nil && slices.ContainsFunc(r.Report.FollowUp.PendingWeights, func(z failover.PendingZone) bool {
		return z.Zone == zone || z.Zone == failover.AllZones
	})
}
