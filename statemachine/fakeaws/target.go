package fakeaws

import (
	"fmt"
	"strings"
	"time"
)

// Target is what an EventBridge rule or a schedule starts.
type Target struct {
	// ARN is that of a state machine, a function, a topic or a queue; a schedule's may also be Scheduler's own
	// arn:aws:scheduler:::aws-sdk:sfn:startExecution, whose Input names the state machine.
	ARN string
	// RoleARN is the role with which it is started.
	RoleARN string
	// Input is handed over as it is. When it is empty, Transformer makes the input out of the event; when that is nil
	// as well, the event itself is the input.
	Input       string
	Transformer *Transformer
	// Attempts and MaxAge bound the retries after the first try; a zero MaxAge is 24 hours. What then has not been
	// delivered goes to the queue DeadLetterARN, if there is one.
	Attempts      int
	MaxAge        time.Duration
	DeadLetterARN string
}

// Transformer makes an input out of an event: each <name> in Template stands for what the path finds in it.
type Transformer struct {
	// Paths are JSON paths by name, such as "since": "$.detail.state.timestamp".
	Paths    map[string]string
	Template string
}

// check refuses what a target cannot be; kind names its owner.
func (t Target) check() error {
	if !strings.HasPrefix(t.ARN, "arn:") {
		return fmt.Errorf("target %q; expected an ARN", t.ARN)
	}
	if t.Attempts < 0 || t.Attempts > 185 {
		return fmt.Errorf("target %s: %d attempts; expected 0 to 185", t.ARN, t.Attempts)
	}
	if t.MaxAge != 0 && (t.MaxAge < time.Minute || t.MaxAge > 24*time.Hour) {
		return fmt.Errorf("target %s: a maximum age of %v; expected 60 s to 24 h", t.ARN, t.MaxAge)
	}
	return nil
}
