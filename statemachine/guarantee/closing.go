package guarantee

import (
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// closed is the run that an invocation of another run has closed, and whether a notification about it was published.
func closed(inv fakeaws.Invocation) (run failover.Run, published bool) {
	var payload struct {
		Run failover.Run `json:"run"`
	}
	if inv.State != "NotifyStopped" || failover.Decode(inv.Payload, &payload) != nil {
		return run, false
	}
	published = slices.ContainsFunc(inv.Calls, func(c fakeaws.Call) bool { return c.Service == "sns" && c.Code == "" })
	return payload.Run, published
}

// AttributeClosings counts the messages about runs that others have closed.
func (e *Evidence) AttributeClosings(messages []fakeaws.Message) {
	for _, by := range slices.Concat(e.Runs, e.Closings) {
		for _, inv := range by.Invocations {
			run, published := closed(inv)
			i := slices.IndexFunc(e.Runs, func(r RunEvidence) bool { return r.ARN == run.ARN })
			if i < 0 {
				continue
			}
			after := by.After
			e.Runs[i].AfterClosing, e.Runs[i].ClosedAt = &after, inv.At
			if !published {
				continue
			}
			e.Runs[i].Closed++
			for _, m := range messages {
				if m.Region == by.Region && m.At.Equal(inv.At) {
					e.Runs[i].Texts = append(e.Runs[i].Texts, m.Subject+"\n"+m.Message)
					break
				}
			}
		}
	}
}

// inFlight says whether the promotion of a database of an application was in flight at a time.
func (e Evidence) inFlight(app failover.Application, at time.Time) bool {
	return slices.ContainsFunc(e.Promotions, func(p fakeaws.Promotion) bool {
		of := slices.ContainsFunc(app.Databases, func(d failover.Database) bool { return d.GlobalCluster == p.GlobalCluster })
		return of && !p.At.After(at) && (p.Finished.IsZero() || p.Finished.After(at))
	})
}

// namedByTaker says whether another run has taken the lock from this one, whose execution had ended, and names it.
func (e Evidence) namedByTaker(run RunEvidence) bool {
	return slices.ContainsFunc(e.Runs, func(r RunEvidence) bool {
		a, ok := r.validated()
		return ok && a.Run.TakenOverFrom == NameIn(run.ARN) && a.Run.TakenOverWhy == failover.TakenFromEnded && r.Messages > 0
	})
}

// ClosedOtherwise lists the runs that another run has closed unexpectedly, and those that no run has closed although the
// scenario expects it. A scenario that names none is not checked.
func (e Evidence) ClosedOtherwise(want []string) []string {
	var found []string
	if len(want) == 0 {
		return nil
	}
	for _, run := range e.Runs {
		expected := slices.Contains(want, run.Name)
		switch {
		case expected && run.AfterClosing == nil:
			found = append(found, run.Name+": expected another run to close it; none has")
		case !expected && run.AfterClosing != nil:
			found = append(found, run.Name+": another run has closed it, and the scenario does not expect that")
		}
	}
	return found
}
