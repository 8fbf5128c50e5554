package promotedatabase

import (
	"context"
	"errors"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/live"
	"golang.org/x/sync/errgroup"
)

// noteBudget is the longest that a failover spends on noting what it has promoted.
const noteBudget = 5 * time.Second

// note writes into the registry what a planned run is about to promote, because a rollback brings back what this run has
// promoted, and nothing that was there before.
func (h Handler) note(ctx context.Context, req failover.PromoteRequest, jobs []job, lags []live.ReplicationLag) error {
	if !req.Run.Action.Planned() || req.Run.Phase.Returns() {
		return nil
	}
	return h.noteAll(ctx, req, jobs, lags, func(j job) bool { return j.task == start })
}

// noteStarted writes into the registry what a failover has promoted, or found in flight with data loss: without it the
// report could not tell a database that this run has promoted from one that was there already. It comes after the
// promotions, which lose no time with it, and an error is not reported: what was noted is for the report alone, and the
// next call notes it again.
func (h Handler) noteStarted(ctx context.Context, req failover.PromoteRequest, jobs []job, lags []live.ReplicationLag) {
	ctx, cancel := context.WithTimeout(ctx, noteBudget)
	defer cancel()
	if !req.Run.Action.Planned() {
		_ = h.noteAll(ctx, req, jobs, lags, promoted)
	}
}

// promoted says whether this run promotes the database, or has found its promotion in flight.
func promoted(j job) bool { return j.task == start || j.task == inFlight && j.lossy }

func (h Handler) noteAll(ctx context.Context, req failover.PromoteRequest, jobs []job, lags []live.ReplicationLag, which func(job) bool) error {
	var group errgroup.Group
	group.SetLimit(atOnce)
	if len(jobs) <= fewStarts {
		group.SetLimit(1)
	}
	for i := 0; i < len(jobs); {
		app, first := jobs[i].app, i
		for i < len(jobs) && jobs[i].app.Name == app.Name {
			i++
		}
		note := failover.Live{Epoch: req.Run.Epoch, Stage: req.Stage.Index, Changed: req.Now, Before: req.Run.Found(app), Lags: map[string]int64{}}
		var clusters []string
		for _, j := range jobs[first:i] {
			if j.err == nil && which(j) {
				clusters = append(clusters, j.database.GlobalCluster)
				addLag(note.Lags, lags, j.database.GlobalCluster)
			}
		}
		if len(clusters) > 0 {
			group.Go(func() error { return h.Registry.Promoting(ctx, app, note, clusters) })
		}
	}
	err := group.Wait()
	if errors.Is(err, registry.ErrOvertaken) {
		return failover.Fail(failover.FenceLost, err)
	}
	return err
}

func addLag(into map[string]int64, lags []live.ReplicationLag, globalCluster string) {
	for _, lag := range lags {
		if lag.Known && lag.GlobalCluster == globalCluster {
			into[globalCluster] = lag.Millis
		}
	}
}

// ofPromoted are the lags of the databases that this run promotes. That of a database which stays where it is, or which
// the target Region writes already, says nothing about lost writes.
func ofPromoted(jobs []job, lags []live.ReplicationLag) []live.ReplicationLag {
	var kept []live.ReplicationLag
	for _, lag := range lags {
		for _, j := range jobs {
			if j.err == nil && j.task != alreadyDone && j.database.GlobalCluster == lag.GlobalCluster {
				kept = append(kept, lag)
			}
		}
	}
	return kept
}
