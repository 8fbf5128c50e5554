package fakeaws

import (
	"fmt"
	"regexp"

	"github.com/drover-dr/drover/internal/failover"
)

// partition is that of a World's Regions: AWS has no account that is in two.
func partitionOf(regions []string) failover.Partition {
	if len(regions) == 0 {
		return failover.Region("").Partition()
	}
	return failover.Region(regions[0]).Partition()
}

// arn is the ARN of something in the World's account. The Region is empty for what belongs to none, such as a global
// cluster.
func (w *World) arn(service, region, resource string) string {
	return "arn:" + w.partition.ID + ":" + service + ":" + region + ":" + w.Account + ":" + resource
}

// ownerless is the ARN of something whose name is unique without Region and account: a bucket, a hosted zone.
func (w *World) ownerless(service, resource string) string {
	return "arn:" + w.partition.ID + ":" + service + ":::" + resource
}

var integration = regexp.MustCompile(`arn:([a-z-]+):states:::[A-Za-z0-9:.-]+`)

// checkIntegrations refuses a definition whose integrations are those of another partition, as CreateStateMachine does.
func (w *World) checkIntegrations(sm StateMachine) error {
	for _, match := range integration.FindAllStringSubmatch(sm.Definition, -1) {
		if match[1] != w.partition.ID {
			return fmt.Errorf("state machine %s in %s: SCHEMA_VALIDATION_FAILED: the resource %s is not of the partition %s",
				sm.Name, sm.Region, match[0], w.partition.ID)
		}
	}
	return nil
}
