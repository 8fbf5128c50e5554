// Package entry is between the Lambda runtime and the handler of every step: it reads the environment, configures the AWS
// clients, names and words errors, and writes one line of evidence per invocation.
//
// The package of each step has the variable Function, and its bootstrap starts it:
//
//	var Function = entry.Of("shifttraffic", func(env entry.Environment) entry.Step[failover.ShiftRequest, failover.ShiftAnswer] {
//		return New(env).Handle
//	})
//
//	func main() { shifttraffic.Function.Start() }
//
// The function reads, wires and connects nothing before the first invocation, so that cold starts are short.
//
// Only this package gives errors their names and their texts. The state machine's Retry and Catch see the name of the outermost
// Go type of an error, so wrapping would hide the condition. [ConditionOf] therefore searches the chain once, at the edge. The
// task of a handler, and its object, are fields of the error ([failover.Doing]); [Named] makes one sentence of them.
package entry
