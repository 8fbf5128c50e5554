package failover

import (
	"fmt"
	"slices"
)

// Partition is a group of AWS Regions with accounts, ARNs and endpoints of its own. Nothing is shared between two.
type Partition struct {
	// ID is the second part of every ARN.
	ID string
	// URLSuffix is the end of the endpoints' names, as the pseudo parameter AWS::URLSuffix has it.
	URLSuffix string
	// Console is the host of the AWS console, to be preceded by a Region and a dot.
	Console string
	// GlobalRegion is where the control planes of the global services are, such as that of Route 53.
	GlobalRegion Region
	// Regions are the known ones, in alphabetical order. What AWS opens later is added here. A list that is behind is
	// better than a typing error that looks like a Region and is discovered by a failover.
	Regions []Region
}

// partitions are the public partitions of AWS. Sources: AWS General Reference, "Amazon Route 53 endpoints and quotas"
// (us-east-1 and cn-northwest-1), and AWS GovCloud (US) User Guide, "Service endpoints" (us-gov-west-1).
var partitions = []Partition{
	{
		ID: "aws", URLSuffix: "amazonaws.com", Console: "console.aws.amazon.com", GlobalRegion: "us-east-1",
		Regions: []Region{
			"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
			"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
			"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
			"eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1",
			"us-east-2", "us-west-1", "us-west-2",
		},
	},
	{
		ID: "aws-cn", URLSuffix: "amazonaws.com.cn", Console: "console.amazonaws.cn", GlobalRegion: "cn-northwest-1",
		Regions: []Region{"cn-north-1", "cn-northwest-1"},
	},
	{
		ID: "aws-us-gov", URLSuffix: "amazonaws.com", Console: "console.amazonaws-us-gov.com", GlobalRegion: "us-gov-west-1",
		Regions: []Region{"us-gov-east-1", "us-gov-west-1"},
	},
}

// PartitionOf returns the partition of a known Region.
func PartitionOf(region Region) (Partition, bool) {
	i := slices.IndexFunc(partitions, func(p Partition) bool { return slices.Contains(p.Regions, region) })
	if i < 0 {
		return Partition{}, false
	}
	return partitions[i], true
}

// Partition returns that of a Region, and the standard one for a Region that is not known: a Lambda that is deployed
// somewhere must not fail for want of a line in a list. What deploys or rehearses refuses such a Region first, with
// [CheckRegion].
func (r Region) Partition() Partition {
	if p, known := PartitionOf(r); known {
		return p
	}
	return partitions[0]
}

// CheckRegion refuses a code that has the form of a Region and is not one that is known.
func CheckRegion(region Region) error {
	if _, err := ParseRegion(string(region)); err != nil {
		return err
	}
	if _, known := PartitionOf(region); !known {
		return fmt.Errorf("%q is not a known Region; if AWS has it, add it to the list in internal/failover/partition.go", region)
	}
	return nil
}

// PartitionByID returns the partition that an ARN names.
func PartitionByID(id string) (Partition, bool) {
	i := slices.IndexFunc(partitions, func(p Partition) bool { return p.ID == id })
	if i < 0 {
		return Partition{}, false
	}
	return partitions[i], true
}

// ConsoleOf is the address of an execution in the AWS console, and empty for what is not the ARN of one, and in a
// partition whose console is not known.
func ConsoleOf(execution string) string {
	m, ok := MachineOf(execution)
	p, known := PartitionByID(m.Partition)
	if !ok || !known {
		return ""
	}
	return fmt.Sprintf("https://%s.%s/states/home?region=%[1]s#/v2/executions/details/%[3]s", m.Region, p.Console, execution)
}
