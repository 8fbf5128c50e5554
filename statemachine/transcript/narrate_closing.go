package transcript

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
)

// stoppedRule ends the name of the rule that closes the runs of stopped executions.
const stoppedRule = "-stopped"

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
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closings == nil {
		n.closings, n.closes = map[string]string{}, map[string]bool{}
	}
	n.closings[execution] = name
	n.running-- // it is printed only when it closes a run, and makes no other line ambiguous
	n.crowded = n.running > 1
}

// silent says whether an execution is one that closes runs and has not found one to close.
func (n *Narrator) silent(execution string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.closings[execution] != "" && !n.closes[execution]
}

// prints says whether an invocation is printed. For an execution that closes runs, printing starts when it has found one.
func (n *Narrator) prints(execution string, s Step) bool {
	if !n.silent(execution) {
		return true
	}
	var a failover.ValidateAnswer
	if s.State != "Validate" || failover.Decode(s.Payload, &a) != nil || a.Close == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closes[execution] = true
	n.Out.Event(s.At, "run", Title, fmt.Sprintf("%s closes %s", n.closings[execution], a.Close.Run.ID))
	return true
}
