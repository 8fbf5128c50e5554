package lambda

import (
	"fmt"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// Function is a Lambda function.
type Function struct {
	// ARN names no version.
	ARN    string
	Name   string
	Region string
	// Version is the number under which it was published, and empty for the latest code.
	Version string
	// Timeout is the function's own.
	Timeout time.Duration
	// TimeLimit is how long it waits for answers at most, when that is less than the time-out of its client; zero when it is not.
	TimeLimit time.Duration
	// Reserved is its reserved concurrency; nil reserves nothing. A version has the function's.
	Reserved *int
	// LogGroup is the name of the log group for its output; without one, no log is kept.
	LogGroup string
	// Role is the ARN of the role with which the function calls AWS. When it is set, only requests of this role are
	// recorded as the function's; otherwise all that arrive while it runs.
	Role string
	// Invoke runs the function and returns when it has answered. It is called without the kernel's mutex and may send
	// requests to the simulator, whose clock stands still meanwhile.
	Invoke func(payload []byte) kernel.InvokeResult
	// Kill, when set, ends the function's process; the next invocation starts a new one.
	Kill func()
}

// Metrics takes what Lambda publishes, and the metrics in the log of a function.
type Metrics interface {
	Put(region, namespace, name string, dims map[string]string, value float64)
	PublishLog(region string, log []byte)
}

// Logs takes the lines that functions write.
type Logs interface {
	Log(group, region, text string)
}

// Service holds the functions.
type Service struct {
	k       *kernel.Kernel
	iam     *iam.Service
	metrics Metrics
	logs    Logs
	// functions are found by ARN, and their versions by the ARN with the number; published says which there are.
	functions map[string]*Function
	published map[string]*versions
	// concurrent is what runs, by Region.
	concurrent map[string]*concurrency
	faults     []*InvokeFault
}

// New returns a Lambda without functions.
func New(k *kernel.Kernel, iam *iam.Service, metrics Metrics, logs Logs) *Service {
	return &Service{
		k: k, iam: iam, metrics: metrics, logs: logs,
		functions: map[string]*Function{}, published: map[string]*versions{}, concurrent: map[string]*concurrency{},
	}
}

// Control is what drills and tests do to Lambda and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (l *Service) Control() Control { return Control{l} }

// AddFunction adds a Lambda function.
func (ctl Control) AddFunction(f Function) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.k.CheckRegion(f.Region); err != nil {
		return fmt.Errorf("function %s: %w", f.Name, err)
	}
	if _, ok := ctl.s.functions[f.ARN]; ok {
		return fmt.Errorf("function %s: it exists already", f.ARN)
	}
	if denied := ctl.s.assumable(f); denied != nil {
		return denied
	}
	ctl.s.functions[f.ARN] = &f
	return nil
}

// assumable is an error if Lambda may not assume a function's role. Lambda checks it when a function is created or
// updated.
func (l *Service) assumable(f Function) error {
	if denied := l.iam.Assume(iam.DeputyFor("lambda", f.ARN).WithoutSource(), f.Role); denied != nil {
		return fmt.Errorf("function %s: the role defined for the function cannot be assumed by Lambda: %s", f.ARN, denied.Message)
	}
	return nil
}
