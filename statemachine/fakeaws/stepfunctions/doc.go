// Package stepfunctions is AWS Step Functions: state machines, their versions, and executions. The Amazon States Language is
// interpreted by package asl, which is pure; this package gives an execution what it waits for (a time, the answer of a
// function, a task token) and reports its progress in events, metrics and logs.
//
//   - stepfunctions.go starts executions and moves them on, invoke.go invokes functions for task states, stop.go ends
//     executions and answers task tokens, pause.go delays them.
//   - version.go publishes versions. An execution keeps the revision or version that it was started with.
//   - wire.go and params.go are the operations of the API, event.go the events for EventBridge, log.go the log lines.
//
// Executions of a dark Region are parked, and go on when it is back (SFN-1 in docs/fidelity.md).
package stepfunctions
