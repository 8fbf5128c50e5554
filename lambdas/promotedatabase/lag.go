package promotedatabase

import (
	"context"
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// lagBudget is the longest that promotions wait for the measurement of the lag.
const lagBudget = 5 * time.Second

// lags measures how far the databases are behind; there are none when that could not be measured, for whatever reason.
// It asks beyond the time of the request, which is that of the first try, so that a retry sees what came after it.
func (h Handler) lags(ctx context.Context, req failover.PromoteRequest, apps []failover.Application) []live.ReplicationLag {
	ctx, cancel := context.WithTimeout(ctx, lagBudget)
	defer cancel()
	lags, err := live.Lag(ctx, h.CloudWatch(req.Stage.To), apps, req.Stage.To, req.Now.Add(failover.StepBound()))
	if err != nil {
		return nil
	}
	return lags
}

// lagging refuses, for now, to start promotions of a planned run of which one would have to wait for more lag than the
// plan accepts: no client could write for as long. Without a fresh measurement nothing is known that Validate did not know.
// The way back of a drill is no different: its users are well where they are.
//
// Whatever undoes a phase does not wait. It loses nothing either, because Aurora hands over only what has been replicated; its users
// are in the other Region already, so that every write crosses the distance until it is done; and a refusal would leave
// users and writer apart until an operator acts, who could do nothing else.
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
