package notify

import (
	"encoding/json"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// maxCause bounds what a step's own words may take in a message that is read on a phone.
const maxCause = 400

// explain says in one sentence why a step failed for good: the state, what its error's name means, and the step's own
// words, if it was the step that spoke.
func explain(f failover.StepFailure) string {
	sentence := f.State + " " + meaning(f.Error)
	if said := clip(words(f), maxCause); said != "" {
		sentence += ": " + said
	}
	if strings.HasSuffix(sentence, ".") || strings.HasSuffix(sentence, "…") {
		return sentence
	}
	return sentence + "."
}

// words are what a step has said of its error. Of one that died, did not answer or was never started, they are Lambda's,
// with the ids and exit codes that it deals in: the name of the error says it all.
func words(f failover.StepFailure) string {
	if ofLambda(f.Error) {
		return ""
	}
	said := errorMessage(f.Cause)
	if strings.HasPrefix(said, "could not ") {
		return "it " + said
	}
	return said
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

// meaning says what the name of an error means to a person. The names are those of the catalogue, and those that
// Lambda and Step Functions give of their own; see "Handling errors in Step Functions workflows" in the Step Functions
// Developer Guide.
func meaning(name string) string {
	switch name {
	case string(failover.Throttled):
		return "was slowed down by AWS until its retries were used up"
	case string(failover.Unreachable):
		return "got no answer from AWS until its retries were used up"
	case string(failover.Busy):
		return "found something in the middle of another change until its retries were used up"
	case string(failover.FenceLost), string(failover.Overtaken):
		return "stopped because another run has taken over"
	case "NotApproved":
		return "was answered with a no"
	case string(failover.Denied):
		return "lacks a permission"
	case string(failover.Rejected):
		return "was told no"
	case string(failover.UnknownFormat):
		return "met something that another version of Drover has written"
	case string(failover.Changed):
		return "found that what was validated has changed"
	case string(failover.Unexpected):
		return "met something that Drover did not foresee"
	case "States.Timeout", "Sandbox.Timedout", "Lambda.ClientExecutionTimeoutException":
		return "did not answer in time"
	case "Runtime.ExitError", "Lambda.Unknown":
		return "died while it ran"
	case "Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException":
		return "could not be started by Lambda"
	}
	if name == "" {
		return "failed"
	}
	return "failed with " + name
}

// errorMessage is what a Lambda said of its error. The state machine cuts a cause at 2,000 characters, so that it may
// end in the middle of the JSON: the message is taken as far as it goes. A cause that is no JSON is a sentence of Step
// Functions and is taken as it is.
func errorMessage(cause string) string {
	dec := json.NewDecoder(strings.NewReader(cause))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return oneLine(cause)
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
		return oneLine(text)
	}
	if !strings.HasPrefix(after, `"`) {
		return ""
	}
	// Cut: close the string after the last character that is whole.
	for cut := len(after); cut > 0 && cut > len(after)-12; cut-- {
		if json.Unmarshal([]byte(after[:cut]+`"`), &text) == nil {
			return oneLine(text) + " …"
		}
	}
	return ""
}

// oneLine makes one line of a text, so that it cannot break the form of a message.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// clip cuts a text to at most limit bytes, at a character's end, and marks the cut.
func clip(text string, limit int) string {
	const mark = " …"
	if len(text) <= limit {
		return text
	}
	return strings.TrimRight(strings.ToValidUTF8(text[:limit-len(mark)], ""), " ") + mark
}
