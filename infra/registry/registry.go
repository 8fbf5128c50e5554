// Package registry makes the global table that holds applications, the lock and the runs.
package registry

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/internal/failover"
)

// Props is what the table depends on.
type Props struct {
	Plan failover.Plan
	// Strong has every write agreed between three Regions. Witness, which holds no data, or Replica is the third.
	Strong           bool
	Witness, Replica failover.Region
}

// New makes the table in the Region of the scope's stack, which must be the plan's primary, with a replica in the
// standby. Losing the registry would leave a failover without a list of what to move: it cannot be deleted by mistake,
// outlives its stack, and both replicas can be restored to any moment of the last 35 days.
//
// How consistent the replicas are is decided once: DynamoDB makes a strongly consistent table only while it is empty,
// and neither changes it back nor takes one of its replicas away. It has neither transactions nor items that expire,
// and the registry needs neither.
func New(scope constructs.Construct, id string, props Props) awsdynamodb.TableV2 {
	plan := props.Plan
	scope = constructs.NewConstruct(scope, jsii.String(id))
	restorable := &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)}
	replica := func(region failover.Region) *awsdynamodb.ReplicaTableProps {
		return &awsdynamodb.ReplicaTableProps{
			Region:                           jsii.String(string(region)),
			PointInTimeRecoverySpecification: restorable,
			DeletionProtection:               jsii.Bool(true),
		}
	}
	table := &awsdynamodb.TablePropsV2{
		TableName:                        jsii.String(names.Table(plan)),
		PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String("pk"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:                          &awsdynamodb.Attribute{Name: jsii.String("sk"), Type: awsdynamodb.AttributeType_STRING},
		Billing:                          awsdynamodb.Billing_OnDemand(nil),
		PointInTimeRecoverySpecification: restorable,
		DeletionProtection:               jsii.Bool(true),
		RemovalPolicy:                    awscdk.RemovalPolicy_RETAIN,
		Replicas:                         &[]*awsdynamodb.ReplicaTableProps{replica(plan.Standby)},
	}
	if props.Strong {
		table.MultiRegionConsistency = awsdynamodb.MultiRegionConsistency_STRONG
	}
	if props.Witness != "" {
		table.WitnessRegion = jsii.String(string(props.Witness))
	}
	if props.Replica != "" {
		*table.Replicas = append(*table.Replicas, replica(props.Replica))
	}
	return awsdynamodb.NewTableV2(scope, jsii.String("Table"), table)
}
