package permission

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/internal/failover"
)

func TestWithoutGlobalClustersNothingMayTouchADatabase(t *testing.T) {
	scope := Scope{Names: names.Region{Plan: failover.DefaultPlan(), Code: "us-west-2"}, HostedZones: []string{"Z1"}}
	for _, step := range []string{"validate", "promotedatabase", "verifyhealth", "notify"} {
		for _, g := range scope.ForStep(step) {
			if slices.ContainsFunc(g.Actions, func(a string) bool { return strings.HasPrefix(a, "rds:") }) {
				t.Errorf("%s may do %v on %v", step, g.Actions, g.Resources)
			}
		}
	}
}

// Beyond [failover.FewClusters] they are described without an identifier: RDS asks for the permission on all of them.
func TestManyGlobalClustersAreReadTogether(t *testing.T) {
	scope := Scope{Names: names.Region{Plan: failover.DefaultPlan(), Code: "us-west-2"}, HostedZones: []string{"Z1"}}
	for i := range failover.FewClusters + 1 {
		scope.GlobalClusters = append(scope.GlobalClusters, fmt.Sprintf("c%d", i))
		want := []string{"arn:${AWS::Partition}:rds::${AWS::AccountId}:global-cluster:*"}
		if i < failover.FewClusters {
			want = scope.globalClusters()
		}
		for _, step := range []string{"validate", "promotedatabase", "verifyhealth", "notify"} {
			for _, g := range scope.ForStep(step) {
				if slices.Contains(g.Actions, "rds:DescribeGlobalClusters") && !slices.Equal(g.Resources, want) {
					t.Errorf("%d clusters: %s may describe %v; want %v", i+1, step, g.Resources, want)
				}
				if slices.Contains(g.Actions, "rds:FailoverGlobalCluster") && slices.ContainsFunc(g.Resources, func(r string) bool { return strings.Contains(r, "global-cluster:*") }) {
					t.Errorf("%d clusters: %s may promote any global cluster", i+1, step)
				}
			}
		}
	}
}

func TestNoGrantIsAboutNothing(t *testing.T) {
	scope := Scope{
		Names:       names.Region{Plan: failover.DefaultPlan(), Code: "us-west-2"},
		HostedZones: []string{"Z1"}, GlobalClusters: []string{"c"},
	}
	for _, step := range []string{"validate", "shifttraffic", "updateregistry", "promotedatabase", "verifyhealth", "notify"} {
		grants := scope.ForStep(step)
		if len(grants) < 2 {
			t.Errorf("%s: %d grants; want those of its own beside its log", step, len(grants))
		}
		for _, g := range grants {
			if g.Sid == "" || len(g.Actions) == 0 || len(g.Resources) == 0 || slices.Contains(g.Resources, "") {
				t.Errorf("%s: incomplete grant %+v", step, g)
			}
		}
	}
}

// TestALeverIsGrantedToThePlanThatHasIt, on its own routing controls, and safety rules bind it unless the plan leaves them to
// the input.
func TestALeverIsGrantedToThePlanThatHasIt(t *testing.T) {
	controls := map[failover.Region]string{"us-east-1": "arn:e", "us-west-2": "arn:w"}
	for _, c := range []struct {
		name      string
		levers    []failover.Lever
		mayLoosen []string
		want      []string
	}{
		{"none", nil, nil, nil},
		{"endpoint", []failover.Lever{failover.EndpointLever}, nil, nil},
		{"metric", []failover.Lever{failover.MetricLever}, nil, []string{"cloudwatch:PutMetricData on * if map[StringEquals:map[cloudwatch:namespace:[Drover]]]"}},
		{"routing control", []failover.Lever{failover.EndpointLever, failover.RoutingControlLever}, nil, []string{
			"route53-recovery-cluster:GetRoutingControlState on arn:e arn:w if map[]",
			"route53-recovery-cluster:UpdateRoutingControlStates on arn:e arn:w if map[Bool:map[route53-recovery-cluster:AllowSafetyRulesOverrides:[false]]]",
		}},
		{"with overrides", []failover.Lever{failover.RoutingControlLever}, []string{failover.SafetySetting}, []string{
			"route53-recovery-cluster:GetRoutingControlState on arn:e arn:w if map[]",
			"route53-recovery-cluster:UpdateRoutingControlStates on arn:e arn:w if map[]",
		}},
	} {
		plan := failover.DefaultPlan()
		plan.MayLoosen = c.mayLoosen
		for _, lever := range c.levers {
			s := failover.Switch{Name: string(lever), Lever: lever}
			if lever == failover.RoutingControlLever {
				s.RoutingControl = &failover.RoutingControl{Controls: controls}
			}
			plan.Switches = append(plan.Switches, s)
		}
		scope := Scope{Names: names.Region{Plan: plan, Code: "us-west-2"}, HostedZones: []string{"Z1"}}
		for _, step := range []string{"shifttraffic", "updateregistry"} {
			var got []string
			for _, g := range scope.ForStep(step) {
				for _, a := range g.Actions {
					if strings.HasPrefix(a, "cloudwatch:") || strings.HasPrefix(a, "route53-recovery-cluster:") {
						got = append(got, fmt.Sprintf("%s on %s if %v", a, strings.Join(g.Resources, " "), g.Conditions))
					}
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %s may\n%s; want\n%s", c.name, step, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		}
	}
}
