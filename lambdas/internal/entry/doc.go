// Package entry is what every step has between the Lambda runtime and its handler: the environment, the configuration
// of the AWS clients, the name of an error, and one line of evidence per invocation.
//
// A step's bootstrap calls [Start] with a function that wires its handler:
//
//	func main() {
//		entry.Start("shifttraffic", func(env entry.Environment) entry.Step[failover.StageRequest, failover.ShiftAnswer] {
//			return shifttraffic.Handler{…}.Handle
//		})
//	}
//
// Nothing is read, wired or connected before the first invocation: what a cold start does not do cannot make an outage
// longer.
//
// Errors get their names here and nowhere else. The state machine's Retry and Catch see the name of the outermost Go
// type of an error, so that idiomatic wrapping would hide every condition from them. Handlers wrap as they like; the
// chain is searched once, at the edge, by [ConditionOf].
package entry
