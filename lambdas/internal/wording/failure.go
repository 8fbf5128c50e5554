package wording

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// maxCause bounds the cause of a failure in a sentence that is read on a phone.
const maxCause = 400

// Reasons say why a run or a phase failed, the first failure first. What has failed twice in the same way is said once.
// The last line counts the failures that were not kept.
func Reasons(run failover.Run, failures []failover.StepFailure, more int, decisions []failover.Decision) []string {
	all := []string{}
	for _, f := range failures {
		if line := reason(run, f, decisions); !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	switch {
	case more == 1:
		all = append(all, "1 more failure is not listed: see the output of the states in Step Functions")
	case more > 1:
		all = append(all, fmt.Sprintf("%d more failures are not listed: see the output of the states in Step Functions", more))
	}
	return all
}

func reason(run failover.Run, f failover.StepFailure, decisions []failover.Decision) string {
	if f.State == failover.AwaitApproval {
		if i := slices.IndexFunc(decisions, func(d failover.Decision) bool { return !d.Approved }); i >= 0 {
			return NotApproved(run, decisions[i])
		}
	}
	return Failure(f)
}

// Failure says in one sentence what failed, in which wave, and why. Where the step has answered, its own sentence is all.
func Failure(f failover.StepFailure) string {
	if said := causeOf(f); f.Error == "" && said != "" {
		return said // it is listed in a report, which is not cut
	}
	cause := prose.Cut(causeOf(f), maxCause)
	sentence := f.State
	switch {
	case f.Phase != "":
		sentence += fmt.Sprintf(" (%s)", f.Phase)
	case f.Wave > 0:
		sentence += fmt.Sprintf(" (wave %d)", f.Wave)
	}
	sentence += " " + meaning(f.Error)
	if cause != "" {
		sentence += ": " + cause
	}
	if strings.HasSuffix(sentence, ".") || strings.HasSuffix(sentence, "…") {
		return sentence
	}
	return sentence + "."
}

// causeOf is the step's own text for its error. Lambda's text for a function that crashed, timed out or was not invoked has
// ids and exit codes; the name of the error says more.
func causeOf(f failover.StepFailure) string {
	if ofLambda(f.Error) {
		return ""
	}
	return errorMessage(f.Cause)
}

// ofLambda says whether an error's name is one that Lambda, or Step Functions in its place, gives.
func ofLambda(name string) bool {
	for _, prefix := range []string{"Lambda.", "Runtime.", "Sandbox.", "States.Timeout"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// meaning says what the name of an error means. The names are those of the catalogue, and those that Lambda and Step
// Functions give of their own; see "Handling errors in Step Functions workflows" in the Step Functions Developer Guide.
func meaning(name string) string {
	switch name {
	case string(failover.Throttled):
		return "was throttled by AWS, and its retries are used up"
	case string(failover.Unreachable):
		return "got no response from AWS, and its retries are used up"
	case string(failover.Busy):
		return "found an object busy with another change, and its retries are used up"
	case string(failover.FenceLost), string(failover.Overtaken):
		return "stopped: a newer run has superseded this one"
	case string(failover.NotApproved):
		return "was rejected by an approver"
	case string(failover.Denied):
		return "was denied a permission"
	case string(failover.Rejected):
		return "was rejected"
	case string(failover.UnknownFormat):
		return "found data that another version of Drover has written"
	case string(failover.Changed):
		return "found a configuration that has changed since it was validated"
	case string(failover.Unexpected):
		return "failed with an error that Drover does not know"
	case "States.Timeout", "Sandbox.Timedout", "Lambda.ClientExecutionTimeoutException":
		return "timed out"
	case "Runtime.ExitError", "Lambda.Unknown":
		return "crashed"
	case "Lambda.TooManyRequestsException":
		return "was not invoked: Lambda throttled the function"
	case "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException":
		return "was not invoked: Lambda had an error of its own"
	case "":
		return "failed"
	}
	return "failed with " + name
}

// errorMessage is the message in a Lambda's error. The state machine cuts a cause at 2,000 characters, so that it may
// end in the middle of the JSON: the message is taken as far as it goes. A cause that is no JSON is a sentence of Step
// Functions and is taken as it is.
func errorMessage(cause string) string {
	dec := json.NewDecoder(strings.NewReader(cause))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return prose.Line(cause)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return ""
		}
		if key == "errorMessage" {
			return messageValue(dec, cause)
		}
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			return ""
		}
	}
	return ""
}

func messageValue(dec *json.Decoder, cause string) string {
	after := strings.TrimLeft(cause[dec.InputOffset():], ": \t\r\n")
	var text string
	if dec.Decode(&text) == nil {
		return prose.Line(text)
	}
	if !strings.HasPrefix(after, `"`) {
		return ""
	}
	// Cut: close the string after the last character that is whole.
	for cut := len(after); cut > 0 && cut > len(after)-12; cut-- {
		if json.Unmarshal([]byte(after[:cut]+`"`), &text) == nil {
			return prose.Line(text) + " …"
		}
	}
	return ""
}
