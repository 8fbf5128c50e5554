package asl

import "time"

// Event is one entry of an execution's history. Its JSON is that of GetExecutionHistory; exactly one of the details is
// set, as the type says.
type Event struct {
	ID         int64     `json:"id"`
	PreviousID int64     `json:"previousEventId"`
	Time       time.Time `json:"timestamp"`
	// Type is as GetExecutionHistory names it, such as TaskStateEntered.
	Type string `json:"type"`

	ExecutionStarted   *ExecutionStarted `json:"executionStartedEventDetails,omitempty"`
	ExecutionSucceeded *Output           `json:"executionSucceededEventDetails,omitempty"`
	ExecutionFailed    *Failure          `json:"executionFailedEventDetails,omitempty"`
	ExecutionTimedOut  *Failure          `json:"executionTimedOutEventDetails,omitempty"`
	ExecutionAborted   *Failure          `json:"executionAbortedEventDetails,omitempty"`
	StateEntered       *StateEntered     `json:"stateEnteredEventDetails,omitempty"`
	StateExited        *StateExited      `json:"stateExitedEventDetails,omitempty"`
	TaskScheduled      *TaskScheduled    `json:"taskScheduledEventDetails,omitempty"`
	TaskStarted        *TaskStep         `json:"taskStartedEventDetails,omitempty"`
	TaskSubmitted      *TaskOutput       `json:"taskSubmittedEventDetails,omitempty"`
	TaskSucceeded      *TaskOutput       `json:"taskSucceededEventDetails,omitempty"`
	TaskFailed         *TaskFailure      `json:"taskFailedEventDetails,omitempty"`
	TaskTimedOut       *TaskFailure      `json:"taskTimedOutEventDetails,omitempty"`
	EvaluationFailed   *EvaluationFailed `json:"evaluationFailedEventDetails,omitempty"`

	MapStateStarted       *MapStateStarted `json:"mapStateStartedEventDetails,omitempty"`
	MapIterationStarted   *MapIteration    `json:"mapIterationStartedEventDetails,omitempty"`
	MapIterationSucceeded *MapIteration    `json:"mapIterationSucceededEventDetails,omitempty"`
	MapIterationFailed    *MapIteration    `json:"mapIterationFailedEventDetails,omitempty"`
	MapIterationAborted   *MapIteration    `json:"mapIterationAbortedEventDetails,omitempty"`
}

// Details says whether a text of the event was cut short; here it never is.
type Details struct {
	Truncated bool `json:"truncated"`
}

// ExecutionStarted is the first event of an execution.
type ExecutionStarted struct {
	Input        string  `json:"input"`
	InputDetails Details `json:"inputDetails"`
	RoleARN      string  `json:"roleArn"`
}

// Output is what an execution ended with, as JSON text.
type Output struct {
	Output  string  `json:"output"`
	Details Details `json:"outputDetails"`
}

// Failure is an error's name and its cause; either may be empty.
type Failure struct {
	Error string `json:"error,omitempty"`
	Cause string `json:"cause,omitempty"`
}

// StateEntered has the input, as JSON text, with which a state was entered.
type StateEntered struct {
	Name         string  `json:"name"`
	Input        string  `json:"input"`
	InputDetails Details `json:"inputDetails"`
}

// StateExited has the output of a state and the variables that it assigned, as JSON texts.
type StateExited struct {
	Name              string            `json:"name"`
	Output            string            `json:"output"`
	OutputDetails     Details           `json:"outputDetails"`
	AssignedVariables map[string]string `json:"assignedVariables,omitempty"`
	AssignedDetails   *Details          `json:"assignedVariablesDetails,omitempty"`
}

// TaskStep names the integration of a Task, the same in all its events.
type TaskStep struct {
	// ResourceType and Resource are "lambda" and "invoke".
	ResourceType string `json:"resourceType"`
	Resource     string `json:"resource"`
}

// TaskScheduled has the parameters of a Task; there is one for each attempt.
type TaskScheduled struct {
	TaskStep
	Region string `json:"region"`
	// Parameters are the Task's Arguments, as JSON text.
	Parameters         string `json:"parameters"`
	TimeoutInSeconds   int    `json:"timeoutInSeconds,omitempty"`
	HeartbeatInSeconds int    `json:"heartbeatInSeconds,omitempty"`
}

// TaskOutput is a Task's answer, as JSON text.
type TaskOutput struct {
	TaskStep
	Output        string  `json:"output"`
	OutputDetails Details `json:"outputDetails"`
}

// TaskFailure is how an attempt of a Task failed.
type TaskFailure struct {
	TaskStep
	Failure
}

// EvaluationFailed has the field and the state that could not be evaluated.
type EvaluationFailed struct {
	Failure
	Location string `json:"location,omitempty"`
	State    string `json:"state"`
}

// MapStateStarted has the number of items of a Map.
type MapStateStarted struct {
	Length int `json:"length"`
}

// MapIteration names an iteration of a Map.
type MapIteration struct {
	Name  string `json:"name"`
	Index int    `json:"index"`
}
