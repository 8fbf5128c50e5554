package transcript

import (
	"encoding/json"
	"strings"
	"time"
)

// Step is what a step of a run has answered, or how it has failed: on the simulator, or on AWS as the history of an execution
// has it.
type Step struct {
	State string
	// At is when the step started, Took how long it took.
	At   time.Time
	Took time.Duration
	// Payload is the response. ErrorType and Cause are the error of a step that has failed.
	Payload          []byte
	ErrorType, Cause string
}

// failure is the name and the text of an error.
func (s Step) failure() string {
	var cause struct{ ErrorMessage string }
	text := s.Cause
	if json.Unmarshal([]byte(s.Cause), &cause) == nil && cause.ErrorMessage != "" {
		text = cause.ErrorMessage
	}
	return strings.TrimSuffix("fails with "+s.ErrorType+": "+text, ": ")
}
