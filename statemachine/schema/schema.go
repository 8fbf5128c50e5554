// Package schema holds the JSON Schemas of the files that people write, for editors: of applications files and of scenarios. A test
// makes them of the Go types, their tags and their comments, and keeps the checked-in files equal to that.
package schema

import _ "embed"

//go:embed applications.schema.json
var applicationsFile []byte

//go:embed scenario.schema.json
var scenarioFile []byte

// Applications is the schema of an applications file.
func Applications() []byte { return applicationsFile }

// Scenario is the schema of a scenario.
func Scenario() []byte { return scenarioFile }
