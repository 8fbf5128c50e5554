package config

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

func TestTheRegionsOfStrongConsistencyAreKnown(t *testing.T) {
	for _, set := range sets {
		for _, region := range set {
			if err := failover.CheckRegion(region); err != nil {
				t.Error(err)
			}
		}
	}
}
