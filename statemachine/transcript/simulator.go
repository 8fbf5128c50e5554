package transcript

import (
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// Only this file knows the AWS simulator; a run of a deployed plan is followed without it.

// Invoked prints the result of a step that the simulator has played.
func (n *Narrator) Invoked(execution string, inv fakeaws.Invocation) {
	n.Step(execution, Step{
		State: inv.State, At: inv.At, Took: inv.Took, Payload: inv.Result.Payload, ErrorType: inv.Result.ErrorType, Cause: inv.Result.Cause,
	})
}

// Observe prints an entry of the simulator's journal.
func (n *Narrator) Observe(e fakeaws.Entry) {
	if n.Quiet {
		return
	}
	if e.Kind == "events" && strings.HasSuffix(e.Object, stoppedRule) && strings.HasPrefix(e.Text, "matches") {
		return // the run that it starts is printed, if it finds something to close
	}
	if e.Kind == "scheduler" && strings.HasSuffix(e.Object, weightsSchedule) && e.Text == "is due" {
		return // likewise
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
		n.Out.Event(e.At, e.Kind, Plain, entryText(e))
	}
}

// entryText puts the object before the event; an ARN is shortened to its last part, and the clients need no object.
func entryText(e fakeaws.Entry) string {
	if e.Object == "" || e.Object == "users" {
		return e.Text
	}
	object := e.Object
	if strings.HasPrefix(object, "arn:") {
		object = guarantee.NameIn(object)
	}
	return object + ": " + e.Text
}

// alarm prints that an alarm goes to ALARM, and that it leaves it. A change to OK with the first data is not printed.
func (n *Narrator) alarm(e fakeaws.Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	off := strings.HasPrefix(e.Text, "is "+fakeaws.AlarmInAlarm)
	where := e.Object + " " + e.Text[strings.LastIndex(e.Text, " ")+1:]
	if !off && !n.alarmed[where] {
		return
	}
	if n.alarmed == nil {
		n.alarmed = map[string]bool{}
	}
	n.alarmed[where] = off
	tone := Good
	if off {
		tone = Bad
	}
	n.Out.Event(e.At, e.Kind, tone, entryText(e))
}
