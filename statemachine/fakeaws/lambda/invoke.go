package lambda

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// errorNotAllowed is the error of an invocation that is denied.
const errorNotAllowed = "Lambda.AWSLambdaException"

// Has says whether there is a function, or a version of one, with this ARN.
func (l *Service) Has(arn string) bool { return l.functions[arn] != nil }

// Invoke begins an invocation for a state machine of a Region, whose role is allowed to make it. ended is called once,
// with the mutex held, as soon as it is known how the invocation ends and how much virtual time it takes. For a function
// that does not exist, the invocation has no function's name.
func (l *Service) Invoke(region, role, arn string, payload []byte, ended func(kernel.Invocation)) {
	fn, ok := l.functions[arn]
	if !ok || fn.Region != region {
		ended(kernel.Invocation{Result: noFunction(arn), Took: perCall})
		return
	}
	inv := kernel.Invocation{Function: fn.Name, Version: fn.Version, Payload: payload, Took: perCall}
	fault := l.faultFor(fn)
	if rejected := l.begin(role, fn, fault.Kind); rejected != nil {
		inv.Result = *rejected
		ended(inv)
		return
	}
	l.k.Outside(func() {
		result, calls := l.run(fn, payload, fault)
		l.k.Lock()
		defer l.k.Unlock()
		inv.Result, inv.Calls, inv.Took = result, calls, charge(fn, calls)
		if inv.Took > fn.Timeout || fault.Kind == InvokeTimesOut {
			inv.Result, inv.Took = timedOut(fn), fn.Timeout
		}
		l.k.After(inv.Took, func() { l.leave(fn) })
		ended(inv)
	})
}

// InvokeNow runs a function for a request to another service. It is called without the mutex, in the request's own
// goroutine.
func (l *Service) InvokeNow(arn string, payload []byte) kernel.InvokeResult {
	l.k.Lock()
	fn := l.functions[arn]
	l.k.Unlock()
	return l.invokeNow(fn, payload)
}

func (l *Service) invokeNow(fn *Function, payload []byte) kernel.InvokeResult {
	l.k.Lock()
	fault := l.faultFor(fn)
	rejected := l.begin("the caller", fn, fault.Kind)
	l.k.Unlock()
	if rejected != nil {
		return *rejected
	}
	defer func() {
		l.k.Lock()
		defer l.k.Unlock()
		l.leave(fn)
	}()
	result, calls := l.run(fn, payload, fault)
	result.Took = charge(fn, calls)
	if fault.Kind == InvokeTimesOut {
		result.Took = fn.Timeout
	}
	return result
}

// begin counts an invocation as running, unless a fault or a limit rejects it.
func (l *Service) begin(role string, fn *Function, fault string) *kernel.InvokeResult {
	switch fault {
	case InvokeThrottled:
		return new(tooManyInvocations(overAccount))
	case InvokeDeleted:
		return new(noFunction(fn.ARN))
	case InvokeDenied:
		denied := iam.Denied(role, wire.Permission{Action: "lambda:InvokeFunction", Resource: fn.ARN}, "with an explicit deny in a resource-based policy")
		return &kernel.InvokeResult{ErrorType: errorNotAllowed, Cause: denied.Message}
	}
	if limit := l.admit(fn); limit != "" {
		return new(tooManyInvocations(limit))
	}
	return nil
}

// The virtual durations of an invocation; see LAM-1 in docs/fidelity.md.
const (
	baseTime = 30 * time.Millisecond
	perCall  = 5 * time.Millisecond
	darkCall = 5 * time.Second
)

// Requests about more than fewObjects objects are made atOnce at a time.
const (
	fewObjects = 8
	atOnce     = 8
)

// charge is the virtual duration of an invocation that made these requests.
func charge(fn *Function, calls []kernel.Call) time.Duration {
	type operation struct{ service, name string }
	type kind struct {
		calls   int
		objects map[string]bool
	}
	took, kinds := baseTime, map[operation]*kind{}
	for _, c := range calls {
		if c.Code == wire.CodeUnreachable || c.Lost {
			took += darkCall
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
		took += time.Duration(inTurn) * perCall
	}
	if fn.TimeLimit > 0 {
		return min(took, baseTime+fn.TimeLimit)
	}
	return took
}

// run runs a function under a fault. It is called without the mutex, while the clock stands still.
func (l *Service) run(fn *Function, payload []byte, fault InvokeFault) (kernel.InvokeResult, []kernel.Call) {
	l.k.Lock()
	before := l.k.CallCount()
	l.k.SetCalling(fn.Region)
	if fault.Kind == InvokeCrashesMidway {
		l.k.CrashAfter(fault.Calls)
	}
	l.k.Unlock()
	var result kernel.InvokeResult
	if fault.Kind != InvokeCrashesBefore {
		result = checkAnswer(fn.Invoke(payload))
	}
	l.k.Lock()
	l.k.SetCalling("")
	calls := l.k.CallsSince(before, fn.Role)
	l.publish(fn, result, fault.Kind)
	l.k.Unlock()
	switch fault.Kind {
	case InvokeCrashes, InvokeCrashesBefore, InvokeCrashesMidway:
		if fn.Kill != nil {
			fn.Kill()
		}
		result = failed("Runtime.ExitError", "RequestId: %s Error: Runtime exited with error: exit status 1", wire.RequestID(0))
	case InvokeTimesOut:
		if fn.Kill != nil {
			fn.Kill()
		}
		result = timedOut(fn)
	}
	return result, calls
}

// maxAnswer is the largest answer of a function, in bytes, as Lambda's error has it.
const maxAnswer = 6291556

// checkAnswer makes an error of an answer that is too large.
func checkAnswer(result kernel.InvokeResult) kernel.InvokeResult {
	if len(result.Payload) <= maxAnswer {
		return result
	}
	tooLarge := failed("Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (%d bytes).", maxAnswer)
	tooLarge.Logs = result.Logs
	return tooLarge
}

// publish publishes what Lambda and the function itself measure (CW-10), and keeps the function's log.
func (l *Service) publish(fn *Function, result kernel.InvokeResult, fault string) {
	l.metrics.PublishLog(fn.Region, result.Logs)
	if fn.LogGroup != "" {
		for line := range strings.Lines(string(result.Logs)) {
			l.logs.Log(fn.LogGroup, fn.Region, strings.TrimSuffix(line, "\n"))
		}
	}
	errors := 0.0
	if result.ErrorType != "" || fault != "" {
		errors = 1
	}
	dims := map[string]string{"FunctionName": fn.Name}
	l.metrics.Put(fn.Region, "AWS/Lambda", "Invocations", dims, 1)
	l.metrics.Put(fn.Region, "AWS/Lambda", "Errors", dims, errors)
}

func noFunction(arn string) kernel.InvokeResult {
	return kernel.InvokeResult{ErrorType: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + arn}
}

func timedOut(fn *Function) kernel.InvokeResult {
	return failed("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", wire.RequestID(0), fn.Timeout.Seconds())
}

func failed(errorType, format string, args ...any) kernel.InvokeResult {
	cause, err := json.Marshal(map[string]string{"errorType": errorType, "errorMessage": fmt.Sprintf(format, args...)})
	if err != nil {
		panic(err) // a map of strings
	}
	return kernel.InvokeResult{ErrorType: errorType, Cause: string(cause)}
}
