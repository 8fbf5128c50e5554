package guarantee

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
			if e.changedManually(run, app) || run.leavesThere(e.Plan, app) {
				continue
			}
			applications++
			if run.Asked.Action == failover.Weights { // the failover before has moved the writers, or has said why it has not
				app.Databases = nil
			}
			if run.Asked.Action == failover.Drill { // it returns what it has moved
				app.Databases = run.inSource(e.Plan, app.Databases)
			}
			for _, why := range run.notMoved(e.Plan, run.destination(e.Plan), app) {
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

// checkDeclined: a run that reports nothing to move started with everything in its Region, and leaves no report of a
// move.
func (e Evidence) checkDeclined(f *finding, run RunEvidence) {
	if run.Report != nil && !run.tookOver() {
		f.violate("%s: has moved nothing, but there is a report of a move", run.Name)
	}
	if a, _ := run.validated(); a.Verdict != failover.NothingToMove {
		return
	}
	for _, app := range e.selected(run) {
		for _, why := range notMoved(e.Plan, run.To(), run.Before, app) {
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

// checkInSync: every change of the run has reached the name servers, or is listed as one of which that is not known.
func (e Evidence) checkInSync(f *finding, run RunEvidence) {
	for _, batch := range e.Batches {
		marks := !slices.ContainsFunc(batch.Changes, func(c fakeaws.Change) bool { return !isFence(c.Set) })
		if marks || run.leavesPending(batch.Zone) {
			continue // a fence alone moves no user
		}
		if by, _ := e.runOf(batch); by != nil && by.Name == run.Name && batch.At.Add(e.Propagation).After(run.StoppedAt) {
			f.violate("%s: change %s was not INSYNC before %s", run.Name, batch.ChangeID, e.clock(batch.At.Add(e.Propagation)))
		}
	}
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
func (r RunEvidence) notMoved(plan failover.Plan, to failover.Region, app failover.Application) []string {
	pending := slices.ContainsFunc(app.Records, func(record failover.Record) bool { return r.leavesPending(record.Zone) })
	var or []map[failover.Region]int
	if before, ok := r.Before.registered(app.Name); ok && pending {
		or = append(or, before.Live.Weights)
	}
	if r.lostChange() && r.After.switchedAway(app) { // it has written the registry before Route 53 lost the change
		or = append(or, map[failover.Region]int{to: 100, plan.Other(to): 0})
	}
	return notMoved(plan, to, r.After, app, or...)
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
		why = append(why, fmt.Sprintf("the registry says %s (%s)", live.Live.Active, show(plan, w)))
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

// leavesPending says whether the report lists the weights of a zone as a follow-up.
func (r RunEvidence) leavesPending(zone string) bool {
	return r.Report != nil && r.Report.FollowUp != nil && slices.ContainsFunc(r.Report.FollowUp.PendingWeights, func(z failover.PendingZone) bool {
		return z.Zone == zone || z.Zone == failover.AllZones
	})
}

// heldAccurate is guarantee 5: the report of a run that ended Held lists as moved what has moved in the simulator, and as
// not moved what has not.
func heldAccurate(e Evidence) finding {
	f := finding{basis: "no run ended Held"}
	for _, run := range e.Runs {
		switch {
		case run.AfterClosing != nil && run.Report != nil && run.Report.Outcome == failover.Held:
			run.After = *run.AfterClosing
		case run.Outcome() != failover.Held:
			continue
		}
		if run.Report == nil && run.unreported() {
			continue
		}
		f.check(run)
		if run.Report == nil {
			f.violate("%s: there is no report", run.Name)
			continue
		}
		if n := len(run.Report.Unknown); n > 0 && !e.mayNotRead(run) {
			f.violate("%s: the report marks %d things as unknown that its role could read", run.Name, n)
		}
		says := claimsOf(run.Report)
		for _, app := range e.selected(run) {
			closed := run.AfterClosing != nil && e.inFlight(app, run.ClosedAt) // a promotion in progress has not moved yet
			if !closed && !e.changedManually(run, app) {
				e.checkReported(&f, run, says, app)
			}
		}
		f.basis = fmt.Sprintf("%d moved, %d not, as reported by %s", len(run.Report.Moved), len(run.Report.NotMoved), run.Name)
	}
	return f
}

// claims are what a report says of each application.
type claims struct{ moved, notMoved, notKnown, restored, notRestored map[string]bool }

// nothing says whether the report lists no application: its function could not read which there are.
func (c claims) nothing() bool { return len(c.moved)+len(c.notMoved)+len(c.notKnown) == 0 }

func claimsOf(r *failover.Report) claims {
	c := claims{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	if r == nil {
		return c
	}
	for _, name := range r.Moved {
		c.moved[name] = true
	}
	for _, n := range r.NotMoved {
		c.notMoved[n.Application] = true
	}
	for _, n := range r.NotKnown {
		c.notKnown[n.Application] = true
	}
	for _, name := range r.Restored {
		c.restored[name] = true
	}
	for _, n := range r.NotRestored {
		c.notRestored[n.Application] = true
	}
	return c
}

// mayNotRead says whether the report's function was denied to read something, or got no answer: the report cannot list it. The
// report of a run that another one has closed is that one's.
func (e Evidence) mayNotRead(run RunEvidence) bool {
	failed := func(c fakeaws.Call) bool { return (c.Code != "" || c.Lost) && !c.Mutating }
	reads := func(r RunEvidence, state string) bool {
		return slices.ContainsFunc(r.Invocations, func(inv fakeaws.Invocation) bool { return inv.State == state && slices.ContainsFunc(inv.Calls, failed) })
	}
	closer := func(r RunEvidence) bool { return reads(r, "NotifyStopped") }
	return reads(run, "Notify") || run.AfterClosing != nil && slices.ContainsFunc(slices.Concat(e.Closings, e.Runs), closer)
}

func (e Evidence) checkReported(f *finding, run RunEvidence, says claims, app failover.Application) {
	if len(run.Report.Restored)+len(run.Report.NotRestored) > 0 {
		e.checkRestored(f, run, says, app)
	}
	to := run.Report.Target // what the report lists as moved is in the Region that it names
	if to == "" {
		to = run.To()
	}
	if slices.Contains(run.Path, "Overtaken") && run.After.switchedAway(app) {
		return // by the switch of the run that superseded it, which the replica that it reads may not have yet
	}
	why := run.notMoved(e.Plan, to, app)
	saysMoved, saysNot := says.moved[app.Name], says.notMoved[app.Name]
	switch {
	case (says.notKnown[app.Name] || says.nothing() && len(run.Report.Unknown) > 0) && !saysMoved && !saysNot && e.mayNotRead(run):
	case len(why) == 0 && e.inFlight(app, run.end()): // its writer has moved, and its promotion has not ended
	case len(why) == 0 && (!saysMoved || saysNot):
		f.violate("%s: %s has moved, but the report does not list it as moved", run.Name, app.Name)
	case len(why) > 0 && (saysMoved || !saysNot):
		f.violate("%s: %s has not moved (%s), but the report does not list it as not moved", run.Name, app.Name, strings.Join(why, "; "))
	}
}

// saysUnread says whether the report lists an application as not restored only because its state could not be read.
func (r RunEvidence) saysUnread(application string) bool {
	return slices.ContainsFunc(r.Report.NotRestored, func(n failover.NotMoved) bool {
		known := func(why string) bool {
			return !strings.HasSuffix(why, ": not read") && !strings.HasSuffix(why, ": not known")
		}
		return n.Application == application && len(n.Why) > 0 && !slices.ContainsFunc(n.Why, known)
	})
}

// checkRestored: after a rollback, the report lists as restored what is as it was before. It must not list as restored
// what a newer run has moved since: the run cannot know that state.
func (e Evidence) checkRestored(f *finding, run RunEvidence, says claims, app failover.Application) {
	why := e.notAsBefore(run, app)
	saysRestored, saysNot := says.restored[app.Name], says.notRestored[app.Name]
	is, _ := run.After.registered(app.Name)
	switch newer := is.Live.Epoch > run.Report.Run.Epoch; {
	case e.inFlight(app, run.end()): // its database is on the move
	case newer && (saysRestored || !saysNot):
		f.violate("%s: a newer run has moved %s since, but the report does not say so", run.Name, app.Name)
	case newer:
	case len(why) == 0 && !saysRestored && run.saysUnread(app.Name) && e.mayNotRead(run):
	case len(why) == 0 && (!saysRestored || saysNot):
		f.violate("%s: %s is as it was before, but the report does not list it as restored", run.Name, app.Name)
	case len(why) > 0 && (saysRestored || !saysNot):
		f.violate("%s: %s is not as it was before (%s), but the report does not list it as not restored", run.Name, app.Name, strings.Join(why, "; "))
	}
}
