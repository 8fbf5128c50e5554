package main

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// trusts are, by the end of a role's name, who may assume it and for which of its resources; a function's role names none.
var trusts = map[string]struct{ service, source string }{
	"machine":   {"states", "states:REGION:111122223333:stateMachine:drover"},
	"gateway":   {"apigateway", ""}, // the API's id is made with the API, which names the role
	"rule":      {"events", "events:REGION:111122223333:rule/drover-failover"},
	"stopped":   {"events", "events:REGION:111122223333:rule/drover-stopped"},
	"scheduler": {"scheduler", "scheduler:REGION:111122223333:schedule-group/default"},
	"pipeline":  {"codepipeline", ""},
	"build":     {"codebuild", ""},
	"deploy":    {"codebuild", ""},
}

// Without a condition on the account, a service that another account has given a resource with one of these roles would
// assume it: the confused deputy.
func TestEachRoleIsForOneServiceThatActsForThisAccount(t *testing.T) {
	var checked []string
	for _, stack := range complete(t).assembly.Stacks {
		for _, role := range ofType(stack, "AWS::IAM::Role") {
			checked = append(checked, role.Name)
			want := trusts[strings.TrimSuffix(strings.TrimPrefix(role.Name, "drover-"), "-"+stack.Region)]
			conditions := map[string]map[string]string{"StringEquals": {"aws:SourceAccount": assembly.Placeholder}}
			if want.source != "" {
				conditions["ArnEquals"] = map[string]string{"aws:SourceArn": "arn:aws:" + strings.ReplaceAll(want.source, "REGION", stack.Region)}
			}
			principal := map[string]string{"Service": cmp.Or(want.service, "lambda") + ".amazonaws.com"}
			got := trustOf(t, role)
			if diff := gocmp.Diff(principal, got.Principal) + gocmp.Diff(conditions, got.Condition); diff != "" {
				t.Errorf("%s: who may assume it (-want +got)\n%s", role.Name, diff)
			}
		}
	}
	if want := 2*(len(step.Deployed(complete(t).config.Plan))+5) + 3; len(checked) != want {
		t.Errorf("roles %v; want %d", checked, want)
	}
}

// trusted is the one statement of a trust policy.
type trusted struct {
	Effect, Action string
	Principal      map[string]string
	Condition      map[string]map[string]string
}

func trustOf(t *testing.T, role assembly.Resource) trusted {
	t.Helper()
	var document struct{ Statement []trusted }
	text := compact(t, role.Properties["AssumeRolePolicyDocument"])
	if err := json.Unmarshal([]byte(text), &document); err != nil || len(document.Statement) != 1 || document.Statement[0].Action != "sts:AssumeRole" {
		t.Fatalf("%s: %v in %s; want one statement", role.Name, err, text)
	}
	return document.Statement[0]
}
