package transcript

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// Narrator prints the simulator's journal and the steps of executions as they occur: it is the World's observer and its
// watcher. It is called with the World's mutex held and only writes.
type Narrator struct {
	Out *Printer
	// Quiet suppresses all output, for the repetitions after the end.
	Quiet bool
	// Announce prints the start of every run, also of those that an operator starts through the API of a served simulator.
	Announce bool
	// mu guards what follows: while a simulator is served, runs are started and stopped by concurrent requests.
	mu sync.Mutex
	// pending is what the last check of VerifyHealth waited for.
	pending string
	// Ended counts executions that have ended since it was last read; fresh are those that have started and have not been
	// reported by NewRuns yet.
	Ended int
	fresh []string
	// started are all of them; alarmed are the alarms that are known to be in ALARM.
	started map[string]bool
	// running counts those that have not ended; crowded says that more than one has run at the same time.
	running int
	crowded bool
	alarmed map[string]bool
	// awaited is the state in which an execution is to be stopped, toStop those that have entered it.
	awaited map[string]string
	toStop  []string
	// followUps are the executions of rules and schedules that mostly have nothing to do.
	followUps map[string]*followUp
	// called are the names of executions whose own name is not unique.
	called map[string]string
}

// StateEntered prints the states that are no step but show the progress of the run.
func (n *Narrator) StateEntered(execution, state string, at time.Time) {
	n.meet(execution, at)
	n.reached(execution, state)
	if n.Quiet || n.silent(execution) {
		return
	}
	text, shown := entered[state]
	if !shown {
		return
	}
	tone := Bad
	if failover.Outcome(state) == failover.Completed {
		tone = Good
	}
	if state == "Soak" {
		tone = Plain
	}
	n.Out.Event(at, "run", tone, n.whose(execution)+text)
}

// entered is what is printed for each of them.
var entered = map[string]string{
	"Completed": "Completed", "RolledBack": "RolledBack", "Held": "Held", "Refused": "Refused",
	"Overtaken": "Overtaken", "MayRollBack?": "the stage has failed", "Soak": "soak time in the standby",
}

// Stopped counts an execution that has ended.
func (n *Narrator) Stopped(execution string, _ time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Ended++
	if f := n.followUps[execution]; f != nil && !(f.acts && f.runs) {
		return
	}
	n.running--
	n.crowded = n.crowded && n.running > 0
}

// Step prints the result of a step in one line. A check with the same result as the one before is not printed.
func (n *Narrator) Step(execution string, s Step) {
	if n.Quiet || !n.prints(execution, s) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	at := s.At.Add(s.Took)
	if s.State != "VerifyHealth" {
		n.pending = ""
	}
	if s.ErrorType != "" {
		n.failed(at, execution, s)
		return
	}
	if s.State == "Validate" {
		var a failover.ValidateAnswer
		if json.Unmarshal(s.Payload, &a) == nil {
			n.Out.symbolize(a)
		}
	}
	describe, ok := stepFacts[s.State]
	if !ok {
		n.step(at, s.State, Plain, n.whose(execution)+"done")
		return
	}
	tone, text := describe(s.Payload)
	if s.State == "VerifyHealth" && tone != Good {
		kind := execution + withoutDigits(text)
		if kind == n.pending {
			return
		}
		n.pending = kind
	}
	n.step(at, s.State, tone, n.whose(execution)+text)
	if s.State == "Validate" || s.State == "PlanPhase" {
		n.findings(at, s.Payload)
	}
}

// failed prints an error; a check that fails like the one before is not printed.
func (n *Narrator) failed(at time.Time, execution string, s Step) {
	text := s.failure()
	if kind := withoutDigits(text); s.State != "VerifyHealth" || kind != n.pending {
		n.pending = kind
		n.step(at, s.State, Bad, n.whose(execution)+text)
	}
}

func (n *Narrator) step(at time.Time, state string, tone Tone, text string) {
	n.Out.Event(at, state, tone, text)
}

// findings prints what Validate has found, each with what to do next.
func (n *Narrator) findings(at time.Time, payload []byte) {
	var a failover.ValidateAnswer
	if failover.Decode(payload, &a) != nil {
		return
	}
	for _, f := range a.Findings {
		mark, tone := "!", Warn
		if f.Severity == failover.Blocker {
			mark, tone = "✗", Bad
		}
		command := f.Command
		f.Command = ""
		n.Out.Event(at, "", tone, mark+" "+f.String())
		n.Out.command(at, command)
	}
	if a.MoreFindings > 0 {
		n.Out.Event(at, "", Warn, fmt.Sprintf("and %s", prose.Count(a.MoreFindings, "more finding")))
	}
	if len(a.Calls) > 0 {
		n.Out.Event(at, "", Plain, "without dryRun, the run would:")
	}
	for _, call := range a.Calls {
		n.Out.Event(at, "", Plain, "→ "+call)
	}
	if a.MoreCalls > 0 {
		n.Out.Event(at, "", Plain, "→ "+prose.More(a.MoreCalls))
	}
}

// withoutDigits is text without its numbers, so that checks which differ only in a measured value count as the same.
func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' {
			return -1
		}
		return r
	}, text)
}
