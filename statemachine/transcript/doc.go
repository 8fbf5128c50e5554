// Package transcript writes what happens in a drill, or in a run of a deployed plan, for people to read.
//
// A [Printer] lays text out: a column of times, a column of actors, wrapped lines, colours if there is a terminal. The same
// drill prints the same bytes every time: no real time, no port, no order of a map. With Symbols it prints, for golden files,
// names in place of numbers that the retry budget decides.
//
// A [Narrator] turns events into lines: it observes the AWS simulator's journal and the steps of executions, and knows which
// line is news. A [Follower] does the same from the history of a real execution. At the end the Printer shows the
// client impact, the recoveries and the verdicts ([Ending]).
package transcript
