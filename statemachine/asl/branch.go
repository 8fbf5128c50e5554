package asl

import (
	"encoding/json"
	"time"

	"github.com/drover-dr/drover/statemachine/asl/jsonata"
)

// branch is a place in the states of a level: the execution's own, that of a branch of a Parallel, or of an iteration of a Map.
type branch struct {
	x     *Execution
	level *level
	// parent is the branch whose Parallel or Map this one is in, and index its number there.
	parent *branch
	index  int
	// item is the item of a Map's iteration, for the context object.
	item *jsonata.Object

	// variables are those that the states of this level have assigned; the ones of the parents can be read too.
	variables map[string]any
	sizes     map[string]int

	// at is the state that the branch is in, and pending what it waits for there.
	at      *visit
	pending Pending
	// last is the event that the next one of this branch follows.
	last int64

	// done says that a branch of a Map or a Parallel has ended, with an output or a failure.
	done    bool
	output  json.RawMessage
	failure *Failure
}

// visit is one stay in a state, with all its retries.
type visit struct {
	*state
	input json.RawMessage
	// decoded is the input as expressions see it; nil until the first one does. Expressions do not change it.
	decoded any
	// entered is when, by the clock of the context object, and event the id of the history's entry that says so. A retry does not enter again.
	entered time.Time
	event   int64
	// tries counts the retries of each retrier, and retries all of them.
	tries   []int
	retries int
	token   string
	// expires is when the attempt in progress times out, and beats when its next heartbeat is due, every so often; zero is never.
	expires, beats time.Time
	every          time.Duration
	// submitted says that the function that was given the token has answered.
	submitted bool
	// missedBeat and tooLargeResult say more of the last error: a heartbeat did not come, or the Task's result was too large.
	missedBeat, tooLargeResult bool
	// fork is a Map's or a Parallel's attempt in progress.
	fork *fork
}

func newBranch(x *Execution, l *level) *branch {
	return &branch{x: x, level: l, variables: map[string]any{}, sizes: map[string]int{}}
}

// visit calls a function with the branch, and with those of its Map or Parallel.
func (b *branch) visit(f func(*branch)) {
	f(b)
	if b.at != nil && b.at.fork != nil {
		for _, inner := range b.at.fork.running {
			inner.visit(f)
		}
	}
}

// record appends an event that follows the last one of the branch.
func (b *branch) record(e Event) int64 {
	id := b.x.record(b.last, e)
	if id > 0 {
		b.last = id
	}
	return id
}

// timeFormat is that of the context object: UTC with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z"

// context is the context object, which expressions see as $states.context.
func (b *branch) context() *jsonata.Object {
	x := b.x
	if x.aboutIt == nil {
		x.aboutIt = objectOf("Id", x.info.ID, "Input", x.input, "Name", x.info.Name, "RoleArn", x.info.RoleARN,
			"StartTime", x.startedAt.UTC().Format(timeFormat), "RedriveCount", 0.0)
		x.aboutMachine = objectOf("Id", x.info.StateMachineID, "Name", x.info.StateMachineName)
	}
	state := objectOf("Name", b.at.name, "EnteredTime", b.at.entered.UTC().Format(timeFormat))
	if b.at.kind == Task || b.at.kind == Map || b.at.kind == Parallel {
		state.Set("RetryCount", float64(b.at.retries))
	}
	context := objectOf("Execution", x.aboutIt, "StateMachine", x.aboutMachine, "State", state)
	if b.at.token != "" {
		context.Set("Task", objectOf("Token", b.at.token))
	}
	for outer := b; outer != nil; outer = outer.parent {
		if outer.item != nil {
			context.Set("Map", objectOf("Item", outer.item))
			break
		}
	}
	return context
}

// objectOf makes an object of names and values.
func objectOf(pairs ...any) *jsonata.Object {
	o := &jsonata.Object{}
	for i := 0; i < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// scope is what the expressions of the present state see. The result is only there once a Task has answered, and the
// error only in a catcher.
func (b *branch) scope(result, errorOutput json.RawMessage) scope {
	if b.at.decoded == nil {
		b.at.decoded = decode(b.at.input)
	}
	states := objectOf("context", b.context(), "input", b.at.decoded)
	if result != nil {
		states.Set("result", decode(result))
	}
	if errorOutput != nil {
		states.Set("errorOutput", decode(errorOutput))
	}
	layers := scope{{"states": states}}
	for outer := b; outer != nil; outer = outer.parent {
		layers = append(scope{outer.variables}, layers...)
	}
	return append(scope{functions}, layers...)
}

// decode reads JSON text that is known to be valid into the form that the evaluator works on.
func decode(text json.RawMessage) any {
	v, err := jsonata.Parse(text)
	if err != nil {
		return jsonata.Null
	}
	return v
}
