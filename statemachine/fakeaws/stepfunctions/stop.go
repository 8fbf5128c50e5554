package stepfunctions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// StopExecution aborts an execution that is running. Stopping one that has ended changes nothing.
func (ctl Control) StopExecution(arn, errorName, cause string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if err := ctl.s.stop(arn, errorName, cause); err != nil {
		return fmt.Errorf("stop %s: %w", arn, err)
	}
	return nil
}

// ExpireExecution ends a running execution as its TimeoutSeconds would. See SFN-8 in docs/fidelity.md.
func (ctl Control) ExpireExecution(arn string) error {
	return ctl.cutShort(arn, func(e *execution) { e.x.Expire(ctl.s.k.Now()) })
}

// FillHistory makes the history of a running execution so long that its next event is the last: the execution then
// fails. See SFN-8 in docs/fidelity.md.
func (ctl Control) FillHistory(arn string) error {
	return ctl.cutShort(arn, func(e *execution) { e.x.Fill() })
}

// cutShort does something to an execution that is running.
func (ctl Control) cutShort(arn string, do func(*execution)) error {
	s := ctl.s
	s.k.Lock()
	defer s.k.Unlock()
	e := s.find(arn)
	if e == nil {
		return fmt.Errorf("cut %s short: there is no such execution", arn)
	}
	if e.x.Status() != asl.Running {
		return nil
	}
	if do(e); e.x.Status() != asl.Running {
		s.next(e)
	}
	return nil
}

// SendTaskSuccess answers the task that waits for a token with an output.
func (ctl Control) SendTaskSuccess(token string, output json.RawMessage) error {
	return ctl.sendTask(token, asl.Answer{Output: output})
}

// SendTaskFailure answers the task that waits for a token with an error.
func (ctl Control) SendTaskFailure(token, errorName, cause string) error {
	return ctl.sendTask(token, asl.Answer{Failed: true, Error: errorName, Cause: cause})
}

// SendTaskHeartbeat shows that the task that waits for a token is still at work.
func (ctl Control) SendTaskHeartbeat(token string) error {
	s := ctl.s
	s.k.Lock()
	defer s.k.Unlock()
	region := ""
	if e := s.find(ownerOf(token)); e != nil {
		region = e.machine.Region
	}
	if err := s.heartbeat(region, token); err != nil {
		return fmt.Errorf("heartbeat of a task token: %w", err)
	}
	return nil
}

func (ctl Control) sendTask(token string, answer asl.Answer) error {
	s := ctl.s
	s.k.Lock()
	defer s.k.Unlock()
	region := ""
	if e := s.find(ownerOf(token)); e != nil {
		region = e.machine.Region
	}
	if err := s.answerToken(region, token, answer); err != nil {
		return fmt.Errorf("answer task token: %w", err)
	}
	return nil
}

func (s *Service) stop(arn, errorName, cause string) *wire.Error {
	e := s.find(arn)
	switch {
	case e == nil:
		return errNoExecution(arn)
	case s.k.Dark(e.machine.Region):
		return wire.Unreachable(e.machine.Region)
	case e.x.Status() != asl.Running:
		return nil
	}
	e.x.Abort(s.k.Now(), errorName, cause)
	s.next(e)
	return nil
}

// answerToken delivers an answer to the execution that waits for it in a Region. An answer that arrives before the
// function with the token has returned is kept until then (SFN-4).
func (s *Service) answerToken(region, token string, answer asl.Answer) *wire.Error {
	e, err := s.waiting(region, token)
	if err != nil {
		return err
	}
	if !answer.Failed && !json.Valid(answer.Output) {
		return wire.BadRequest("InvalidOutput", "Invalid Output: the output is not JSON")
	}
	if p := e.awaiting(token); p != nil {
		s.resume(e, p, &answer)
		return nil
	}
	if e.early == nil {
		e.early = map[string]asl.Answer{}
	}
	e.early[token] = answer
	return nil
}

// waiting finds the execution whose current task waits for a token. A token begins with the ARN of its execution, and
// is valid in the execution's Region only.
func (s *Service) waiting(region, token string) (*execution, *wire.Error) {
	e := s.find(ownerOf(token))
	if e == nil || e.machine.Region != region {
		return nil, wire.BadRequest("InvalidToken", "Invalid Token: 'Invalid token'")
	}
	if s.k.Dark(region) {
		return nil, wire.Unreachable(region)
	}
	current := slices.ContainsFunc(e.x.Waiting(), func(pending asl.Pending) bool {
		switch p := pending.(type) {
		case *asl.AwaitToken:
			return p.TaskToken == token
		case *asl.Invoke:
			return p.TaskToken == token
		}
		return false
	})
	if _, answered := e.early[token]; !current || answered {
		return nil, wire.BadRequest("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
	}
	return e, nil
}

// awaiting is the wait for a token whose function has returned, or nil.
func (e *execution) awaiting(token string) *asl.AwaitToken {
	for _, pending := range e.x.Waiting() {
		if p, ok := pending.(*asl.AwaitToken); ok && p.TaskToken == token {
			return p
		}
	}
	return nil
}

// heartbeat moves the time by which the task that waits for a token must show the next heartbeat.
func (s *Service) heartbeat(region, token string) *wire.Error {
	e, err := s.waiting(region, token)
	if err != nil {
		return err
	}
	e.x.Heartbeat(token, s.k.Now())
	if p := e.awaiting(token); p != nil {
		s.expire(e, p)
	}
	return nil
}

func ownerOf(token string) (executionARN string) {
	executionARN, _, _ = strings.Cut(token, "#")
	return executionARN
}

func errNoExecution(arn string) *wire.Error {
	return wire.BadRequest("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}
