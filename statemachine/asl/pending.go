package asl

import (
	"encoding/json"
	"time"
)

// Pending is what an execution waits for. The driver does it and calls [Execution.Resume].
type Pending interface{ pending() }

// Invoke asks the driver to invoke a Lambda function, and to resume with what it answered.
type Invoke struct {
	// State is the name of the Task.
	State string
	// Resource is the Task's, such as arn:aws:states:::lambda:invoke.
	Resource string
	// Arguments are the Task's, as JSON; Function and Payload are taken from them. A missing payload is {}.
	Arguments json.RawMessage
	Function  string
	Payload   json.RawMessage
	// Attempt counts the attempts of this stay in the state from 0.
	Attempt int
	// TimeoutAt is when the driver resumes with nil if no answer has come by then; zero is never.
	TimeoutAt time.Time
	// TaskToken is set for .waitForTaskToken: the second answer, after the function's, comes with it.
	TaskToken string
}

// AwaitToken asks the driver to resume with the answer for a task token. [Execution.Heartbeat] moves TimeoutAt. The function that was given the token has
// already answered; the driver must keep an answer for the token that came earlier: it still counts.
type AwaitToken struct {
	State     string
	TaskToken string
	// TimeoutAt is when the driver resumes with nil if no answer has come by then; zero is never.
	TimeoutAt time.Time
}

// WaitUntil asks the driver to resume, with nil, when it is time.
type WaitUntil struct {
	State  string
	Until  time.Time
	Reason Reason
}

// Reason says why an execution waits.
type Reason string

// The reasons to wait.
const (
	// ReasonWait is a Wait state, ReasonRetry the delay before a Task's next attempt.
	ReasonWait  Reason = "Wait"
	ReasonRetry Reason = "Retry"
)

func (*Invoke) pending()     {}
func (*AwaitToken) pending() {}
func (*WaitUntil) pending()  {}

// Answer is the result of an [Invoke] or an [AwaitToken]: an output, or an error's name and its cause.
type Answer struct {
	// Output is the Task's result, $states.result: for an invocation what [InvokeResult] makes of the payload.
	Output json.RawMessage
	// Failed says that the Task has failed, also without a name of the error; then the output does not count.
	Failed bool
	// Error is the error's name, for a Lambda function its errorType; when it is set the Task has failed.
	Error string
	// Cause is the error's text, for a Lambda function the JSON of its error.
	Cause string
}

// InvokeResult is the result of lambda:invoke for what a function has returned. The headers that AWS adds are not there.
func InvokeResult(payload json.RawMessage) json.RawMessage {
	result, err := marshal(struct {
		ExecutedVersion string
		Payload         json.RawMessage
		StatusCode      int
	}{"$LATEST", payload, 200})
	if err != nil {
		// A payload that is not JSON is a string to Step Functions.
		text, _ := marshal(string(payload))
		return InvokeResult(text)
	}
	return result
}
