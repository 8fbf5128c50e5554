package guarantee

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// rolledBackRestored is guarantee 4: when a run ends RolledBack, weights, registry and writer are what they were before
// it, in sync, the lock is released, the report is written and the notification sent.
func rolledBackRestored(e Evidence) finding {
	f := finding{basis: "no run ended RolledBack"}
	applications := 0
	for _, run := range e.Runs {
		if run.Outcome() != failover.RolledBack {
			continue
		}
		f.check(run)
		for _, app := range e.selected(run) {
			if e.movedByOthers(run, app) || e.movedSince(run.lastStep(), run, app) {
				continue
			}
			applications++
			for _, why := range e.notAsBefore(run, app) {
				f.violate("%s: %s: %s", run.Name, app.Name, why)
			}
		}
		if run.Asked != nil && run.Asked.Action == failover.Failover {
			f.violate("%s: a failover returned to the Region that it left; expected it to stay", run.Name)
		}
		e.checkInSync(&f, run)
		e.checkClosed(&f, run)
	}
	if f.checked() {
		f.basis = prose.Count(applications, "application") + " as before: weights, registry, writer; lock, report, notification"
	}
	return f
}

// notAsBefore says what of an application is not as it was when the run was started.
func (e Evidence) notAsBefore(run RunEvidence, app failover.Application) []string {
	plan := e.Plan
	var why []string
	for _, record := range app.Records {
		was, _ := Weights(run.Before.of(record), record)
		if is, _ := Weights(run.After.of(record), record); !sameShares(was, is) {
			why = append(why, fmt.Sprintf("record %s %s has %s; before it had %s", record.Name, record.Type, show(plan, is), show(plan, was)))
		}
		before, _ := run.Before.shares(record)
		if after, _ := run.After.shares(record); !sameShares(before, after) {
			why = append(why, fmt.Sprintf("users of %s %s go to %s; before they went to %s", record.Name, record.Type, show(plan, after), show(plan, before)))
		}
	}
	was, _ := run.Before.registered(app.Name)
	if is, _ := run.After.registered(app.Name); !sameLive(was.Live, is.Live) && !run.saysWhatWasLive(app, was.Live, is.Live) {
		why = append(why, fmt.Sprintf("the registry says %s (%s); before it said %s (%s)",
			is.Live.Active, show(plan, is.Live.Weights), was.Live.Active, show(plan, was.Live.Weights)))
	}
	if of, ok := plan.SwitchOf(app); ok && run.Before.Switches[of.Name] != run.After.Switches[of.Name] {
		why = append(why, fmt.Sprintf("the switch %s makes users leave %q; before it was %q", of.Name, run.After.Switches[of.Name], run.Before.Switches[of.Name]))
	}
	for _, database := range app.Databases {
		was, is := run.Before.database(database.GlobalCluster), run.After.database(database.GlobalCluster)
		if e.darkAt(is.Writer, run.end()) || e.darkAt(was.Writer, run.StartedAt) {
			was.Available, was.All = is.Available, is.All // whether it accepts writes is up to the Region
		}
		if was.Writer != is.Writer || was.Available != is.Available || !slices.Equal(was.All, is.All) {
			why = append(why, fmt.Sprintf("the writer of %s is in %s, available: %v; before it was in %s", is.GlobalCluster, is.Writer, is.Available, was.Writer))
		}
	}
	return why
}

// saysWhatWasLive says whether the registry now has the weights that were live when the run started, although it had
// others then because an earlier run was stopped. Then the state before is that of DNS.
func (r RunEvidence) saysWhatWasLive(app failover.Application, was, is failover.Live) bool {
	for _, record := range app.Records {
		if found, _ := Weights(r.Before.of(record), record); !maps.Equal(found, is.Weights) {
			return false
		}
	}
	for region, weight := range is.Weights {
		if weight == 100 {
			return is.Active == region
		}
	}
	return is.Active == was.Active
}

// checkClosed: with any outcome, the run's lock is released, its report has the outcome, and one notification is sent.
func (e Evidence) checkClosed(f *finding, run RunEvidence) {
	if run.After.Lock.Held(run.StoppedAt) && run.After.Lock.Owner == run.ARN && !run.unreleased() {
		f.violate("%s: still holds the lock; expected it to be released", run.Name)
	}
	if !run.unreported() && (run.Report == nil || run.Report.Outcome != run.Outcome()) {
		f.violate("%s: no report of a run that ended %s is in the bucket", run.Name, run.Outcome())
	}
	if run.Messages == 0 && !run.NotificationFailed() || run.Messages > 1 && !mayNotifyTwice(e.notifiers(run)) {
		f.violate("%s: %s published; expected 1", run.Name, prose.Count(run.Messages, "notification"))
	}
}

// alarmTime is how long after a run an alarm about it may take: a period of a minute, and its evaluation.
const alarmTime = 3 * time.Minute
