package failover

import (
	"strings"
	"testing"
)

// TestAFollowUpSaysWhatIsPendingAndHowItIsWritten, and is none for parts that have failed.
func TestAFollowUpSaysWhatIsPendingAndHowItIsWritten(t *testing.T) {
	run := Run{ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", From: "us-east-1", To: "us-west-2"}
	failed := SetAside{Kind: ZoneKind, Object: "failed.example", Zone: "Z9", Error: Denied, Cause: "denied"}
	if f := FollowUpOf(DefaultPlan(), run, Aside{failed}); f != nil {
		t.Errorf("of a failed part: got %+v; want none", f)
	}
	f := FollowUpOf(DefaultPlan(), run, Aside{failed, {Kind: PendingKind, Object: "shop.example", Zone: "Z1", Error: Unreachable, Cause: "no response"}})
	if f == nil || f.Title() != "Follow-up: the weights of 1 zone are pending" || strings.Join(f.Lines(), "|") != "shop.example (Z1): Unreachable: no response" {
		t.Errorf("got %+v", f)
	}
	const command = `aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --input '{"action":"weights"}'`
	if f.Command != command {
		t.Errorf("got the command %s\nwant %s", f.Command, command)
	}
	for _, want := range []string{"Users are in us-west-2", "still name us-east-1", "within 10 minutes after the Route 53 control plane answers again", "No user moves."} {
		if !strings.Contains(f.Text, want) {
			t.Errorf("%q lacks %q", f.Text, want)
		}
	}
	many := FollowUpOf(DefaultPlan(), run, Aside{{Kind: PendingKind, Object: "55 zones", Zone: AllZones, Error: Unreachable, Cause: "no response"}})
	if many.Title() != "Follow-up: the weights of 55 zones are pending" || many.Lines()[0] != "55 zones, such as: Unreachable: no response" {
		t.Errorf("got %q, %q", many.Title(), many.Lines())
	}
	if got := NotReset(DefaultPlan(), run, nil); got != nil {
		t.Errorf("with every switch reset: got %+v", got)
	}
	if got := NotReset(DefaultPlan(), run, []string{"default"}); !strings.Contains(got.Text, "the switch default still keeps them out of us-east-1") || got.Command != command {
		t.Errorf("got %+v", got)
	}
}

// TestARunThatWritesPendingWeightsConcernsTheApplicationsOfItsSwitches, and no other of the same wave.
func TestARunThatWritesPendingWeightsConcernsTheApplicationsOfItsSwitches(t *testing.T) {
	plan := DefaultPlan()
	plan.Switches = []Switch{{Name: "default"}, {Name: "batch"}}
	run := Run{Action: Failover, OnlyWeights: true, Switches: []string{"default"}}
	for of, want := range map[string]bool{"": true, "default": true, "batch": false, NoSwitch: false} {
		if got := run.Moves(plan, Application{Name: "shop", Switch: of}); got != want {
			t.Errorf("switch %q: got %t; want %t", of, got, want)
		}
	}
	if run.Asked() != Weights || run.Again(plan).Action != Weights {
		t.Errorf("got %s, again %+v; want %s", run.Asked(), run.Again(plan), Weights)
	}
	if (Run{Action: Failback}).Asked() != Failback {
		t.Error("a failback is not asked for as such")
	}
}

// TestAnInputForPendingWeightsSaysNothingElse: it moves no user, and which weights are pending the switches say.
func TestAnInputForPendingWeightsSaysNothingElse(t *testing.T) {
	for input, field := range map[string]string{
		`{"action": "weights"}`: "",
		`{"action": "weights", "reason": "now", "requestedBy": "schedule drover-weights", "takeover": true, "dryRun": true}`: "",
		`{"action": "weights", "applications": ["shop"]}`:                                                                    "applications",
		`{"action": "weights", "allowDataLoss": true}`:                                                                       "allowDataLoss",
		`{"action": "weights", "order": "database-first"}`:                                                                   "order",
		`{"action": "weights", "percents": [100]}`:                                                                           "percents",
		`{"action": "weights", "approval": "before-start"}`:                                                                  "approval",
		`{"action": "weights", "since": "2026-01-01T00:00:00Z"}`:                                                             "since",
	} {
		_, err := ParseInput([]byte(input))
		if (err == nil) != (field == "") || err != nil && !strings.Contains(err.Error(), field+": given") {
			t.Errorf("%s: got %v; want a mistake about %q", input, err, field)
		}
	}
}
