// Package guarantee judges a drill: it holds what the AWS simulator has recorded against the guarantees of Drover's design,
// and against what the scenario expects.
//
// The model, in the order in which its parts need each other:
//
//   - [Evidence] is plain data: each run with its inputs, invocations, calls and report ([RunEvidence]), snapshots of DNS,
//     registry and databases before and after it ([Snapshot]), accepted batches and promotions, traffic, alarms and
//     notifications. It never relies on what a run claims, except to compare the claim with the state.
//   - Attribution says which run, and which phase of it, caused a batch, a promotion, a lost write or a notification.
//   - [Judge] gives one [Verdict] for each guarantee: kept, violated, or not checked when the drill gave no occasion.
//     Each guarantee has a file, and tests that break it in every way that it must notice.
//   - [Recovery] is RTO and RPO of a run, measured from traffic and lost writes; [Impact] is what clients experienced.
//   - Expectations are what the scenario says about outcomes, notifications, requests and state.
//
// It performs no call, reads no clock and prints nothing.
package guarantee
