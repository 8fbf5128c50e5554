package fakeaws

import (
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// What drills and tests name of the rooms behind the World.
type (
	// Entry is one thing that happened, Call the record of one request; see [kernel.Control].
	Entry = kernel.Entry
	Call  = kernel.Call
	// Invocation is the record of one invocation of a function, InvokeResult how it ended.
	Invocation   = kernel.Invocation
	InvokeResult = kernel.InvokeResult
	// Fault changes how requests are answered, Pace how virtual time follows real time.
	Fault = kernel.Fault
	Pace  = kernel.Pace
	// APIError is an error answer of AWS.
	APIError = wire.Error
)

// CodeNotImplemented marks an operation that the AWS simulator does not have. A drill in which it was answered fails.
const CodeNotImplemented = wire.CodeNotImplemented
