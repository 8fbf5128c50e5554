// Package eventbridge is Amazon EventBridge: the default event bus of every Region, its rules, and their targets.
//
// An event comes from AWS's own services ([Service.ServiceEvent]), from PutEvents, or from a scenario ([Control.PutEvent]). It
// is matched against the patterns of the Region's rules (package eventpattern), and handed to their targets half a second
// later (package delivery).
package eventbridge
