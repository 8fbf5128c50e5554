package fakeaws

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/drover-dr/drover/statemachine/asl"
)

// StopExecution ends an execution where it is. A function that it has invoked goes on to its end, and nobody hears its
// answer.
func (w *World) StopExecution(arn, reason, cause string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.stepfunctions.find(arn)
	if e == nil {
		return fmt.Errorf("stop %s: there is no such execution", arn)
	}
	if e.x.Pending() == nil {
		return nil // it is over, and StopExecution says so without an error
	}
	e.x.Stop(w.now, asl.Failure{Error: reason, Cause: cause})
	w.stepfunctions.next(e)
	return nil
}

// PauseExecution lets nothing happen in an execution for a while: what it waits for reaches it only afterwards. Step
// Functions promises nothing about how late a Wait state may wake or an answer arrive. See SFN-4 in FIDELITY.md.
func (w *World) PauseExecution(arn string, lasts time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.stepfunctions.find(arn)
	if e == nil {
		return fmt.Errorf("pause %s: there is no such execution", arn)
	}
	e.pausedUntil = w.now.Add(lasts)
	return nil
}

// SendTaskSuccess answers the task that waits for a token with an output, as the API of that name does.
func (w *World) SendTaskSuccess(token string, output json.RawMessage) error {
	return w.sendTask(token, &asl.Answer{Output: output})
}

// SendTaskFailure answers it with an error.
func (w *World) SendTaskFailure(token, name, cause string) error {
	return w.sendTask(token, &asl.Answer{Error: name, Cause: cause})
}

// sendTask hands an answer to whoever waits for the token. An answer that comes while the function that got the token
// is still running is kept until it has answered.
func (w *World) sendTask(token string, answer *asl.Answer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.stepfunctions.executions {
		switch p := e.x.Pending().(type) {
		case *asl.AwaitToken:
			if p.TaskToken == token {
				w.stepfunctions.resume(e, p, answer)
				return nil
			}
		case *asl.Invoke:
			if p.TaskToken == token {
				e.early = answer
				return nil
			}
		}
	}
	return fmt.Errorf("answer a task: TaskTimedOut: nobody waits for the token %s any more", token)
}
