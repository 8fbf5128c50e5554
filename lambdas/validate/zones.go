package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// examines says whether the run looks for what Route 53 would refuse. A failover does not: it spends no time on what it
// cannot wait for, and sets aside what is refused. Nor does a way back, which writes what the way out has written.
func (in *inspection) examines() bool {
	return (!in.outage() || in.onlyLooks()) && !in.run.Phase.Returns()
}

// readZones asks for each hosted zone of the records: whether it exists, whether the plan may use it, and its name.
func (in *inspection) readZones(ctx context.Context) error {
	in.closed = map[string]bool{}
	if !in.examines() {
		return nil
	}
	for _, r := range in.zones() {
		out, err := in.DNS.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &r.Zone})
		if err != nil {
			if !in.noZone(r, err) {
				return fmt.Errorf("get hosted zone %s: %w", r.Zone, err)
			}
			continue
		}
		if name := live.CanonicalName(aws.ToString(out.HostedZone.Name)); name != live.CanonicalName(r.ZoneName) {
			in.object(failover.CodeConfiguration, "zone "+r.Zone, fmt.Sprintf("its name in Route 53 is %s; registered zoneName: %s", name, r.ZoneName),
				"correct zone or zoneName in the applications file, then register it").Command = in.register()
		}
	}
	return nil
}

// zones are the first record of each hosted zone, in the order of the applications.
func (in *inspection) zones() []failover.Record {
	var zones []failover.Record
	seen := map[string]bool{}
	for _, app := range in.apps {
		for _, r := range app.Records {
			if !seen[r.Zone] {
				seen[r.Zone] = true
				zones = append(zones, r)
			}
		}
	}
	return zones
}

// noZone notes a hosted zone that the plan can do nothing with, if that is what err says. Nothing in it is read then:
// one finding says it all.
func (in *inspection) noZone(r failover.Record, err error) bool {
	zone := fmt.Sprintf("zone %s (%s)", r.Zone, r.ZoneName)
	switch missing := (*types.NoSuchHostedZone)(nil); {
	case errors.As(err, &missing):
		in.object(failover.CodeConfiguration, zone, "Route 53 has no hosted zone with this id", "correct zone in the applications file, then register it").Command = in.register()
	case entry.ConditionOf(err) == failover.Denied:
		in.object(failover.CodeConfiguration, zone, "the plan may not use it: "+entry.CouldNot("be read", err),
			fmt.Sprintf("add %q to hostedZones of the context key drover in cdk.json, then deploy", r.Zone)).Command = deploy
	default:
		return false
	}
	in.closed[r.Zone] = true
	return true
}

// deploy is the command that brings a changed cdk.json into both Regions.
const deploy = "make deploy"

// toRead are the applications with the records whose names are to be listed: their own, and, when the run examines them,
// those of what surrounds them. Surroundings belong to no application.
func (in *inspection) toRead() []failover.Application {
	if len(in.closed) == 0 && !in.examines() {
		return in.apps
	}
	var apps []failover.Application
	for _, app := range in.apps {
		app.Records = slices.DeleteFunc(slices.Clone(app.Records), func(r failover.Record) bool { return in.closed[r.Zone] })
		apps = append(apps, app)
	}
	if !in.examines() {
		return apps
	}
	around := failover.Application{}
	for _, app := range apps {
		for _, r := range app.Records {
			around.Records = append(around.Records, neighbours(r)...)
			around.Records = append(around.Records, delegations(r)...)
			around.Records = append(around.Records, targets(r)...)
		}
	}
	return append(apps, around)
}

// neighbours are the record sets of the record's name that cannot stand beside it.
func neighbours(r failover.Record) []failover.Record {
	kinds := []string{"CNAME"}
	if r.Type == "CNAME" {
		kinds = []string{"A", "AAAA"}
	}
	var all []failover.Record
	for _, kind := range kinds {
		all = append(all, failover.Record{Zone: r.Zone, Name: r.Name, Type: kind})
	}
	return all
}

// delegations are the NS record sets that would send resolvers to another zone for the record.
func delegations(r failover.Record) []failover.Record {
	var all []failover.Record
	zone := live.CanonicalName(r.ZoneName)
	for name := live.CanonicalName(r.Name); strings.HasSuffix(name, "."+zone); {
		all = append(all, failover.Record{Zone: r.Zone, Name: name, Type: "NS"})
		_, name, _ = strings.Cut(name, ".")
	}
	return all
}

// targets are what the record's aliases point to in its own zone, in the order of the Regions.
func targets(r failover.Record) []failover.Record {
	var all []failover.Record
	for _, region := range regionsOf(r.Endpoints) {
		if alias := r.Endpoints[region].Alias; alias != nil && alias.Zone == r.Zone {
			all = append(all, targetOf(r, alias))
		}
	}
	return all
}

func targetOf(r failover.Record, alias *failover.Alias) failover.Record {
	return failover.Record{Zone: r.Zone, Name: alias.Name, Type: r.Type}
}

// checkSurroundings looks, around the records, for what makes Route 53 refuse them, or resolvers never ask for them.
func (in *inspection) checkSurroundings() {
	if !in.examines() {
		return
	}
	zones, delegated := map[string]bool{}, map[string]bool{}
	for _, r := range in.zones() {
		zones[r.Zone] = true
	}
	for _, app := range in.apps {
		for _, r := range app.Records {
			if in.closed[r.Zone] {
				continue
			}
			object := fmt.Sprintf("record %s %s of application %s", r.Name, r.Type, app.Name)
			in.checkNeighbours(object, r)
			in.checkTargets(object, r, zones)
			in.checkDelegations(object, r, delegated)
		}
	}
}

func (in *inspection) checkNeighbours(object string, r failover.Record) {
	for _, n := range neighbours(r) {
		if len(in.sets.Of(n)) > 0 {
			in.object(failover.CodeDrift, object, fmt.Sprintf("zone %s has a %s record set of the same name; Route 53 refuses a CNAME beside any other", r.Zone, n.Type),
				"delete one of them, or correct the applications file").Command = live.RecordCommand(n)
		}
	}
}

// checkDelegations notes each delegated name once.
func (in *inspection) checkDelegations(object string, r failover.Record, noted map[string]bool) {
	for _, d := range delegations(r) {
		key := d.Zone + " " + d.Name
		if len(in.sets.Of(d)) == 0 || noted[key] {
			continue
		}
		noted[key] = true
		in.object(failover.CodeConfiguration, object, fmt.Sprintf("zone %s (%s) delegates %s to another hosted zone; clients get no answer from here", r.Zone, r.ZoneName, d.Name),
			"find the id of that zone, correct zone and zoneName in the applications file, then register it").Command =
			failover.CommandLine("aws", "route53", "list-hosted-zones-by-name", "--max-items", "3", "--dns-name", d.Name)
	}
}

// checkTargets looks for aliases that Route 53 refuses: to nothing in their own zone, or into another zone of the plan.
func (in *inspection) checkTargets(object string, r failover.Record, zones map[string]bool) {
	for _, region := range regionsOf(r.Endpoints) {
		alias := r.Endpoints[region].Alias
		switch {
		case alias == nil:
		case alias.Zone == r.Zone && len(in.sets.Of(targetOf(r, alias))) == 0:
			in.object(failover.CodeConfiguration, object, fmt.Sprintf("%s: its alias target %s has no %s record set in zone %s; Route 53 refuses such an alias", region, alias.Name, r.Type, r.Zone),
				"create it, or correct the applications file and register it").Command = in.register()
		case alias.Zone != r.Zone && zones[alias.Zone]:
			in.object(failover.CodeConfiguration, object, fmt.Sprintf("%s: its alias target %s is in zone %s; Route 53 takes a target in the record's own zone %s, or a name of an AWS service", region, alias.Name, alias.Zone, r.Zone),
				"correct the applications file, then register it").Command = in.register()
		}
	}
}

// mend is the batch that gives a record the record sets that are registered, if Route 53 would refuse them as it is; or
// else the command that lists them.
func (in *inspection) mend(app failover.Application, r failover.Record, sets []live.RecordSet) string {
	for _, set := range sets {
		if _, registered := r.Endpoints[failover.Region(set.Identifier)]; set.Weight >= 0 && (!registered || set.TTL != r.TTL && set.Alias == nil) {
			return live.RecordCommand(r) // which of the two is right is not for a batch to say
		}
	}
	if batch := in.sets.MendCommand(r, in.run.AsFound(app).Live.Weights); batch != "" {
		return batch
	}
	return live.RecordCommand(r)
}
