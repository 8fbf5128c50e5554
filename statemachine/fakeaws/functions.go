package fakeaws

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
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
	// Reserved is its reserved concurrency; nil reserves nothing. A version has the function's.
	Reserved *int
	// LogGroup is the name of the log group that its output goes to; without one nothing is kept.
	LogGroup string
	// Role is the ARN of the role that the function calls AWS with. When it is set, only calls of this role count as
	// the function's own; else all that arrive while it runs do.
	Role string
	// Invoke runs the function and returns when it has answered. It is called without the World's mutex and may make
	// requests to the World, whose clock stands still meanwhile.
	Invoke func(payload []byte) InvokeResult
	// Kill, when set, ends the function's process, so that the next invocation finds a new one.
	Kill func()
}

// Failure modes of an invocation, for [InvokeFault].
const (
	// InvokeThrottled turns the invocation away, as Lambda does over the concurrency limit.
	InvokeThrottled = "throttle"
	// InvokeCrashes lets the function do its work and die before it has answered.
	InvokeCrashes = "crash-after-effect"
	// InvokeTimesOut lets the function do its work and then hang until its timeout.
	InvokeTimesOut = "timeout"
	// InvokeDeleted is a function that is not there any more.
	InvokeDeleted = "deleted"
	// InvokeDenied is a role that may not invoke the function any more.
	InvokeDenied = "denied"
)

// InvokeFault makes invocations fail.
type InvokeFault struct {
	// Function is the function's name or the last part of it, such as shifttraffic; empty matches all.
	Function string
	// Kind is one of the failure modes.
	Kind string
	// Times is how often it strikes before it is over; 0 means until it is removed.
	Times int
}

// InjectInvoke adds a fault and returns the function that removes it.
func (w *World) InjectInvoke(f InvokeFault) (remove func()) {
	w.k.Lock()
	defer w.k.Unlock()
	fault := &f
	w.invokeFaults = append(w.invokeFaults, fault)
	return func() {
		w.k.Lock()
		defer w.k.Unlock()
		w.removeInvokeFault(fault)
	}
}

func (w *World) removeInvokeFault(fault *InvokeFault) {
	for i, f := range w.invokeFaults {
		if f == fault {
			w.invokeFaults = append(w.invokeFaults[:i:i], w.invokeFaults[i+1:]...)
			return
		}
	}
}

// invokeFaultFor returns the kind of the oldest fault that matches the function, or "", and counts it.
func (w *World) invokeFaultFor(fn *Function) string {
	for _, f := range w.invokeFaults {
		if !fn.named(f.Function) {
			continue
		}
		if f.Times > 0 {
			f.Times--
			if f.Times == 0 {
				w.removeInvokeFault(f)
			}
		}
		return f.Kind
	}
	return ""
}

// AddFunction adds a Lambda function.
func (w *World) AddFunction(f Function) error {
	w.k.Lock()
	defer w.k.Unlock()
	if err := w.k.CheckRegion(f.Region); err != nil {
		return fmt.Errorf("function %s: %w", f.Name, err)
	}
	if _, ok := w.functions[f.ARN]; ok {
		return fmt.Errorf("function %s: there is one already", f.ARN)
	}
	if refused := w.assumable(f); refused != nil {
		return refused
	}
	w.functions[f.ARN] = &f
	return nil
}

// assumable is whether Lambda may assume a function's role, as it checks when a function is made or changed.
func (w *World) assumable(f Function) error {
	if refused := w.iam.assume(deputyFor("lambda", f.ARN).silent(), f.Role); refused != nil {
		return fmt.Errorf("function %s: the role defined for the function cannot be assumed by Lambda: %s", f.ARN, refused.Message)
	}
	return nil
}

// Durations that an invocation is charged. See LAM-1 in FIDELITY.md.
const (
	invokeBase      = 30 * time.Millisecond
	invokePerCall   = 5 * time.Millisecond
	invokeDarkTouch = 5 * time.Second
)

// What a function asks about more than a few objects, it asks for several at once.
const (
	fewObjects = 8
	atOnce     = 8
)

// charge is the virtual duration of an invocation that made these calls.
func charge(calls []Call) time.Duration {
	type operation struct{ service, name string }
	type kind struct {
		calls   int
		objects map[string]bool
	}
	took, kinds := invokeBase, map[operation]*kind{}
	for _, c := range calls {
		if c.Code == wire.CodeUnreachable {
			took += invokeDarkTouch
			continue
		}
		of := operation{c.Service, c.Operation}
		if kinds[of] == nil {
			kinds[of] = &kind{objects: map[string]bool{}}
		}
		kinds[of].calls++
		kinds[of].objects[c.Object] = true
	}
	for _, k := range kinds {
		inTurn := k.calls
		if len(k.objects) > fewObjects {
			inTurn = (k.calls + atOnce - 1) / atOnce
		}
		took += time.Duration(inTurn) * invokePerCall
	}
	return took
}

// run performs an invocation under the given fault. It is called without mu and with the clock standing still.
func (w *World) run(fn *Function, payload []byte, fault string) (InvokeResult, []Call) {
	w.k.Lock()
	before := w.k.CallCount()
	w.k.SetCalling(fn.Region)
	w.k.Unlock()
	result := fn.Invoke(payload)
	w.k.Lock()
	w.k.SetCalling("")
	calls := w.k.CallsSince(before, fn.Role)
	w.publishInvocation(fn, result, fault)
	w.k.Unlock()
	switch fault {
	case InvokeCrashes:
		if fn.Kill != nil {
			fn.Kill()
		}
		result = failedInvocation("Runtime.ExitError", "RequestId: %s Error: Runtime exited with error: exit status 1", wire.RequestID(0))
	case InvokeTimesOut:
		if fn.Kill != nil {
			fn.Kill()
		}
		result = timedOut(fn)
	}
	return result, calls
}

// publishInvocation publishes what Lambda and the function itself measure (CW-10).
func (w *World) publishInvocation(fn *Function, result InvokeResult, fault string) {
	w.metrics.embeddedMetrics(fn.Region, result.Logs)
	w.logFunction(fn, result.Logs)
	errors := 0.0
	if result.ErrorType != "" || fault != "" {
		errors = 1
	}
	dims := map[string]string{"FunctionName": fn.Name}
	w.metrics.put(fn.Region, "AWS/Lambda", "Invocations", dims, 1)
	w.metrics.put(fn.Region, "AWS/Lambda", "Errors", dims, errors)
}

func timedOut(fn *Function) InvokeResult {
	return failedInvocation("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", wire.RequestID(0), fn.Timeout.Seconds())
}

func failedInvocation(errorType, format string, args ...any) InvokeResult {
	cause, err := json.Marshal(map[string]string{"errorType": errorType, "errorMessage": fmt.Sprintf(format, args...)})
	if err != nil {
		panic(err) // a map of strings
	}
	return InvokeResult{ErrorType: errorType, Cause: string(cause)}
}
