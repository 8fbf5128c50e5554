package switching

import (
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// TestHealthCheckersAreInNoRegionOfThePlan: those of a Region that is lost say nothing, and three must be left.
func TestHealthCheckersAreInNoRegionOfThePlan(t *testing.T) {
	regions := []failover.Region{"us-east-1", "us-west-1", "eu-west-1", "ap-southeast-1", "us-west-2", "ap-northeast-1", "sa-east-1"}
	for _, primary := range regions {
		for _, standby := range regions {
			if primary == standby {
				continue
			}
			plan := failover.Plan{Primary: primary, Standby: standby}
			found := map[string]bool{}
			for _, r := range *checkers(plan) {
				found[*r] = true
				if plan.Has(failover.Region(*r)) || !slices.Contains(regions[1:], failover.Region(*r)) {
					t.Errorf("%s and %s: health checkers in %s", primary, standby, *r)
				}
			}
			if len(found) != minCheckers {
				t.Errorf("%s and %s: health checkers in %v; want %d Regions, the fewest that Route 53 takes", primary, standby, found, minCheckers)
			}
		}
	}
	if got := checkers(failover.Plan{Primary: "us-gov-west-1", Standby: "us-gov-east-1"}); got != nil {
		t.Errorf("another partition: %v; want Route 53's choice", got)
	}
}
