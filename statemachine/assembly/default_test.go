package assembly

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultAssemblyIsComplete(t *testing.T) {
	a, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range a.Stacks {
		got = append(got, s.Name+" in "+s.Region)
	}
	for _, f := range a.Functions {
		got = append(got, f.ARN)
	}
	for _, m := range a.StateMachines {
		got = append(got, m.ARN)
	}
	for _, table := range a.Tables {
		got = append(got, table.Name+" in "+strings.Join(table.Regions, ", ")+" by "+table.PartitionKey+", "+table.SortKey)
	}
	for _, topic := range a.Topics {
		got = append(got, topic.ARN)
	}
	for _, b := range a.Buckets {
		got = append(got, b.Name+" in "+b.Region)
	}
	for _, api := range a.APIs {
		got = append(got, fmt.Sprintf("%s in %s with %d routes", api.Name, api.Region, len(api.Routes)))
	}
	for _, r := range a.Rules {
		got = append(got, r.ARN)
	}
	for _, s := range a.Schedules {
		got = append(got, s.ARN)
	}
	for _, q := range a.Queues {
		got = append(got, q.ARN)
	}
	want := []string{
		"drover-registry in us-east-1",
		"drover-us-east-1 in us-east-1",
		"drover-us-west-2 in us-west-2",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-validate",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-shifttraffic",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-updateregistry",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-promotedatabase",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-verifyhealth",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-notify",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-api",
		"arn:aws:lambda:us-east-1:111122223333:function:drover-lever",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-validate",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-shifttraffic",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-updateregistry",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-promotedatabase",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-verifyhealth",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-notify",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-api",
		"arn:aws:lambda:us-west-2:111122223333:function:drover-lever",
		"arn:aws:states:us-east-1:111122223333:stateMachine:drover",
		"arn:aws:states:us-west-2:111122223333:stateMachine:drover",
		"drover-registry in us-east-1, us-west-2 by pk, sk",
		"arn:aws:sns:us-east-1:111122223333:drover-events",
		"arn:aws:sns:us-west-2:111122223333:drover-events",
		"drover-reports-111122223333-us-east-1 in us-east-1",
		"drover-reports-111122223333-us-west-2 in us-west-2",
		"drover in us-east-1 with 4 routes",
		"drover in us-west-2 with 4 routes",
		"arn:aws:events:us-east-1:111122223333:rule/drover-failover",
		"arn:aws:events:us-east-1:111122223333:rule/drover-stopped",
		"arn:aws:events:us-west-2:111122223333:rule/drover-failover",
		"arn:aws:events:us-west-2:111122223333:rule/drover-stopped",
		"arn:aws:scheduler:us-east-1:111122223333:schedule/default/drover-check",
		"arn:aws:scheduler:us-east-1:111122223333:schedule/default/drover-weights",
		"arn:aws:scheduler:us-west-2:111122223333:schedule/default/drover-check",
		"arn:aws:scheduler:us-west-2:111122223333:schedule/default/drover-weights",
		"arn:aws:sqs:us-east-1:111122223333:drover-dead-letters",
		"arn:aws:sqs:us-west-2:111122223333:drover-dead-letters",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the default assembly (-want +got)\n%s", diff)
	}
}

func TestDefaultFunctionsHaveRolesWithPoliciesAndAnEnvironment(t *testing.T) {
	a, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]Role{}
	for _, r := range a.Roles {
		roles[r.ARN] = r
	}
	for _, f := range a.Functions {
		if len(roles[f.RoleARN].Policies) == 0 {
			t.Errorf("%s in %s: the role %s has no policy", f.Name, f.Region, f.RoleARN)
		}
		if f.Environment["DROVER_PLAN"] == "" || f.Timeout == 0 || f.MemoryMB == 0 || f.Handler == "" {
			t.Errorf("%s in %s is incomplete: %+v", f.Name, f.Region, f)
		}
	}
	for _, m := range a.StateMachines {
		if strings.Contains(m.Definition, "${") || len(roles[m.RoleARN].Policies) == 0 {
			t.Errorf("%s: placeholders are left, or the role %s has no policy", m.ARN, m.RoleARN)
		}
	}
}
