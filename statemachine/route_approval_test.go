package statemachine

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

func TestRoutesPastAGate(t *testing.T) {
	checkRoutes(t, []route{
		{
			name:   "an approval before the start lets the run start",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}},
			want:   path("Validate Accepted? AwaitApproval Approved? NextStage", shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a run without stages asks nothing",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)))}},
			want:   path("Validate Accepted? NextStage", ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a no before the start refuses the run",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "AwaitApproval": {no}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "no answer is a no",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "AwaitApproval": {silence}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "so is an answer that is neither",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "AwaitApproval": {ok("yes")}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "and a question that cannot be asked",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "Asking": {fails(failover.Denied)}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "an approval before the promotion lets it start, once for each stage",
			script: script{"Validate": {plan(gated(0))}, "VerifyHealth": {finds(failover.Lost), finds(failover.Passed)}},
			want:   path(begins, asked, "PromoteDatabase Started?", check, again, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a no before the promotion rolls a planned run back",
			script: script{"Validate": {planOf(theRun(planned), gated(0))}, "AwaitApproval": {fails(failover.NotApproved)}},
			want:   path(begins, asked, turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "and holds a failover",
			script: script{"Validate": {plan(gated(0))}, "AwaitApproval": {no}},
			want:   path(begins, asked, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a question that did not get out is asked again",
			script: script{
				"Validate": {plan(gated(0))},
				"Asking":   {fails("Lambda.TooManyRequestsException"), fails("Runtime.ExitError"), ok(map[string]any{})},
			},
			want:   path(begins, asked, "PromoteDatabase Started?", check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
	})
}
