package transcript

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// stoppedRule ends the name of the rule that closes the runs of stopped executions, weightsSchedule that of the schedule that
// writes pending weights.
const (
	stoppedRule     = "-stopped"
	weightsSchedule = "-weights"
)

// followUp is an execution that a rule or a schedule starts, and that mostly has nothing to do. It is printed from when it has
// found something.
type followUp struct {
	// start is what is printed then, from what Validate has found; "" means that there is nothing to do.
	start func(failover.ValidateAnswer) string
	// acts says that it has found something; runs says that it counts among the runs from then on.
	acts, runs bool
}

// WatchFor marks an execution to be stopped when it enters a state.
func (n *Narrator) WatchFor(execution, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.awaited == nil {
		n.awaited = map[string]string{}
	}
	n.awaited[execution] = state
}

func (n *Narrator) reached(execution, state string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.awaited[execution] == state {
		delete(n.awaited, execution)
		n.toStop = append(n.toStop, execution)
	}
}

// Due are the marked executions that have entered their state since it was last called.
func (n *Narrator) Due() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	due := n.toStop
	n.toStop = nil
	return due
}

// Closing says that an execution is one that closes a run.
func (n *Narrator) Closing(execution, name string) {
	n.follow(execution, false, func(a failover.ValidateAnswer) string {
		if a.Close == nil {
			return ""
		}
		return fmt.Sprintf("%s closes %s", name, a.Close.Run.ID)
	})
}

// Started follows the executions of the schedule that writes pending weights: each is printed only when there are some.
func (n *Narrator) Started(execution string, input []byte) {
	in, err := failover.ParseInput(input)
	if err != nil || in.Action != failover.Weights || !strings.HasPrefix(in.RequestedBy, failover.ScheduleRequests) {
		return
	}
	machine, _ := failover.MachineOf(execution)
	n.Call(execution, in.RequestedBy) // its own name is an id, until it is known whether it has something to do
	n.follow(execution, true, func(a failover.ValidateAnswer) string {
		if a.Verdict == failover.Skip {
			return ""
		}
		return fmt.Sprintf("%s starts a run in %s: {\"action\":\"weights\"}", in.RequestedBy, machine.Region)
	})
}

func (n *Narrator) follow(execution string, runs bool, start func(failover.ValidateAnswer) string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.followUps == nil {
		n.followUps = map[string]*followUp{}
	}
	n.followUps[execution] = &followUp{start: start, runs: runs}
	if n.started[execution] {
		n.running-- // it is printed only when it has something to do, and makes no other line ambiguous
		n.crowded = n.running > 1
	}
}

// Idle says whether an execution is one of a rule or a schedule that has found nothing to do.
func (n *Narrator) Idle(execution string) bool { return n.silent(execution) }

// silent says whether an execution is a follow-up that has found nothing to do.
func (n *Narrator) silent(execution string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	f := n.followUps[execution]
	return f != nil && !f.acts
}

// prints says whether an invocation is printed. For a follow-up, printing starts when it has found something to do.
func (n *Narrator) prints(execution string, s Step) bool {
	if !n.silent(execution) {
		return true
	}
	var a failover.ValidateAnswer
	if s.State != "Validate" || s.ErrorType == "" && failover.Decode(s.Payload, &a) != nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	f := n.followUps[execution]
	text := f.start(a)
	if text == "" {
		return false
	}
	f.acts = true
	if f.runs {
		n.running++
		n.crowded = n.crowded || n.running > 1
	}
	n.Out.Event(s.At, "run", Title, text)
	return true
}
