// Package entry is between the Lambda runtime and the handler of every step: it reads the environment, configures the AWS
// clients, names and words errors, and writes one line of evidence per invocation.
//
// A step's bootstrap calls [Start] with a function that wires its handler:
//
//	func main() {
//		entry.Start("shifttraffic", func(env entry.Environment) entry.Step[failover.StageRequest, failover.ShiftAnswer] {
//			return shifttraffic.Handler{…}.Handle
//		})
//	}
//
// Nothing is read, wired or connected before the first invocation, so that cold starts are short.
//
// Errors get their names and their words here and nowhere else. The state machine's Retry and Catch see the name of the outermost
// Go type of an error, so that wrapping would hide the condition. So the chain is searched once, at the edge, by [ConditionOf].
// What a handler was doing, and to which object, are fields of the error ([failover.Doing]); [Named] makes one sentence of them.
package entry
