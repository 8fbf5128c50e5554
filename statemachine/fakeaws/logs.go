package fakeaws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// LogLine is a line in a log group of CloudWatch Logs.
type LogLine struct {
	// Group is the name of the log group, Region where it is.
	Group, Region string
	Text          string
}

// Logs returns what functions, state machines and APIs have written to their log groups, each group in the order of time
// (LOG-1). What has no log group is not logged.
func (w *World) Logs() []LogLine {
	w.k.Lock()
	defer w.k.Unlock()
	lines := slices.Clone(w.logLines)
	for _, e := range w.stepfunctions.executions {
		if e.machine.LogGroup == "" {
			continue
		}
		for _, event := range e.x.History() {
			lines = append(lines, LogLine{Group: e.machine.LogGroup, Region: e.machine.Region, Text: e.logText(event)})
		}
	}
	return lines
}

// logFunction keeps what a function has written.
func (w *World) logFunction(fn *Function, output []byte) {
	if fn.LogGroup == "" {
		return
	}
	for line := range strings.Lines(string(output)) {
		w.logLines = append(w.logLines, LogLine{Group: fn.LogGroup, Region: fn.Region, Text: strings.TrimSuffix(line, "\n")})
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

// accessTime is how API Gateway writes times.
const accessTime = "02/Jan/2006:15:04:05 -0700"

// logVariable is a variable in the format of an access log.
var logVariable = regexp.MustCompile(`\$context\.[A-Za-z.]+`)

// logAccess writes the line of a request into an API's access log.
func (a *apis) logAccess(req *wire.Request, status int, message string) {
	p, _ := req.Params.(*apiParams)
	if p == nil || p.api == nil || p.api.LogGroup == "" {
		return
	}
	route, caller := "", ""
	if p.route != nil {
		route = p.route.Key
		if p.route.Authorization == authorizationIAM {
			caller = a.caller(req.AccessKey).IAM.UserARN
		}
	}
	values := map[string]string{
		"requestTime": a.w.k.Now().UTC().Format(accessTime), "requestId": req.ID, "identity.userArn": caller, "identity.sourceIp": sourceIP(req.HTTP),
		"routeKey": route, "path": p.path, "status": fmt.Sprint(status), "error.message": message,
	}
	line := logVariable.ReplaceAllStringFunc(p.api.LogFormat, func(variable string) string {
		if value := values[strings.TrimPrefix(variable, "$context.")]; value != "" {
			return value
		}
		return "-"
	})
	a.w.logLines = append(a.w.logLines, LogLine{Group: p.api.LogGroup, Region: p.api.Region, Text: line})
}
