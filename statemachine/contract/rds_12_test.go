package contract_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

var _ = ask("RDS-12", "asks for a global cluster by its identifier in capital letters", func(a *account) verdict {
	clusters, err := a.globalClusters(a.standby)
	if err != nil || len(clusters) == 0 {
		return cannotKnow("%d global clusters, error %v", len(clusters), err)
	}
	id := aws.ToString(clusters[0].GlobalClusterIdentifier)
	out, err := rds.NewFromConfig(a.config(a.standby)).DescribeGlobalClusters(a.ctx, &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String(strings.ToUpper(id))})
	if err != nil || len(out.GlobalClusters) != 1 {
		return refuted("%s: error %v", strings.ToUpper(id), err)
	}
	got := aws.ToString(out.GlobalClusters[0].GlobalClusterIdentifier)
	return expect(got == strings.ToLower(id), "asked for %s, answered %s; assumed lower case", strings.ToUpper(id), got)
})
