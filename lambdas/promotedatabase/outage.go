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

// setAside adds to a failover's answer the databases that cannot be promoted, and counts those that remain. These are deferred;
// the state machine sets them aside if it makes no other call.
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

// bound keeps the list short: if it has no room for a database, all databases of the wave are set aside. Promotions of the wave
// that are in progress are then not verified.
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

// promoteBudget limits a failover's call, so that it answers before its function times out. Each read and each request has a
// limit of its own, so that one database cannot use up the time of the others.
const (
	promoteBudget = 15 * time.Second
	readBudget    = 5 * time.Second
	membersBudget = 3 * time.Second
	startBudget   = 5 * time.Second
)

// read reads the global clusters in the target Region. Those that it returns are valid even if others could not be read.
func (h Handler) read(ctx context.Context, req failover.PromoteRequest, apps []failover.Application) (map[string]live.GlobalCluster, error) {
	if req.Run.Action == failover.Failover {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, readBudget)
		defer cancel()
	}
	return live.Databases(ctx, h.RDS(req.Stage.To), apps)
}

// members reads the clusters of the target Region, for a failover with consent to data loss that got no answer of
// DescribeGlobalClusters; nil when that fails too.
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

// unread returns the task for a database that DescribeGlobalClusters did not return, when its cluster exists in the target
// Region. RDS rejects a promotion that is in progress, or done, or that the global cluster does not allow, so a superfluous
// request does no harm. Without consent, and in a planned run, no promotion is started without knowing the global cluster.
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
