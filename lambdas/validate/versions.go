package validate

import (
	"context"
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// readSources reads the clusters of the Region that the run leaves, for their engine versions. A failover never calls that
// Region.
func (in *inspection) readSources(ctx context.Context) error {
	if in.outage() {
		return nil
	}
	var arns []string
	for _, db := range in.databases() {
		if arn, ok := db.Clusters[in.run.From]; ok {
			arns = append(arns, arn)
		}
	}
	if len(arns) == 0 {
		return nil
	}
	sources, err := live.Clusters(ctx, in.Databases(in.run.From), arns)
	in.sources = sources
	return err
}

// checkVersion compares the engine version of the cluster that is to write with that of the writer. Secondaries are
// upgraded before the primary, and until that has followed RDS refuses a switchover and a failover alike. Of a failover the
// writer's version is what the global cluster says.
func (in *inspection) checkVersion(object string, db failover.Database, global live.GlobalCluster) {
	to, ok := in.members[db.Clusters[in.run.To]]
	if !ok {
		return
	}
	engine, version := global.Engine, global.EngineVersion
	if from, ok := in.sources[db.Clusters[in.run.From]]; ok {
		engine, version = from.Engine, from.EngineVersion
	}
	if version == "" || to.EngineVersion == "" || live.VersionsFit(engine, version, to.EngineVersion) {
		return
	}
	older, newer := db.Clusters[in.run.To], version
	region := in.run.To
	if live.CompareVersions(version, to.EngineVersion) < 0 {
		older, newer, region = db.Clusters[in.run.From], to.EngineVersion, in.run.From
	}
	in.object(failover.CodeTopology, object, fmt.Sprintf("engine version %s in %s, and %s in %s; RDS promotes only between versions that fit: %s",
		to.EngineVersion, in.run.To, version, in.run.From, versionRule(engine)),
		fmt.Sprintf("upgrade %s to %s", live.ClusterID(older), newer)).Command = upgrade(region, older, newer)
}

func versionRule(engine string) string {
	if engine == "aurora-postgresql" {
		return "the same major and minor version"
	}
	return "the same version, with its patch"
}

// upgrade is the command that brings a cluster to an engine version. It is a minor upgrade: RDS refuses a major one
// without a flag of its own.
func upgrade(region failover.Region, arn, version string) string {
	return failover.CommandLine("aws", "rds", "modify-db-cluster", "--region", string(region), "--db-cluster-identifier", live.ClusterID(arn),
		"--engine-version", version, "--apply-immediately")
}
