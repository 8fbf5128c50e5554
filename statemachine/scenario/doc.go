// Package scenario reads scenarios: YAML files that each describe a disaster and what Drover is expected to make of it.
//
// A [Scenario] has applications, the settings of the simulated AWS, a timeline of [Event]s, and expectations ([Expect]).
// Times count from [Start], the virtual time at which every scenario starts. [Load] reads a file and its applications,
// [ParseEvent] a single event, such as one sent to a served simulator.
//
// Every mistake is reported with file, line, column and what was expected, and all mistakes at once, as far as one does not
// hide another. An unknown key is a mistake. A [MistakeError] is one that can only be found while a scenario is played.
//
// This package only reads: package drill plays a scenario, package guarantee judges what came of it.
package scenario
