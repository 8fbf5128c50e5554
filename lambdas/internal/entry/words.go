package entry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/failover"
)

// words is an error in a sentence for a person: what could not be done, from the outer task to the inner ones, and why. It is
// made from the error's fields: the tasks of [failover.TaskError], and the operation that AWS did not do.
func words(err error, tasks []string) string {
	//nolint:errorlint // each level of the chain has its own words
	switch e := err.(type) {
	case *failover.TaskError:
		return words(e.Err, append(tasks[:len(tasks):len(tasks)], e.Task()))
	case *failover.Failure:
		return words(e.Err, tasks)
	case *failover.FirstError:
		return words(e.Err, tasks) + e.Others()
	case *smithy.OperationError:
		return sentence(tasks, callText(e))
	case interface{ Unwrap() []error }:
		var all []string
		for _, joined := range e.Unwrap() {
			all = append(all, words(joined, tasks))
		}
		return strings.Join(all, "; ")
	}
	if next := errors.Unwrap(err); next != nil && hasFields(next) {
		return words(next, tasks)
	}
	return sentence(tasks, oneLine(err.Error()))
}

// hasFields says whether the chain has an error with such fields.
func hasFields(err error) bool {
	var task *failover.TaskError
	var call *smithy.OperationError
	return errors.As(err, &task) || errors.As(err, &call)
}

// sentence is for example "could not read the registry (query applications): DynamoDB …": the outer task, the inner ones in
// brackets, and the cause.
func sentence(tasks []string, cause string) string {
	if len(tasks) == 0 {
		return cause
	}
	text := "could not " + tasks[0]
	if len(tasks) > 1 {
		text += " (" + strings.Join(tasks[1:], ", ") + ")"
	}
	return text + ": " + cause
}

// oneLine makes one line of a text, so that it cannot break the form of a message.
func oneLine(text string) string { return strings.ReplaceAll(text, "\n", "; ") }

// CouldNot says in a sentence that something, such as "read the registry", could not be done, and why.
func CouldNot(do string, err error) string {
	return Named(failover.Doing(do, "", err)).Message
}

// callText is for example "Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded)".
func callText(op *smithy.OperationError) string {
	code, hasCode := codeOf(op.Err)
	switch {
	case hasCode:
		text := fmt.Sprintf("%s answered %s with %s", op.ServiceID, op.OperationName, code)
		if said := strings.TrimSuffix(strings.TrimSpace(awsText(op.Err)), "."); said != "" {
			text += " (" + said + ")"
		}
		return text
	case errors.Is(op.Err, context.DeadlineExceeded):
		return fmt.Sprintf("%s did not answer %s in time", op.ServiceID, op.OperationName)
	case isUnanswered(op.Err): // how the connection broke is in the evidence; it does not help at 3 a.m.
		return fmt.Sprintf("%s did not answer %s", op.ServiceID, op.OperationName)
	case statusOf(op.Err) > 0:
		return fmt.Sprintf("%s answered %s with %s", op.ServiceID, op.OperationName, statusText(statusOf(op.Err)))
	}
	return fmt.Sprintf("%s was not called for %s: %s", op.ServiceID, op.OperationName, innermost(op.Err))
}

// innermost is the shortest text of an error: AWS's code and text, or else why there was no answer.
func innermost(err error) string {
	if code, ok := codeOf(err); ok {
		if text := awsText(err); text != "" {
			return code + ": " + text
		}
		return code
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	if isUnanswered(err) { // how the connection broke is in the evidence; it does not help at 3 a.m.
		return "no answer"
	}
	if status := statusOf(err); status > 0 {
		return statusText(status)
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
