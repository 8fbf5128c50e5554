package kernel

import (
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Entry is one thing that happened, as a transcript prints it.
type Entry struct {
	At time.Time
	// Kind is the service or part of the simulator: region, route53, rds, dynamodb, sns, traffic, …
	Kind string
	// Object is what it happened to.
	Object string
	// Text says what happened, without the object.
	Text string
}

// Record writes an entry into the journal.
func (k *Kernel) Record(kind, object, format string, args ...any) {
	e := Entry{At: k.now, Kind: kind, Object: object, Text: fmt.Sprintf(format, args...)}
	k.journal = append(k.journal, e)
	if k.Observe != nil {
		k.Observe(e)
	}
}

// Call is the record of one request, for the guarantees to be checked against.
type Call struct {
	At                         time.Time
	Region, Service, Operation string
	// Role is the ARN of the role that called, or empty for an administrator.
	Role string
	// Code is the error's code, empty for success, Message its text. A request into a dark Region has the code Unreachable.
	Code, Message string
	// Mutating says whether the operation changes anything.
	Mutating bool
	// Object is what the request is about: a zone, a cluster, a key.
	Object string
	// Lost says that the answer did not reach the caller, although the request was performed.
	Lost bool
	// Parts are the names and types of the record sets in a batch that failed, one in each line.
	Parts string
}

// RecordCall writes a request of a role, and how it ended, into the journal of calls.
func (k *Kernel) RecordCall(req *wire.Request, role string, mutating bool, err *wire.Error) {
	call := Call{
		At: k.now, Region: req.Region, Service: req.Service, Operation: req.Operation,
		Role: role, Mutating: mutating, Object: wire.ObjectOf(req),
	}
	if err != nil {
		call.Code, call.Message = err.Code, err.Message
		if batch, ok := req.Params.(interface{ Parts() []string }); ok { // the parts of an accepted one are in its Batch
			call.Parts = strings.Join(batch.Parts(), "\n")
		}
	}
	k.calls = append(k.calls, call)
}

// AnswerLost notes that the answer of the request that was recorded last did not reach its caller.
func (k *Kernel) AnswerLost() { k.calls[len(k.calls)-1].Lost = true }

// CallCount is the number of requests so far.
func (k *Kernel) CallCount() int { return len(k.calls) }

// CallsSince are the requests after the first n, of one role unless it is empty.
func (k *Kernel) CallsSince(n int, role string) []Call {
	var calls []Call
	for _, c := range k.calls[n:] {
		if role == "" || c.Role == role {
			calls = append(calls, c)
		}
	}
	return calls
}

// Invocation is the record of one invocation of a function by a state machine.
type Invocation struct {
	// State is the state that invoked it.
	State, Function string
	// Version is the function's, empty for the latest code.
	Version string
	Payload []byte
	Result  InvokeResult
	// At is when it began; Took is the virtual time that it was charged.
	At   time.Time
	Took time.Duration
	// Calls are the requests that it made to AWS.
	Calls []Call
}

// InvokeResult is how an invocation ended.
type InvokeResult struct {
	// Payload is the answer of a function that returned one.
	Payload []byte
	// ErrorType names the error, empty for success. It is what ErrorEquals in a state machine sees.
	ErrorType string
	// Cause is the error as Lambda reports it: a JSON object with errorType and errorMessage.
	Cause string
	// Reason names the limit that rejected the invocation.
	Reason string
	// Logs is what the function wrote to its standard output. Lines in the embedded metric format become metrics.
	Logs []byte
	// Took is the virtual time that an invocation by request is charged; it is not part of what a function answers.
	Took time.Duration
}
