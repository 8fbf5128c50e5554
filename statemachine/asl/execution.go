package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/recolabs/gnata"
)

// Limits of Step Functions.
const (
	// MaxData is the size, in bytes, of the largest input, output, argument or variable.
	MaxData = 256 << 10
	// MaxVariables is the size of all variables together.
	MaxVariables = 10 << 20
	// MaxEvents is the length of the longest history.
	MaxEvents = 25_000
)

// Status is how far an execution has come.
type Status string

// The statuses of an execution, as DescribeExecution names them.
const (
	Running   Status = "RUNNING"
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Aborted   Status = "ABORTED"
)

// ExecutionInfo is what is known of an execution before it starts; most of it is shown in the context object.
type ExecutionInfo struct {
	// ID is the execution's ARN.
	ID string
	// Name is the execution's name.
	Name    string
	RoleARN string
	// StateMachineID is the ARN of the state machine.
	StateMachineID   string
	StateMachineName string
	// Jitter draws a number from 0 up to 1 for each retry whose delay is jittered. Nil draws 1: the longest delay.
	Jitter func() float64
}

// Execution is one run of a [Machine]. It belongs to one goroutine at a time.
type Execution struct {
	machine   *Machine
	info      ExecutionInfo
	startedAt time.Time
	deadline  time.Time
	now       time.Time

	input     any
	variables map[string]any
	sizes     map[string]int

	// at is the state that the execution is in, and pending what it waits for there.
	at      *visit
	pending Pending

	// maxEvents is the length of the longest history.
	maxEvents int

	status      Status
	output      json.RawMessage
	failure     Failure
	history     []Event
	path        []string
	transitions int
}

// visit is one stay in a state, with all its retries.
type visit struct {
	*state
	input json.RawMessage
	// entered is when, and event the id of the history's entry that says so. A retry does not enter again.
	entered time.Time
	event   int64
	// tries counts the retries of each retrier, and retries all of them.
	tries   []int
	retries int
	token   string
	// expires is when the attempt in progress times out; zero is never.
	expires time.Time
}

// Start starts an execution and plays it until it must wait. It never fails: an input that Step Functions does not accept makes an
// execution that has ended, with the reason.
func (m *Machine) Start(info ExecutionInfo, input json.RawMessage, now time.Time) *Execution {
	x := &Execution{
		machine: m, info: info, startedAt: now, now: now, status: Running, maxEvents: MaxEvents,
		variables: map[string]any{}, sizes: map[string]int{},
	}
	if m.timeout > 0 {
		x.deadline = now.Add(m.timeout)
	}
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	if compact, err := marshal(input); err == nil {
		input = compact
	}
	x.record(Event{Type: "ExecutionStarted", ExecutionStarted: &ExecutionStarted{Input: string(input), RoleARN: info.RoleARN}})
	decoded, err := gnata.DecodeJSON(input)
	switch {
	case !json.Valid(input) || err != nil:
		x.fail(Failure{Error: ErrorRuntime, Cause: "the execution's input is not JSON"})
		return x
	case len(input) > MaxData:
		x.fail(Failure{Error: ErrorDataLimit, Cause: fmt.Sprintf("the execution's input has %d bytes; the limit is %d", len(input), MaxData)})
		return x
	}
	x.input = decoded
	x.enter(m.startAt, input)
	x.play()
	return x
}

// Pending is what the execution waits for: an [*Invoke], an [*AwaitToken] or a [*WaitUntil]; nil when it has ended. It
// stays the same value until [Execution.Resume] is called.
func (x *Execution) Pending() Pending {
	if x.status != Running {
		return nil
	}
	return x.pending
}

// Status says how far the execution has come.
func (x *Execution) Status() Status { return x.status }

// Output is the output of an execution that succeeded, and nil otherwise.
func (x *Execution) Output() json.RawMessage { return x.output }

// Error is the error's name of an execution that failed.
func (x *Execution) Error() string { return x.failure.Error }

// Cause is the cause of an execution that failed.
func (x *Execution) Cause() string { return x.failure.Cause }

// History returns the events so far. The caller must not change them.
func (x *Execution) History() []Event { return slices.Clip(x.history) }

// Path lists the states in the order in which they were entered. A retry does not enter again.
func (x *Execution) Path() []string { return slices.Clip(x.path) }

// Transitions counts what Step Functions bills: every state entered, and every retry.
func (x *Execution) Transitions() int { return x.transitions }

// record appends an event. The last event there is room for is the one that ends the execution.
func (x *Execution) record(e Event) int64 {
	if x.status != Running && !strings.HasPrefix(e.Type, "Execution") {
		return 0
	}
	if len(x.history) >= x.maxEvents-1 && x.status == Running {
		x.fail(Failure{Error: ErrorRuntime,
			Cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", MaxEvents)})
		return 0
	}
	e.ID = int64(len(x.history)) + 1
	// AWS gives the first state no previous event.
	if e.ID > 2 {
		e.PreviousID = e.ID - 1
	}
	e.Time = x.now
	x.history = append(x.history, e)
	return e.ID
}

func (x *Execution) succeed(output json.RawMessage) {
	if x.status != Running {
		return
	}
	x.status, x.output = Succeeded, output
	x.record(Event{Type: "ExecutionSucceeded", ExecutionSucceeded: &Output{Output: string(output)}})
}

func (x *Execution) fail(f Failure) {
	if x.status != Running {
		return
	}
	x.status, x.failure = Failed, f
	x.record(Event{Type: "ExecutionFailed", ExecutionFailed: &f})
}

func (x *Execution) timeOut() {
	x.status, x.failure = TimedOut, Failure{Error: ErrorTimeout}
	x.record(Event{Type: "ExecutionTimedOut", ExecutionTimedOut: &x.failure})
}

// Abort ends an execution that is still running, as StopExecution does: at once, and no catcher applies. Either text may be empty.
// An execution that has ended does not change.
func (x *Execution) Abort(now time.Time, errorName, cause string) {
	if x.status != Running {
		return
	}
	x.now = now
	x.status, x.failure, x.pending = Aborted, Failure{Error: errorName, Cause: cause}, nil
	x.record(Event{Type: "ExecutionAborted", ExecutionAborted: &x.failure})
}

// Expire ends the execution by its TimeoutSeconds now: at once, and no catcher applies. An execution that has ended does not
// change.
func (x *Execution) Expire(now time.Time) {
	if x.status == Running {
		x.now, x.deadline, x.pending = now, now, nil
		x.timeOut()
	}
}

// Fill makes the history as long as it may be: the next event, unless it is the last one, exceeds the limit.
func (x *Execution) Fill() { x.maxEvents = len(x.history) + 1 }

// timeFormat is that of the context object: UTC with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z"

// context is the context object, which expressions see as $states.context.
func (x *Execution) context() map[string]any {
	state := map[string]any{"Name": x.at.name, "EnteredTime": x.at.entered.UTC().Format(timeFormat)}
	if x.at.kind == Task {
		state["RetryCount"] = float64(x.at.retries)
	}
	context := map[string]any{
		"Execution": map[string]any{
			"Id": x.info.ID, "Name": x.info.Name, "Input": x.input, "RoleArn": x.info.RoleARN,
			"StartTime": x.startedAt.UTC().Format(timeFormat), "RedriveCount": float64(0),
		},
		"StateMachine": map[string]any{"Id": x.info.StateMachineID, "Name": x.info.StateMachineName},
		"State":        state,
	}
	if x.at.token != "" {
		context["Task"] = map[string]any{"Token": x.at.token}
	}
	return context
}

// scope is what the expressions of the present state see. The result is only there once a Task has answered, and the
// error only in a catcher.
func (x *Execution) scope(result, errorOutput json.RawMessage) scope {
	states := map[string]any{"context": x.context(), "input": decode(x.at.input)}
	if result != nil {
		states["result"] = decode(result)
	}
	if errorOutput != nil {
		states["errorOutput"] = decode(errorOutput)
	}
	vars := maps.Clone(functions)
	maps.Copy(vars, x.variables)
	vars["states"] = states
	return vars
}

// decode reads JSON text that is known to be valid into the form that the evaluator works on.
func decode(text json.RawMessage) any {
	v, err := gnata.DecodeJSON(text)
	if err != nil {
		return nil
	}
	return v
}
