package live

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Standing says whether an application is wholly in a Region.
type Standing struct {
	Application string
	// Why names each part that is not in the Region.
	Why []string
	// Unknown names each part that could not be read.
	Unknown []string
	// Command sets the weight of an unregistered record set that answers users to 0; empty if there is none.
	Command string
}

// Inside says whether the application is certainly in the Region, in all its parts.
func (s Standing) Inside() bool { return len(s.Why)+len(s.Unknown) == 0 }

// Outside says whether a part of the application is certainly not in the Region.
func (s Standing) Outside() bool { return len(s.Why) > 0 }

// Snapshot is the state of some applications in Route 53 and RDS when it was taken.
type Snapshot struct {
	sets         RecordSets
	switches     Switches
	clusters     map[string]GlobalCluster
	databasesErr error
}

// Take reads RDS, for record sets and switches that were read before. databases is a client of the Region whose view of the
// databases counts.
func Take(ctx context.Context, sets RecordSets, switches Switches, databases clusterDescriber, apps []failover.Application) Snapshot {
	s := Snapshot{sets: sets, switches: switches}
	s.clusters, s.databasesErr = Databases(ctx, databases, apps)
	return s
}

// Unknown lists what could not be read, in words.
func (s Snapshot) Unknown() []string {
	var unknown []string
	for _, zone := range slices.Sorted(maps.Keys(s.sets.unread)) {
		unknown = append(unknown, entry.CouldNot("read the DNS records of zone "+zone, s.sets.unread[zone]))
	}
	if s.switches.err != nil {
		unknown = append(unknown, entry.CouldNot("read the switches", s.switches.err))
	}
	if s.databasesErr != nil {
		unknown = append(unknown, entry.CouldNot("read the databases", s.databasesErr))
	}
	return unknown
}

// Standing says whether an application is wholly in region: registry, users and writers. Users are where the weights send them,
// unless a switch makes them leave a Region. For the registry it uses the application's Live, so the caller must read that just
// before.
func (s Snapshot) Standing(app failover.Application, region failover.Region) Standing {
	standing := Standing{Application: app.Name}
	switch away, known := s.switches.Evacuated(app); {
	case !known:
		standing.Why = whyNotActive(app, region)
		if s.routed(&standing, app, func(one failover.Application) []string { return WhyNotRouted(s.sets, one, region) }); len(standing.Why) > 0 {
			standing.Why, standing.Command = whyNotActive(app, region), ""
			standing.Unknown = []string{"its switch: not known"}
			s.unregistered(&standing, app)
		}
	case away != "" && away != region:
		standing.Why = whyNotActive(app, region)
		s.unregistered(&standing, app)
	default:
		standing.Why = append(WhyNotRegistered(app, region), s.switches.WhyNotIn(app, region)...)
		s.routed(&standing, app, func(one failover.Application) []string { return WhyNotRouted(s.sets, one, region) })
	}
	s.writing(&standing, app.Databases, region)
	return standing
}

// unregistered adds the record sets that are not registered and answer users, of the records that were read.
func (s Snapshot) unregistered(standing *Standing, app failover.Application) {
	app.Records = slices.DeleteFunc(slices.Clone(app.Records), func(r failover.Record) bool { return s.sets.Unread(r) != nil })
	s.routed(standing, app, func(one failover.Application) []string {
		if foreign := s.sets.Foreign(one.Records[0]); len(foreign) > 0 {
			return []string{foreignText(one.Records[0], foreign)}
		}
		return nil
	})
}

// routed adds the differences of the records that were read, and names those that were not read.
func (s Snapshot) routed(standing *Standing, app failover.Application, why func(failover.Application) []string) {
	one := app
	for _, r := range app.Records {
		if s.sets.Unread(r) != nil {
			standing.Unknown = append(standing.Unknown, fmt.Sprintf("record %s %s: not read", r.Name, r.Type))
			continue
		}
		one.Records = []failover.Record{r}
		standing.Why = append(standing.Why, why(one)...)
		if foreign := s.sets.Foreign(r); len(foreign) > 0 && standing.Command == "" {
			standing.Command = WithdrawCommand(r, foreign[0])
		}
	}
}

func (s Snapshot) writing(standing *Standing, databases []failover.Database, region failover.Region) {
	for _, db := range databases {
		if _, read := s.clusters[db.GlobalCluster]; !read && s.databasesErr != nil {
			standing.Unknown = append(standing.Unknown, "database "+db.GlobalCluster+": not read")
			continue
		}
		standing.Why = append(standing.Why, WhyNotWriting(s.clusters, failover.Application{Databases: []failover.Database{db}}, region)...)
	}
}

// AsBefore says whether an application is as it was before the run: registry, weights, its switch if the run has reset it or a newer
// run makes users leave a Region by it, and the writers that the run has promoted, whichever application it did that for
// ([failover.Run.Promoted]); other writers are not the run's to move back. If a newer run has written the application, the
// registry keeps the state before that run. The state before this run is then unknown, and the application does not count as
// restored.
func (s Snapshot) AsBefore(run failover.Run, app failover.Application, promoted map[string]bool) Standing {
	app = run.AsFound(app)
	epoch := run.Epoch
	source, target := run.OutboundRegions()
	if newer := app.Live.Epoch; newer > epoch {
		return Standing{Application: app.Name, Why: []string{fmt.Sprintf(
			"the run of epoch %d has moved it since; registry: active in %s, %s", newer, app.Live.Active, prose.Weights(app.Live.Weights))}}
	}
	before := app.Live.PlaceBefore(epoch)
	standing := Standing{Application: app.Name}
	if app.Live.Active != before.Active || !sameWeights(app.Live.Weights, before.Weights) {
		standing.Why = append(standing.Why, fmt.Sprintf("registry: active in %s, %s; before: %s, %s",
			app.Live.Active, prose.Weights(app.Live.Weights), before.Active, prose.Weights(before.Weights)))
	}
	if run.Switched(s.switches.plan, app) {
		standing.Why = append(standing.Why, s.switches.WhyNotOut(app, target)...)
	} else {
		standing.Why = append(standing.Why, s.switches.whyNotLeft(app, epoch)...)
	}
	s.routed(&standing, app, func(one failover.Application) []string { return whyNotWeighted(s.sets, one, before.Weights) })
	s.writing(&standing, failover.WithClusters(app.Databases, promoted), source)
	return standing
}

func whyNotWeighted(sets RecordSets, app failover.Application, before map[failover.Region]int) []string {
	var why []string
	for _, r := range app.Records {
		if weights := sets.Weights(r); !sameWeights(weights, before) {
			why = append(why, fmt.Sprintf("record %s %s: %s; before: %s", r.Name, r.Type, prose.Weights(weights), prose.Weights(before)))
		}
	}
	return why
}

// sameWeights compares weights; a missing Region has weight 0.
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

// Writes says whether the writer of the database is in region, or is being promoted to it; known is false if that could not be
// read.
func (s Snapshot) Writes(db failover.Database, region failover.Region) (writes, known bool) {
	g, read := s.clusters[db.GlobalCluster]
	return g.Writer() == db.Clusters[region] && read || g.Operation != nil && g.Operation.To == db.Clusters[region], read || s.databasesErr == nil
}

// WhyNotRegistered says how the registry differs from the state in which the application is wholly in region.
func WhyNotRegistered(app failover.Application, region failover.Region) []string {
	if why := whyNotActive(app, region); why != nil {
		return why
	}
	for r, w := range app.Live.Weights {
		if r != region && w != 0 {
			return []string{fmt.Sprintf("registry: %s", prose.Weights(app.Live.Weights))}
		}
	}
	return nil
}

// whyNotActive leaves the weights out: while a switch makes users leave a Region, they do not say where users are.
func whyNotActive(app failover.Application, region failover.Region) []string {
	if app.Broken != "" {
		return []string{failover.BrokenText + app.Broken}
	}
	if app.Live.Active != region {
		return []string{fmt.Sprintf("registry: active in %s", app.Live.Active)}
	}
	return nil
}

// WhyNotRouted names the records of the application that do not send all users to region.
func WhyNotRouted(sets RecordSets, app failover.Application, region failover.Region) []string {
	var why []string
	for _, r := range app.Records {
		weights := sets.Weights(r)
		if len(weights) == 0 {
			why = append(why, fmt.Sprintf("record %s %s: no weighted record sets", r.Name, r.Type))
			continue
		}
		if foreign := sets.Foreign(r); len(foreign) > 0 {
			why = append(why, foreignText(r, foreign))
		}
		if !allTo(own(weights, r), region) {
			why = append(why, fmt.Sprintf("record %s %s: %s", r.Name, r.Type, prose.Weights(weights)))
		}
	}
	return why
}

// own are the weights without those of foreign record sets.
func own(weights map[failover.Region]int, r failover.Record) map[failover.Region]int {
	weights = maps.Clone(weights)
	maps.DeleteFunc(weights, func(key failover.Region, _ int) bool {
		_, registered := r.Endpoints[key]
		return !registered
	})
	return weights
}

func allTo(weights map[failover.Region]int, region failover.Region) bool {
	for r, w := range weights {
		if (w > 0) != (r == region) {
			return false
		}
	}
	return weights[region] > 0
}

// WhyNotWriting names the databases of the application whose writer is not certainly in region.
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

// place names a member by its Region, or by its ARN if the registry does not know it.
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
