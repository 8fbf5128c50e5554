package asl

import "time"

// Aborted is the status of an execution that somebody has stopped.
const Aborted Status = "ABORTED"

// Stop ends the execution where it is, as StopExecution does: nothing in the definition can catch it. Error and cause
// are those that whoever stops it gives, and may be empty. An execution that is over stays as it ended.
func (x *Execution) Stop(now time.Time, f Failure) {
	if x.status != Running {
		return
	}
	x.now = now
	x.status, x.failure, x.pending = Aborted, f, nil
	x.record(Event{Type: "ExecutionAborted", ExecutionAborted: &f})
}
