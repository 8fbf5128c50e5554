package live

import (
	"context"
	"fmt"
	"slices"

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

// Picture is what Route 53 and RDS said of some applications when it was taken.
type Picture struct {
	sets         RecordSets
	clusters     map[string]GlobalCluster
	recordsErr   error
	databasesErr error
}

// Take asks Route 53 and RDS. databases is a client of the Region whose view of the databases counts.
func Take(ctx context.Context, records recordLister, databases clusterDescriber, apps []failover.Application) Picture {
	var p Picture
	p.sets, p.recordsErr = Records(ctx, records, apps)
	p.clusters, p.databasesErr = Databases(ctx, databases, apps)
	return p
}

// Unknown lists what could not be read, in words; whatever depends on it does not count as there.
func (p Picture) Unknown() []string {
	var unknown []string
	if p.recordsErr != nil {
		unknown = append(unknown, entry.CouldNot("read the DNS records", p.recordsErr))
	}
	if p.databasesErr != nil {
		unknown = append(unknown, entry.CouldNot("read the databases", p.databasesErr))
	}
	return unknown
}

// Standing says whether an application is wholly in region: registry, weights and writers. The application's own Live
// is taken for what the registry says, so read it afresh.
func (p Picture) Standing(app failover.Application, region failover.Region) Standing {
	why := WhyNotRegistered(app, region)
	why = append(why, p.routed(app, func() []string { return WhyNotRouted(p.sets, app, region) })...)
	why = append(why, p.writing(app, region)...)
	return Standing{Application: app.Name, Why: why}
}

func (p Picture) routed(app failover.Application, why func() []string) []string {
	if p.recordsErr != nil && len(app.Records) > 0 {
		return []string{"records: could not be read"}
	}
	return why()
}

func (p Picture) writing(app failover.Application, region failover.Region) []string {
	if p.databasesErr != nil && app.HasDatabase() {
		return []string{"databases: could not be read"}
	}
	return WhyNotWriting(p.clusters, app, region)
}

// AsBefore says whether an application is as it was before the run of this epoch, which has moved away from home:
// registry, weights, and the writers that the run has moved. Writers that it never touched are not its to bring back.
// Once a newer run has written the application, the registry keeps what that one has found: what was before this one is
// no longer known, and nothing counts as if it were.
func (p Picture) AsBefore(app failover.Application, epoch int64, home failover.Region) Standing {
	if newer := app.Live.Epoch; newer > epoch {
		return Standing{Application: app.Name, Why: []string{fmt.Sprintf(
			"the run of epoch %d has moved it since; registry: active in %s, %s", newer, app.Live.Active, weightsText(app.Live.Weights))}}
	}
	before := app.Live.PlaceBefore(epoch)
	var why []string
	if app.Live.Active != before.Active || !sameWeights(app.Live.Weights, before.Weights) {
		why = append(why, fmt.Sprintf("registry: active in %s, %s; before: %s, %s",
			app.Live.Active, weightsText(app.Live.Weights), before.Active, weightsText(before.Weights)))
	}
	why = append(why, p.routed(app, func() []string { return whyNotWeighted(p.sets, app, before.Weights) })...)
	own := app
	own.Databases = nil
	for _, db := range app.Databases {
		if app.Live.Epoch == epoch && slices.Contains(app.Live.Promoted, db.GlobalCluster) {
			own.Databases = append(own.Databases, db)
		}
	}
	return Standing{Application: app.Name, Why: append(why, p.writing(own, home)...)}
}

func whyNotWeighted(sets RecordSets, app failover.Application, before map[failover.Region]int) []string {
	var why []string
	for _, r := range app.Records {
		if weights := sets.Weights(r); !sameWeights(weights, before) {
			why = append(why, fmt.Sprintf("record %s %s: %s; before: %s", r.Name, r.Type, weightsText(weights), weightsText(before)))
		}
	}
	return why
}

// sameWeights compares weights; a Region that is not there has none.
func sameWeights(a, b map[failover.Region]int) bool {
	for r := range a {
		if a[r] != b[r] {
			return false
		}
	}
	for r := range b {
		if a[r] != b[r] {
			return false
		}
	}
	return true
}

// Promoted says whether region writes the database, or is about to: whether a promotion there has at least begun. A
// database of which nothing could be read counts as promoted: better to look for lost writes in vain than not at all.
func (p Picture) Promoted(db failover.Database, region failover.Region) bool {
	if p.databasesErr != nil {
		return true
	}
	g := p.clusters[db.GlobalCluster]
	return g.Writer() == db.Clusters[region] || g.Operation != nil && g.Operation.To == db.Clusters[region]
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
			why = append(why, fmt.Sprintf("database %s: %s to %s", db.GlobalCluster, g.Operation.Status, place(db, g.Operation.To)))
		case g.Writer() != db.Clusters[region]:
			why = append(why, fmt.Sprintf("database %s: %s", db.GlobalCluster, writerText(place(db, g.Writer()))))
		}
	}
	return why
}

// place names a member by its Region, which is how people know it; one that the registry does not know by its ARN.
func place(db failover.Database, cluster string) string {
	for region, arn := range db.Clusters {
		if arn == cluster {
			return string(region)
		}
	}
	return cluster
}

func writerText(place string) string {
	if place == "" {
		return "no writer"
	}
	return "writer in " + place
}
