package asl

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Resume continues with the first of what the execution waits for. A nil answer means that time has passed: it ends a wait that is
// due, and times out a Task whose TimeoutAt has come. An answer later than TimeoutAt does not count. A call that does not fit
// (nil too early, an answer to a wait, any call after the end) changes nothing.
func (x *Execution) Resume(now time.Time, answer *Answer) { x.Deliver(x.Pending(), now, answer) }

// Deliver does what Resume does, with one of several things that the execution waits for. What it does not wait for, or no more,
// changes nothing but the time.
func (x *Execution) Deliver(pending Pending, now time.Time, answer *Answer) {
	if x.status != Running {
		return
	}
	x.now = now
	if !x.deadline.IsZero() && !now.Before(x.deadline) {
		x.timeOut()
		return
	}
	var waiting *branch
	x.root.visit(func(b *branch) {
		if pending != nil && b.pending == pending {
			waiting = b
		}
	})
	if waiting != nil {
		waiting.resume(now, answer)
		waiting.climb()
	}
}

// Heartbeat moves the time by which the Task with a token must answer or show another heartbeat. It says whether such a Task waits.
func (x *Execution) Heartbeat(token string, now time.Time) bool {
	found := false
	for _, p := range x.Waiting() {
		x.root.visit(func(b *branch) {
			if b.pending == p && b.at.token == token && token != "" {
				found = true
				b.beat(now)
			}
		})
	}
	return found
}

func (b *branch) resume(now time.Time, answer *Answer) {
	switch p := b.pending.(type) {
	case *WaitUntil:
		if answer != nil || now.Before(p.Until) {
			return
		}
		b.pending = nil
		b.resumed(p.Reason)
	case *Invoke, *AwaitToken:
		limit := b.at.limit()
		late := !limit.IsZero() && now.After(limit)
		due := !limit.IsZero() && !now.Before(limit)
		if answer == nil && !due {
			return
		}
		b.pending = nil
		b.answered(answer, answer == nil || late)
	}
	b.play()
}

// play goes from state to state until the execution must wait, or ends.
func (b *branch) play() {
	for b.x.status == Running && b.pending == nil && b.at.fork == nil && !b.done {
		switch b.at.kind {
		case Pass:
			b.exitOrFail(&b.at.exit, b.at.input, b.scope(nil, nil))
		case Task:
			b.schedule()
		case Choice:
			b.choose()
		case Wait:
			b.startWait()
		case Succeed:
			b.exitOrFail(&b.at.exit, b.at.input, b.scope(nil, nil))
		case Fail:
			b.failState()
		case Map, Parallel:
			b.startFork()
		}
	}
}

func (b *branch) enter(name string, input json.RawMessage) {
	s := b.level.byName[name]
	b.x.path = append(b.x.path, name)
	b.x.transitions++
	b.at = &visit{state: s, input: input, entered: b.x.clock(), tries: make([]int, len(s.retry))}
	b.at.event = b.record(Event{Type: string(s.kind) + "StateEntered", StateEntered: &StateEntered{Name: name, Input: string(input)}})
}

// leave evaluates an exit, assigns its variables, and enters the next state or ends the execution. All expressions
// see the variables as they were before. It changes nothing when it fails.
func (b *branch) leave(e *exit, output json.RawMessage, vars scope) *Failure {
	assigned := map[string]string{}
	for _, a := range e.assign {
		text, err := a.value.evaluate(e.field+"Assign/"+a.name, vars)
		if err != nil {
			return b.evaluationFailed(err)
		}
		assigned[a.name] = string(text)
	}
	if e.output != nil {
		text, err := e.output.evaluate(e.field+"Output", vars)
		if err != nil {
			return b.evaluationFailed(err)
		}
		output = text
	}
	if len(output) > MaxData {
		return b.tooLarge(b.at.name)
	}
	if f := b.assign(assigned); f != nil {
		return f
	}
	exited := &StateExited{Name: b.at.name, Output: string(output)}
	if len(assigned) > 0 {
		exited.AssignedVariables, exited.AssignedDetails = assigned, &Details{}
	}
	b.record(Event{Type: string(b.at.kind) + "StateExited", StateExited: exited})
	if e.next == "" {
		b.finish(output)
	} else {
		b.enter(e.next, output)
	}
	return nil
}

func (b *branch) exitOrFail(e *exit, output json.RawMessage, vars scope) {
	if f := b.leave(e, output, vars); f != nil {
		b.stateFailed(*f)
	}
}

// assign sets the variables, or none of them when they are too large.
func (b *branch) assign(assigned map[string]string) *Failure {
	total, now := 0, 0
	for _, size := range b.sizes {
		total += size
	}
	for name, text := range assigned {
		now += len(text)
		total += len(text) - b.sizes[name]
	}
	if now > MaxData || total > MaxVariables {
		return b.tooLarge(b.at.name)
	}
	for name, text := range assigned {
		b.variables[name] = decode(json.RawMessage(text))
		b.sizes[name] = len(text)
	}
	return nil
}

func (b *branch) choose() {
	vars := b.scope(nil, nil)
	for i, r := range b.at.rules {
		field := fmt.Sprintf("Choices[%d]/Condition", i)
		text, err := r.condition.evaluate(field, vars)
		if err == nil && typeOf(text) != "boolean" {
			err = r.condition.wrongType(field, "boolean", text)
		}
		if err != nil {
			b.stateFailed(*b.evaluationFailed(err))
			return
		}
		if string(text) == "true" {
			b.exitOrFail(&r.exit, b.at.input, vars)
			return
		}
	}
	if b.at.next == "" {
		b.stateFailed(Failure{Error: ErrorNoChoice, Cause: b.during("No rule of the Choice matched, and there is no Default.")})
		return
	}
	b.exitOrFail(&b.at.exit, b.at.input, vars)
}

// wait makes the execution wait, or continues when the time has come already.
func (b *branch) wait(until time.Time, reason Reason) {
	if !until.After(b.x.now) {
		b.resumed(reason)
		return
	}
	b.pending = &WaitUntil{State: b.at.name, Until: b.x.earlier(until), Reason: reason}
}

// resumed continues after a wait. A retry needs nothing: play schedules the Task that the execution is still in.
func (b *branch) resumed(reason Reason) {
	switch reason {
	case ReasonWait:
		b.exitOrFail(&b.at.exit, b.at.input, b.scope(nil, nil))
	case ReasonRetry:
		b.x.transitions++
	}
}

// earlier limits a time to the execution's own deadline, at which the driver must resume in any case.
func (x *Execution) earlier(t time.Time) time.Time {
	if !x.deadline.IsZero() && (t.IsZero() || x.deadline.Before(t)) {
		return x.deadline
	}
	return t
}

// maxWait is the longest time, in seconds, after which Step Functions can continue.
const maxWait = 1<<31 - 1

func (b *branch) startWait() {
	until, failure := b.until()
	if failure == nil && until.Sub(b.x.now) > maxWait*time.Second {
		failure = &Failure{Error: ErrorRuntime, Cause: b.during(fmt.Sprintf("The state waits for more than %d seconds.", maxWait))}
	}
	if failure != nil {
		b.stateFailed(*failure)
		return
	}
	b.wait(until, ReasonWait)
}

// until is when a Wait ends.
func (b *branch) until() (time.Time, *Failure) {
	vars := b.scope(nil, nil)
	if b.at.seconds != nil {
		n, err := b.wholeNumber(b.at.seconds, "Seconds", vars, unlimited)
		switch {
		case err != nil:
			return time.Time{}, b.evaluationFailed(err)
		case n > maxWait:
			return b.x.now.Add((maxWait + 1) * time.Second), nil
		case n > maxSeconds:
			return time.Time{}, b.evaluationFailed(notWhole("Seconds", maxSeconds, strconv.Itoa(n)))
		}
		return b.x.now.Add(time.Duration(n) * time.Second), nil
	}
	text, err := b.at.timestamp.evaluate("Timestamp", vars)
	if err != nil {
		return time.Time{}, b.evaluationFailed(err)
	}
	var stamp string
	if json.Unmarshal(text, &stamp) != nil {
		return time.Time{}, b.evaluationFailed(b.at.timestamp.wrongType("Timestamp", "string", text))
	}
	t, bad := time.Parse(time.RFC3339Nano, stamp)
	if bad != nil {
		return time.Time{}, b.evaluationFailed(&evaluationError{location: "Timestamp", unusable: true,
			cause: "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: " + stamp})
	}
	return t, nil
}

// wholeNumber evaluates a field that is a whole number from 0 to a greatest one.
func (b *branch) wholeNumber(t *template, field string, vars scope, greatest int) (int, *evaluationError) {
	text, err := t.evaluate(field, vars)
	if err != nil {
		return 0, err
	}
	var n float64
	if json.Unmarshal(text, &n) != nil || typeOf(text) != "number" {
		return 0, t.wrongType(field, "number", text)
	}
	if n != math.Trunc(n) || n < 0 || n > float64(greatest) && greatest != unlimited {
		return 0, notWhole(field, min(greatest, maxSeconds), string(text))
	}
	return int(min(n, 1<<62)), nil
}

// unlimited is a greatest number that is none.
const unlimited = math.MaxInt64

func notWhole(field string, greatest int, text string) *evaluationError {
	return &evaluationError{location: field, unusable: true,
		cause: fmt.Sprintf("The %s field must be a whole number from 0 to %d but was: %s", field, greatest, text)}
}

// failState ends the execution with the error and the cause that a Fail state gives.
func (b *branch) failState() {
	var f Failure
	vars := b.scope(nil, nil)
	for _, part := range []struct {
		field string
		value *template
		to    *string
	}{{"Error", b.at.failError, &f.Error}, {"Cause", b.at.failCause, &f.Cause}} {
		if part.value == nil {
			continue
		}
		text, err := part.value.evaluate(part.field, vars)
		if err == nil && json.Unmarshal(text, part.to) != nil {
			err = part.value.wrongType(part.field, "string", text)
		}
		if err != nil {
			b.stateFailed(*b.evaluationFailed(err))
			return
		}
	}
	b.fail(f)
}
