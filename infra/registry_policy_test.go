package main

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestValidateMayWriteTheLockAndItsReleaseAndNothingElse(t *testing.T) {
	writes := []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:TransactWriteItems"}
	for _, s := range statements(t) {
		if !strings.HasPrefix(s.Role, "drover-validate-") || !slices.ContainsFunc(s.Action, func(a string) bool { return slices.Contains(writes, a) }) {
			continue
		}
		want := leadingKeys("lock", "versions")
		if s.Sid == "PublishChecks" {
			want = leadingKeys("switchchecks")
		}
		if diff := gocmp.Diff(want, s.Condition); diff != "" {
			t.Errorf("%s, %s: %v (-want +got)\n%s", s.Role, s.Sid, s.Action, diff)
		}
	}
}

// What the API notes of who starts runs is an identity only because nothing else may write it.
func TestTheAPIAloneMayWriteWhoStartsRuns(t *testing.T) {
	want := leadingKeys("starters")
	seen := map[string]bool{}
	for _, s := range statements(t) {
		if s.Sid != "Starter" {
			continue
		}
		api := strings.HasPrefix(s.Role, "drover-api-")
		action := "dynamodb:GetItem"
		if api {
			action = "dynamodb:PutItem"
		}
		seen[strings.TrimSuffix(strings.TrimPrefix(s.Role, "drover-"), "-us-west-2")] = true
		if diff := gocmp.Diff(want, s.Condition); diff != "" || !slices.Equal(s.Action, []string{action}) {
			t.Errorf("%s: %v; want %s (-want +got)\n%s", s.Role, s.Action, action, diff)
		}
	}
	if !seen["api"] || !seen["validate"] {
		t.Errorf("roles %v; want that of the API, which writes, and that of Validate, which reads", seen)
	}
}

func TestNotifyMayRememberWhatItAskedAndWhatDrillsAchievedAndNothingElse(t *testing.T) {
	want := map[string][]any{"ReadOutcome": {"approvals", "lock"}, "Remember": {"approvals", "drills"}, "Lock": {"lock"}, "Switches": {"switches"}}
	for _, s := range statements(t) {
		byKey := func(a string) bool { return strings.HasPrefix(a, "dynamodb:") && a != "dynamodb:Query" }
		if !strings.HasPrefix(s.Role, "drover-notify-") || !slices.ContainsFunc(s.Action, byKey) {
			continue
		}
		if diff := gocmp.Diff(leadingKeys(want[s.Sid]...), s.Condition); diff != "" {
			t.Errorf("%s, %s: %v (-want +got)\n%s", s.Role, s.Sid, s.Action, diff)
		}
	}
}

// leadingKeys is the condition that narrows a grant to the items under some partition keys.
func leadingKeys(patterns ...any) map[string]map[string]any {
	return map[string]map[string]any{
		"ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns}, "Null": {"dynamodb:LeadingKeys": []any{"false"}},
	}
}

// TestEachRoleReachesTheKindsOfItemsThatItNeedsAndNoOther reads, for each function, what it may do to which items.
func TestEachRoleReachesTheKindsOfItemsThatItNeedsAndNoOther(t *testing.T) {
	apps := []any{"applications", "applications#*"}
	want := map[string]map[string][]any{
		"validate":        {"Query": append(slices.Clone(apps), "runs", "versions", "switches", "switchchecks"), "GetItem": {"lock", "versions", "starters", "switches", "switchchecks"}, "UpdateItem": {"lock", "versions", "switchchecks"}},
		"shifttraffic":    {"Query": apps, "GetItem": {"lock", "switches", "runs", "lock"}, "UpdateItem": {"switches", "lock"}},
		"updateregistry":  {"Query": apps, "GetItem": {"switches", "runs", "lock"}, "UpdateItem": append([]any{"switches"}, "applications", "applications#*", "lock"), "PutItem": {"runs"}},
		"promotedatabase": {"Query": apps, "GetItem": {"lock", "runs", "lock"}, "UpdateItem": append(slices.Clone(apps), "lock")}, // that of the other Region, too
		"verifyhealth":    {"Query": apps, "GetItem": {"switches"}, "UpdateItem": {"lock"}},
		"notify":          {"Query": append(slices.Clone(apps), "drills"), "GetItem": {"approvals", "lock", "switches"}, "PutItem": {"approvals", "drills"}, "UpdateItem": {"approvals", "drills", "lock"}},
		"lever":           {"GetItem": {"switches"}},
		"api":             {"Query": {"runs", "approvals"}, "GetItem": {"lock"}, "PutItem": {"starters"}},
	}
	got := map[string]map[string][]any{}
	for _, s := range statements(t) {
		if !strings.HasSuffix(s.Role, "-us-west-2") {
			continue
		}
		function := strings.TrimSuffix(strings.TrimPrefix(s.Role, "drover-"), "-us-west-2")
		for _, action := range s.Action {
			operation, is := strings.CutPrefix(action, "dynamodb:")
			if !is {
				continue
			}
			keys := s.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
			list, many := keys.([]any)
			if !many {
				list = []any{keys}
			}
			if !gocmp.Equal(s.Condition["Null"]["dynamodb:LeadingKeys"], []any{"false"}) {
				t.Errorf("%s, %s: %v holds for a request without a key", s.Role, s.Sid, s.Condition)
			}
			if got[function] == nil {
				got[function] = map[string][]any{}
			}
			got[function][operation] = append(got[function][operation], list...)
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("operations by function (-want +got)\n%s", diff)
	}
}
