package failover

// Condition is the name of a reason for which a step fails, as Retry and Catch in the state machine's definition see
// it. A condition says what is the case, not which call failed.
type Condition string

// The catalogue of conditions. Every one is named in the definition, and the definition names no other; a test in
// package statemachine holds both.
const (
	// Throttled means that a request rate was exceeded. Waiting helps.
	Throttled Condition = "Throttled"
	// Unreachable means that there is no answer: connection, time-out or a server error. Waiting may help.
	Unreachable Condition = "Unreachable"
	// Busy means that an operation on the object is in progress: a prior change of the zone, a cluster in a passing state.
	// A state that an operator has to change is Rejected.
	Busy Condition = "Busy"
	// FenceLost means that a newer run has moved this object; this run must change nothing more.
	FenceLost Condition = "FenceLost"
	// Overtaken is a FenceLost that comes after the same call, or an earlier try of it, has changed something.
	Overtaken Condition = "Overtaken"
	// NotApproved means that an approver rejected the run by failing the task that waits for an approval.
	NotApproved Condition = "NotApproved"
	// Denied means that the function's role lacks a permission. Waiting helps only until IAM has propagated a new policy.
	Denied Condition = "Denied"
	// Rejected means that AWS rejected the request itself: a missing object, a limit, an invalid request, engine versions that
	// differ, a cluster without an instance. Waiting does not help.
	Rejected Condition = "Rejected"
	// UnknownFormat means that a payload or a stored thing has a format of another version of Drover, which this one does not
	// read. Waiting does not help: both Regions need the same version.
	UnknownFormat Condition = "UnknownFormat"
	// Changed means that the configuration of an application is not what Validate has seen: what would move now is not what
	// was validated, and approved. Waiting does not help.
	Changed Condition = "Changed"
	// Unexpected is everything without a name of its own: a defect of Drover, or an answer that its code does not expect.
	Unexpected Condition = "Unexpected"
)

// Conditions is the whole catalogue.
var Conditions = []Condition{Throttled, Unreachable, Busy, FenceLost, Overtaken, NotApproved, Denied, Rejected, UnknownFormat, Changed, Unexpected}

// Retryable says whether the state machine tries the step again: waiting may help, or, with Denied, IAM has not propagated a
// policy yet. The definition has the same list; a test in package statemachine holds both.
func (c Condition) Retryable() bool { return c.Temporary() || c == Denied || c == Unexpected }

// Temporary says whether the same call may succeed a little later, with nothing changed by an operator.
func (c Condition) Temporary() bool { return c == Throttled || c == Unreachable || c == Busy }

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
