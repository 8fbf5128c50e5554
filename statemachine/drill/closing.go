package drill

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// An execution that is stopped or dies does not close its run; the rule on the status of executions starts another one
// that does. It starts one after every failed run, and most of these find nothing to do: they are told of, and expected,
// only when they close a run.

// stoppedRule ends the name of that rule.
const stoppedRule = "-stopped"

// isClosing takes charge of an execution that closes a run, if it is one.
func (p *performance) isClosing(x fakeaws.Execution) bool {
	in, err := failover.ParseInput(x.Input)
	if err != nil || in.Action != failover.Close {
		return false
	}
	known := slices.ContainsFunc(p.closings, func(run *started) bool { return run.arn == x.ARN })
	if !known {
		name := fmt.Sprintf("%s-closing-%d", p.scenario.Name, len(p.closings)+1)
		p.tell.out.call(x.Name, name)
		p.closings = append(p.closings, &started{arn: x.ARN, name: name, want: StartRun{Region: x.Region}})
		p.tell.closing(x.ARN, name)
	}
	return true
}

// byARN is the run of an execution, or nil.
func (p *performance) byARN(arn string) *started {
	for _, run := range p.runs {
		if run.arn == arn {
			return run
		}
	}
	return nil
}

// loseEvents lets events be lost for a while.
func (p *performance) loseEvents(x LoseEvents) error {
	p.say("events", Bad, "the events about executions in %s are lost for %s", x.Region, span(time.Duration(x.For)))
	p.until(x.For, func() { _ = p.world.LoseExecutionEvents(x.Region, false) }) // the Region is there, as it was a moment ago
	return p.world.LoseExecutionEvents(x.Region, true)
}

// watchFor lets an execution be stopped when it enters a state.
func (n *narrator) watchFor(execution, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.awaited == nil {
		n.awaited = map[string]string{}
	}
	n.awaited[execution] = state
}

func (n *narrator) reached(execution, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.awaited[execution] == state {
		delete(n.awaited, execution)
		n.toStop = append(n.toStop, execution)
	}
}

// due are the executions that have entered the state in which they are to be stopped, since it was last called.
func (n *narrator) due() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	due := n.toStop
	n.toStop = nil
	return due
}

// closing says that an execution is one that closes a run.
func (n *narrator) closing(execution, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closings == nil {
		n.closings, n.closes = map[string]string{}, map[string]bool{}
	}
	n.closings[execution] = name
	n.running-- // it is told of only when it closes a run, and no line is in doubt because of it
	n.crowded = n.running > 1
}

// silent says whether an execution is one to close a run, and has not found one.
func (n *narrator) silent(execution string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.closings[execution] != "" && !n.closes[execution]
}

// tellsOf says whether an invocation is told. The first one of a closing that is told is the one that has found a run.
func (n *narrator) tellsOf(execution string, inv fakeaws.Invocation) bool {
	if !n.silent(execution) {
		return true
	}
	var a failover.ValidateAnswer
	if inv.State != "Validate" || failover.Decode(inv.Result.Payload, &a) != nil || a.Close == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closes[execution] = true
	n.out.event(inv.At, "run", Title, fmt.Sprintf("%s closes %s", n.closings[execution], a.Close.Run.ID))
	return true
}

// closed is the run that an invocation has closed another run's, and whether it has published that.
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

// attributeClosings counts the messages about runs that others have closed.
func (e *Evidence) attributeClosings(messages []fakeaws.Message) {
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

// namedByTaker says whether another run has taken the lock from this one, whose execution had ended, and has said so.
func (e Evidence) namedByTaker(run RunEvidence) bool {
	return slices.ContainsFunc(e.Runs, func(r RunEvidence) bool {
		a, ok := r.validated()
		return ok && a.Run.TakenOverFrom == nameIn(run.ARN) && a.Run.TakenOverWhy == failover.TakenFromEnded && r.Messages > 0
	})
}

// closedOtherwise says which runs were closed by others and which not, other than is expected. A scenario that names none
// does not ask.
func (e Evidence) closedOtherwise(want []string) []string {
	var found []string
	if len(want) == 0 {
		return nil
	}
	for _, run := range e.Runs {
		expected := slices.Contains(want, run.Name)
		switch {
		case expected && run.AfterClosing == nil:
			found = append(found, run.Name+": expected another run to close it, and none has")
		case !expected && run.AfterClosing != nil:
			found = append(found, run.Name+": another run has closed it, and the scenario does not expect that")
		}
	}
	return found
}
