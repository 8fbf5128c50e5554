package validate

import (
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// toRead are the applications with the records whose names must be listed: their own and, if the run examines them, the names
// around them. These belong to no application.
func (f *facts) toRead() []failover.Application {
	if len(f.closed) == 0 && !f.examines() {
		return f.apps
	}
	var apps []failover.Application
	for _, app := range f.apps {
		app.Records = slices.DeleteFunc(slices.Clone(app.Records), func(r failover.Record) bool { return f.closed[r.Zone] != nil })
		apps = append(apps, app)
	}
	if !f.examines() {
		return apps
	}
	around, registered := failover.Application{}, f.registered()
	for _, app := range apps {
		for _, r := range app.Records {
			around.Records = append(around.Records, neighbours(r)...)
			around.Records = append(around.Records, delegations(r)...)
			around.Records = append(around.Records, targets(r)...)
			around.Records = append(around.Records, siblings(r, registered)...)
		}
	}
	return append(apps, around)
}

// neighbours are the record sets of the record's name that DNS does not allow beside it.
func neighbours(r failover.Record) []failover.Record {
	kinds := []string{"CNAME"}
	if r.Type == "CNAME" {
		kinds = slices.DeleteFunc(slices.Clone(rules.RecordTypes), func(kind string) bool { return kind == "CNAME" })
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

// targets are the alias targets of the record in its own zone, in the order of the Regions.
func targets(r failover.Record) []failover.Record {
	var all []failover.Record
	for _, region := range slices.Sorted(maps.Keys(r.Endpoints)) {
		if alias := r.Endpoints[region].Alias; alias != nil && alias.Zone == r.Zone {
			all = append(all, targetOf(r, alias))
		}
	}
	return all
}

func targetOf(r failover.Record, alias *failover.Alias) failover.Record {
	return failover.Record{Zone: r.Zone, Name: alias.Name, Type: r.Type}
}
