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
