package validate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// checkWithheld notes the global clusters that the plan may not use, starting with those that it may not read.
func (j *judgement) checkWithheld() {
	for _, id := range slices.Sorted(maps.Keys(j.denied)) {
		j.withheld(id)
	}
	for _, db := range j.databases() {
		if j.denied[db.GlobalCluster] == nil && j.mayNotUse(db.GlobalCluster) != "" {
			j.withheld(db.GlobalCluster)
		}
	}
}

func (j *judgement) withheld(id string) {
	j.object(failover.CodeConfiguration, "database "+id, "the plan may not use it: "+j.mayNotUse(id),
		fmt.Sprintf("add %q to globalClusters of the context key drover in cdk.json, then deploy", id)).Command = deploy
}

// checkDatabases checks whether each global cluster can be promoted in the target Region. If that is impossible or doubtful, it
// blocks every action except a failover, which sets the database aside and moves everything else.
func (j *judgement) checkDatabases() {
	if j.clustersListed {
		j.checkWithheld()
	}
	if !j.clustersRead {
		return
	}
	for _, db := range j.databases() {
		if j.mayNotUse(db.GlobalCluster) == "" {
			j.checkDatabase(db)
		}
	}
}

func (j *judgement) checkDatabase(db failover.Database) {
	object := "database " + db.GlobalCluster
	to, ok := db.Clusters[j.run.To]
	if !ok {
		j.object(failover.CodeTopology, object, "has no cluster registered in "+string(j.run.To), "add it to the applications file, then register it").Command = j.register()
		return
	}
	global, ok := j.clusters[db.GlobalCluster]
	if !ok {
		j.object(failover.CodeTopology, object, fmt.Sprintf("there is no such global cluster, seen from %s", j.run.To), "correct the applications file, then register it").Command = j.register()
		return
	}
	member, ok := global.Member(to)
	if !ok {
		j.object(failover.CodeTopology, object, fmt.Sprintf("%s is not one of its members", to), "add the cluster to it, or correct the applications file").Command = j.globalClusterCommand(db.GlobalCluster)
		return
	}
	if member.Writer && global.Operation == nil {
		return // the writer is in the target Region already
	}
	j.checkTarget(object, db, global)
	j.checkVersion(object, db, global)
	j.checkState(object, db, global, member)
}

// checkTarget judges the cluster that will become the writer.
func (j *judgement) checkTarget(object string, db failover.Database, global live.GlobalCluster) {
	arn := db.Clusters[j.run.To]
	cluster, ok := j.members[arn]
	switch {
	case !ok:
		j.object(failover.CodeTopology, object, fmt.Sprintf("its cluster %s does not exist in %s", arn, j.run.To), "restore it, or correct the applications file and register it").Command = j.register()
	case cluster.Instances == 0:
		j.object(failover.CodeTopology, object, fmt.Sprintf("its cluster %s has no instance; it cannot be promoted", arn),
			"add an instance of the writer's class to it").Command = j.addInstance(db, cmp.Or(cluster.Engine, global.Engine))
	case cluster.Status != "available":
		j.object(failover.CodeTopology, object, fmt.Sprintf("its cluster %s is %s; expected available", arn, cluster.Status), "wait until it is").Command = j.clusterCommand(arn)
	}
}

// checkState judges the global cluster as a whole.
func (j *judgement) checkState(object string, db failover.Database, global live.GlobalCluster, member live.Member) {
	from := db.Clusters[j.run.From]
	if op := global.Operation; op != nil {
		j.object(failover.CodeTopology, object, fmt.Sprintf("is %s to %s already", op.Status, op.To), "wait for its end").Command = j.globalClusterCommand(db.GlobalCluster)
		return
	}
	if global.Status != "available" {
		j.object(failover.CodeTopology, object, fmt.Sprintf("is %s; expected available", global.Status), "wait until it is").Command = j.globalClusterCommand(db.GlobalCluster)
	}
	if writer := global.Writer(); writer != from {
		j.object(failover.CodeTopology, object, fmt.Sprintf("its writer is %s; expected %s", orNone(writer), from), "").Command = j.bringWriter(db, writer)
	}
	if member.Synchronization == "pending-resync" {
		j.object(failover.CodeTopology, object, fmt.Sprintf("its member in %s is pending-resync; expected connected", j.run.To), "wait until it is").Command = j.globalClusterCommand(db.GlobalCluster)
	}
}

// checkVersion compares the engine version of the target cluster with that of the writer. Secondaries are upgraded before the
// primary; until the primary is upgraded too, RDS rejects both switchover and failover. In a failover, the writer's version is
// the one that the global cluster shows.
func (j *judgement) checkVersion(object string, db failover.Database, global live.GlobalCluster) {
	to, ok := j.members[db.Clusters[j.run.To]]
	if !ok {
		return
	}
	engine, version := global.Engine, global.EngineVersion
	if from, ok := j.sources[db.Clusters[j.run.From]]; ok {
		engine, version = from.Engine, from.EngineVersion
	}
	if version == "" || to.EngineVersion == "" || live.VersionsFit(engine, version, to.EngineVersion) {
		return
	}
	older, newer := db.Clusters[j.run.To], version
	region := j.run.To
	if live.CompareVersions(version, to.EngineVersion) < 0 {
		older, newer, region = db.Clusters[j.run.From], to.EngineVersion, j.run.From
	}
	j.object(failover.CodeTopology, object, fmt.Sprintf("engine version %s in %s, and %s in %s; RDS promotes only between versions that fit: %s",
		to.EngineVersion, j.run.To, version, j.run.From, versionRule(engine)),
		fmt.Sprintf("upgrade %s to %s", live.ClusterID(older), newer)).Command = upgrade(region, older, newer)
}

func versionRule(engine string) string {
	if engine == "aurora-postgresql" {
		return "the same major and minor version"
	}
	return "the same version, with its patch"
}

// checkShared finds global clusters and records that the run would move and that other applications use too.
//
// Promoting a cluster moves the writer away from an application that is not selected: its users stay, and each of their writes
// fails or crosses Regions. This blocks a planned action, which can move that application too. It does not block a failover:
// the old writer is presumed lost anyway.
func (j *judgement) checkShared() {
	if j.run.Phase.Returns() {
		return
	}
	for _, c := range failover.Conflicts(j.apps) {
		if c.First.Wave != c.Second.Wave { // within a wave, Plan of ShiftTraffic finds it
			j.object(failover.CodeConfiguration, "applications "+c.First.Name+" and "+c.Second.Name, c.String(), "correct the applications file, and register it").Command = j.register()
		}
	}
	for _, db := range j.databases() {
		if j.targetWrites(db) {
			continue
		}
		if names := j.leftBehind(db); len(names) > 0 {
			j.object(failover.CodeShared, "database "+db.GlobalCluster,
				fmt.Sprintf("shared with %s, not selected: left in %s while the writer goes to %s", namesText(names), j.run.From, j.run.To),
				fmt.Sprintf("add %s to the applications of the input", strings.Join(names[:min(len(names), maxSaid)], ", "))).Command = j.takingAlong(names)
		}
	}
}

// checkConsent refuses a failover that loses data without consent.
func (j *judgement) checkConsent() {
	if !j.outage() || j.run.AllowDataLoss {
		return
	}
	databases, names := 0, ""
	for _, app := range j.apps {
		if j.mustPromote(app) {
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
	if lag := live.MaxLag(j.lags); lag.Known {
		worst = fmt.Sprintf("%s at %s", lag.GlobalCluster, lagText(lag))
	}
	found := fmt.Sprintf("a failover of its databases loses the writes that are not replicated; last measured lag: %s", worst)
	switch {
	case j.Plan.AllowDataLoss: // the input has withdrawn it
		j.block(failover.CodeDataLoss, "application "+names, found, "use switchover, or start again without allowDataLoss, which the plan has").Command =
			j.start(j.Region, func(input *failover.Input) { input.AllowDataLoss = nil })
	case !j.Plan.MayBeLoosened(failover.ConsentSetting):
		j.block(failover.CodeDataLoss, "application "+names, found,
			"use switchover, or set allowDataLoss of the context key drover in cdk.json, which the plan does not leave to the input, then deploy").Command = deploy
	default:
		j.block(failover.CodeDataLoss, "application "+names, found, `use switchover, or start again with "allowDataLoss": true`).Command =
			j.start(j.Region, func(input *failover.Input) { input.AllowDataLoss = new(true) })
	}
}
