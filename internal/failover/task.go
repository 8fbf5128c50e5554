package failover

import "fmt"

// TaskError is an error with what was to be done when it came: a verb and its object, such as "change" and "zone Z1".
// Handlers, and the packages that call AWS for them, wrap with it; [Failure] gives the error its condition. Package entry
// words both, once, when a Lambda answers.
type TaskError struct {
	Verb, Object string
	Err          error
}

// Doing wraps err with what was to be done; it returns nil when err is nil.
func Doing(verb, object string, err error) error {
	if err == nil {
		return nil
	}
	return &TaskError{Verb: verb, Object: object, Err: err}
}

// Task is the verb with its object.
func (e *TaskError) Task() string {
	if e.Object == "" {
		return e.Verb
	}
	return e.Verb + " " + e.Object
}

// Error is the task and the error.
func (e *TaskError) Error() string { return e.Task() + ": " + e.Err.Error() }

// Unwrap returns the error.
func (e *TaskError) Unwrap() error { return e.Err }

// FirstError is the first of several errors of one kind, with the number of the others.
type FirstError struct {
	Err error
	// More counts the other objects with such an error; Of says of how many objects, such as "12 applications".
	More int
	Of   string
}

// Error is the first error and the number of the others.
func (e *FirstError) Error() string { return e.Err.Error() + e.Others() }

// Others counts the others in words; it is empty when there are none.
func (e *FirstError) Others() string {
	if e.More == 0 {
		return ""
	}
	return fmt.Sprintf("; and %d more of %s failed", e.More, e.Of)
}

// Unwrap returns the first error.
func (e *FirstError) Unwrap() error { return e.Err }
