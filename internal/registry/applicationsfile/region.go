package applicationsfile

import "github.com/drover-dr/drover/internal/failover"

// perRegion reads a map that has each Region of the plan as a key, and no other.
func perRegion[T any](v value, read func(value, failover.Region) T) map[failover.Region]T {
	if !v.given() {
		return nil
	}
	plan := v.r.plan
	regions := []failover.Region{plan.Primary, plan.Standby}
	all := map[failover.Region]T{}
	for _, e := range v.entries() {
		region := v.r.region(e.key)
		if !plan.Has(region) {
			e.name.wrong("%q is not a Region of the plan %s; expected %s and %s", e.key, plan.Name, regions[0], regions[1])
			continue
		}
		all[region] = read(e.value, region)
	}
	for _, region := range regions {
		if _, ok := all[region]; !ok && v.isMap() {
			v.wrong("%s is missing; expected %s and %s", region, regions[0], regions[1])
		}
	}
	return all
}

// region is the Region that a key names: itself, or by one of the words that the reader fills in.
func (r *reader) region(key string) failover.Region {
	if word := "{" + key + "}"; key == "primary" || key == "standby" {
		if filled := r.fill(word); filled != word {
			return failover.Region(filled)
		}
	}
	return failover.Region(key)
}
