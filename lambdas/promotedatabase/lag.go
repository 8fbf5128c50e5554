package promotedatabase

import (
	"context"
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// lagBudget limits how long promotions wait for the measurement of the lag.
const lagBudget = 3 * time.Second

// lags measures the replication lag of the databases; a lag that cannot be measured is left out. It reads datapoints later than
// the time of the request too: a retry has the time of the first try, and must see newer datapoints.
func (h Handler) lags(ctx context.Context, req failover.PromoteRequest, apps []failover.Application) []live.ReplicationLag {
	ctx, cancel := context.WithTimeout(ctx, lagBudget)
	defer cancel()
	lags, err := live.Lag(ctx, h.CloudWatch(req.Stage.To), apps, req.Stage.To, req.Now.Add(failover.StepBound()))
	if err != nil {
		return nil
	}
	return lags
}

// lagging returns an error for now when a database of a planned run lags more than the plan accepts: the promotion would wait
// for the lag, and no client could write meanwhile. Without a fresh measurement it knows no more than Validate, and returns
// none. The same holds for the return of a drill, whose users are healthy in the standby.
//
// A rollback or return-rollback does not wait. It loses no writes either: a switchover ends only when all writes are
// replicated. Its users are in the other Region already, so every write crosses Regions until the writer follows. A refusal
// would keep users and writer apart until an operator starts the same promotion.
func (h Handler) lagging(req failover.PromoteRequest, jobs []job, lags []live.ReplicationLag) error {
	if !req.Run.Action.Planned() || req.Run.Phase.Undoes() {
		return nil
	}
	byCluster := map[string]live.ReplicationLag{}
	for _, lag := range lags {
		byCluster[lag.GlobalCluster] = lag
	}
	limit := time.Duration(h.Plan.MaxLagSeconds) * time.Second
	for i := range jobs {
		j := &jobs[i]
		lag := byCluster[j.database.GlobalCluster]
		if j.err != nil || j.task != start || !lag.Fresh(req.Now) || time.Duration(lag.Millis)*time.Millisecond <= limit {
			continue
		}
		j.err = failover.Fail(failover.Busy, fmt.Errorf("promote global cluster %s of %s: it is %d ms behind; expected at most %d ms",
			j.database.GlobalCluster, j.app.Name, lag.Millis, limit.Milliseconds()))
	}
	return worst(jobs)
}
