// Package drill plays a disaster and judges what Drover made of it.
//
// It is made of a few parts, in the order in which they need each other:
//
//   - A [Scenario] is what a YAML file says: applications, a world, a timeline of faults and starts, what is expected.
//   - A stage is set for it: the World of package fakeaws with everything that a cloud assembly deploys, the functions
//     being the real binaries, run by package lambdahost.
//   - [Play] lets the timeline happen and writes the transcript, line by line, as it does. Nothing that is not the same
//     every time gets into it: no real time, no port, no order of a map.
//   - The [Evidence] is what the World has recorded. What users felt, RTO and RPO, and above all the promises are
//     worked out from it, and never from what a run says of itself.
//   - The [Result] is all of this, for the report to show and for a program to read.
package drill
