package guarantee

import (
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// shares are the parts of a record's users that Route 53's name servers send to each Region, in percent where a health check
// decides, and otherwise the weights. switched says that a health check has moved all users away from where the weights send
// them: "How Amazon Route 53 chooses records when health checking is configured", Amazon Route 53 Developer Guide. The record
// sets of weight 0 count only when all others are unhealthy, and not when they are unhealthy themselves.
func (s Snapshot) shares(record failover.Record) (shares map[failover.Region]int, switched bool) {
	weights, _ := Weights(s.of(record), record)
	own := slices.DeleteFunc(slices.Clone(s.of(record)), func(set fakeaws.RecordSet) bool {
		_, known := record.RegionOf(set.SetIdentifier)
		return set.Name != record.Name || set.Type != record.Type || !known
	})
	healthy := func(set fakeaws.RecordSet) bool { return !s.Unhealthy[set.HealthCheck] }
	counts := slices.DeleteFunc(slices.Clone(own), func(set fakeaws.RecordSet) bool { return set.Weight == 0 || !healthy(set) })
	if len(counts) == 0 {
		counts = slices.DeleteFunc(slices.Clone(own), func(set fakeaws.RecordSet) bool { return set.Weight > 0 || !healthy(set) })
	}
	none := !slices.ContainsFunc(own, func(set fakeaws.RecordSet) bool { return set.Weight > 0 }) // then all count as if they had the same
	sick := slices.ContainsFunc(own, func(set fakeaws.RecordSet) bool { return (set.Weight > 0 || none) && !healthy(set) })
	if !sick || len(counts) != 1 { // both Regions, by their weights; or none, and then the weights count in spite of the checks
		return weights, false
	}
	only, _ := record.RegionOf(counts[0].SetIdentifier)
	shares = map[failover.Region]int{only: 100}
	for region := range record.Endpoints {
		if region != only {
			shares[region] = 0
		}
	}
	return shares, !maps.Equal(shares, weights)
}

// expectedWeights are those that the registry must have of an application that is in a Region: all users there, or, while its
// weights are pending, those of its record sets.
func (s Snapshot) expectedWeights(plan failover.Plan, to failover.Region, app failover.Application) map[failover.Region]int {
	for _, record := range app.Records {
		if _, switched := s.shares(record); switched {
			weights, _ := Weights(s.of(record), record)
			return weights
		}
	}
	return map[failover.Region]int{to: 100, plan.Other(to): 0}
}

// switchedAway says whether a switch has moved users of the application away from where its weights send them.
func (s Snapshot) switchedAway(app failover.Application) bool {
	return slices.ContainsFunc(app.Records, func(record failover.Record) bool {
		_, switched := s.shares(record)
		return switched
	})
}

// inPercent are weights as the shares that they stand for: 50 and 0 are 100 and 0.
func inPercent(weights map[failover.Region]int) map[failover.Region]int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return weights
	}
	shares := map[failover.Region]int{}
	for region, w := range weights {
		shares[region] = 100 * w / sum
	}
	return shares
}

// sameShares says whether weights send the same shares of the users to each Region: 50 and 0 do what 100 and 0 do ("Values specific
// for weighted records", Amazon Route 53 Developer Guide).
func sameShares(a, b map[failover.Region]int) bool {
	return maps.Equal(a, b) || len(a) == len(b) && maps.Equal(inPercent(a), inPercent(b))
}
