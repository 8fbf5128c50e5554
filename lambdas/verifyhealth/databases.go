package verifyhealth

import (
	"cmp"
	"context"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// databases checks whether the promotions of the stage, or of the stages that it closes, are finished.
func (h Handler) databases(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	apps = ownDatabases(req.Run, apps)
	if !req.Stage.Promote && !req.Stage.Closing() {
		return h.atRest(ctx, l, req, apps)
	}
	return h.writers(ctx, l, req, apps)
}

// ownDatabases are the applications with those of their databases that the phase promotes.
func ownDatabases(run failover.Run, apps []failover.Application) []failover.Application {
	apps = slices.Clone(apps)
	for i := range apps {
		apps[i].Databases = run.Databases(apps[i])
	}
	return apps
}

// writers checks whether the writers are in the target Region. It reads a cluster only when its global cluster has the expected
// writer: until then the state of the cluster says nothing.
func (h Handler) writers(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	client, to := h.RDS(req.Stage.To), req.Stage.To
	globals, err := live.Databases(ctx, client, apps)
	if err != nil {
		return err
	}
	var promoted, owners, ids []string
	seen := map[string]bool{}
	for _, app := range apps {
		for _, db := range app.Databases {
			if seen[db.GlobalCluster] {
				continue
			}
			seen[db.GlobalCluster] = true
			owner, target := app.Name+": global cluster "+db.GlobalCluster, db.Clusters[to]
			g, ok := globals[db.GlobalCluster]
			switch {
			case !ok:
				l.wait("%s: not found in %s", owner, to)
				l.clusters[db.GlobalCluster] = true
			case judge(l, owner, req, g, target):
				promoted, owners, ids = append(promoted, target), append(owners, owner), append(ids, db.GlobalCluster)
			default:
				l.clusters[db.GlobalCluster] = true
			}
		}
	}
	clusters, err := live.Clusters(ctx, client, promoted)
	if err != nil {
		return err
	}
	for i, arn := range promoted {
		if status := clusters[arn].Status; status != "available" {
			l.wait("%s: its cluster %s in %s is %s; expected available", owners[i], live.ClusterID(arn), to, orMissing(status))
			l.clusters[ids[i]] = true
		}
	}
	return nil
}

// writerFollows says whether, in a rollback or return-rollback, the stage moves the users of the application, and a later stage
// its writer.
func writerFollows(req failover.VerifyRequest, app failover.Application) bool {
	return req.Run.Phase.Undoes() && req.Stage.WriterFollows && len(req.Run.Databases(app)) > 0
}

// atRest checks, before a rollback or return-rollback promotes, that the promotions which the run requested are finished. A
// promotion in progress cannot be reversed.
func (h Handler) atRest(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	var waiting []failover.Application
	for _, app := range apps {
		if writerFollows(req, app) {
			waiting = append(waiting, app)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	globals, err := live.Databases(ctx, h.RDS(req.Stage.To), waiting)
	if err != nil {
		return err
	}
	for _, app := range waiting {
		for _, db := range app.Databases {
			if op := globals[db.GlobalCluster].Operation; op != nil {
				l.wait("%s: global cluster %s: still %s to %s; it can be reversed once that is over", app.Name, db.GlobalCluster, op.Status, regionOf(op.To))
			}
		}
	}
	return nil
}

// judge says whether the target has the writer and no operation is in progress; otherwise it notes what is pending.
func judge(l *attempt, what string, req failover.VerifyRequest, g live.GlobalCluster, target string) bool {
	op, to := g.Operation, req.Stage.To
	switch {
	case op != nil && op.To != target:
		l.giveUp("%s: another operation is promoting %s (%s); expected %s", what, op.To, op.Status, target)
	case asksAgain(req) && (op == nil && g.Writer() != target || op != nil && op.Status == "cancelling"):
		l.unpromoted = append(l.unpromoted, line("%s: the writer is in %s, and its promotion in %s was cancelled or has not started; it is asked for again", []any{what, regionOf(g.Writer()), to}))
	case op != nil && op.Status == "cancelling":
		l.giveUp("%s: Aurora is cancelling its promotion in %s", what, to)
	case op != nil && !op.DataLoss && !req.Run.Action.Planned():
		l.wait("%s: still %s to %s: a planned switchover, which needs the old writer to respond", what, op.Status, to)
	case op != nil && g.Writer() == target:
		l.wait("%s: still %s, although %s writes already", what, op.Status, to)
	case op != nil:
		l.wait("%s: still %s to %s", what, op.Status, to)
	case g.Writer() != target:
		l.wait("%s: the writer is in %s, and no promotion is in flight; expected it in %s", what, regionOf(g.Writer()), to)
	default:
		return true
	}
	return false
}

// asksAgain says whether a cancelled promotion must be requested again. A failover can find its databases in a planned
// switchover to the same Region, which Aurora cancels when the Region of the writer is lost.
func asksAgain(req failover.VerifyRequest) bool {
	return req.Run.Action == failover.Failover && req.Stage.Promote
}

// regionOf names the Region in a cluster's ARN.
func regionOf(clusterARN string) string {
	return cmp.Or(string(live.RegionOf(clusterARN)), "no Region")
}

func orMissing(status string) string {
	if status == "" {
		return "missing"
	}
	return status
}
