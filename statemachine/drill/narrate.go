package drill

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// narrator tells what happens in the World, and in the executions, as it happens: it is the World's observer and its
// watcher. It is called with the World's mutex held and only writes.
type narrator struct {
	out *Printer
	// quiet suppresses everything, for what is repeated after the end.
	quiet bool
	// mu guards what follows: while a World is served, runs are started and stopped from several sides.
	mu sync.Mutex
	// pending is what the last look of VerifyHealth waited for.
	pending string
	// stopped counts executions that are over.
	stopped int
	// running are the names of the executions that are under way.
	running []string
}

// observe tells an entry of the World's journal.
func (n *narrator) observe(e fakeaws.Entry) {
	if n.quiet {
		return
	}
	switch e.Kind {
	case "region":
		tone := Good
		if strings.Contains(e.Text, "dark") {
			tone = Bad
		}
		n.out.event(e.At, e.Object, tone, e.Text)
	default:
		n.out.event(e.At, e.Kind, Plain, worldText(e))
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
func (n *narrator) StateEntered(execution, state string, at time.Time) {
	if n.quiet {
		return
	}
	if name := nameIn(execution); !slices.Contains(n.running, name) {
		n.running = append(n.running, name)
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
	n.out.event(at, "run", tone, n.whose(execution)+text)
}

// entered is what entering a state says of how the run goes.
var entered = map[string]string{
	"Completed": "Completed", "RolledBack": "RolledBack", "Held": "Held", "Refused": "Refused",
	"Overtaken": "Overtaken", "MayRollBack?": "the stage has failed for good", "Soak": "stays for a while before it goes back",
}

// Stopped takes note of an execution that is over.
func (n *narrator) Stopped(execution string, _ time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopped++
	n.running = slices.DeleteFunc(n.running, func(name string) bool { return name == nameIn(execution) })
}

// whose names the run that a line is about, while there are several.
func (n *narrator) whose(execution string) string {
	if len(n.running) < 2 {
		return ""
	}
	return nameIn(execution) + ": "
}

// nameIn is the name at the end of an execution's ARN.
func nameIn(execution string) string { return execution[strings.LastIndex(execution, ":")+1:] }

// forget lets the next look be told whatever it sees.
func (n *narrator) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pending = ""
}

// Invoked tells what a step has done, in one line. A look that sees what the one before saw is not told.
func (n *narrator) Invoked(execution string, inv fakeaws.Invocation) {
	if n.quiet {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	at := inv.At.Add(inv.Took)
	if inv.State != "VerifyHealth" {
		n.pending = ""
	}
	if inv.Result.ErrorType != "" {
		n.failed(at, n.whose(execution), inv)
		return
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
	if inv.State == "Validate" || inv.State == "PlanReturn" || inv.State == "PlanRollback" {
		n.findings(at, inv.Result.Payload)
	}
}

// failed tells of an error; a look that fails as the one before did is not told either.
func (n *narrator) failed(at time.Time, whose string, inv fakeaws.Invocation) {
	text := whose + failureText(inv.Result)
	if kind := withoutDigits(text); inv.State != "VerifyHealth" || kind != n.pending {
		n.pending = kind
		n.step(at, inv.State, Bad, text)
	}
}

func (n *narrator) step(at time.Time, state string, tone Tone, text string) {
	n.out.event(at, state, tone, text)
}

// findings tells what Validate has found, each with what to do next.
func (n *narrator) findings(at time.Time, payload []byte) {
	var a failover.ValidateAnswer
	if json.Unmarshal(payload, &a) != nil {
		return
	}
	for _, f := range a.Findings {
		mark, tone := "!", Warn
		if f.Severity == failover.Blocker {
			mark, tone = "✗", Bad
		}
		n.out.event(at, "", tone, mark+" "+f.String())
	}
	if a.MoreFindings > 0 {
		n.out.event(at, "", Warn, fmt.Sprintf("and %s", plural(a.MoreFindings, "more finding")))
	}
	if len(a.Calls) > 0 {
		n.out.event(at, "", Plain, "without dryRun, it would:")
	}
	for _, call := range a.Calls {
		n.out.event(at, "", Plain, "→ "+call)
	}
	if a.MoreCalls > 0 {
		n.out.event(at, "", Plain, fmt.Sprintf("→ and %d more", a.MoreCalls))
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
