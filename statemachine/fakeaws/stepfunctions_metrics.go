package fakeaws

import "github.com/drover-dr/drover/statemachine/asl"

// countExecution publishes what Step Functions publishes of an execution that is over, for alarms to see.
func (s *stepfunctions) countExecution(e *execution) {
	metric := map[asl.Status]string{
		asl.Succeeded: "ExecutionsSucceeded", asl.Failed: "ExecutionsFailed", asl.TimedOut: "ExecutionsTimedOut", asl.Aborted: "ExecutionsAborted",
	}[e.x.Status()]
	s.w.metrics.put(e.machine.Region, "AWS/States", metric, map[string]string{"StateMachineArn": e.machine.ARN}, 1)
}

// countInvocation publishes what Lambda publishes of an invocation.
func (s *stepfunctions) countInvocation(fn *Function, result InvokeResult) {
	failed := 0.0
	if result.ErrorType != "" {
		failed = 1
	}
	dims := map[string]string{"FunctionName": fn.Name}
	s.w.metrics.put(fn.Region, "AWS/Lambda", "Invocations", dims, 1)
	s.w.metrics.put(fn.Region, "AWS/Lambda", "Errors", dims, failed)
}
