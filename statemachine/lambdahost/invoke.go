package lambdahost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Result is the answer to one invocation, as the Lambda service would give it.
type Result struct {
	// RequestID is the invocation's.
	RequestID string
	// Payload is the function's answer or, when ErrorType is set, the JSON object with errorType and errorMessage.
	Payload []byte
	// ErrorType and ErrorMessage are those of that object; empty when the invocation succeeded.
	ErrorType, ErrorMessage string
	// Crashed and TimedOut say that the environment has ended.
	Crashed, TimedOut bool
	// Log is what the function wrote to its standard output and error during the invocation.
	Log string
	// Init is the time from the start of the process to its first poll; 0 when the environment was used before.
	Init time.Duration
}

// The error types of Lambda itself.
const (
	errorExit       = "Runtime.ExitError"
	errorTimeout    = "Sandbox.Timedout"
	errorEntrypoint = "Runtime.InvalidEntrypoint"
	errorTooLarge   = "Function.ResponseSizeTooLarge"
)

// initTimeout is Lambda's limit for the time to an environment's first poll.
const initTimeout = 10 * time.Second

// Invoke invokes the function and waits for its answer. It returns an error only when ctx is done or the host is
// closed. Every failure of the function is a [Result] with an ErrorType.
func (f *Function) Invoke(ctx context.Context, payload []byte) (Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.host == nil {
		return Result{}, fmt.Errorf("invoke %s: the function was not added to a host", f.Name)
	}
	inv := &invocation{
		requestID: f.host.requestID(), payload: payload, arn: f.ARN, timeout: f.Timeout, answered: make(chan answer, 1),
	}
	for {
		fresh := f.env == nil
		result, taken, err := f.try(ctx, inv)
		if err != nil {
			return Result{}, fmt.Errorf("invoke %s: %w", f.Name, err)
		}
		// An environment that ended after its last answer did not get this invocation, which gets a new environment.
		if taken || fresh {
			return result, nil
		}
	}
}

// Kill ends the function's process, as a failure of the environment does between two invocations. The next invocation
// starts a new one.
func (f *Function) Kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.env == nil {
		return
	}
	f.env.kill()
	<-f.env.exited
	f.env.log.close()
	f.env = nil
}

// try offers the invocation to the function's environment, which it starts when there is none, and waits for the
// result. taken says whether the environment got the invocation.
func (f *Function) try(ctx context.Context, inv *invocation) (result Result, taken bool, err error) {
	result.RequestID = inv.requestID
	fresh := f.env == nil
	if fresh {
		f.env, err = f.host.start(f)
		if errors.Is(err, errClosed) {
			return result, false, err
		}
		if err != nil {
			return failed(result, errorEntrypoint, err.Error()), true, nil
		}
	}
	env := f.env
	guard := time.NewTimer(initTimeout + f.Timeout)
	defer guard.Stop()
	if f.offer(ctx, env, inv, guard.C) {
		taken = true
		if fresh {
			result.Init = env.initTime()
		}
		guard.Reset(f.Timeout)
	}
	result = f.await(ctx, env, inv, guard.C, result)
	result.Log = env.log.take()
	if f.env == nil {
		env.log.close()
	}
	if err := ctx.Err(); err != nil && result.ErrorType != "" {
		return result, taken, err
	}
	if result.ErrorType != "" && f.host.isClosed() {
		return result, taken, errClosed
	}
	return result, taken, nil
}

// offer delivers the invocation when the environment polls. It returns false when the environment can no longer poll.
func (f *Function) offer(ctx context.Context, env *environment, inv *invocation, guard <-chan time.Time) bool {
	select {
	case env.invocations <- inv:
		return true
	case <-env.exited:
	case <-guard:
		env.timedOut.Store(true)
		env.kill()
	case <-ctx.Done():
		env.kill()
	}
	return false
}

// await waits for an answer, the end of the process, or the timeout. After the latter two the environment has ended.
func (f *Function) await(ctx context.Context, env *environment, inv *invocation, guard <-chan time.Time, result Result) Result {
	select {
	case a := <-inv.answered:
		return a.result(result)
	case <-env.exited:
	case <-guard:
		env.timedOut.Store(true)
		env.kill()
	case <-ctx.Done():
		env.kill()
	}
	<-env.exited
	f.env = nil
	select {
	case a := <-inv.answered: // it answered just before it ended, as a panicking function does
		return a.result(result)
	default:
	}
	if env.timedOut.Load() {
		result.TimedOut = true
		return failed(result, errorTimeout, fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds",
			inv.requestID, f.Timeout.Seconds()))
	}
	if a := env.failedInit(); a != nil {
		return a.result(result)
	}
	result.Crashed = true
	return failed(result, errorExit, fmt.Sprintf("RequestId: %s Error: %s", inv.requestID, env.exitReason()))
}

// failed sets the error that Lambda itself reports.
func failed(result Result, errorType, message string) Result {
	result.ErrorType, result.ErrorMessage = errorType, message
	result.Payload, _ = json.Marshal(functionError{Type: errorType, Message: message}) // two strings always marshal
	return result
}

// Failed is the result of an invocation that ended with an error of the function.
func Failed(errorType, message string) Result { return failed(Result{}, errorType, message) }

// functionError is the part of an error payload that Lambda reads.
type functionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (h *Host) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}
