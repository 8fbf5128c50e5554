package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// recommendedTTL is what Route 53 recommends for records that fail over, in seconds.
const recommendedTTL = 60

// checkRecords compares the live record sets with the registry. A shift changes only weights, so any other difference stays, or
// makes Route 53 reject the zone's batch.
func (j *judgement) checkRecords() {
	slow, slowest := 0, failover.Record{}
	for _, app := range j.apps {
		for _, r := range app.Records {
			if j.closed[r.Zone] != nil {
				continue
			}
			j.checkDrift(app, r)
			if r.TTL > recommendedTTL {
				slow++
			}
			if r.TTL > slowest.TTL {
				slowest = r
			}
		}
	}
	if slow > 0 {
		j.warn(failover.CodeTTL, fmt.Sprintf("record %s %s", slowest.Name, slowest.Type),
			fmt.Sprintf("its TTL is %d s, the longest of %d above %d s: that long clients go on to %s", slowest.TTL, slow, recommendedTTL, j.run.From), "")
	}
}

// checkDrift finds what was changed outside Drover. Changes of a stopped run do not count.
func (j *judgement) checkDrift(app failover.Application, r failover.Record) {
	sets, registered := j.sets.Of(r), j.run.AsFound(app).Live.Weights
	object := fmt.Sprintf("record %s %s of application %s", r.Name, r.Type, app.Name)
	if diff := j.drift(r, sets); len(diff) > 0 {
		next, command := "make Route 53 and the applications file agree, then drover register", j.mend(app, r, sets)
		if j.lacksOnlyChecks(r, sets) {
			next, command = "put the health checks of the switch on the record sets", j.attachCommand()
		}
		j.object(failover.CodeDrift, object, strings.Join(diff, "; "), next).Command = command
	} else if found := j.sets.Weights(r); !failover.SameShares(found, registered) && !isAllIn(found, j.run.To) {
		j.object(failover.CodeDrift, object, fmt.Sprintf("has the weights %s; registered %s", prose.Weights(found), prose.Weights(registered)),
			"register the application again: that takes over the weights in Route 53 or, where users are in both Regions, shows the batch for each").Command = j.register()
	}
}

// drift lists the differences between the live record sets of a record and the registry, except their weights.
func (j *judgement) drift(r failover.Record, sets []live.RecordSet) []string {
	if len(sets) == 0 {
		return []string{"is not in zone " + r.Zone}
	}
	var diff []string
	found := map[failover.Region]bool{}
	for _, set := range sets {
		region, expected := r.RegionOf(set.Identifier)
		switch {
		case set.Simple():
			diff = append(diff, "is a simple record set, without routing policy; Route 53 refuses weighted record sets beside it")
		case set.Weight < 0:
			diff = append(diff, fmt.Sprintf("has a record set %q of another routing policy; Route 53 refuses weighted record sets beside it", set.Identifier))
		case !expected:
			diff = append(diff, fmt.Sprintf("has a record set %q with weight %d that is not registered", set.Identifier, set.Weight))
		default:
			found[region] = true
			diff = append(diff, j.setDrift(r, region, r.Endpoints[region], set)...)
		}
	}
	for _, region := range slices.Sorted(maps.Keys(r.Endpoints)) {
		if !found[region] {
			diff = append(diff, "has no record set for "+named(r, region))
		}
	}
	return diff
}

func (j *judgement) setDrift(r failover.Record, region failover.Region, e failover.Endpoint, set live.RecordSet) []string {
	var diff []string
	note := func(what string, live, registered any) {
		diff = append(diff, fmt.Sprintf("%s: %s is %v; registered %v", region, what, live, registered))
	}
	switch {
	case e.Alias != nil && set.Alias == nil:
		note("target", set.Values, "alias "+e.Alias.Name)
	case e.Alias == nil && set.Alias != nil:
		note("target", "alias "+set.Alias.Name, strings.Join(e.All(), ", "))
	case e.Alias != nil:
		if live.CanonicalName(set.Alias.Name) != live.CanonicalName(e.Alias.Name) || set.Alias.Zone != e.Alias.Zone {
			note("alias target", set.Alias.Name+" in "+set.Alias.Zone, e.Alias.Name+" in "+e.Alias.Zone)
		}
		if set.Alias.EvaluateTargetHealth != e.Alias.EvaluateTargetHealth {
			note("evaluateTargetHealth", set.Alias.EvaluateTargetHealth, e.Alias.EvaluateTargetHealth)
		}
	default:
		if !rules.SameValues(r.Type, set.Values, e.All()) {
			note("value", strings.Join(set.Values, ", "), strings.Join(e.All(), ", "))
		}
		if set.TTL != r.TTL {
			note("TTL", set.TTL, r.TTL)
		}
	}
	if set.HealthCheck != e.HealthCheck {
		note("health check", j.checkText(set.HealthCheck), j.checkText(e.HealthCheck))
	}
	return diff
}

// named is a Region with the identifier of its record set, if that is another name.
func named(r failover.Record, region failover.Region) string {
	if id := r.Identifier(region); id != string(region) {
		return fmt.Sprintf("%s (setIdentifier %q)", region, id)
	}
	return string(region)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// mend is the command that gives a record the registered record sets, if Route 53 would reject a shift otherwise; else it is
// the command that lists the record sets.
func (j *judgement) mend(app failover.Application, r failover.Record, sets []live.RecordSet) string {
	for _, set := range sets {
		if _, registered := r.RegionOf(set.Identifier); set.Weight >= 0 && (!registered || set.TTL != r.TTL && set.Alias == nil) {
			return live.RecordCommand(r) // Drover cannot know which of the two is right
		}
	}
	if batch := j.sets.MendCommand(r, j.run.AsFound(app).Live.Weights); batch != "" {
		return batch
	}
	return live.RecordCommand(r)
}
