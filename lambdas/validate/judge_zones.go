package validate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// deploy is the command that brings a changed cdk.json into both Regions.
const deploy = "make deploy"

// checkZones notes the hosted zones that the plan cannot read, and those with another name than registered.
func (j *judgement) checkZones() {
	for _, r := range j.zones() {
		if err := j.closed[r.Zone]; err != nil {
			j.closedZone(r, err)
		} else if name, read := j.zoneNames[r.Zone]; read && name != live.CanonicalName(r.ZoneName) {
			j.object(failover.CodeConfiguration, "zone "+r.Zone, fmt.Sprintf("its name in Route 53 is %s; registered zoneName: %s", name, r.ZoneName),
				"correct zone or zoneName in the applications file, then register it").Command = j.register()
		}
	}
}

// closedZone makes the one finding about a hosted zone that cannot be read.
func (j *judgement) closedZone(r failover.Record, err error) {
	zone := fmt.Sprintf("zone %s (%s)", r.Zone, r.ZoneName)
	if entry.ConditionOf(err) == failover.Denied {
		j.object(failover.CodeConfiguration, zone, "the plan may not use it: "+entry.CouldNot("be read", err),
			fmt.Sprintf("add %q to hostedZones of the context key drover in cdk.json, then deploy", r.Zone)).Command = deploy
		return
	}
	j.object(failover.CodeConfiguration, zone, "Route 53 has no hosted zone with this id", "correct zone in the applications file, then register it").Command = j.register()
}

// checkDNS judges the record sets and the fences.
func (j *judgement) checkDNS() {
	if !j.recordsRead {
		return
	}
	j.checkSurroundings()
	if !j.ownersRead {
		return
	}
	j.findUnrecorded()
	j.checkRecords()
	j.checkUnused()
	for _, r := range j.fenced {
		j.checkFence(r)
	}
}

// checkSurroundings finds record sets around the records that make Route 53 reject a shift, or resolvers never query the
// records.
func (j *judgement) checkSurroundings() {
	if !j.examines() {
		return
	}
	zones, delegated, noted, registered := map[string]bool{}, map[string]bool{}, map[string]bool{}, j.registered()
	for _, r := range j.zones() {
		zones[r.Zone] = true
	}
	for _, app := range j.apps {
		for _, r := range app.Records {
			if j.closed[r.Zone] != nil {
				continue
			}
			object := fmt.Sprintf("record %s %s of application %s", r.Name, r.Type, app.Name)
			j.checkNeighbours(object, r)
			j.checkTargets(object, r, zones)
			j.checkDelegations(object, r, delegated)
			j.checkSiblings(object, r, registered, noted)
		}
	}
}

func (j *judgement) checkNeighbours(object string, r failover.Record) {
	for _, n := range neighbours(r) {
		if len(j.sets.Of(n)) > 0 {
			j.object(failover.CodeDrift, object, fmt.Sprintf("zone %s has a %s record set of the same name; Route 53 refuses a CNAME beside any other", r.Zone, n.Type),
				"delete one of them, or correct the applications file").Command = live.RecordCommand(n)
		}
	}
}

// checkDelegations notes each delegated name once.
func (j *judgement) checkDelegations(object string, r failover.Record, noted map[string]bool) {
	for _, d := range delegations(r) {
		key := d.Zone + " " + d.Name
		if len(j.sets.Of(d)) == 0 || noted[key] {
			continue
		}
		noted[key] = true
		j.object(failover.CodeConfiguration, object, fmt.Sprintf("zone %s (%s) delegates %s to another hosted zone; clients get no answer from here", r.Zone, r.ZoneName, d.Name),
			"find the id of that zone, correct zone and zoneName in the applications file, then register it").Command =
			failover.CommandLine("aws", "route53", "list-hosted-zones-by-name", "--max-items", "3", "--dns-name", d.Name)
	}
}

// checkTargets finds aliases that Route 53 rejects: their target does not exist in their own zone, or is in another zone of the
// plan.
func (j *judgement) checkTargets(object string, r failover.Record, zones map[string]bool) {
	for _, region := range slices.Sorted(maps.Keys(r.Endpoints)) {
		alias := r.Endpoints[region].Alias
		switch {
		case alias == nil:
		case alias.Zone == r.Zone && len(j.sets.Of(targetOf(r, alias))) == 0:
			j.object(failover.CodeConfiguration, object, fmt.Sprintf("%s: its alias target %s has no %s record set in zone %s; Route 53 refuses such an alias", region, alias.Name, r.Type, r.Zone),
				"create it, or correct the applications file and register it").Command = j.register()
		case alias.Zone != r.Zone && zones[alias.Zone]:
			j.object(failover.CodeConfiguration, object, fmt.Sprintf("%s: its alias target %s is in zone %s; Route 53 takes a target in the record's own zone %s, or a name of an AWS service", region, alias.Name, alias.Zone, r.Zone),
				"correct the applications file, then register it").Command = j.register()
		}
	}
}
