// Package asl plays state machines that are written in Amazon States Language, as Step Functions would, without doing
// anything itself: no network, no files, no goroutines, no clock, no randomness. What a machine wants of the world it
// says, and what came of it it is told.
//
// A [Machine] is a definition that [Parse] has read. It never changes, and everything about one run of it is kept
// elsewhere, so it can be played by many at the same time. Parse is strict: what the package cannot play as Step
// Functions does is refused with the name of the state and the field, because a rehearsal on half-understood rules is
// worse than none. It knows the states Pass, Task, Choice, Wait, Succeed and Fail, JSONata with variables, and of all
// integrations lambda:invoke, with and without .waitForTaskToken.
//
// An [Execution] is one run of a machine, and [Machine.Start] begins it. It goes from state to state by itself, in no
// time at all, until it has to wait for something. Then [Execution.Pending] says for what:
//
//   - an [Invoke]: a function is to be invoked, and has answered before Invoke.TimeoutAt or not at all;
//   - an [AwaitToken]: somebody is to answer for a task token that the function was given;
//   - a [WaitUntil]: time is to pass, in a Wait state or before the next try of a Task;
//   - nil: the execution is over, and [Execution.Status] says how it ended.
//
// Whoever plays the machine is its driver. The driver does what is pending and calls [Execution.Resume] with the time
// it has become and the [Answer], if there is one; then it looks at Pending again. So a whole run is a loop:
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
// Time is whatever the driver says it is, real or virtual. A Task that the driver lets run past its time-out is told so
// by Resume with a nil answer, and an answer that comes later than that does not count, as on AWS. The same goes for
// the TimeoutSeconds of the whole execution. An execution is sequential, so it belongs to one goroutine at a time, and
// the same calls give the same history, byte for byte: jitter is drawn from [ExecutionInfo], and a definition whose
// expressions ask for the time or for random numbers is refused.
//
// When a Task fails, its retriers are asked first, then its catchers, and then the execution fails; the counters of
// the retriers live as long as the stay in the state. An expression that fails is such an error too, by the name of
// [ErrorQuery], and fails the execution at once in a state that cannot catch. What [ErrorRuntime] names cannot be caught.
//
// Everything that happens is in [Execution.History], in the words of GetExecutionHistory. [Execution.Path] is the part
// of it that a test usually wants: the names of the states, in the order in which they were entered.
//
// How true all this is, is measured: TestRecordedExecutions plays executions that were recorded on AWS and compares
// their histories event by event. Where no recording says what AWS does, the code says what is assumed. The limits
// are AWS's: [MaxData], [MaxVariables], [MaxEvents].
package asl
