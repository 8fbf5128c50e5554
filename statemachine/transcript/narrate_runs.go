package transcript

import (
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// What a narrator keeps of several concurrent runs, and of the alarms that start or follow them.

// meet registers an execution that enters its first state.
func (n *Narrator) meet(execution string, at time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.started[execution] {
		return
	}
	if n.started == nil {
		n.started = map[string]bool{}
	}
	n.started[execution] = true
	n.fresh = append(n.fresh, execution)
	if n.followUps[execution] != nil {
		return
	}
	n.running++
	n.crowded = n.crowded || n.running > 1
	if n.Announce {
		machine, _ := failover.MachineOf(execution)
		n.Out.Event(at, "run", Title, fmt.Sprintf("%s starts in %s", guarantee.NameIn(execution), machine.Region))
	}
}

// NewRuns are the executions that have started since it was last called.
func (n *Narrator) NewRuns() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	fresh := n.fresh
	n.fresh = nil
	return fresh
}

// Fired says whether an alarm, as NAME REGION, has been in ALARM, also if it is OK again.
func (n *Narrator) Fired(alarm string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, ever := n.alarmed[alarm]
	return ever
}

// whose names the execution that an event belongs to, when there is more than one.
func (n *Narrator) whose(execution string) string {
	if !n.crowded {
		return ""
	}
	if called := n.called[execution]; called != "" {
		return called + ": "
	}
	return guarantee.NameIn(execution) + ": "
}

// Call gives an execution a name of its own in the transcript.
func (n *Narrator) Call(execution, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.called == nil {
		n.called = map[string]string{}
	}
	n.called[execution] = name
}

// Forget makes the next check be printed in any case.
func (n *Narrator) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pending = ""
}
