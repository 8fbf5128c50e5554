// Package route53 is Amazon Route 53: hosted zones, the control plane that changes them, and the name servers that answer
// from them some time later. It has no Region (R53-1 in docs/fidelity.md).
//
// A hosted zone has immutable states, sorted lists of record sets. A request changes a whole batch of record sets or none
// ([Batch]): the batch is tried on the current state, checked by the rules of single record sets and of the zone that it
// would leave, and becomes the new state. The name servers answer from the states that are INSYNC ([Service.Resolve]).
//
//   - wire.go and xml.go read and write requests; read.go has the operations that change nothing.
//   - change.go tries a batch, check.go and alias.go have the rules, propagation.go makes it INSYNC.
//   - resolve.go is how the name servers choose among record sets, by weight and health.
//   - query.go is the answer to one DNS question; package nameserver has the protocol.
//   - healthcheck.go is what a health check can be, health.go what becomes of its status, probe.go how its checkers ask an
//     endpoint.
//   - control.go takes the control plane away.
package route53
