// Package asl plays state machines in Amazon States Language as Step Functions does, without any effect of its own: no network, no
// files, no goroutines, no clock, no randomness. An execution says what it waits for, and the caller passes in the result.
//
// A [Machine] is a definition that [Parse] has read. It is immutable, so that many executions can use it at the same
// time. Parse is strict: it refuses what the package cannot play as Step Functions does, with the name of the state and
// the field. It knows the states Pass, Task, Choice, Wait, Succeed, Fail, Parallel and the inline Map, JSONata with variables, and
// one integration, lambda:invoke, with and without .waitForTaskToken. Expressions are those of package jsonata.
//
// An [Execution] is one run of a machine; [Machine.Start] starts it. It goes from state to state, in no time, until it has to wait
// for something. Then [Execution.Pending] says for what:
//
//   - an [Invoke]: a function is to be invoked, and has answered before Invoke.TimeoutAt or not at all;
//   - an [AwaitToken]: an answer is to come for the task token that the function was given;
//   - a [WaitUntil]: time is to pass, in a Wait state or before the next attempt of a Task;
//   - nil: the execution has ended, and [Execution.Status] says how.
//
// The caller is the driver of the execution. It does what is pending, calls [Execution.Resume] with the time and the [Answer], if
// there is one, and reads Pending again. So a run is a loop:
//
//	x := machine.Start(info, input, now)
//	for x.Pending() != nil {
//		switch p := x.Pending().(type) {
//		case *asl.WaitUntil:
//			now = p.Until
//			x.Resume(now, nil)
//		case *asl.Invoke:
//			now, answer = call(p.Function, p.Payload, now)
//			x.Resume(now, answer)
//		}
//	}
//
// In a Map or a Parallel an execution waits for several things at the same time: [Execution.Waiting] lists them, and
// [Execution.Deliver] continues with one of them. Pending and Resume are about the first.
//
// The driver sets the time, real or virtual. It ends a Task at its timeout by Resume with a nil answer; a later answer does not
// count, as on AWS. The same holds for the TimeoutSeconds of the whole execution, and for a heartbeat that does not come
// ([Execution.Heartbeat]). An execution belongs to one goroutine at a time, and the same calls give the same history, byte for
// byte: jitter is drawn from [ExecutionInfo], and a definition whose expressions read the time or random numbers is refused.
//
// When a Task, a Map or a Parallel fails, its retriers are tried first, then its catchers, and then the execution fails; the
// counters of the retriers are reset when the execution leaves the state. A failed expression is the error [ErrorQuery]; in a state that
// cannot catch, it fails the execution at once, or the branch, and so its Map or Parallel. [ErrorRuntime] cannot be caught.
//
// Every event is in [Execution.History], as GetExecutionHistory has it. [Execution.Path] has the part that tests usually need: the
// names of the states, in the order in which they were entered.
//
// The fidelity is tested: TestRecordedExecutions plays executions that were recorded on AWS and compares their histories
// event by event. Where no recording shows what AWS does, a comment states the assumption. The limits are AWS's:
// [MaxData], [MaxVariables], [MaxEvents].
package asl
