package live

import (
	"context"
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Standing says whether an application is wholly in a Region.
type Standing struct {
	Application string
	// Why names each part that is elsewhere, or not there for certain; none means that the application is wholly there.
	Why []string
}

// There says whether the application is wholly in the Region.
func (s Standing) There() bool { return len(s.Why) == 0 }

// Stock says for every application whether it is wholly in region: registry, weights and writers. The applications'
// own Live is taken for what the registry says, so read them afresh. databases is a client of that Region.
//
// What cannot be read is listed in unknown, in words, and whatever depends on it does not count as there.
func Stock(ctx context.Context, records recordLister, databases clusterDescriber, apps []failover.Application, region failover.Region) (standings []Standing, unknown []string) {
	sets, recordsErr := Records(ctx, records, apps)
	if recordsErr != nil {
		unknown = append(unknown, "could not read the DNS records: "+entry.Named(recordsErr).Message)
	}
	clusters, databasesErr := Databases(ctx, databases, apps)
	if databasesErr != nil {
		unknown = append(unknown, "could not read the databases: "+entry.Named(databasesErr).Message)
	}
	standings = make([]Standing, len(apps))
	for i, app := range apps {
		why := WhyNotRegistered(app, region)
		if recordsErr != nil && len(app.Records) > 0 {
			why = append(why, "records: could not be read")
		} else {
			why = append(why, WhyNotRouted(sets, app, region)...)
		}
		if databasesErr != nil && app.HasDatabase() {
			why = append(why, "databases: could not be read")
		} else {
			why = append(why, WhyNotWriting(clusters, app, region)...)
		}
		standings[i] = Standing{Application: app.Name, Why: why}
	}
	return standings, unknown
}

// WhyNotRegistered says what in the registry is not as it is when the application is wholly in region.
func WhyNotRegistered(app failover.Application, region failover.Region) []string {
	if app.Live.Active != region {
		return []string{fmt.Sprintf("registry: active in %s", app.Live.Active)}
	}
	for r, w := range app.Live.Weights {
		if r != region && w != 0 {
			return []string{fmt.Sprintf("registry: %s", weightsText(app.Live.Weights))}
		}
	}
	return nil
}

// WhyNotRouted names the records of the application that do not send everybody to region.
func WhyNotRouted(sets RecordSets, app failover.Application, region failover.Region) []string {
	var why []string
	for _, r := range app.Records {
		weights := sets.Weights(r)
		if len(weights) == 0 {
			why = append(why, fmt.Sprintf("record %s %s: no weighted record sets", r.Name, r.Type))
			continue
		}
		if !allTo(weights, region) {
			why = append(why, fmt.Sprintf("record %s %s: %s", r.Name, r.Type, weightsText(weights)))
		}
	}
	return why
}

func allTo(weights map[failover.Region]int, region failover.Region) bool {
	for r, w := range weights {
		if (w > 0) != (r == region) {
			return false
		}
	}
	return weights[region] > 0
}

// WhyNotWriting names the databases of the application whose writer is not, or not for certain, in region.
func WhyNotWriting(clusters map[string]GlobalCluster, app failover.Application, region failover.Region) []string {
	var why []string
	for _, db := range app.Databases {
		g, ok := clusters[db.GlobalCluster]
		switch {
		case !ok:
			why = append(why, fmt.Sprintf("database %s: not found in %s", db.GlobalCluster, region))
		case g.Operation != nil:
			why = append(why, fmt.Sprintf("database %s: %s to %s", db.GlobalCluster, g.Operation.Status, g.Operation.To))
		case g.Writer() != db.Clusters[region]:
			why = append(why, fmt.Sprintf("database %s: writer is %s", db.GlobalCluster, orNone(g.Writer())))
		}
	}
	return why
}

func orNone(s string) string {
	if s == "" {
		return "nobody"
	}
	return s
}
