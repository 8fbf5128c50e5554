package kernel

import "github.com/drover-dr/drover/internal/failover"

// partitionOf is the partition of the Regions: an AWS account is in one partition only.
func partitionOf(regions []string) failover.Partition {
	if len(regions) == 0 {
		return failover.Region("").Partition()
	}
	return failover.Region(regions[0]).Partition()
}

// ARN is the ARN of a resource in the account. The Region is empty for resources without one, such as a global cluster.
func (k *Kernel) ARN(service, region, resource string) string {
	return "arn:" + k.Partition.ID + ":" + service + ":" + region + ":" + k.Account + ":" + resource
}

// GlobalARN is the ARN of a resource whose name is unique without Region and account: a bucket, a hosted zone.
func (k *Kernel) GlobalARN(service, resource string) string {
	return "arn:" + k.Partition.ID + ":" + service + ":::" + resource
}
