// Package logs makes log groups. Functions and state machine do not make their own, which would be kept for ever.
package logs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NewGroup makes a log group of a given name that keeps what is written for a number of days. It goes with its stack:
// what must outlive the stack is in the report bucket, and a group that stayed would stand in the way of deploying again.
func NewGroup(scope constructs.Construct, id, name string, days int) awslogs.LogGroup {
	group := awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String(name),
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	// The CDK wants one of its constants, CloudFormation the number that the operator wrote.
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(days))
	return group
}
