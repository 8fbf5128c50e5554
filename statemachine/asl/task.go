package asl

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// lambdaStep is how the events of a Task name its integration.
func (s *state) lambdaStep() TaskStep {
	resource := "invoke"
	if s.waitForToken {
		resource = "invoke.waitForTaskToken"
	}
	return TaskStep{ResourceType: "lambda", Resource: resource}
}

// schedule starts an attempt of the Task. Its expressions are evaluated anew for each, with RetryCount and token.
func (b *branch) schedule() {
	b.at.token = ""
	if b.at.waitForToken {
		// Unique without randomness: an attempt adds to the history, so no two have the same number.
		b.at.token = fmt.Sprintf("%s#%d", b.x.info.ID, len(b.x.history)+1)
	}
	invoke, scheduled, failure := b.prepare()
	if failure != nil {
		b.stateFailed(*failure)
		return
	}
	b.at.submitted, b.at.expires, b.at.beats, b.at.every = false, time.Time{}, time.Time{}, 0
	if scheduled.TimeoutInSeconds > 0 {
		b.at.expires = b.x.now.Add(time.Duration(scheduled.TimeoutInSeconds) * time.Second)
	}
	if b.at.waitForToken && scheduled.HeartbeatInSeconds > 0 {
		b.at.every = time.Duration(scheduled.HeartbeatInSeconds) * time.Second
		b.at.beats = b.x.now.Add(b.at.every)
	}
	invoke.TimeoutAt = b.x.earlier(b.at.limit())
	b.record(Event{Type: "TaskScheduled", TaskScheduled: scheduled})
	step := b.at.lambdaStep()
	b.record(Event{Type: "TaskStarted", TaskStarted: &step})
	b.pending = invoke
}

// prepare evaluates what an attempt needs. Its only effect is the event of an expression that failed.
func (b *branch) prepare() (*Invoke, *TaskScheduled, *Failure) {
	vars := b.scope(nil, nil)
	scheduled := &TaskScheduled{TaskStep: b.at.lambdaStep(), Region: regionOf(b.x.info.ID)}
	for _, limit := range []struct {
		field string
		value *template
		to    *int
	}{
		{"TimeoutSeconds", b.at.timeout, &scheduled.TimeoutInSeconds},
		{"HeartbeatSeconds", b.at.heartbeat, &scheduled.HeartbeatInSeconds},
	} {
		if limit.value == nil {
			continue
		}
		n, err := b.wholeNumber(limit.value, limit.field, vars, maxSeconds)
		if err != nil {
			return nil, nil, b.evaluationFailed(err)
		}
		*limit.to = n
	}
	arguments := json.RawMessage("{}")
	if b.at.arguments != nil {
		text, err := b.at.arguments.evaluate("Arguments", vars)
		if err != nil {
			return nil, nil, b.evaluationFailed(err)
		}
		arguments = text
	}
	if len(arguments) > MaxData {
		return nil, nil, b.tooLarge(b.at.name)
	}
	scheduled.Parameters = string(arguments)
	invoke, failure := b.invocation(arguments)
	return invoke, scheduled, failure
}

func (b *branch) invocation(arguments json.RawMessage) (*Invoke, *Failure) {
	var args struct {
		FunctionName string
		Payload      json.RawMessage
	}
	if err := json.Unmarshal(arguments, &args); err != nil || args.FunctionName == "" {
		return nil, &Failure{Error: ErrorRuntime, Cause: b.during(fmt.Sprintf(
			"The Arguments '%s' could not be used to start the Task: [The field \"FunctionName\" is required but was missing]", arguments))}
	}
	if len(args.Payload) == 0 {
		args.Payload = json.RawMessage("{}")
	}
	return &Invoke{State: b.at.name, Resource: b.at.resource, Arguments: arguments, Function: args.FunctionName,
		Payload: args.Payload, Attempt: b.at.retries, TaskToken: b.at.token}, nil
}

// answered continues with the result of an attempt; the answer of one that timed out does not count.
func (b *branch) answered(answer *Answer, timedOut bool) {
	step := b.at.lambdaStep()
	switch {
	case timedOut:
		// Recorded on AWS: a missing heartbeat is the same error as a timeout.
		f := Failure{Error: ErrorTimeout}
		b.at.missedBeat = b.at.limit() == b.at.beats
		b.record(Event{Type: "TaskTimedOut", TaskTimedOut: &TaskFailure{TaskStep: step, Failure: f}})
		b.stateFailed(f)
	case answer.Failed || answer.Error != "":
		b.taskFailed(Failure{Error: answer.Error, Cause: answer.Cause})
	case !json.Valid(answer.Output):
		b.taskFailed(Failure{Error: ErrorRuntime, Cause: "the answer to the Task is not JSON"})
	case len(answer.Output) > MaxData:
		// Recorded on AWS: the result of a Task that is too large is caught by States.ALL, unlike other data.
		b.at.tooLargeResult = true
		b.taskFailed(*b.tooLarge(step.ResourceType))
	case b.at.waitForToken && !b.at.submitted:
		b.at.submitted = true
		b.record(Event{Type: "TaskSubmitted", TaskSubmitted: &TaskOutput{TaskStep: step, Output: string(answer.Output)}})
		b.pending = &AwaitToken{State: b.at.name, TaskToken: b.at.token, TimeoutAt: b.x.earlier(b.at.limit())}
	default:
		b.record(Event{Type: "TaskSucceeded", TaskSucceeded: &TaskOutput{TaskStep: step, Output: string(answer.Output)}})
		b.exitOrFail(&b.at.exit, answer.Output, b.scope(answer.Output, nil))
	}
}

func (b *branch) taskFailed(f Failure) {
	b.record(Event{Type: "TaskFailed", TaskFailed: &TaskFailure{TaskStep: b.at.lambdaStep(), Failure: f}})
	b.stateFailed(f)
}

// limit is when the attempt times out, by its timeout or for want of a heartbeat; zero is never.
func (v *visit) limit() time.Time {
	if v.expires.IsZero() || !v.beats.IsZero() && v.beats.Before(v.expires) {
		return v.beats
	}
	return v.expires
}

// beat is a heartbeat of the Task that waits.
func (b *branch) beat(now time.Time) {
	if b.at.every == 0 {
		return
	}
	b.at.beats = now.Add(b.at.every)
	switch p := b.pending.(type) {
	case *Invoke:
		p.TimeoutAt = b.x.earlier(b.at.limit())
	case *AwaitToken:
		p.TimeoutAt = b.x.earlier(b.at.limit())
	}
}

// regionOf is the Region in an execution's ARN; empty for an id that is not an ARN.
func regionOf(execution string) string {
	parsed, _ := arn.Parse(execution)
	return parsed.Region
}
