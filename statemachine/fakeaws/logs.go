package fakeaws

import "github.com/drover-dr/drover/statemachine/fakeaws/cloudwatch"

// Logs returns what functions, state machines and APIs have written to their log groups, each group in the order of time
// (LOG-1). What has no log group is not logged.
func (w *World) Logs() []LogLine {
	w.k.Lock()
	defer w.k.Unlock()
	lines := w.cloudwatch.LogLines()
	w.stepfunctions.EachLogLine(func(group, region, text string) {
		lines = append(lines, cloudwatch.LogLine{Group: group, Region: region, Text: text})
	})
	return lines
}
