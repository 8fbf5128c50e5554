package contract_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

var _ = ask("RDS-2", "describes the global clusters in both Regions", func(a *account) verdict {
	primary, err := a.globalClusters(a.primary)
	if err != nil {
		return cannotKnow("DescribeGlobalClusters: %v", err)
	}
	standby, err := a.globalClusters(a.standby)
	if err != nil {
		return cannotKnow("DescribeGlobalClusters: %v", err)
	}
	if len(primary) == 0 {
		return cannotKnow("there is no global cluster")
	}
	return expect(topology(primary) == topology(standby), "%d global clusters; both Regions show the same writers: %v, assumed true", len(primary), topology(primary) == topology(standby))
})

func (a *account) globalClusters(region string) ([]types.GlobalCluster, error) {
	out, err := rds.NewFromConfig(a.config(region)).DescribeGlobalClusters(a.ctx, &rds.DescribeGlobalClustersInput{})
	if err != nil {
		return nil, err
	}
	return out.GlobalClusters, nil
}

// topology is the writer of each global cluster.
func topology(clusters []types.GlobalCluster) string {
	text := ""
	for _, g := range clusters {
		for _, m := range g.GlobalClusterMembers {
			if aws.ToBool(m.IsWriter) {
				text += fmt.Sprintln(aws.ToString(g.GlobalClusterIdentifier), aws.ToString(m.DBClusterArn))
			}
		}
	}
	return text
}
