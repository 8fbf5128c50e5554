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

// New makes the table in the Region of the scope's stack, which must be the plan's primary, with a replica in the
// standby. Losing the registry would leave a failover without a list of what to move: it cannot be deleted by mistake,
// outlives its stack, and both replicas can be restored to any moment of the last 35 days.
func New(scope constructs.Construct, id string, plan failover.Plan) awsdynamodb.TableV2 {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	restorable := &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)}
	return awsdynamodb.NewTableV2(scope, jsii.String("Table"), &awsdynamodb.TablePropsV2{
		TableName:                        jsii.String(names.Table(plan)),
		PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String("pk"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:                          &awsdynamodb.Attribute{Name: jsii.String("sk"), Type: awsdynamodb.AttributeType_STRING},
		Billing:                          awsdynamodb.Billing_OnDemand(nil),
		PointInTimeRecoverySpecification: restorable,
		DeletionProtection:               jsii.Bool(true),
		RemovalPolicy:                    awscdk.RemovalPolicy_RETAIN,
		Replicas: &[]*awsdynamodb.ReplicaTableProps{{
			Region:                           jsii.String(string(plan.Standby)),
			PointInTimeRecoverySpecification: restorable,
			DeletionProtection:               jsii.Bool(true),
		}},
	})
}
