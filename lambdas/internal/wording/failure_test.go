package wording

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

func TestAFailureIsOneSentence(t *testing.T) {
	for _, tt := range []struct {
		name    string
		failure failover.StepFailure
		want    string
	}{
		{
			"condition of the catalogue",
			failover.StepFailure{State: "PromoteDatabase", Error: "Rejected", Cause: `{"errorType":"Rejected","errorMessage":"promote checkout in us-west-2: no consent to data loss"}`},
			"PromoteDatabase was rejected: promote checkout in us-west-2: no consent to data loss.",
		},
		{
			"time-out of Step Functions has no cause",
			failover.StepFailure{State: "ShiftTraffic", Error: "States.Timeout"},
			"ShiftTraffic timed out.",
		},
		{
			"crash",
			failover.StepFailure{State: "Notify", Error: "Runtime.ExitError", Cause: "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: 1 Error:\\nRuntime exited.\"}"},
			"Notify crashed.",
		},
		{
			"throttled by AWS",
			failover.StepFailure{State: "ShiftTraffic", Wave: 2, Error: "Throttled", Cause: `{"errorMessage":"could not change zone Z1: Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded)"}`},
			"ShiftTraffic (wave 2) was throttled by AWS, and its retries are used up: could not change zone Z1: Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded).",
		},
		{
			"killed for its time",
			failover.StepFailure{State: "Validate", Error: "Sandbox.Timedout", Cause: `{"errorMessage":"RequestId: 00000000-0000 Error: Task timed out after 30.00 seconds"}`},
			"Validate timed out.",
		},
		{
			"never started",
			failover.StepFailure{State: "Validate", Error: "Lambda.TooManyRequestsException", Cause: "Rate Exceeded. (Service: Lambda, Status Code: 429, Request ID: 1)"},
			"Validate was not invoked: Lambda throttled the function.",
		},
		{
			"a step that has answered",
			failover.StepFailure{State: "VerifyHealth", Wave: 2, Cause: "checkout: 20 % served"},
			"checkout: 20 % served",
		},
		{
			"nothing but the state",
			failover.StepFailure{State: "AwaitApproval"},
			"AwaitApproval failed.",
		},
		{
			"plain text is taken as it is",
			failover.StepFailure{State: "Validate", Error: "States.QueryEvaluationError", Cause: "The JSONata expression\nreturned nothing"},
			"Validate failed with States.QueryEvaluationError: The JSONata expression returned nothing.",
		},
		{
			"JSON cut in the message",
			failover.StepFailure{State: "ShiftTraffic", Error: "Denied", Cause: `{"stackTrace":[{"line":1}],"errorMessage":"zone Z1: no identity-based policy all`},
			"ShiftTraffic was denied a permission: zone Z1: no identity-based policy all …",
		},
		{
			"JSON cut inside an escape",
			failover.StepFailure{State: "ShiftTraffic", Error: "Denied", Cause: `{"errorMessage":"record caf\u00e`},
			"ShiftTraffic was denied a permission: record caf …",
		},
		{
			"JSON cut before the message",
			failover.StepFailure{State: "ShiftTraffic", Error: "Unexpected", Cause: `{"stackTrace":[{"li`},
			"ShiftTraffic failed with an error that Drover does not know.",
		},
		{
			"message of another type",
			failover.StepFailure{State: "ShiftTraffic", Error: "Busy", Cause: `{"errorMessage":null}`},
			"ShiftTraffic found an object busy with another change, and its retries are used up.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Failure(tt.failure); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEveryConditionHasItsWords(t *testing.T) {
	for _, c := range failover.Conditions {
		if got := meaning(string(c)); strings.Contains(got, string(c)) {
			t.Errorf("%s: got %q; want words of its own", c, got)
		}
	}
}

func TestALongCauseIsCut(t *testing.T) {
	got := Failure(failover.StepFailure{State: "Validate", Error: "Denied", Cause: strings.Repeat("é", 3000)})
	if len(got) > maxCause+60 || !strings.HasSuffix(got, "é …") {
		t.Errorf("got %d bytes ending in %q; want about %d ending in a whole character and a mark", len(got), got[len(got)-10:], maxCause)
	}
}
