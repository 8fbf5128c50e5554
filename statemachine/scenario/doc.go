// Package scenario reads scenarios: YAML files that each describe a disaster and what is expected of Drover.
//
// A [Scenario] has applications, the settings of the simulated AWS, a timeline of [Event]s, and expectations ([Expect]).
// Times count from [Start], the virtual time at which every scenario starts. [Load] reads a file and its applications,
// [ParseEvent] a single event, such as one sent to a served simulator.
//
// Every mistake is reported with file, line, column and what was expected, and all mistakes at once, as far as one does not
// hide another. An unknown key is a mistake. A [MistakeError] is one that can only be found while a scenario is played.
//
// The applications file has a reader of its own (package applicationsfile); both parse with the same bounds (package
// yamltext). A scenario is decoded into structs by their tags, and the YAML library's strict mode stops at the first
// unknown key. The applications file is walked value by value, because each value has its own rule and position, and one
// mistake must not hide the next; some rules compare values of different applications. The input of a run is JSON, read
// in a Lambda that links no YAML library. So a common decoder would only be another layer over two different ones.
//
// This package only reads: package drill plays a scenario, package guarantee judges the result.
package scenario
