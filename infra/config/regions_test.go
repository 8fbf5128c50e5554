package config

import (
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

func TestTheKnownRegionsAreRegionsAndEachIsThereOnce(t *testing.T) {
	var all []failover.Region
	for _, k := range known {
		if !slices.IsSorted(k.regions) {
			t.Errorf("%s: %v; want them in order, so that a missing one is seen", k.partition, k.regions)
		}
		for _, region := range k.regions {
			if _, err := failover.ParseRegion(string(region)); err != nil {
				t.Error(err)
			}
			if slices.Contains(all, region) {
				t.Errorf("%s is there twice", region)
			}
			all = append(all, region)
		}
	}
	for _, set := range sets {
		for _, region := range set {
			if !slices.Contains(all, region) {
				t.Errorf("%s is in a set of strong consistency and not known", region)
			}
		}
	}
}
