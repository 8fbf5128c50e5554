package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

var _ = ask("RDS-11", "compares the version of a global cluster with that of its writer", func(a *account) verdict {
	clusters, err := a.globalClusters(a.standby)
	if err != nil || len(clusters) == 0 {
		return cannotKnow("%d global clusters, error %v", len(clusters), err)
	}
	compared := 0
	for _, region := range []string{a.primary, a.standby} {
		out, err := rds.NewFromConfig(a.config(region)).DescribeDBClusters(a.ctx, &rds.DescribeDBClustersInput{})
		if err != nil {
			return cannotKnow("DescribeDBClusters: %v", err)
		}
		for _, c := range out.DBClusters {
			for _, g := range clusters {
				for _, m := range g.GlobalClusterMembers {
					if !aws.ToBool(m.IsWriter) || aws.ToString(m.DBClusterArn) != aws.ToString(c.DBClusterArn) {
						continue
					}
					compared++
					if aws.ToString(c.EngineVersion) != aws.ToString(g.EngineVersion) {
						return refuted("%s has the version %s, its writer %s", aws.ToString(g.GlobalClusterIdentifier), aws.ToString(g.EngineVersion), aws.ToString(c.EngineVersion))
					}
				}
			}
		}
	}
	if compared == 0 {
		return cannotKnow("no writer is in these two Regions")
	}
	return confirmed("%d global clusters have the version of their writer", compared)
})
