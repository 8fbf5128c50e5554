package fakeaws

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// StateMachine is a Step Functions state machine.
type StateMachine struct {
	ARN    string
	Name   string
	Region string
	// Role is the ARN of the role with which its tasks are performed.
	Role string
	// LogGroup is the name of the log group for all events of its executions, LogData says whether with their data; without
	// a group nothing is logged.
	LogGroup string
	LogData  bool
	// Definition is the Amazon States Language text, with all substitutions made.
	Definition string
}

// Execution is what is known of one execution of a state machine.
type Execution struct {
	ARN, Name, StateMachine, Region string
	Input                           json.RawMessage
	Status                          string
	Error, Cause                    string
	Output                          json.RawMessage
	StartedAt, StoppedAt            time.Time
	// History is the execution's history, Path the states entered, Transitions their number with retries.
	History     []asl.Event
	Path        []string
	Transitions int
	// Invocations are the functions it ran, in order.
	Invocations []Invocation
}

// Watcher is told of executions as they happen, with the World's mutex held.
type Watcher interface {
	// StateEntered says that an execution has entered a state.
	StateEntered(execution, state string, at time.Time)
	// Invoked says that an invocation has ended.
	Invoked(execution string, inv Invocation)
	// Stopped says that an execution is over.
	Stopped(execution string, at time.Time)
}

// stepfunctions holds the state machines and their executions.
type stepfunctions struct {
	w          *World
	machines   map[string]*machine
	executions []*execution
	jitter     *rand.Rand
	lost       map[string]bool // by Region: events about executions are lost
}

type machine struct {
	StateMachine
	parsed  *asl.Machine
	created time.Time
	// version is the ARN of a version, and empty for the latest revision; published is the version that was made of the
	// latest revision, and versions how many there are.
	version, published string
	versions           int
}

type execution struct {
	arn, name   string
	machine     *machine
	input       json.RawMessage
	x           *asl.Execution
	startedAt   time.Time
	stoppedAt   time.Time
	entered     int // states of the path that the watcher knows
	invocations []Invocation
	parked      bool // its Region went dark while it had something to do
	// early are the answers for tokens whose function has not returned yet.
	early map[string]asl.Answer
	// pausedUntil holds back what reaches it.
	pausedUntil time.Time
}

func newStepFunctions(w *World) *stepfunctions {
	s := &stepfunctions{w: w, machines: map[string]*machine{}, lost: map[string]bool{}, jitter: rand.New(rand.NewPCG(1, 2))}
	w.k.OnRegion(s.regionChanged)
	return s
}

// AddStateMachine adds a state machine. Its definition is checked as far as the interpreter understands it.
func (w *World) AddStateMachine(sm StateMachine) error {
	w.k.Lock()
	defer w.k.Unlock()
	m, err := w.revision(sm)
	if err != nil {
		return err
	}
	w.stepfunctions.machines[sm.ARN] = m
	return nil
}

// StartExecution starts an execution of a state machine, or of a version of it, and returns its ARN. Once more with the same name and input while
// that one runs is the same execution; with a name that is taken otherwise it is an error.
func (w *World) StartExecution(stateMachineARN, name string, input json.RawMessage) (string, error) {
	w.k.Lock()
	defer w.k.Unlock()
	m, ok := w.stepfunctions.machines[stateMachineARN]
	if !ok {
		return "", fmt.Errorf("start %s: there is no state machine %s", name, stateMachineARN)
	}
	e, err := w.stepfunctions.begin(m, name, input)
	if err != nil {
		return "", fmt.Errorf("start %s: %w", name, err)
	}
	return e.arn, nil
}

// badName are the characters that no execution's name has, beside spaces and control characters.
const badName = "<>{}[]?*\"#%\\^|~`$&,;:/"

// begin starts an execution as StartExecution does (SFN-3).
func (s *stepfunctions) begin(m *machine, name string, input json.RawMessage) (*execution, *wire.Error) {
	bad := func(r rune) bool {
		return strings.ContainsRune(badName, r) || unicode.IsSpace(r) || unicode.IsControl(r)
	}
	arn := s.w.k.ARN("states", m.Region, "execution:"+m.Name+":"+name)
	switch {
	case s.w.k.Dark(m.Region):
		return nil, wire.Unreachable(m.Region)
	case name == "" || utf8.RuneCountInString(name) > 80 || strings.ContainsFunc(name, bad):
		return nil, wire.BadRequest("InvalidName", "Invalid Name: '%s'", name)
	case !json.Valid(input):
		return nil, wire.BadRequest("InvalidExecutionInput", "Invalid State Machine Execution Input: the input is not JSON")
	}
	if e := s.find(arn); e != nil {
		if e.x.Status() == asl.Running && string(e.input) == string(input) {
			return e, nil
		}
		return nil, wire.BadRequest("ExecutionAlreadyExists", "Execution Already Exists: '%s'", arn)
	}
	info := asl.ExecutionInfo{
		ID: arn, Name: name, RoleARN: m.Role, StateMachineID: m.ARN, StateMachineName: m.Name, Jitter: s.jitter.Float64,
	}
	e := &execution{arn: arn, name: name, machine: m, input: input, startedAt: s.w.k.Now()}
	e.x = m.parsed.Start(info, input, s.w.k.Now())
	s.executions = append(s.executions, e)
	s.publish(e, "ExecutionsStarted")
	s.changed(e)
	s.next(e)
	return e, nil
}

func (s *stepfunctions) find(arn string) *execution {
	for _, e := range s.executions {
		if e.arn == arn {
			return e
		}
	}
	return nil
}

// next lets an execution get what it waits for.
func (s *stepfunctions) next(e *execution) {
	s.tellEntered(e)
	if s.w.k.Dark(e.machine.Region) {
		e.parked = true
		return
	}
	switch p := e.x.Pending().(type) {
	case nil:
		e.stoppedAt = s.w.k.Now()
		s.publishEnd(e)
		s.changed(e)
		if s.w.Watcher != nil {
			s.w.Watcher.Stopped(e.arn, s.w.k.Now())
		}
	case *asl.WaitUntil:
		s.w.k.At(p.Until, func() { s.resume(e, p, nil) })
	case *asl.Invoke:
		s.invoke(e, p)
	case *asl.AwaitToken:
		if answer, ok := e.early[p.TaskToken]; ok {
			delete(e.early, p.TaskToken)
			s.resume(e, p, &answer)
			return
		}
		if !p.TimeoutAt.IsZero() {
			s.w.k.At(p.TimeoutAt, func() { s.resume(e, p, nil) })
		}
	}
}

// publishEnd publishes how an execution ended, as Step Functions does (CW-10).
func (s *stepfunctions) publishEnd(e *execution) {
	metric := map[asl.Status]string{
		asl.Succeeded: "ExecutionsSucceeded", asl.Failed: "ExecutionsFailed", asl.TimedOut: "ExecutionsTimedOut", asl.Aborted: "ExecutionsAborted",
	}[e.x.Status()]
	s.publish(e, metric)
	took := s.w.k.Now().Sub(e.startedAt)
	s.w.metrics.put(e.machine.Region, "AWS/States", "ExecutionTime", map[string]string{"StateMachineArn": e.machine.ARN}, float64(took.Milliseconds()))
}

func (s *stepfunctions) publish(e *execution, metric string) {
	s.w.metrics.put(e.machine.Region, "AWS/States", metric, map[string]string{"StateMachineArn": e.machine.ARN}, 1)
}

// resume answers what an execution waited for, unless it waits for something else by now.
func (s *stepfunctions) resume(e *execution, waitedFor asl.Pending, answer *asl.Answer) {
	if e.x.Pending() != waitedFor {
		return
	}
	if s.w.k.Dark(e.machine.Region) {
		e.parked = true
		return
	}
	if s.w.k.Now().Before(e.pausedUntil) {
		s.w.k.At(e.pausedUntil, func() { s.resume(e, waitedFor, answer) })
		return
	}
	e.x.Resume(s.w.k.Now(), answer)
	s.next(e)
}

func (s *stepfunctions) tellEntered(e *execution) {
	path := e.x.Path()
	for ; e.entered < len(path); e.entered++ {
		if s.w.Watcher != nil {
			s.w.Watcher.StateEntered(e.arn, path[e.entered], s.w.k.Now())
		}
	}
}

// regionChanged lets the executions of a Region go on that has come back. What they waited for is asked for again: a
// function whose answer was lost in the dark runs a second time, as after any lost answer. See SFN-1 in FIDELITY.md.
func (s *stepfunctions) regionChanged(region string, dark bool) {
	if dark {
		return
	}
	for _, e := range s.executions {
		if e.parked && e.machine.Region == region {
			e.parked = false
			s.next(e)
		}
	}
}

// Executions returns all executions in the order in which they were started.
func (w *World) Executions() []Execution {
	w.k.Lock()
	defer w.k.Unlock()
	var all []Execution
	for _, e := range w.stepfunctions.executions {
		all = append(all, e.view())
	}
	return all
}

// Execution returns the execution with the given ARN.
func (w *World) Execution(arn string) (Execution, bool) {
	w.k.Lock()
	defer w.k.Unlock()
	if e := w.stepfunctions.find(arn); e != nil {
		return e.view(), true
	}
	return Execution{}, false
}

func (e *execution) view() Execution {
	return Execution{
		ARN: e.arn, Name: e.name, StateMachine: e.machine.ARN, Region: e.machine.Region, Input: e.input,
		Status: string(e.x.Status()), Error: e.x.Error(), Cause: e.x.Cause(), Output: e.x.Output(),
		StartedAt: e.startedAt, StoppedAt: e.stoppedAt,
		History: e.x.History(), Path: slices.Clone(e.x.Path()), Transitions: e.x.Transitions(),
		Invocations: slices.Clone(e.invocations),
	}
}
