package asl

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Resume continues with what the execution waited for. A nil answer means that time has passed: it ends a wait that is due, and
// times out a Task whose TimeoutAt has come. An answer later than TimeoutAt does not count. A call that does not fit (nil too
// early, an answer to a wait, any call after the end) changes nothing.
func (x *Execution) Resume(now time.Time, answer *Answer) {
	if x.status != Running {
		return
	}
	x.now = now
	if !x.deadline.IsZero() && !now.Before(x.deadline) {
		x.timeOut()
		return
	}
	switch p := x.pending.(type) {
	case *WaitUntil:
		if answer != nil || now.Before(p.Until) {
			return
		}
		x.pending = nil
		x.resumed(p.Reason)
	case *Invoke, *AwaitToken:
		late := !x.at.expires.IsZero() && now.After(x.at.expires)
		due := !x.at.expires.IsZero() && !now.Before(x.at.expires)
		if answer == nil && !due {
			return
		}
		x.pending = nil
		x.answered(answer, answer == nil || late)
	}
	x.play()
}

// play goes from state to state until the execution must wait, or ends.
func (x *Execution) play() {
	for x.status == Running && x.pending == nil {
		switch x.at.kind {
		case Pass:
			x.exitOrFail(&x.at.exit, x.at.input, x.scope(nil, nil))
		case Task:
			x.schedule()
		case Choice:
			x.choose()
		case Wait:
			x.startWait()
		case Succeed:
			x.exitOrFail(&x.at.exit, x.at.input, x.scope(nil, nil))
		case Fail:
			x.failState()
		}
	}
}

func (x *Execution) enter(name string, input json.RawMessage) {
	s := x.machine.byName[name]
	x.path = append(x.path, name)
	x.transitions++
	x.at = &visit{state: s, input: input, entered: x.now, tries: make([]int, len(s.retry))}
	x.at.event = x.record(Event{Type: string(s.kind) + "StateEntered", StateEntered: &StateEntered{Name: name, Input: string(input)}})
}

// leave evaluates an exit, assigns its variables, and enters the next state or ends the execution. All expressions
// see the variables as they were before. It changes nothing when it fails.
func (x *Execution) leave(e *exit, output json.RawMessage, vars scope) *Failure {
	assigned := map[string]string{}
	for _, a := range e.assign {
		text, err := a.value.evaluate(e.field+"Assign/"+a.name, vars)
		if err != nil {
			return x.evaluationFailed(err)
		}
		assigned[a.name] = string(text)
	}
	if e.output != nil {
		text, err := e.output.evaluate(e.field+"Output", vars)
		if err != nil {
			return x.evaluationFailed(err)
		}
		output = text
	}
	if len(output) > MaxData {
		return x.tooLarge("an output", len(output))
	}
	if f := x.assign(assigned); f != nil {
		return f
	}
	exited := &StateExited{Name: x.at.name, Output: string(output)}
	if len(assigned) > 0 {
		exited.AssignedVariables, exited.AssignedDetails = assigned, &Details{}
	}
	x.record(Event{Type: string(x.at.kind) + "StateExited", StateExited: exited})
	if e.next == "" {
		x.succeed(output)
	} else {
		x.enter(e.next, output)
	}
	return nil
}

func (x *Execution) exitOrFail(e *exit, output json.RawMessage, vars scope) {
	if f := x.leave(e, output, vars); f != nil {
		x.stateFailed(*f)
	}
}

// assign sets the variables, or none of them when they are too large.
func (x *Execution) assign(assigned map[string]string) *Failure {
	total, now := 0, 0
	for _, size := range x.sizes {
		total += size
	}
	for name, text := range assigned {
		now += len(text)
		total += len(text) - x.sizes[name]
	}
	if now > MaxData || total > MaxVariables {
		return x.tooLarge("variables", max(now, total))
	}
	for name, text := range assigned {
		x.variables[name] = decode(json.RawMessage(text))
		x.sizes[name] = len(text)
	}
	return nil
}

func (x *Execution) choose() {
	vars := x.scope(nil, nil)
	for i, r := range x.at.rules {
		field := fmt.Sprintf("Choices[%d]/Condition", i)
		text, err := r.condition.evaluate(field, vars)
		if err == nil && typeOf(text) != "boolean" {
			err = r.condition.wrongType(field, "boolean", text)
		}
		if err != nil {
			x.stateFailed(*x.evaluationFailed(err))
			return
		}
		if string(text) == "true" {
			x.exitOrFail(&r.exit, x.at.input, vars)
			return
		}
	}
	if x.at.next == "" {
		x.stateFailed(Failure{Error: ErrorNoChoice, Cause: x.during("No rule of the Choice matched, and there is no Default.")})
		return
	}
	x.exitOrFail(&x.at.exit, x.at.input, vars)
}

func (x *Execution) startWait() {
	until, err := x.until()
	if err != nil {
		x.stateFailed(*x.evaluationFailed(err))
		return
	}
	x.wait(until, ReasonWait)
}

// wait makes the execution wait, or continues when the time has come already.
func (x *Execution) wait(until time.Time, reason Reason) {
	if !until.After(x.now) {
		x.resumed(reason)
		return
	}
	x.pending = &WaitUntil{State: x.at.name, Until: x.earlier(until), Reason: reason}
}

// resumed continues after a wait. A retry needs nothing: play schedules the Task that the execution is still in.
func (x *Execution) resumed(reason Reason) {
	switch reason {
	case ReasonWait:
		x.exitOrFail(&x.at.exit, x.at.input, x.scope(nil, nil))
	case ReasonRetry:
		x.transitions++
	}
}

// earlier limits a time to the execution's own deadline, at which the driver must resume in any case.
func (x *Execution) earlier(t time.Time) time.Time {
	if !x.deadline.IsZero() && (t.IsZero() || x.deadline.Before(t)) {
		return x.deadline
	}
	return t
}

func (x *Execution) until() (time.Time, *evaluationError) {
	vars := x.scope(nil, nil)
	if x.at.seconds != nil {
		n, err := x.wholeSeconds(x.at.seconds, "Seconds", vars)
		return x.now.Add(time.Duration(n) * time.Second), err
	}
	text, err := x.at.timestamp.evaluate("Timestamp", vars)
	if err != nil {
		return time.Time{}, err
	}
	var stamp string
	if json.Unmarshal(text, &stamp) != nil {
		return time.Time{}, x.at.timestamp.wrongType("Timestamp", "string", text)
	}
	t, bad := time.Parse(time.RFC3339Nano, stamp)
	if bad != nil {
		return time.Time{}, &evaluationError{location: "Timestamp", unusable: true,
			cause: "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: " + stamp}
	}
	return t, nil
}

func (x *Execution) wholeSeconds(t *template, field string, vars scope) (int, *evaluationError) {
	text, err := t.evaluate(field, vars)
	if err != nil {
		return 0, err
	}
	var n float64
	if json.Unmarshal(text, &n) != nil || typeOf(text) != "number" {
		return 0, t.wrongType(field, "number", text)
	}
	if n != math.Trunc(n) || n < 0 || n > maxSeconds {
		return 0, &evaluationError{location: field, unusable: true,
			cause: fmt.Sprintf("The %s field must be a whole number from 0 to %d but was: %s", field, maxSeconds, text)}
	}
	return int(n), nil
}

// failState ends the execution with the error and the cause that a Fail state gives.
func (x *Execution) failState() {
	var f Failure
	vars := x.scope(nil, nil)
	for _, part := range []struct {
		field string
		value *template
		to    *string
	}{{"Error", x.at.failError, &f.Error}, {"Cause", x.at.failCause, &f.Cause}} {
		if part.value == nil {
			continue
		}
		text, err := part.value.evaluate(part.field, vars)
		if err == nil && json.Unmarshal(text, part.to) != nil {
			err = part.value.wrongType(part.field, "string", text)
		}
		if err != nil {
			x.stateFailed(*x.evaluationFailed(err))
			return
		}
	}
	x.fail(f)
}
