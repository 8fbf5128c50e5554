package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// checkShared looks for what the run would move and others have too.
//
// A cluster that is promoted takes the writer away from an application that is not selected: its users stay, and every
// write of theirs fails or crosses over to the other Region. A planned action has the time to take that application along,
// so that this blocks it; in an outage there is nothing left to take the writer away from.
func (in *inspection) checkShared() {
	if in.run.Phase.Returns() {
		return
	}
	for _, c := range failover.Conflicts(in.apps) {
		if c.First.Wave != c.Second.Wave { // within a wave the batches tell
			in.object(failover.CodeConfiguration, "applications "+c.First.Name+" and "+c.Second.Name, c.String(), "correct the applications file, and register it").Command = in.register()
		}
	}
	for _, db := range in.databases() {
		if in.writesThere(db) {
			continue
		}
		if names := in.leftBehind(db); len(names) > 0 {
			in.object(failover.CodeShared, "database "+db.GlobalCluster,
				fmt.Sprintf("shared with %s, not selected: left in %s while the writer goes to %s", namesText(names), in.run.From, in.run.To),
				fmt.Sprintf("add %s to the applications of the input", strings.Join(names[:min(len(names), maxSaid)], ", "))).Command = in.takingAlong(names)
		}
	}
}

func (in *inspection) writesThere(db failover.Database) bool {
	one := failover.Application{Databases: []failover.Database{db}}
	return in.clustersRead && len(live.WhyNotWriting(in.clusters, one, in.run.To)) == 0
}

// leftBehind are the applications that are not selected, have the database, and are not in the target Region already.
func (in *inspection) leftBehind(db failover.Database) []string {
	var names []string
	for _, app := range in.others {
		has := slices.ContainsFunc(app.Databases, func(other failover.Database) bool { return other.GlobalCluster == db.GlobalCluster })
		if has && app.Live.Active != in.run.To {
			names = append(names, app.Name)
		}
	}
	return names
}
