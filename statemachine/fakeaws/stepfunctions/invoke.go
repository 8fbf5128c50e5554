package stepfunctions

import (
	"time"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// deniedAfter is how long Lambda takes to deny an invocation.
const deniedAfter = 5 * time.Millisecond

// errorNotAllowed is the error of a task whose state machine may not invoke the function.
const errorNotAllowed = "Lambda.AWSLambdaException"

// invoke runs a function for a task state.
func (s *Service) invoke(e *execution, p *asl.Invoke) {
	m := e.machine
	permission := wire.Permission{Action: "lambda:InvokeFunction", Resource: p.Function}
	if denied := s.iam.AllowService(iam.DeputyFor("states", m.ARN), m.Role, permission); denied != nil {
		s.answerAt(e, p, s.k.Now().Add(deniedAfter), kernel.InvokeResult{ErrorType: errorNotAllowed, Cause: denied.Message})
		return
	}
	s.functions.Invoke(m.Region, m.Role, p.Function, p.Payload, func(inv kernel.Invocation) { s.ended(e, p, inv) })
}

// ended records an invocation, and delivers its answer after the time that it takes.
func (s *Service) ended(e *execution, p *asl.Invoke, inv kernel.Invocation) {
	inv.State, inv.At = p.State, s.k.Now()
	if inv.Function != "" {
		s.k.After(inv.Took, func() {
			e.invocations = append(e.invocations, inv)
			if w := s.watcher(); w != nil {
				w.Invoked(e.arn, inv)
			}
		})
	}
	s.answerAt(e, p, s.k.Now().Add(inv.Took), inv.Result)
}

func (s *Service) answerAt(e *execution, p *asl.Invoke, at time.Time, result kernel.InvokeResult) {
	if !p.TimeoutAt.IsZero() && at.After(p.TimeoutAt) {
		s.k.At(p.TimeoutAt, func() { s.resume(e, p, nil) })
		return
	}
	answer := &asl.Answer{Error: result.ErrorType, Cause: result.Cause}
	if result.ErrorType == "" {
		answer.Output = asl.InvokeResult(result.Payload)
	}
	s.k.At(at, func() { s.resume(e, p, answer) })
}
