// Package drill plays scenarios against the AWS simulator, and keeps a simulator up to play with.
//
// [Play] deploys a cloud assembly to a new simulator (package fakeaws), with the real binaries of the functions as
// processes (package lambdahost), registers the applications, applies the timeline's events, and follows the runs that these
// start until all have ended. Then it repeats every step and the last run, which must change nothing more, and returns a
// [Result] for the report and for programs.
//
// [Serve] does the same in real time behind an HTTP address, with a desk at [Control] where events are applied by request.
//
// The format of scenarios is package scenario; judging is package guarantee; everything printed is package transcript.
package drill
