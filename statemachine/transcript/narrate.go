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
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Narrator tells what happens in the World, and in the executions, as it happens: it is the World's observer and its
// watcher. It is called with the World's mutex held and only writes.
type Narrator struct {
	Out *Printer
	// Quiet suppresses everything, for what is repeated after the end.
	Quiet bool
	// Announce tells the start of every run, where nobody else does.
	Announce bool
	// mu guards what follows: while a World is served, runs are started and stopped from several sides.
	mu sync.Mutex
	// pending is what the last look of VerifyHealth waited for.
	pending string
	// Ended counts executions that are over; fresh are those that have been started and not been taken note of.
	Ended int
	fresh []string
	// started are all of them; alarmed are the alarms that are known to be in ALARM.
	started map[string]bool
	// running counts those that are not over; crowded says that there has been more than one of them at a time.
	running int
	crowded bool
	alarmed map[string]bool
	// awaited is the state in which an execution is to be stopped, toStop those that have entered it.
	awaited map[string]string
	toStop  []string
	// closings are the executions that close runs, by name; told says which have found one to close.
	closings map[string]string
	closes   map[string]bool
	// called are the executions whose own name would not tell them apart.
	called map[string]string
}

// Observe tells an entry of the World's journal.
func (n *Narrator) Observe(e fakeaws.Entry) {
	if n.Quiet {
		return
	}
	if e.Kind == "events" && strings.HasSuffix(e.Object, stoppedRule) && strings.HasPrefix(e.Text, "matches") {
		return // what comes of it is told, if anything does
	}
	switch e.Kind {
	case "alarm":
		n.alarm(e)
	case "region":
		tone := Good
		if strings.Contains(e.Text, "dark") {
			tone = Bad
		}
		n.Out.Event(e.At, e.Object, tone, e.Text)
	default:
		n.Out.Event(e.At, e.Kind, Plain, worldText(e))
	}
}

// worldText puts the object before what happened to it; an ARN is known by its end, and the users by what they feel.
func worldText(e fakeaws.Entry) string {
	if e.Object == "" || e.Object == "users" {
		return e.Text
	}
	object := e.Object
	if strings.HasPrefix(object, "arn:") {
		object = object[strings.LastIndex(object, ":")+1:]
	}
	return object + ": " + e.Text
}

// StateEntered tells the states that are no step of their own but say how the run goes.
func (n *Narrator) StateEntered(execution, state string, at time.Time) {
	n.meet(execution, at)
	n.reached(execution, state)
	if n.Quiet || n.silent(execution) {
		return
	}
	text, told := entered[state]
	if !told {
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

// entered is what entering a state says of how the run goes.
var entered = map[string]string{
	"Completed": "Completed", "RolledBack": "RolledBack", "Held": "Held", "Refused": "Refused",
	"Overtaken": "Overtaken", "MayRollBack?": "the stage has failed", "Soak": "stays for a while before it goes back",
}

// Stopped takes note of an execution that is over.
func (n *Narrator) Stopped(execution string, _ time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Ended++
	if n.closings[execution] != "" {
		return
	}
	n.running--
	n.crowded = n.crowded && n.running > 0
}

// Invoked tells what a step has done, in one line. A look that sees what the one before saw is not told.
func (n *Narrator) Invoked(execution string, inv fakeaws.Invocation) {
	if n.Quiet || !n.tellsOf(execution, inv) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	at := inv.At.Add(inv.Took)
	if inv.State != "VerifyHealth" {
		n.pending = ""
	}
	if inv.Result.ErrorType != "" {
		n.failed(at, execution, inv)
		return
	}
	if inv.State == "Validate" {
		var a failover.ValidateAnswer
		if json.Unmarshal(inv.Result.Payload, &a) == nil {
			n.Out.symbolize(a)
		}
	}
	tell, ok := stepFacts[inv.State]
	if !ok {
		n.step(at, inv.State, Plain, n.whose(execution)+"done")
		return
	}
	tone, text := tell(inv.Result.Payload)
	if inv.State == "VerifyHealth" && tone != Good {
		kind := execution + withoutDigits(text)
		if kind == n.pending {
			return
		}
		n.pending = kind
	}
	n.step(at, inv.State, tone, n.whose(execution)+text)
	if inv.State == "Validate" || inv.State == "PlanPhase" {
		n.findings(at, inv.Result.Payload)
	}
}

// Failed tells of an error; a look that fails as the one before did is not told either.
func (n *Narrator) failed(at time.Time, execution string, inv fakeaws.Invocation) {
	text := failureText(inv.Result)
	if kind := withoutDigits(text); inv.State != "VerifyHealth" || kind != n.pending {
		n.pending = kind
		n.step(at, inv.State, Bad, n.whose(execution)+text)
	}
}

func (n *Narrator) step(at time.Time, state string, tone Tone, text string) {
	n.Out.Event(at, state, tone, text)
}

// findings tells what Validate has found, each with what to do next.
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
		n.Out.Event(at, "", Plain, "without dryRun, it would:")
	}
	for _, call := range a.Calls {
		n.Out.Event(at, "", Plain, "→ "+call)
	}
	if a.MoreCalls > 0 {
		n.Out.Event(at, "", Plain, "→ "+prose.More(a.MoreCalls))
	}
}

// failureText is the error's name and text.
func failureText(r fakeaws.InvokeResult) string {
	var cause struct{ ErrorMessage string }
	text := r.Cause
	if json.Unmarshal([]byte(r.Cause), &cause) == nil && cause.ErrorMessage != "" {
		text = cause.ErrorMessage
	}
	return strings.TrimSuffix("fails with "+r.ErrorType+": "+text, ": ")
}

// withoutDigits is text without its numbers, so that looks which differ only in a measured value count as the same.
func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' {
			return -1
		}
		return r
	}, text)
}
