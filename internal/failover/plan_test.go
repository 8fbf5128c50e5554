package failover

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlanHasTheDefaultsOfWhatItLeavesOut(t *testing.T) {
	got, err := ParsePlan([]byte(`{"name": "shop", "primary": "eu-central-1", "standby": "eusc-de-east-1", "maxLagSeconds": 0, "attempts": null}`))
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultPlan()
	want.Name, want.Primary, want.Standby, want.MaxLagSeconds = "shop", "eu-central-1", "eusc-de-east-1", 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestDefaultPlanIsValid(t *testing.T) {
	if err := DefaultPlan().Validate(); err != nil {
		t.Error(err)
	}
}

func TestPlanComesBackFromItsVariable(t *testing.T) {
	want := DefaultPlan()
	want.AllowDataLoss, want.Order, want.Attempts = true, DatabaseFirst, 7
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestPlanIsRefusedWithWhatWasExpected(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
	}{
		{"not JSON", `name: drover`, []string{"plan: not JSON at character 2: invalid character 'a' in literal null (expecting 'u')"}},
		{"unknown key", `{"secondary": "us-west-2"}`, []string{`plan: unknown field "secondary"; expected name, primary, standby, allowDataLoss, order, wavesAtOnce, approval, mayLoosen, recordNames, switches, approvalSeconds, soakSeconds, bakeSeconds, targetRTOSeconds, targetRPOSeconds, maxLagSeconds, cooldownSeconds, settleSeconds, attempts, passes or reservedConcurrency`}},
		{"wrong type", `{"attempts": "many"}`, []string{`plan: attempts: "many"; expected a whole number`}},
		{"half a second", `{"settleSeconds": 0.5}`, []string{"plan: settleSeconds: 0.5; expected a whole number"}},
		{"name with capitals", `{"name": "Drover"}`, []string{`plan: name: "Drover"; expected a lower-case letter and then up to 19 of a-z, 0-9 and -`}},
		{"long name", `{"name": "a23456789012345678901"}`, []string{`plan: name: "a23456789012345678901"; expected a lower-case letter and then up to 19 of a-z, 0-9 and -`}},
		{"zone for a Region", `{"standby": "us-west-2a"}`, []string{`plan: standby: "us-west-2a" is not a Region code; expected one like us-west-2`}},
		{"one Region", `{"standby": "us-east-1"}`, []string{`plan: standby: "us-east-1" is the primary too; expected another Region`}},
		{"order", `{"order": ""}`, []string{`plan: order: "" is not known; expected traffic-first or database-first`}},
		{"approval", `{"approval": "always"}`, []string{`plan: approval: "always" is not known; expected none, before-start or before-promotion`}},
		{"no time to answer", `{"approvalSeconds": 59}`, []string{"plan: approvalSeconds: 59; expected 60 to 86400"}},
		{"no soak", `{"soakSeconds": 0}`, []string{"plan: soakSeconds: 0; expected 1 to 86400"}},
		{"a long bake", `{"bakeSeconds": 3601}`, []string{"plan: bakeSeconds: 3601; expected 0 to 3600"}},
		{"no RTO", `{"targetRTOSeconds": 0}`, []string{"plan: targetRTOSeconds: 0; expected 1 to 86400"}},
		{"negative RPO", `{"targetRPOSeconds": -1}`, []string{"plan: targetRPOSeconds: -1; expected 0 to 86400"}},
		{"lag", `{"maxLagSeconds": 3601}`, []string{"plan: maxLagSeconds: 3601; expected 0 to 3600"}},
		{"no settling", `{"settleSeconds": 0}`, []string{"plan: settleSeconds: 0; expected 1 to 600"}},
		{"attempts", `{"attempts": 1001}`, []string{"plan: attempts: 1001; expected 1 to 1000"}},
		{"passes", `{"passes": 11}`, []string{"plan: passes: 11; expected 1 to 10"}},
		{"more passes than attempts", `{"attempts": 2, "passes": 3}`, []string{"plan: passes: 3 checks in a row can never be reached with attempts: 2"}},
		{"everything at once", `{"name": 1, "colour": "red", "primary": "east", "standby": "west", "order": "any", "passes": 0}`, []string{
			"plan: name: 1; expected a string",
			`plan: unknown field "colour"; expected name, primary, standby, allowDataLoss, order, wavesAtOnce, approval, mayLoosen, recordNames, switches, approvalSeconds, soakSeconds, bakeSeconds, targetRTOSeconds, targetRPOSeconds, maxLagSeconds, cooldownSeconds, settleSeconds, attempts, passes or reservedConcurrency`,
			`plan: primary: "east" is not a Region code; expected one like us-west-2`,
			`plan: standby: "west" is not a Region code; expected one like us-west-2`,
			`plan: order: "any" is not known; expected traffic-first or database-first`,
			"plan: passes: 0; expected 1 to 10",
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan, err := ParsePlan([]byte(c.text))
			if err == nil {
				t.Fatalf("read as %+v; want %v", plan, c.want)
			}
			if diff := cmp.Diff(c.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOtherRegionOfThePlan(t *testing.T) {
	p := DefaultPlan()
	for _, c := range []struct{ of, want Region }{{p.Primary, p.Standby}, {p.Standby, p.Primary}} {
		if got := p.Other(c.of); got != c.want {
			t.Errorf("other than %s is %s; want %s", c.of, got, c.want)
		}
		if !p.Has(c.of) {
			t.Errorf("the plan has not %s", c.of)
		}
	}
	if p.Has("eu-west-1") {
		t.Error("the plan has a third Region")
	}
}

func TestRegionCodes(t *testing.T) {
	cases := map[string]bool{
		"us-east-1": true, "us-gov-west-1": true, "ap-southeast-7": true, "eusc-de-east-1": true, "us-iso-east-1": true,
		"": false, "us-east": false, "us-east-1a": false, "US-EAST-1": false, "us_east_1": false, "us-east-1 ": false, "east-1": false,
	}
	for code, valid := range cases {
		got, err := ParseRegion(code)
		if (err == nil) != valid {
			t.Errorf("%q: %v; want valid: %t", code, err, valid)
		}
		if valid && got != Region(code) {
			t.Errorf("%q was read as %q", code, got)
		}
	}
}
