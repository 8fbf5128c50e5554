package failover

import "errors"

// Condition is the name of a reason for which a step fails, as Retry and Catch in the state machine's definition see
// it. A condition says what is the case, not which call failed.
type Condition string

// The catalogue of conditions. Every one is named in the definition, and the definition names no other; a test in
// package statemachine holds both.
const (
	// Throttled means AWS asked for patience: a rate was exceeded. Waiting helps.
	Throttled Condition = "Throttled"
	// Unreachable means no answer came: connection, time-out or a server error. Waiting may help.
	Unreachable Condition = "Unreachable"
	// Busy means the object is in the middle of something: a prior change of the zone, a cluster in a passing state.
	// A state that an operator has to change is Rejected.
	Busy Condition = "Busy"
	// FenceLost means a newer run has moved this object; this run must not touch anything more.
	FenceLost Condition = "FenceLost"
	// Overtaken is a FenceLost that comes after the same call, or an earlier try of it, has changed something.
	Overtaken Condition = "Overtaken"
	// NotApproved means a person said no, by failing the task that waits for an approval.
	NotApproved Condition = "NotApproved"
	// Denied means the function's role lacks a permission. Waiting does not help.
	Denied Condition = "Denied"
	// Rejected means AWS understood and said no: a missing object, a limit, an invalid request, engine versions that
	// differ, a cluster without an instance. Waiting does not help.
	Rejected Condition = "Rejected"
	// UnknownFormat means that a payload or a stored thing has a format of another version of Drover, which this one does not
	// read. Waiting does not help: both Regions need the same version.
	UnknownFormat Condition = "UnknownFormat"
	// Changed means that the configuration of an application is not what Validate has seen: what would move now is not what
	// was validated, and approved. Waiting does not help.
	Changed Condition = "Changed"
	// Unexpected is everything without a name of its own: a defect of Drover or an answer nobody foresaw.
	Unexpected Condition = "Unexpected"
)

// Conditions is the whole catalogue.
var Conditions = []Condition{Throttled, Unreachable, Busy, FenceLost, Overtaken, NotApproved, Denied, Rejected, UnknownFormat, Changed, Unexpected}

// Failure is an error with a condition. Inside a handler errors are wrapped as usual; the entry package finds the
// Failure in the chain and names it for Step Functions.
type Failure struct {
	Condition Condition
	// Err says what happened, to what, and where.
	Err error
}

// Fail makes err a failure with the given condition.
func Fail(c Condition, err error) error { return &Failure{Condition: c, Err: err} }

// Error is the text of the cause; the condition travels beside it, as the error's name.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// ConditionOf returns the condition in err's chain, or [Unexpected].
func ConditionOf(err error) Condition {
	var f *Failure
	if errors.As(err, &f) {
		return f.Condition
	}
	return Unexpected
}
