package notify

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// databases are the databases of the applications with what the run has done to each, as PromoteDatabase has written it into
// the registry. Those of applications that VerifyHealth has verified are in the target Region; the snapshot has the others.
func databases(run failover.Run, snapshot live.Snapshot, verified, others []failover.Application, to failover.Region) []failover.DatabaseResult {
	var results []failover.DatabaseResult
	index := map[string]int{}
	add := func(apps []failover.Application, state func(failover.Database) failover.DatabaseDid) {
		for _, app := range apps {
			for _, db := range app.Databases {
				did, recorded := recorded(run, app, db)
				i, known := index[db.GlobalCluster]
				if !known {
					i = len(results)
					index[db.GlobalCluster] = i
					results = append(results, failover.DatabaseResult{Application: app.Name, GlobalCluster: db.GlobalCluster, Did: state(db)})
				}
				if recorded {
					results[i].Did = did
					if lag, measured := app.Live.Lags[db.GlobalCluster]; measured && app.Live.Epoch == run.Epoch {
						results[i].LagMillis = &lag
					}
				}
			}
		}
	}
	add(verified, func(failover.Database) failover.DatabaseDid { return failover.DatabaseInTarget })
	add(others, func(db failover.Database) failover.DatabaseDid {
		switch writes, known := snapshot.Writes(db, to); {
		case !known:
			return failover.DatabaseNotKnown
		case writes:
			return failover.DatabaseInTarget
		}
		return failover.DatabaseNotPromoted
	})
	return results
}

// recorded is what the registry says that the run has done to a database. A newer run overwrites it.
func recorded(run failover.Run, app failover.Application, db failover.Database) (failover.DatabaseDid, bool) {
	switch {
	case app.Live.Epoch > run.Epoch:
		return failover.DatabaseNotKnown, true
	case app.Live.Epoch < run.Epoch || !slices.Contains(app.Live.Promoted, db.GlobalCluster):
		return "", false
	case run.Action.Planned():
		return failover.DatabaseSwitched, true
	}
	return failover.DatabasePromoted, true
}

// lost returns how many seconds of writes the run has lost, and the largest replication lag before its promotions; each is
// nil when it was not measured. lagMillis is the lag that the state machine has kept, for when the registry has none.
func lost(r failover.Report, lagMillis int64) (rpo, lag *float64) {
	note := func(millis int64) {
		if s := float64(millis) / 1000; lag == nil || s > *lag {
			lag = &s
		}
	}
	if lagMillis >= 0 {
		note(lagMillis)
	}
	promoted, unknown := false, len(r.Unknown) > 0 && len(r.Databases) == 0
	for _, db := range r.Databases {
		promoted = promoted || db.Did == failover.DatabasePromoted
		unknown = unknown || db.Did == failover.DatabaseNotKnown
		if db.LagMillis != nil {
			note(*db.LagMillis)
		}
	}
	switch {
	case r.Run.Action.Planned(): // a planned promotion waits until everything is replicated
		return new(0.0), lag
	case promoted || lag != nil:
		return lag, lag
	case unknown:
		return nil, nil
	}
	return new(0.0), nil
}

// lostWrites says where the lost writes may be, of each database that the run has promoted with data loss.
func lostWrites(results []failover.DatabaseResult, apps []failover.Application, from failover.Region) []failover.LostWrites {
	clusters := map[string]string{}
	for _, app := range apps {
		for _, db := range app.Databases {
			clusters[db.GlobalCluster] = db.Clusters[from]
		}
	}
	var lost []failover.LostWrites
	for _, db := range results {
		if db.Did == failover.DatabasePromoted {
			lost = append(lost, failover.NewLostWrites(db.GlobalCluster, live.ClusterID(clusters[db.GlobalCluster]), from))
		}
	}
	return lost
}
