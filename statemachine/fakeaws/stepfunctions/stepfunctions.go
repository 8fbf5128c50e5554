package stepfunctions

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
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

// Execution is one execution of a state machine.
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
	Invocations []kernel.Invocation
}

// Watcher is called when executions make progress, with the kernel's mutex held.
type Watcher interface {
	// Started says that an execution starts, with its input.
	Started(execution string, input []byte)
	// StateEntered says that an execution has entered a state.
	StateEntered(execution, state string, at time.Time)
	// Invoked says that an invocation has ended.
	Invoked(execution string, inv kernel.Invocation)
	// Stopped says that an execution has ended.
	Stopped(execution string, at time.Time)
}

// Functions are the Lambda functions that task states invoke.
type Functions interface {
	// Invoke begins an invocation for a state machine of a Region, with its role. ended is called once, with the mutex
	// held, as soon as it is known how the invocation ends and how long it takes. When there is no such function, the
	// invocation names none.
	Invoke(region, role, arn string, payload []byte, ended func(kernel.Invocation))
}

// Metrics is where Step Functions publishes the starts and ends of executions.
type Metrics interface {
	Put(region, namespace, name string, dims map[string]string, value float64)
}

// Bus takes the events of an AWS service.
type Bus interface {
	ServiceEvent(region, source, detailType, resource string, detail json.RawMessage)
}

// Service holds the state machines and their executions.
type Service struct {
	k         *kernel.Kernel
	iam       *iam.Service
	functions Functions
	metrics   Metrics
	bus       Bus
	// watcher returns who is called when executions make progress, or nil.
	watcher    func() Watcher
	machines   map[string]*machine
	executions []*execution
	jitter     *rand.Rand
	lost       map[string]bool // by Region: events about executions are lost
}

type machine struct {
	StateMachine
	parsed  *asl.Machine
	created time.Time
	// version is the ARN of a version, and empty for the latest revision; published is the version of the latest
	// revision, and versions the number of versions.
	version, published string
	versions           int
}

type execution struct {
	arn, name string
	machine   *machine
	input     json.RawMessage
	x         *asl.Execution
	startedAt time.Time
	stoppedAt time.Time
	// shown are both by the Region's clock, as the API shows them.
	shown       struct{ started, stopped time.Time }
	entered     int // states of the path that the watcher has been called with
	invocations []kernel.Invocation
	parked      bool // its Region was dark when it could have gone on
	// asked are the things that it waits for and that were requested.
	asked map[asl.Pending]bool
	// early are the answers for tokens whose function has not returned yet.
	early map[string]asl.Answer
	// pausedUntil is the end of a pause.
	pausedUntil time.Time
	// trace is the X-Ray header that it was started with.
	trace string
}

// New returns a Step Functions without state machines. The Watcher that watcher returns is called when executions make
// progress.
func New(k *kernel.Kernel, iam *iam.Service, functions Functions, metrics Metrics, bus Bus, watcher func() Watcher) *Service {
	s := &Service{k: k, iam: iam, functions: functions, metrics: metrics, bus: bus, watcher: watcher, machines: map[string]*machine{}, lost: map[string]bool{}, jitter: rand.New(rand.NewPCG(1, 2))}
	k.OnRegion(s.regionChanged)
	return s
}

// Control is what drills and tests do to Step Functions and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (s *Service) Control() Control { return Control{s} }

// AddStateMachine adds a state machine. Its definition is parsed by the interpreter.
func (ctl Control) AddStateMachine(sm StateMachine) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	m, err := ctl.s.revision(sm)
	if err != nil {
		return err
	}
	ctl.s.machines[sm.ARN] = m
	return nil
}

// StartExecution starts an execution of a state machine, or of a version of it, and returns its ARN. The same name and
// input again, while that execution runs, is the same execution; any other use of a name that has been used is an
// error.
func (ctl Control) StartExecution(stateMachineARN, name string, input json.RawMessage) (string, error) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	m, ok := ctl.s.machines[stateMachineARN]
	if !ok {
		return "", fmt.Errorf("start %s: there is no state machine %s", name, stateMachineARN)
	}
	e, err := ctl.s.begin(m, name, input)
	if err != nil {
		return "", fmt.Errorf("start %s: %w", name, err)
	}
	return e.arn, nil
}

// badName are the characters that an execution's name must not have, besides spaces and control characters.
const badName = "<>{}[]?*\"#%\\^|~`$&,;:/"

// begin starts an execution as StartExecution does (SFN-3).
func (s *Service) begin(m *machine, name string, input json.RawMessage) (*execution, *wire.Error) {
	bad := func(r rune) bool {
		return strings.ContainsRune(badName, r) || unicode.IsSpace(r) || unicode.IsControl(r)
	}
	arn := s.k.ARN("states", m.Region, "execution:"+m.Name+":"+name)
	switch {
	case s.k.Dark(m.Region):
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
	info.Clock = func() time.Time { return s.k.Clock(m.Region) }
	e := &execution{arn: arn, name: name, machine: m, input: input, startedAt: s.k.Now(), asked: map[asl.Pending]bool{}}
	e.shown.started = info.Clock()
	e.x = m.parsed.Start(info, input, s.k.Now())
	s.executions = append(s.executions, e)
	s.publish(e, "ExecutionsStarted")
	s.changed(e)
	s.next(e)
	return e, nil
}

func (s *Service) find(arn string) *execution {
	for _, e := range s.executions {
		if e.arn == arn {
			return e
		}
	}
	return nil
}

// next schedules what an execution waits for.
func (s *Service) next(e *execution) {
	s.reportEntered(e)
	if s.k.Dark(e.machine.Region) {
		e.parked = true
		return
	}
	if e.x.Status() != asl.Running {
		e.stoppedAt, e.shown.stopped = s.k.Now(), s.k.Clock(e.machine.Region)
		s.publishEnd(e)
		s.changed(e)
		if w := s.watcher(); w != nil {
			w.Stopped(e.arn, s.k.Now())
		}
		return
	}
	for _, p := range e.x.Waiting() {
		// A request can have an answer at once, which may end the others.
		if !e.asked[p] && slices.Contains(e.x.Waiting(), p) {
			e.asked[p] = true
			s.ask(e, p)
		}
	}
	maps.DeleteFunc(e.asked, func(p asl.Pending, _ bool) bool { return !slices.Contains(e.x.Waiting(), p) })
}

// ask requests one of the things that an execution waits for.
func (s *Service) ask(e *execution, pending asl.Pending) {
	switch p := pending.(type) {
	case *asl.WaitUntil:
		s.k.At(p.Until, func() { s.resume(e, p, nil) })
	case *asl.Invoke:
		s.invoke(e, p)
	case *asl.AwaitToken:
		if answer, ok := e.early[p.TaskToken]; ok {
			delete(e.early, p.TaskToken)
			s.resume(e, p, &answer)
			return
		}
		s.expire(e, p)
	}
}

// expire ends the wait for a token when its time is over.
func (s *Service) expire(e *execution, p *asl.AwaitToken) {
	if !p.TimeoutAt.IsZero() {
		s.k.At(p.TimeoutAt, func() { s.resume(e, p, nil) })
	}
}

// publishEnd publishes how an execution ended, as Step Functions does (CW-10).
func (s *Service) publishEnd(e *execution) {
	metric := map[asl.Status]string{
		asl.Succeeded: "ExecutionsSucceeded", asl.Failed: "ExecutionsFailed", asl.TimedOut: "ExecutionsTimedOut", asl.Aborted: "ExecutionsAborted",
	}[e.x.Status()]
	s.publish(e, metric)
	took := s.k.Now().Sub(e.startedAt)
	s.metrics.Put(e.machine.Region, "AWS/States", "ExecutionTime", map[string]string{"StateMachineArn": e.machine.ARN}, float64(took.Milliseconds()))
}

func (s *Service) publish(e *execution, metric string) {
	s.metrics.Put(e.machine.Region, "AWS/States", metric, map[string]string{"StateMachineArn": e.machine.ARN}, 1)
}

// resume delivers what an execution waited for, unless it has gone on since.
func (s *Service) resume(e *execution, waitedFor asl.Pending, answer *asl.Answer) {
	if !slices.Contains(e.x.Waiting(), waitedFor) {
		return
	}
	if s.k.Dark(e.machine.Region) {
		e.parked = true
		delete(e.asked, waitedFor)
		return
	}
	if s.k.Now().Before(e.pausedUntil) {
		s.k.At(e.pausedUntil, func() { s.resume(e, waitedFor, answer) })
		return
	}
	e.x.Deliver(waitedFor, s.k.Now(), answer)
	s.next(e)
}

func (s *Service) reportEntered(e *execution) {
	path := e.x.Path()
	if w := s.watcher(); w != nil && e.entered == 0 && len(path) > 0 {
		w.Started(e.arn, e.input)
	}
	for ; e.entered < len(path); e.entered++ {
		if w := s.watcher(); w != nil {
			w.StateEntered(e.arn, path[e.entered], s.k.Now())
		}
	}
}

// Executions returns all executions in the order in which they were started.
func (ctl Control) Executions() []Execution {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	var all []Execution
	for _, e := range ctl.s.executions {
		all = append(all, e.view())
	}
	return all
}

// Execution returns the execution with the given ARN.
func (ctl Control) Execution(arn string) (Execution, bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if e := ctl.s.find(arn); e != nil {
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
