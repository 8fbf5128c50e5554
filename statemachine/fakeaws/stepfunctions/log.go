package stepfunctions

import (
	"encoding/json"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
)

// EachLogLine calls each with every line that executions have written to log groups. The lines are made from the
// histories at the call, and not kept.
func (s *Service) EachLogLine(each func(group, region, text string)) {
	for _, e := range s.executions {
		if e.machine.LogGroup == "" {
			continue
		}
		for _, event := range e.x.History() {
			each(e.machine.LogGroup, e.machine.Region, e.logText(event))
		}
	}
}

// executionData are the fields of an event that a state machine logs only if it logs execution data (LOG-2).
var executionData = []string{"input", "output", "parameters", "assignedVariables"}

// logText is an event of the history as Step Functions logs it.
func (e *execution) logText(event asl.Event) string {
	text, err := json.Marshal(event)
	if err != nil {
		panic("encode an event: " + err.Error()) // a struct of the interpreter
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		panic("decode an event: " + err.Error()) // it has just been encoded
	}
	line := map[string]any{"id": fields["id"], "type": event.Type, "event_timestamp": fields["timestamp"], "execution_arn": e.arn, "details": map[string]any{}}
	for name, value := range fields {
		details, ok := value.(map[string]any)
		if !ok || !strings.HasSuffix(name, "EventDetails") {
			continue
		}
		for _, field := range executionData {
			if !e.machine.LogData {
				delete(details, field)
			}
		}
		line["details"] = details
	}
	if text, err = json.Marshal(line); err != nil {
		panic("encode a line of a log: " + err.Error()) // a map of what JSON has given
	}
	return string(text)
}
