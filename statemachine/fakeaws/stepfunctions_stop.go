package fakeaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
)

// StopExecution aborts an execution that is running. Stopping one that is over changes nothing.
func (w *World) StopExecution(arn, errorName, cause string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.stepfunctions.stop(arn, errorName, cause); err != nil {
		return fmt.Errorf("stop %s: %w", arn, err)
	}
	return nil
}

// SendTaskSuccess answers the task that waits for a token with an output.
func (w *World) SendTaskSuccess(token string, output json.RawMessage) error {
	return w.sendTask(token, asl.Answer{Output: output})
}

// SendTaskFailure answers the task that waits for a token with an error.
func (w *World) SendTaskFailure(token, errorName, cause string) error {
	return w.sendTask(token, asl.Answer{Error: errorName, Cause: cause})
}

func (w *World) sendTask(token string, answer asl.Answer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.stepfunctions.answerToken(token, answer); err != nil {
		return fmt.Errorf("answer task token: %w", err)
	}
	return nil
}

func (s *stepfunctions) stop(arn, errorName, cause string) *APIError {
	e := s.find(arn)
	switch {
	case e == nil:
		return errNoExecution(arn)
	case s.w.dark(e.machine.Region):
		return errDark(e.machine.Region)
	case e.x.Status() != asl.Running:
		return nil
	}
	e.x.Abort(s.w.now, errorName, cause)
	s.next(e)
	return nil
}

// answerToken hands the answer to the execution that waits for it. An answer that comes before the function that was
// given the token has itself returned is kept until then: it counts, as on AWS.
func (s *stepfunctions) answerToken(token string, answer asl.Answer) *APIError {
	e, err := s.owner(token)
	if err != nil {
		return err
	}
	if answer.Error == "" && !json.Valid(answer.Output) {
		return badRequest("InvalidOutput", "Invalid Output: the output is not JSON")
	}
	switch p := e.x.Pending().(type) {
	case *asl.AwaitToken:
		if p.TaskToken == token {
			s.resume(e, p, &answer)
			return nil
		}
	case *asl.Invoke:
		if p.TaskToken == token {
			if e.early == nil {
				e.early = map[string]asl.Answer{}
			}
			if _, answered := e.early[token]; answered {
				return errTaskOver
			}
			e.early[token] = answer
			return nil
		}
	}
	return errTaskOver
}

// owner finds the execution that gave a token out: a token begins with the execution's ARN.
func (s *stepfunctions) owner(token string) (*execution, *APIError) {
	arn, _, _ := strings.Cut(token, "#")
	e := s.find(arn)
	switch {
	case e == nil:
		return nil, badRequest("InvalidToken", "Invalid Token: 'Invalid token'")
	case s.w.dark(e.machine.Region):
		return nil, errDark(e.machine.Region)
	}
	return e, nil
}

var errTaskOver = badRequest("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")

func errNoExecution(arn string) *APIError {
	return badRequest("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}

func errDark(region string) *APIError {
	return &APIError{Code: codeUnreachable, Status: http.StatusServiceUnavailable, Message: region + " is dark"}
}
