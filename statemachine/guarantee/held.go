package guarantee

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

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
			if run.Asked.Action == failover.Weights { // the failover before has moved the writers, or has said why it has not
				app.Databases = nil
			}
			closed := run.AfterClosing != nil && e.inFlight(app, run.ClosedAt) // a promotion in progress has not moved yet
			if !closed && !e.movedByOthers(run, app) {
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
	late := slices.ContainsFunc(e.Late, func(l LateInvocation) bool {
		return l.Run == run.ARN && notifies(l.State) && slices.ContainsFunc(l.Calls, failed)
	})
	return late || reads(run, "Notify") || run.AfterClosing != nil && slices.ContainsFunc(slices.Concat(e.Closings, e.Runs), closer)
}

// notNoticed says whether a switch makes the users of an application leave the other Region, and the run has ended at its approval, or
// was superseded, before a check of VerifyHealth found that they do: it reports what the switch says.
func (e Evidence) notNoticed(run RunEvidence, app failover.Application) bool {
	ended := slices.Contains(run.Path, "AwaitApproval") || slices.Contains(run.Path, "Overtaken")
	return ended && e.leaves(run, run.from(e.Plan), app) && !slices.ContainsFunc(run.Invocations, func(inv fakeaws.Invocation) bool {
		var answer failover.VerifyAnswer
		return inv.State == "VerifyHealth" && failover.Decode(inv.Result.Payload, &answer) == nil && (answer.Verdict == failover.Passed || answer.Healthy > 0)
	})
}

// noticed is a snapshot in which the health checks have noticed that the switch of an application makes its users leave a Region.
func (s Snapshot) noticed(app failover.Application, leaves failover.Region) Snapshot {
	s.Unhealthy = maps.Clone(s.Unhealthy)
	for _, record := range app.Records {
		if check := record.Endpoints[leaves].HealthCheck; check != "" {
			if s.Unhealthy == nil {
				s.Unhealthy = map[string]bool{}
			}
			s.Unhealthy[check] = true
		}
	}
	return s
}

// justBack says whether the run's Region had been dark until less than the time that health checkers need to notice it.
func (e Evidence) justBack(run RunEvidence) bool {
	const notice = 30 * time.Second // three checks, one every ten seconds
	return slices.ContainsFunc(e.Outages, func(o Outage) bool {
		return o.Region == string(run.To()) && !o.To.IsZero() && !o.To.After(run.end()) && run.end().Sub(o.To) < notice
	})
}

// inventoried is when Notify was first invoked for the end of the run: what it has read then is in the report.
func (r RunEvidence) inventoried() time.Time {
	for _, inv := range r.Invocations {
		if inv.State == "Notify" {
			return inv.At
		}
	}
	return r.end()
}

func (e Evidence) checkReported(f *finding, run RunEvidence, says claims, app failover.Application) {
	if len(run.Report.Restored)+len(run.Report.NotRestored) > 0 {
		e.checkRestored(f, run, says, app)
	}
	to := run.Report.Target // what the report lists as moved is in the Region that it names
	if to == "" {
		to = run.To()
	}
	if e.justBack(run) { // the health checks do not know yet what its levers answer
		return
	}
	if slices.Contains(run.Path, "Overtaken") && (run.After.switchedAway(app) || e.leaves(run, to, app)) {
		return // by the switch of the run that superseded it, which its replica or the health checks may not have yet
	}
	if e.notNoticed(run, app) {
		run.After = run.After.noticed(app, run.from(e.Plan))
	}
	why := e.notMoved(run, to, app)
	if e.replaced(run, app) && len(why) > 0 && len(withoutRegistry(why)) == 0 {
		return // before or after the report
	}
	saysMoved, saysNot := says.moved[app.Name], says.notMoved[app.Name]
	switch {
	case (says.notKnown[app.Name] || says.nothing() && len(run.Report.Unknown) > 0) && !saysMoved && !saysNot && e.mayNotRead(run):
	case len(why) == 0 && e.inFlight(app, run.inventoried()) || len(why) == 0 && e.inFlight(app, run.end()): // its writer has moved, and its promotion had not ended
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
	case len(why) == 0 && saysNot && e.movedSince(run.StartedAt, run, app): // it is as before because another run has made it so
	case len(why) == 0 && !saysRestored && run.saysUnread(app.Name) && e.mayNotRead(run):
	case len(why) == 0 && (!saysRestored || saysNot):
		f.violate("%s: %s is as it was before, but the report does not list it as restored", run.Name, app.Name)
	case len(why) > 0 && (saysRestored || !saysNot):
		f.violate("%s: %s is not as it was before (%s), but the report does not list it as not restored", run.Name, app.Name, strings.Join(why, "; "))
	}
}
