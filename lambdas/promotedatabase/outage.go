package promotedatabase

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// setAside adds to a failover's answer what cannot be promoted, and counts what remains: that is deferred, and set aside by
// the state machine when there is no other call.
func setAside(req failover.PromoteRequest, jobs []job, answer *failover.PromoteAnswer) {
	for _, j := range jobs {
		if j.err == nil {
			continue
		}
		part := failover.SetAside{
			Kind: failover.DatabaseKind, Object: j.database.GlobalCluster, Application: j.app.Name,
			Error: entry.ConditionOf(j.err), Cause: failover.SetAsideCause(entry.Named(j.err).Message),
		}
		if entry.ConditionOf(j.err).Temporary() || part.Error == failover.Denied && req.Run.Propagating(req.Now) {
			answer.Remaining++
			answer.Deferred = append(answer.Deferred, part)
		} else {
			answer.SetAside = append(answer.SetAside, part)
		}
	}
	answer.SetAside = bound(req, answer.SetAside, len(req.SetAside))
	answer.Deferred = bound(req, answer.Deferred, len(req.SetAside)+len(answer.SetAside))
}

// bound keeps the list short: what it has no room for is set aside with all databases of the wave. Some of those may be on
// their way; nothing waits for any of them.
func bound(req failover.PromoteRequest, parts failover.Aside, before int) failover.Aside {
	room := max(0, failover.MaxSetAside-before)
	if len(parts) <= room {
		return parts
	}
	first, more := parts[room], len(parts)-room
	return append(slices.Clip(parts[:room]), failover.SetAside{
		Kind: failover.DatabasesKind, Object: failover.WaveText(req.Stage.Wave), Wave: req.Stage.Wave, Error: first.Error,
		Cause: failover.SetAsideCause(fmt.Sprintf("%d more of them cannot be promoted, the first: %s", more, first)),
	})
}

// A failover's call works for promoteBudget at most, so that it answers before its function runs out of time. Within that,
// no question and no request about one database may use up the time of the others.
const (
	promoteBudget = 15 * time.Second
	readBudget    = 5 * time.Second
	membersBudget = 3 * time.Second
	startBudget   = 5 * time.Second
)

// read asks the target Region for the global clusters; of those that it returns, the answer is good although others have
// failed.
func (h Handler) read(ctx context.Context, req failover.PromoteRequest, apps []failover.Application) (map[string]live.GlobalCluster, error) {
	if req.Run.Action == failover.Failover {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, readBudget)
		defer cancel()
	}
	return live.Databases(ctx, h.RDS(req.Stage.To), apps)
}

// members asks the target Region for its own clusters, for a failover with consent to which DescribeGlobalClusters has not
// answered; nil when they do not answer either.
func (h Handler) members(ctx context.Context, req failover.PromoteRequest, apps []failover.Application) map[string]live.Cluster {
	if req.Run.Action != failover.Failover || !req.Run.AllowDataLoss {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, membersBudget)
	defer cancel()
	var arns []string
	for _, app := range apps {
		for _, db := range app.Databases {
			if arn := db.Clusters[req.Stage.To]; arn != "" && !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
	}
	members, err := live.Clusters(ctx, h.RDS(req.Stage.To), arns)
	if err != nil && len(members) == 0 {
		return nil
	}
	return members
}

// unread says what is to be done about a database of which DescribeGlobalClusters has said nothing, when the target Region
// says that its cluster is there. RDS refuses a promotion that is under way, or done, or that the global cluster does not
// allow, so that asking for too much does no harm. Without consent, and in a planned run, nothing is started blindly.
func unread(req failover.PromoteRequest, db failover.Database, members map[string]live.Cluster, readErr error) (task, error) {
	target := db.Clusters[req.Stage.To]
	cluster, ok := members[target]
	switch {
	case !ok:
		return 0, readErr
	case cluster.Instances == 0:
		return 0, reject("its cluster %s in %s has no instance", live.ClusterID(target), req.Stage.To)
	}
	return start, nil
}
