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

// noteBudget limits the time that a failover spends on noting its promotions.
const noteBudget = 5 * time.Second

// note writes into the registry which databases a planned run is about to promote: a rollback reverses the promotions of this
// run and no others.
func (h Handler) note(ctx context.Context, req failover.PromoteRequest, jobs []job, lags []live.ReplicationLag) error {
	if !req.Run.Action.Planned() || req.Run.Phase.Returns() {
		return nil
	}
	return h.noteAll(ctx, req, jobs, lags, func(j job) bool { return j.task == start })
}

// noteStarted writes into the registry which databases a failover has promoted, or found in promotion with data loss. Without
// it the report could not distinguish a database that this run has promoted from one that the target Region wrote before. It
// runs after the promotions, so that they lose no time. An error is not reported: the note is only for the report, and the next
// call writes it again.
func (h Handler) noteStarted(ctx context.Context, req failover.PromoteRequest, jobs []job, lags []live.ReplicationLag) {
	ctx, cancel := context.WithTimeout(ctx, noteBudget)
	defer cancel()
	if !req.Run.Action.Planned() {
		_ = h.noteAll(ctx, req, jobs, lags, promoted)
	}
}

// promoted says whether this run promotes the database, or has found its promotion in progress.
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

// ofPromoted are the lags of the databases that this run promotes. The lag of any other database says nothing about lost
// writes.
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
