package notify

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

func TestExplainSpeaksOfTheStepInOneSentence(t *testing.T) {
	for _, tt := range []struct {
		name    string
		failure failover.StepFailure
		want    string
	}{
		{
			"condition of the catalogue",
			failover.StepFailure{State: "PromoteDatabase", Error: "Rejected", Cause: `{"errorType":"Rejected","errorMessage":"promote checkout in us-west-2: no consent to data loss"}`},
			"PromoteDatabase was told no: promote checkout in us-west-2: no consent to data loss.",
		},
		{
			"time-out of Step Functions has no cause",
			failover.StepFailure{State: "ShiftTraffic", Error: "States.Timeout"},
			"ShiftTraffic did not answer in time.",
		},
		{
			"crash",
			failover.StepFailure{State: "Notify", Error: "Runtime.ExitError", Cause: "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: 1 Error:\\nRuntime exited.\"}"},
			"Notify died while it ran.",
		},
		{
			"slowed down by AWS",
			failover.StepFailure{State: "ShiftTraffic", Error: "Throttled", Cause: `{"errorMessage":"could not change zone Z1: Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded)"}`},
			"ShiftTraffic was slowed down by AWS until its retries were used up: it could not change zone Z1: Route 53 answered ChangeResourceRecordSets with Throttling (Rate exceeded).",
		},
		{
			"killed for its time",
			failover.StepFailure{State: "Validate", Error: "Sandbox.Timedout", Cause: `{"errorMessage":"RequestId: 00000000-0000 Error: Task timed out after 30.00 seconds"}`},
			"Validate did not answer in time.",
		},
		{
			"never started",
			failover.StepFailure{State: "Validate", Error: "Lambda.TooManyRequestsException", Cause: "Rate Exceeded. (Service: Lambda, Status Code: 429, Request ID: 1)"},
			"Validate could not be started by Lambda.",
		},
		{
			"an error without a name",
			failover.StepFailure{State: "AwaitApproval", Cause: "no"},
			"AwaitApproval failed: no.",
		},
		{
			"plain text is taken as it is",
			failover.StepFailure{State: "Validate", Error: "States.QueryEvaluationError", Cause: "The JSONata expression\nreturned nothing"},
			"Validate failed with States.QueryEvaluationError: The JSONata expression returned nothing.",
		},
		{
			"JSON cut in the message",
			failover.StepFailure{State: "ShiftTraffic", Error: "Denied", Cause: `{"stackTrace":[{"line":1}],"errorMessage":"zone Z1: no identity-based policy all`},
			"ShiftTraffic lacks a permission: zone Z1: no identity-based policy all …",
		},
		{
			"JSON cut inside an escape",
			failover.StepFailure{State: "ShiftTraffic", Error: "Denied", Cause: `{"errorMessage":"record caf\u00e`},
			"ShiftTraffic lacks a permission: record caf …",
		},
		{
			"JSON cut before the message",
			failover.StepFailure{State: "ShiftTraffic", Error: "Unexpected", Cause: `{"stackTrace":[{"li`},
			"ShiftTraffic met something that Drover did not foresee.",
		},
		{
			"message of another type",
			failover.StepFailure{State: "ShiftTraffic", Error: "Busy", Cause: `{"errorMessage":null}`},
			"ShiftTraffic found something in the middle of another change until its retries were used up.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := explain(tt.failure); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestExplainKnowsEveryConditionOfTheCatalogue(t *testing.T) {
	for _, c := range failover.Conditions {
		if got := meaning(string(c)); strings.Contains(got, string(c)) {
			t.Errorf("%s: got %q; want words of its own", c, got)
		}
	}
}

func TestExplainClipsWhatAStepSays(t *testing.T) {
	got := explain(failover.StepFailure{State: "Validate", Error: "Denied", Cause: strings.Repeat("é", 3000)})
	if len(got) > maxCause+60 || !strings.HasSuffix(got, "é …") {
		t.Errorf("got %d bytes ending in %q; want about %d ending in a whole character and a mark", len(got), got[len(got)-10:], maxCause)
	}
}
