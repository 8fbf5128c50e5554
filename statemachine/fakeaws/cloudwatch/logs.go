package cloudwatch

import "slices"

// LogLine is a line in a log group of CloudWatch Logs.
type LogLine struct {
	// Group is the name of the log group, Region where it is.
	Group, Region string
	Text          string
}

// Log appends a line to a log group.
func (m *Service) Log(group, region, text string) {
	m.lines = append(m.lines, LogLine{Group: group, Region: region, Text: text})
}

// LogLines returns what has been appended to log groups, each group in the order of time.
func (m *Service) LogLines() []LogLine { return slices.Clone(m.lines) }
