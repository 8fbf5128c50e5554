package config

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

func TestDefaultsAreThoseOfThePlan(t *testing.T) {
	got, err := Parse([]byte(`{"hostedZones": ["Z1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Plan: failover.DefaultPlan(), HostedZones: []string{"Z1"}, LogRetentionDays: 90}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got)\n%s", diff)
	}
}

func TestEverySettingIsRead(t *testing.T) {
	got, err := Parse([]byte(`{"name": "p", "primary": "eu-west-1", "standby": "eu-central-1", "allowDataLoss": true, "order": "database-first",
		"wavesAtOnce": true, "approval": "before-promotion", "approvalSeconds": 600, "soakSeconds": 30,
		"targetRTOSeconds": 300, "targetRPOSeconds": 5, "maxLagSeconds": 3, "settleSeconds": 2, "attempts": 9, "passes": 4,
		"hostedZones": ["Z1", "Z2"], "globalClusters": ["a-1"], "account": "111122223333", "logRetentionDays": 30,
		"tags": {"team": "sre"}, "emails": ["a@example.com"]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Plan: failover.Plan{
			Name: "p", Primary: "eu-west-1", Standby: "eu-central-1", AllowDataLoss: true, Order: failover.DatabaseFirst,
			WavesAtOnce: true, Approval: failover.BeforePromotion, ApprovalSeconds: 600, SoakSeconds: 30,
			TargetRTOSeconds: 300, TargetRPOSeconds: 5, MaxLagSeconds: 3, SettleSeconds: 2, Attempts: 9, Passes: 4,
		},
		HostedZones: []string{"Z1", "Z2"}, GlobalClusters: []string{"a-1"}, Account: "111122223333", LogRetentionDays: 30,
		Tags: map[string]string{"team": "sre"}, Emails: []string{"a@example.com"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got)\n%s", diff)
	}
}

func TestEveryMistakeIsNamedWithWhatWasExpected(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`[]`, `a JSON array; expected an object`},
		{`{"hostedZone": ["Z1"]}`, `hostedZone: not a key; expected one of account, allowDataLoss, approval, approvalSeconds, attempts, emails, globalClusters`},
		{`{"Name": "p"}`, `Name: not a key`},
		{`{"attempts": "9"}`, `attempts: a JSON string; expected a whole number`},
		{`{"attempts": 1.5}`, `attempts: a JSON number 1.5; expected a whole number`},
		{`{"allowDataLoss": "yes"}`, `allowDataLoss: a JSON string; expected true or false`},
		{`{"primary": 1}`, `primary: a JSON number; expected a string`},
		{`{"hostedZones": "Z1"}`, `hostedZones: a JSON string; expected a list of strings`},
		{`{"tags": []}`, `tags: a JSON array; expected an object of strings`},
		{`{"name": null}`, `name: null; leave the key out for its default`},
		{`{"name": "Drover"}`, `name: "Drover"; expected a lower-case letter`},
		{`{"primary": "virginia"}`, `primary: "virginia" is not a Region code; expected one like us-west-2`},
		{`{"standby": "us-east-1"}`, `standby: "us-east-1" is the primary too; expected another Region`},
		{`{"order": "both"}`, `order: "both" is not known; expected traffic-first or database-first`},
		{`{"approval": "sometimes"}`, `approval: "sometimes" is not known; expected none, before-start or before-promotion`},
		{`{"attempts": 0}`, `attempts: 0; expected 1 to 1000`},
		{`{"hostedZones": []}`, `hostedZones: empty; expected the ids of the hosted zones`},
		{`{"hostedZones": ["/hostedzone/Z1"]}`, `hostedZones[0]: "/hostedzone/Z1"; expected a hosted zone id`},
		{`{"hostedZones": ["*"]}`, `hostedZones[0]: "*"; expected a hosted zone id`},
		{`{"hostedZones": ["Z1", "Z1"]}`, `hostedZones[1]: "Z1" is listed twice`},
		{`{"globalClusters": ["a", "*"]}`, `globalClusters[1]: "*"; expected the identifier of an Aurora global cluster`},
		{`{"account": "1234"}`, `account: "1234"; expected twelve digits`},
		{`{"logRetentionDays": 8}`, `logRetentionDays: 8; expected one of 1 3 5 7 14`},
		{`{"emails": ["a@example.com", "Ops <b@example.com>"]}`, `emails[1]: "Ops <b@example.com>"; expected an address such as oncall@example.com`},
		{`{"tags": {"aws:x": ""}}`, `tags: "aws:x"; expected a key of 1 to 128 characters without the prefix aws:`},
		{`{"tags": {"k": "` + strings.Repeat("v", 257) + `"}}`, `tags: the value of "k" has 257 characters; expected at most 256`},
	} {
		_, err := Parse([]byte(tc.text))
		if err == nil || !strings.Contains(err.Error(), "\n  - "+tc.want) {
			t.Errorf("%s: error %v, want the line %q", tc.text, err, tc.want)
		}
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	_, err := Parse([]byte(`{"colour": "red", "attempts": "many", "primary": "x", "standby": "y", "passes": 99, "emails": ["nobody"]}`))
	var mistakes *Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("error %v, want Mistakes", err)
	}
	want := []string{"colour:", "attempts:", "primary:", "standby:", "passes:", "hostedZones:", "emails[0]:"}
	for _, key := range want {
		if strings.Count(err.Error(), "\n  - "+key) != 1 {
			t.Errorf("%q is not told once in: %v", key, err)
		}
	}
	if len(mistakes.Unwrap()) != strings.Count(err.Error(), "\n") {
		t.Errorf("%d mistakes in %d lines; want one line each: %v", len(mistakes.Unwrap()), strings.Count(err.Error(), "\n"), err)
	}
}

func TestPlanTravelsAsTheLambdasReadIt(t *testing.T) {
	c, err := Parse([]byte(`{"name": "p", "maxLagSeconds": 3, "hostedZones": ["Z1"]}`))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := failover.ParsePlan([]byte(c.PlanJSON()))
	if err != nil || plan != c.Plan {
		t.Errorf("ParsePlan(%s) = %+v, %v; want %+v", c.PlanJSON(), plan, err, c.Plan)
	}
	if !json.Valid([]byte(c.PlanJSON())) {
		t.Errorf("not JSON: %s", c.PlanJSON())
	}
}
