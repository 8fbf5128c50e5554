package fakeaws

import (
	"time"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// invoke runs a function for a task state.
func (s *stepfunctions) invoke(e *execution, p *asl.Invoke) {
	w := s.w
	fn, refused := s.mayInvoke(e.machine, p.Function)
	if refused != nil {
		s.answerAt(e, p, w.k.Now().Add(invokePerCall), *refused)
		return
	}
	fault := w.invokeFaultFor(fn)
	if refused := refusal(e.machine.Role, fn, fault); refused != nil {
		s.finish(e, p, fn, p.Payload, *refused, nil, invokePerCall)
		return
	}
	if refused := w.admit(fn); refused != "" {
		s.finish(e, p, fn, p.Payload, tooManyInvocations(refused), nil, invokePerCall)
		return
	}
	w.k.Outside(func() {
		result, calls := w.run(fn, p.Payload, fault)
		w.k.Lock()
		defer w.k.Unlock()
		took := charge(calls)
		if took > fn.Timeout || fault == InvokeTimesOut {
			took, result = fn.Timeout, timedOut(fn)
		}
		w.k.After(took, func() { w.leave(fn) })
		s.finish(e, p, fn, p.Payload, result, calls, took)
	})
}

// mayInvoke finds the function and asks IAM, and answers as Step Functions does when either fails.
func (s *stepfunctions) mayInvoke(m *machine, arn string) (*Function, *InvokeResult) {
	permission := wire.Permission{Action: "lambda:InvokeFunction", Resource: arn}
	if denied := s.w.iam.allowService(deputyFor("states", m.ARN), m.Role, permission); denied != nil {
		return nil, &InvokeResult{ErrorType: errorNotAllowed, Cause: denied.Message}
	}
	fn, ok := s.w.functions[arn]
	if !ok || fn.Region != m.Region {
		return nil, noFunction(arn)
	}
	return fn, nil
}

// errorNotAllowed is the error of a task whose state machine may not invoke the function.
const errorNotAllowed = "Lambda.AWSLambdaException"

func noFunction(arn string) *InvokeResult {
	return &InvokeResult{ErrorType: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + arn}
}

// refusal is how a fault lets Lambda refuse the invocation, or nil when the fault lets it begin.
func refusal(role string, fn *Function, fault string) *InvokeResult {
	switch fault {
	case InvokeThrottled:
		return new(tooManyInvocations(overAccount))
	case InvokeDeleted:
		return noFunction(fn.ARN)
	case InvokeDenied:
		return &InvokeResult{ErrorType: errorNotAllowed, Cause: denied(role, wire.Permission{Action: "lambda:InvokeFunction", Resource: fn.ARN}, "with an explicit deny in a resource-based policy").Message}
	}
	return nil
}

// finish records an invocation and lets its answer arrive when it has taken its time.
func (s *stepfunctions) finish(e *execution, p *asl.Invoke, fn *Function, payload []byte, result InvokeResult, calls []Call, took time.Duration) {
	inv := Invocation{
		State: p.State, Function: fn.Name, Version: fn.Version, Payload: payload, Result: result, At: s.w.k.Now(), Took: took, Calls: calls,
	}
	s.w.k.After(took, func() {
		e.invocations = append(e.invocations, inv)
		if s.w.Watcher != nil {
			s.w.Watcher.Invoked(e.arn, inv)
		}
	})
	s.answerAt(e, p, s.w.k.Now().Add(took), result)
}

func (s *stepfunctions) answerAt(e *execution, p *asl.Invoke, at time.Time, result InvokeResult) {
	if !p.TimeoutAt.IsZero() && at.After(p.TimeoutAt) {
		s.w.k.At(p.TimeoutAt, func() { s.resume(e, p, nil) })
		return
	}
	answer := &asl.Answer{Error: result.ErrorType, Cause: result.Cause}
	if result.ErrorType == "" {
		answer.Output = asl.InvokeResult(result.Payload)
	}
	s.w.k.At(at, func() { s.resume(e, p, answer) })
}
