package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// TestEachRegionDrivesTheHealthChecksOfTheOther, so that users stay where they are when the Region that drives
// them is lost: an endpoint's check is inverted, a metric's keeps its last status.
func TestEachRegionDrivesTheHealthChecksOfTheOther(t *testing.T) {
	s := complete(t)
	plan := s.config.Plan
	for _, region := range []failover.Region{plan.Primary, plan.Standby} {
		leaves := string(plan.Other(region))
		url := inRegion(t, s.assembly.FunctionURLs, func(u assembly.FunctionURL) string { return u.Region }, region, 1)[0].URL
		checks := inRegion(t, s.assembly.HealthChecks, func(h assembly.HealthCheck) string { return h.StackRegion }, region, 2)
		ids := map[string]string{}
		var got []assembly.HealthCheck
		for _, h := range checks {
			ids[h.Type], h.ID = h.ID, ""
			got = append(got, h)
		}
		want := []assembly.HealthCheck{
			{
				StackRegion: string(region), Type: "HTTPS", Host: strings.Trim(strings.TrimPrefix(url, "https://"), "/"), Port: 443, Path: "/switches/default/" + leaves,
				IntervalSeconds: 10, Threshold: 1, Inverted: true, CheckerRegions: []string{"us-west-1", "eu-west-1", "ap-southeast-1"},
			},
			{
				StackRegion: string(region), Type: "CLOUDWATCH_METRIC", IntervalSeconds: 30, Threshold: 3,
				Alarm: "drover-switch-batch", AlarmRegion: string(region), MissingData: "LastKnownStatus",
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", region, diff)
		}
		for _, f := range inRegion(t, s.assembly.Functions, func(f assembly.Function) string { return f.Region }, region, 8) {
			if f.Name == "drover-validate" && f.Environment[failover.SwitchChecksVariable] != "default="+ids["HTTPS"]+",batch="+ids["CLOUDWATCH_METRIC"] {
				t.Errorf("%s: %s publishes %q; want %v", region, f.Name, f.Environment[failover.SwitchChecksVariable], ids)
			}
		}
	}
}

// TestTheOneOpenURLLeadsToAFunctionThatCanMoveNothing: health checkers sign nothing, so anybody can ask it.
func TestTheOneOpenURLLeadsToAFunctionThatCanMoveNothing(t *testing.T) {
	s := complete(t)
	var got []string
	for _, u := range s.assembly.FunctionURLs {
		got = append(got, u.FunctionARN)
	}
	want := []string{"arn:aws:lambda:us-east-1:" + assembly.Placeholder + ":function:drover-lever", "arn:aws:lambda:us-west-2:" + assembly.Placeholder + ":function:drover-lever"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions with a URL (-want +got):\n%s", diff)
	}
	may := map[string]bool{"logs:CreateLogStream": true, "logs:PutLogEvents": true, "dynamodb:GetItem": true}
	scope := permission.Scope{Names: names.Region{Plan: s.config.Plan, Code: s.config.Plan.Primary}}
	for _, grant := range scope.ForStep("lever") {
		for _, action := range grant.Actions {
			if !may[action] {
				t.Errorf("it may %s", action)
			}
			if action == "dynamodb:GetItem" && !slices.Equal(grant.Conditions["ForAllValues:StringLike"]["dynamodb:LeadingKeys"], registry.SwitchKeys) {
				t.Errorf("it may read %v; want the switches alone", grant.Conditions)
			}
		}
	}
	for _, api := range s.assembly.APIs {
		for _, route := range api.Routes {
			if route.Authorization != "AWS_IAM" {
				t.Errorf("%s: %s is open", api.Region, route.Key)
			}
		}
	}
	if urls := inGovCloud(t).assembly.FunctionURLs; len(urls) > 0 {
		t.Errorf("a plan without switches has %v", urls)
	}
}
