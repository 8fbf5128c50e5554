package asl

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The names of Step Functions' own errors.
const (
	// ErrorAll, in ErrorEquals, matches every error but ErrorRuntime and ErrorDataLimit; of that, the result of a Task alone.
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

// errorHeartbeat, in ErrorEquals, matches a Task whose heartbeat did not come; the error itself is [ErrorTimeout].
const errorHeartbeat = "States.HeartbeatTimeout"

// errorBranchFailed is a name that AWS documents for a Parallel; which errors it matches is not known.
const errorBranchFailed = "States.BranchFailed"

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

// matches says the same for the error of the present attempt.
func (v *visit) matches(names []string, err string) bool {
	switch {
	case v.missedBeat && slices.Contains(names, errorHeartbeat), v.tooLargeResult && slices.Contains(names, ErrorAll):
		return true
	}
	return matches(names, err)
}

// stateFailed is an error of the present state. A Task, a Map and a Parallel may try again or catch it; all else ends the
// execution, or the branch.
func (b *branch) stateFailed(f Failure) {
	if b.x.status != Running || b.retry(f) {
		return
	}
	if b.at.kind == Map || b.at.kind == Parallel {
		b.record(Event{Type: string(b.at.kind) + "StateFailed"})
	}
	for _, c := range b.at.catch {
		if b.at.matches(c.errors, f.Error) {
			b.caught(c, f)
			return
		}
	}
	b.fail(f)
}

// retry waits for the next attempt if one of the retriers has one left. Only the first retrier that matches counts.
func (b *branch) retry(f Failure) bool {
	for i, r := range b.at.retry {
		if !b.at.matches(r.errors, f.Error) {
			continue
		}
		if b.at.tries[i] >= r.maxAttempts {
			return false
		}
		delay := r.delay(b.at.tries[i], b.x.info.Jitter)
		b.at.tries[i]++
		b.at.retries++
		b.at.missedBeat, b.at.tooLargeResult = false, false
		b.wait(b.x.now.Add(delay), ReasonRetry)
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
func (b *branch) caught(c *catcher, f Failure) {
	// Recorded on AWS: what an error does not have is null, but for the cause of a timeout, which is empty.
	output := struct{ Error, Cause *string }{}
	if f.Error != "" {
		output.Error = &f.Error
	}
	if f.Cause != "" || f.Error == ErrorTimeout {
		output.Cause = &f.Cause
	}
	text, err := marshal(output)
	if err != nil {
		b.fail(Failure{Error: ErrorRuntime, Cause: err.Error()})
		return
	}
	if failure := b.leave(&c.exit, text, b.scope(nil, text)); failure != nil {
		b.fail(*failure)
	}
}

// evaluationFailed records an expression that failed and returns it as the state's error.
func (b *branch) evaluationFailed(e *evaluationError) *Failure {
	f := Failure{Error: ErrorQuery, Cause: b.during(e.cause)}
	before := b.x.history[b.last-1].PreviousID
	id := b.record(Event{Type: "EvaluationFailed",
		EvaluationFailed: &EvaluationFailed{Failure: f, Location: e.location, State: b.at.name}})
	if id > 0 && !e.unusable {
		// As recorded on AWS: an expression that fails follows the event before the last one.
		b.x.history[id-1].PreviousID = before
	}
	return &f
}

// during puts Step Functions' words before a cause: the state in which the error occurred.
func (b *branch) during(cause string) string {
	return fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", b.at.name, b.at.event, cause)
}

// tooLarge is the error of data that are larger than [MaxData]: those of a state, or the result of a resource.
func (b *branch) tooLarge(whose string) *Failure {
	return &Failure{Error: ErrorDataLimit, Cause: fmt.Sprintf("The state/task '%s' returned a result with a size exceeding the maximum "+
		"number of bytes service limit.", whose)}
}
