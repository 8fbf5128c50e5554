package validate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// checkDatabases asks whether each global cluster can be promoted in the target Region. What makes it impossible or
// doubtful blocks every action but a failover: that sets the database aside, and moves everything else.
func (in *inspection) checkDatabases() {
	for _, db := range in.databases() {
		if !in.withheld[db.GlobalCluster] {
			in.checkDatabase(db)
		}
	}
}

// noClusters notes the global clusters that the plan may not use, if err says nothing worse of any: IAM allows those of
// the plan's context. One finding says it all.
func (in *inspection) noClusters(err error) bool {
	unread := (*live.UnreadClusters)(nil)
	if !errors.As(err, &unread) {
		return false
	}
	for _, err := range unread.Errors {
		if entry.ConditionOf(err) != failover.Denied {
			return false
		}
	}
	for _, id := range slices.Sorted(maps.Keys(unread.Errors)) {
		in.withhold(id, entry.CouldNot("be read", unread.Errors[id]))
	}
	return true
}

// notPromotable notes the global clusters that the plan may read and not promote: where there are many, IAM lets it read
// all of the account.
func (in *inspection) notPromotable() {
	if len(in.Promotable) == 0 {
		return
	}
	for _, db := range in.databases() {
		named := slices.ContainsFunc(in.Promotable, func(id string) bool { return strings.EqualFold(id, db.GlobalCluster) })
		if !named && !in.withheld[db.GlobalCluster] {
			in.withhold(db.GlobalCluster, "it is not in the plan's context, and IAM lets the plan promote those alone")
		}
	}
}

// withhold notes a global cluster that the plan may not use.
func (in *inspection) withhold(id, why string) {
	if in.withheld == nil {
		in.withheld = map[string]bool{}
	}
	in.withheld[id] = true
	in.object(failover.CodeConfiguration, "database "+id, "the plan may not use it: "+why,
		fmt.Sprintf("add %q to globalClusters of the context key drover in cdk.json, then deploy", id)).Command = deploy
}

func (in *inspection) checkDatabase(db failover.Database) {
	object := "database " + db.GlobalCluster
	to, ok := db.Clusters[in.run.To]
	if !ok {
		in.object(failover.CodeTopology, object, "has no cluster registered in "+string(in.run.To), "add it to the applications file, then register it").Command = in.register()
		return
	}
	global, ok := in.clusters[db.GlobalCluster]
	if !ok {
		in.object(failover.CodeTopology, object, fmt.Sprintf("there is no such global cluster, seen from %s", in.run.To), "correct the applications file, then register it").Command = in.register()
		return
	}
	member, ok := global.Member(to)
	if !ok {
		in.object(failover.CodeTopology, object, fmt.Sprintf("%s is not one of its members", to), "add the cluster to it, or correct the applications file").Command = in.globalClusterCommand(db.GlobalCluster)
		return
	}
	if member.Writer && global.Operation == nil {
		return // it is there already
	}
	in.checkTarget(object, db, global)
	in.checkVersion(object, db, global)
	in.checkState(object, db, global, member)
}

// checkTarget looks at the cluster that is to become the writer.
func (in *inspection) checkTarget(object string, db failover.Database, global live.GlobalCluster) {
	arn := db.Clusters[in.run.To]
	cluster, ok := in.members[arn]
	switch {
	case !ok:
		in.object(failover.CodeTopology, object, fmt.Sprintf("its cluster %s does not exist in %s", arn, in.run.To), "restore it, or correct the applications file and register it").Command = in.register()
	case cluster.Instances == 0:
		in.object(failover.CodeTopology, object, fmt.Sprintf("its cluster %s has no instance; it cannot be promoted", arn),
			"add an instance of the writer's class to it").Command = in.addInstance(db, cmp.Or(cluster.Engine, global.Engine))
	case cluster.Status != "available":
		in.object(failover.CodeTopology, object, fmt.Sprintf("its cluster %s is %s; expected available", arn, cluster.Status), "wait until it is").Command = in.clusterCommand(arn)
	}
}

// checkState looks at the global cluster as a whole.
func (in *inspection) checkState(object string, db failover.Database, global live.GlobalCluster, member live.Member) {
	from := db.Clusters[in.run.From]
	if op := global.Operation; op != nil {
		in.object(failover.CodeTopology, object, fmt.Sprintf("is %s to %s already", op.Status, op.To), "wait for its end").Command = in.globalClusterCommand(db.GlobalCluster)
		return
	}
	if global.Status != "available" {
		in.object(failover.CodeTopology, object, fmt.Sprintf("is %s; expected available", global.Status), "wait until it is").Command = in.globalClusterCommand(db.GlobalCluster)
	}
	if writer := global.Writer(); writer != from {
		in.object(failover.CodeTopology, object, fmt.Sprintf("its writer is %s; expected %s", orNone(writer), from), "").Command = in.bringWriter(db, writer)
	}
	if member.Synchronization == "pending-resync" {
		in.object(failover.CodeTopology, object, fmt.Sprintf("its member in %s is pending-resync; expected connected", in.run.To), "wait until it is").Command = in.globalClusterCommand(db.GlobalCluster)
	}
}

// checkLag compares the replication lag with what a planned action accepts. Without a fresh measurement nobody knows
// what it is.
func (in *inspection) checkLag() {
	limit := time.Duration(in.Plan.MaxLagSeconds) * time.Second
	for _, lag := range in.lags {
		object := fmt.Sprintf("database %s in %s", lag.GlobalCluster, in.run.To)
		switch {
		case in.becameSecondary(lag):
			in.unmeasured = append(in.unmeasured, fmt.Sprintf("%s: no measurement of its replication lag since it became secondary; expected one within %v",
				object, failover.LagWaits*failover.LagWait))
		case !lag.Fresh(in.req.Now):
			in.object(failover.CodeNoData, object, fmt.Sprintf("no measurement of its replication lag in the last %v; last %s", live.FreshLag, lagText(lag)),
				"see AuroraGlobalDBReplicationLag of "+live.ClusterID(lag.Cluster)).Command = lag.Command(in.run.To, in.req.Now)
		case time.Duration(lag.Millis)*time.Millisecond > limit:
			in.object(failover.CodeLag, object, fmt.Sprintf("it is %d ms behind; expected at most %d ms", lag.Millis, limit.Milliseconds()), "wait until it has caught up").Command = lag.Command(in.run.To, in.req.Now)
		}
	}
}

// becameSecondary says whether the cluster is one of a drill's that has become secondary on the way out and has no
// measurement since: an older one is of the time before the drill.
func (in *inspection) becameSecondary(lag live.ReplicationLag) bool {
	return in.run.Phase == failover.Return && (!lag.Known || lag.At.Before(in.req.Run.PhaseStartedAt))
}

// checkConsent refuses a failover that loses data nobody has agreed to lose.
func (in *inspection) checkConsent() {
	if !in.outage() || in.run.AllowDataLoss {
		return
	}
	databases, names := 0, ""
	for _, app := range in.apps {
		if in.mustPromote(app) {
			databases++
			if names == "" {
				names = app.Name
			}
		}
	}
	if databases == 0 {
		return
	}
	if databases > 1 {
		names = fmt.Sprintf("%s and %d more", names, databases-1)
	}
	worst := "not measured"
	if lag := live.MaxLag(in.lags); lag.Known {
		worst = fmt.Sprintf("%s at %s", lag.GlobalCluster, lagText(lag))
	}
	found := fmt.Sprintf("a failover of its databases loses the writes that are not replicated; last measured lag: %s", worst)
	switch {
	case in.Plan.AllowDataLoss: // the input has withdrawn it
		in.block(failover.CodeDataLoss, "application "+names, found, "use switchover, or start again without allowDataLoss, which the plan has").Command =
			in.start(in.Region, func(input *failover.Input) { input.AllowDataLoss = nil })
	case !in.Plan.MayBeLoosened(failover.ConsentSetting):
		in.block(failover.CodeDataLoss, "application "+names, found,
			"use switchover, or set allowDataLoss of the context key drover in cdk.json, which the plan does not leave to the input, then deploy").Command = deploy
	default:
		in.block(failover.CodeDataLoss, "application "+names, found, `use switchover, or start again with "allowDataLoss": true`).Command =
			in.start(in.Region, func(input *failover.Input) { input.AllowDataLoss = new(true) })
	}
}

func lagText(l live.ReplicationLag) string {
	if !l.Known {
		return "never"
	}
	return fmt.Sprintf("%d ms on %s", l.Millis, l.At.UTC().Format(timeLayout))
}
