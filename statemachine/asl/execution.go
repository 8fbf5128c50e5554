package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/asl/jsonata"
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
	// Clock is the time that the context object shows, for a Region whose clock differs. Nil shows the time that the execution is
	// played with.
	Clock func() time.Time
}

// Execution is one run of a [Machine]. It belongs to one goroutine at a time.
type Execution struct {
	machine *Machine
	info    ExecutionInfo
	// startedAt is by the clock of the context object.
	startedAt time.Time
	deadline  time.Time
	now       time.Time

	input any
	// aboutIt and aboutMachine are the parts of the context object that never change; nil before they are first asked for.
	aboutIt, aboutMachine *jsonata.Object
	// root is where the execution is in the states of the machine.
	root *branch

	// maxEvents is the length of the longest history.
	maxEvents int

	status      Status
	output      json.RawMessage
	failure     Failure
	history     []Event
	path        []string
	transitions int
}

// Start starts an execution and plays it until it must wait. It never fails: an input that Step Functions does not accept makes an
// execution that has ended, with the reason.
func (m *Machine) Start(info ExecutionInfo, input json.RawMessage, now time.Time) *Execution {
	x := &Execution{machine: m, info: info, now: now, status: Running, maxEvents: MaxEvents}
	x.startedAt = x.clock()
	x.root = newBranch(x, &m.level)
	if m.timeout > 0 {
		x.deadline = now.Add(m.timeout)
	}
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	if compact, err := marshal(input); err == nil {
		input = compact
	}
	x.record(0, Event{Type: "ExecutionStarted", ExecutionStarted: &ExecutionStarted{Input: string(input), RoleARN: info.RoleARN}})
	decoded, err := jsonata.Parse(input)
	switch {
	case err != nil:
		x.fail(1, Failure{Error: ErrorRuntime, Cause: "the execution's input is not JSON"})
		return x
	case len(input) > MaxData:
		x.fail(1, Failure{Error: ErrorDataLimit, Cause: fmt.Sprintf("the execution's input has %d bytes; the limit is %d", len(input), MaxData)})
		return x
	}
	x.input = decoded
	x.root.enter(m.startAt, input)
	x.root.play()
	return x
}

// clock is the time that the context object shows.
func (x *Execution) clock() time.Time {
	if x.info.Clock != nil {
		return x.info.Clock()
	}
	return x.now
}

// Waiting is what the execution waits for, in the order of the states in the definition: [*Invoke], [*AwaitToken] or [*WaitUntil];
// several of them in a Map or a Parallel, and none when it has ended. Each stays the same value until it has been delivered.
func (x *Execution) Waiting() []Pending {
	if x.status != Running {
		return nil
	}
	var all []Pending
	x.root.visit(func(b *branch) {
		if b.pending != nil {
			all = append(all, b.pending)
		}
	})
	return all
}

// Pending is the first of what the execution waits for; nil when it has ended.
func (x *Execution) Pending() Pending {
	if all := x.Waiting(); len(all) > 0 {
		return all[0]
	}
	return nil
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

// Path lists the states in the order in which they were entered, those within a Map or a Parallel too. A retry does not enter
// again, but for the states within.
func (x *Execution) Path() []string { return slices.Clip(x.path) }

// Transitions counts what Step Functions bills: every state entered, and every retry.
func (x *Execution) Transitions() int { return x.transitions }

// record appends an event that follows another one. The last event there is room for is the one that ends the execution.
func (x *Execution) record(previous int64, e Event) int64 {
	if x.status != Running && !strings.HasPrefix(e.Type, "Execution") {
		return 0
	}
	if len(x.history) >= x.maxEvents-1 && x.status == Running {
		x.fail(int64(len(x.history)), Failure{Error: ErrorRuntime,
			Cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", MaxEvents)})
		return 0
	}
	e.ID, e.PreviousID, e.Time = int64(len(x.history))+1, previous, x.now
	x.history = append(x.history, e)
	return e.ID
}

func (x *Execution) succeed(previous int64, output json.RawMessage) {
	if x.status != Running {
		return
	}
	x.status, x.output = Succeeded, output
	x.record(previous, Event{Type: "ExecutionSucceeded", ExecutionSucceeded: &Output{Output: string(output)}})
}

func (x *Execution) fail(previous int64, f Failure) {
	if x.status != Running {
		return
	}
	x.status, x.failure = Failed, f
	x.record(previous, Event{Type: "ExecutionFailed", ExecutionFailed: &f})
}

func (x *Execution) timeOut() {
	x.status, x.failure = TimedOut, Failure{Error: ErrorTimeout}
	x.record(int64(len(x.history)), Event{Type: "ExecutionTimedOut", ExecutionTimedOut: &x.failure})
}

// Abort ends an execution that is still running, as StopExecution does: at once, and no catcher applies. Either text may be empty.
// An execution that has ended does not change.
func (x *Execution) Abort(now time.Time, errorName, cause string) {
	if x.status != Running {
		return
	}
	x.now = now
	x.status, x.failure = Aborted, Failure{Error: errorName, Cause: cause}
	x.record(int64(len(x.history)), Event{Type: "ExecutionAborted", ExecutionAborted: &x.failure})
}

// Expire ends the execution by its TimeoutSeconds now: at once, and no catcher applies. An execution that has ended does not
// change.
func (x *Execution) Expire(now time.Time) {
	if x.status == Running {
		x.now, x.deadline = now, now
		x.timeOut()
	}
}

// Fill makes the history as long as it may be: the next event, unless it is the last one, exceeds the limit.
func (x *Execution) Fill() { x.maxEvents = len(x.history) + 1 }
