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
func (x *Execution) schedule() {
	x.at.token = ""
	if x.at.waitForToken {
		// Unique without randomness: an attempt adds to the history, so no two have the same number.
		x.at.token = fmt.Sprintf("%s#%d", x.info.ID, len(x.history)+1)
	}
	invoke, scheduled, failure := x.prepare()
	if failure != nil {
		x.stateFailed(*failure)
		return
	}
	x.at.expires = time.Time{}
	if scheduled.TimeoutInSeconds > 0 {
		x.at.expires = x.now.Add(time.Duration(scheduled.TimeoutInSeconds) * time.Second)
	}
	invoke.TimeoutAt = x.earlier(x.at.expires)
	x.record(Event{Type: "TaskScheduled", TaskScheduled: scheduled})
	step := x.at.lambdaStep()
	x.record(Event{Type: "TaskStarted", TaskStarted: &step})
	x.pending = invoke
}

// prepare evaluates what an attempt needs. Its only effect is the event of an expression that failed.
func (x *Execution) prepare() (*Invoke, *TaskScheduled, *Failure) {
	vars := x.scope(nil, nil)
	scheduled := &TaskScheduled{TaskStep: x.at.lambdaStep(), Region: regionOf(x.info.ID)}
	for _, limit := range []struct {
		field string
		value *template
		to    *int
	}{
		{"TimeoutSeconds", x.at.timeout, &scheduled.TimeoutInSeconds},
		{"HeartbeatSeconds", x.at.heartbeat, &scheduled.HeartbeatInSeconds},
	} {
		if limit.value == nil {
			continue
		}
		n, err := x.wholeSeconds(limit.value, limit.field, vars)
		if err != nil {
			return nil, nil, x.evaluationFailed(err)
		}
		*limit.to = n
	}
	arguments := json.RawMessage("{}")
	if x.at.arguments != nil {
		text, err := x.at.arguments.evaluate("Arguments", vars)
		if err != nil {
			return nil, nil, x.evaluationFailed(err)
		}
		arguments = text
	}
	if len(arguments) > MaxData {
		return nil, nil, x.tooLarge("arguments", len(arguments))
	}
	scheduled.Parameters = string(arguments)
	invoke, failure := x.invocation(arguments)
	return invoke, scheduled, failure
}

func (x *Execution) invocation(arguments json.RawMessage) (*Invoke, *Failure) {
	var args struct {
		FunctionName string
		Payload      json.RawMessage
	}
	if err := json.Unmarshal(arguments, &args); err != nil || args.FunctionName == "" {
		return nil, &Failure{Error: ErrorRuntime, Cause: x.during(fmt.Sprintf(
			"The Arguments '%s' could not be used to start the Task: [The field \"FunctionName\" is required but was missing]", arguments))}
	}
	if len(args.Payload) == 0 {
		args.Payload = json.RawMessage("{}")
	}
	return &Invoke{State: x.at.name, Resource: x.at.resource, Arguments: arguments, Function: args.FunctionName,
		Payload: args.Payload, Attempt: x.at.retries, TaskToken: x.at.token}, nil
}

// answered continues with the result of an attempt; the answer of one that timed out does not count.
func (x *Execution) answered(answer *Answer, timedOut bool) {
	step := x.at.lambdaStep()
	switch {
	case timedOut:
		f := Failure{Error: ErrorTimeout}
		x.record(Event{Type: "TaskTimedOut", TaskTimedOut: &TaskFailure{TaskStep: step, Failure: f}})
		x.stateFailed(f)
	case answer.Error != "":
		x.taskFailed(Failure{Error: answer.Error, Cause: answer.Cause})
	case !json.Valid(answer.Output):
		x.taskFailed(Failure{Error: ErrorRuntime, Cause: "the answer to the Task is not JSON"})
	case len(answer.Output) > MaxData:
		x.taskFailed(*x.tooLarge("a result", len(answer.Output)))
	case x.at.waitForToken && !x.submitted():
		x.record(Event{Type: "TaskSubmitted", TaskSubmitted: &TaskOutput{TaskStep: step, Output: string(answer.Output)}})
		x.pending = &AwaitToken{State: x.at.name, TaskToken: x.at.token, TimeoutAt: x.earlier(x.at.expires)}
	default:
		x.record(Event{Type: "TaskSucceeded", TaskSucceeded: &TaskOutput{TaskStep: step, Output: string(answer.Output)}})
		x.exitOrFail(&x.at.exit, answer.Output, x.scope(answer.Output, nil))
	}
}

func (x *Execution) taskFailed(f Failure) {
	x.record(Event{Type: "TaskFailed", TaskFailed: &TaskFailure{TaskStep: x.at.lambdaStep(), Failure: f}})
	x.stateFailed(f)
}

// submitted says whether the function that was given the token has answered, so that this answer is the token's own.
func (x *Execution) submitted() bool { return x.history[len(x.history)-1].Type == "TaskSubmitted" }

// regionOf is the Region in an execution's ARN; empty for an id that is not an ARN.
func regionOf(execution string) string {
	parsed, _ := arn.Parse(execution)
	return parsed.Region
}
