package contract_test

import "github.com/aws/aws-sdk-go-v2/aws"

var _ = ask("RDS-8", "reads the FailoverState of global clusters that are available", func(a *account) verdict {
	clusters, err := a.globalClusters(a.standby)
	if err != nil || len(clusters) == 0 {
		return cannotKnow("%d global clusters, error %v", len(clusters), err)
	}
	for _, g := range clusters {
		if s := g.FailoverState; aws.ToString(g.Status) == "available" && s != nil && s.Status != "" {
			return refuted("%s is available and its FailoverState has the status %s; assumed absent or empty", aws.ToString(g.GlobalClusterIdentifier), s.Status)
		}
	}
	return confirmed("of %d global clusters, each that is available has no FailoverState or an empty one", len(clusters))
})
