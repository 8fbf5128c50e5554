// Package lambda is AWS Lambda: functions, their versions, and the limits and failures of their invocations. What a function
// does is the caller's code ([Function.Invoke]), in a drill the real binary.
//
// A function runs outside the kernel's mutex while the clock stands still, because it sends requests to the simulator.
// Afterwards it is charged a modelled duration, by the requests that it made (LAM-1 in docs/fidelity.md).
//
//   - A state machine invokes with [Service.Invoke], other services and clients with [Service.InvokeNow] or the operation
//     Invoke (wire.go).
//   - concurrency.go rejects invocations over the limits of the account and the function; fault.go makes them fail.
//   - version.go publishes versions, which keep the code that they were published with.
package lambda
