// Package kernel is what all services of the AWS simulator share: the mutex, the clock, the Regions, the account and the
// journal. It knows no service.
//
//   - One mutex. State of different services changes together (a promotion ends a metric, a change of weights moves
//     traffic), so there is one mutex for all of it: [Kernel.Lock]. Methods of [Kernel] and of the services require it;
//     methods of their Control types take it.
//   - One clock. Time is virtual and jumps from one timed event to the next ([Control.Step]). It stands still while a
//     function or a request runs, so the same scenario is the same sequence of events every time. [Control.Serve] makes it
//     follow a real clock.
//   - Regions that can be dark ([Control.SetDark]) or disconnected from each other ([Control.CutOff]). Services that
//     have something to do when that changes register with [Kernel.OnRegion] and [Kernel.OnLink].
//   - Faults that a scenario injects into requests ([Control.Inject]).
//   - The journal: every request ([Control.Calls]) and everything else that happened ([Control.Journal]), in order.
package kernel
