package asl

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The names of Step Functions' own errors.
const (
	// ErrorAll, in ErrorEquals, matches every error but the two that always end an execution.
	ErrorAll = "States.ALL"
	// ErrorTaskFailed, in ErrorEquals, matches the same but for ErrorTimeout.
	ErrorTaskFailed = "States.TaskFailed"
	// ErrorTimeout is a Task, or an execution, that took too long.
	ErrorTimeout = "States.Timeout"
	// ErrorQuery is an expression that failed, gave nothing, or gave a value of the wrong type.
	ErrorQuery = "States.QueryEvaluationError"
	// ErrorDataLimit is an input, output or variable larger than [MaxData].
	ErrorDataLimit = "States.DataLimitExceeded"
	// ErrorRuntime is an execution that cannot go on.
	ErrorRuntime = "States.Runtime"
	// ErrorNoChoice is a Choice without a rule that matches and without a Default.
	ErrorNoChoice = "States.NoChoiceMatched"
)

// matches says whether one of the names of a retrier or catcher stands for the error.
func matches(names []string, err string) bool {
	if err == ErrorRuntime {
		return false
	}
	if slices.Contains(names, err) {
		return true
	}
	if err == ErrorDataLimit {
		return false
	}
	return slices.Contains(names, ErrorAll) || err != ErrorTimeout && slices.Contains(names, ErrorTaskFailed)
}

// stateFailed is an error of the present state. A Task may try again or catch it; all else ends the execution.
func (x *Execution) stateFailed(f Failure) {
	if x.retry(f) {
		return
	}
	for _, c := range x.at.catch {
		if matches(c.errors, f.Error) {
			x.caught(c, f)
			return
		}
	}
	x.fail(f)
}

// retry waits for the next attempt if one of the retriers has one left. Only the first retrier that matches counts.
func (x *Execution) retry(f Failure) bool {
	for i, r := range x.at.retry {
		if !matches(r.errors, f.Error) {
			continue
		}
		if x.at.tries[i] >= r.maxAttempts {
			return false
		}
		delay := r.delay(x.at.tries[i], x.info.Jitter)
		x.at.tries[i]++
		x.at.retries++
		x.wait(x.now.Add(delay), ReasonRetry)
		return true
	}
	return false
}

// delay is how long to wait before a retry; tries counts the retries before it.
func (r *retrier) delay(tries int, jitter func() float64) time.Duration {
	longest := r.maxDelay
	if longest == 0 {
		longest = maxSeconds * time.Second
	}
	delay := longest
	if d := float64(r.interval) * math.Pow(r.backoffRate, float64(tries)); d < float64(longest) {
		delay = time.Duration(d)
	}
	if r.fullJitter && jitter != nil {
		delay = time.Duration(float64(delay) * min(max(jitter(), 0), 1))
	}
	return delay.Truncate(time.Millisecond)
}

// caught leaves the state by a catcher. An error in the catcher's own expressions cannot be caught.
func (x *Execution) caught(c *catcher, f Failure) {
	output := map[string]string{"Error": f.Error}
	// A timeout has no cause: $states.errorOutput.Cause may be undefined.
	if f.Cause != "" {
		output["Cause"] = f.Cause
	}
	text, err := marshal(output)
	if err != nil {
		x.fail(Failure{Error: ErrorRuntime, Cause: err.Error()})
		return
	}
	if failure := x.leave(&c.exit, text, x.scope(nil, text)); failure != nil {
		x.fail(*failure)
	}
}

// evaluationFailed records an expression that failed and returns it as the state's error.
func (x *Execution) evaluationFailed(e *evaluationError) *Failure {
	f := Failure{Error: ErrorQuery, Cause: x.during(e.cause)}
	before := x.history[len(x.history)-1].PreviousID
	id := x.record(Event{Type: "EvaluationFailed",
		EvaluationFailed: &EvaluationFailed{Failure: f, Location: e.location, State: x.at.name}})
	if id > 0 && !e.unusable {
		// As recorded on AWS: an expression that fails follows the event before the last one.
		x.history[id-1].PreviousID = before
	}
	return &f
}

// during puts Step Functions' words before a cause: the state in which the error occurred.
func (x *Execution) during(cause string) string {
	return fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", x.at.name, x.at.event, cause)
}

func (x *Execution) tooLarge(what string, size int) *Failure {
	return &Failure{Error: ErrorDataLimit, Cause: fmt.Sprintf("The state/task '%s' has %s of %d bytes, "+
		"a size exceeding the maximum number of bytes service limit (%d).", x.at.name, what, size, MaxData)}
}
