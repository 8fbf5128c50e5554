// Package delivery is what EventBridge and Scheduler share: a [Target] that a rule or a schedule starts, the input that a
// [Transformer] makes for it, retries, and dead letters.
//
// A delivery is a request that AWS itself makes with the role of the target. So it is recorded, throttled and denied like
// any other request. It is made at a [Door], which knows the services that can be targets.
package delivery
