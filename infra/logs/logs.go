// Package logs makes log groups. Functions and state machine do not make their own, which would be kept for ever.
package logs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NewGroup makes a log group of a given name that keeps what is written for a number of days. It outlives its stack, with
// the histories of runs: Step Functions forgets an execution after 90 days, and all of them with the state machine. Only
// what a first deployment that fails has made goes with it, for a name that is taken stops the next one.
func NewGroup(scope constructs.Construct, id, name string, days int) awslogs.LogGroup {
	return newGroup(scope, id, name, days, awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)
}

// NewPassingGroup makes one that goes with its stack: it holds nothing of runs.
func NewPassingGroup(scope constructs.Construct, id, name string, days int) awslogs.LogGroup {
	return newGroup(scope, id, name, days, awscdk.RemovalPolicy_DESTROY)
}

func newGroup(scope constructs.Construct, id, name string, days int, removal awscdk.RemovalPolicy) awslogs.LogGroup {
	group := awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{LogGroupName: jsii.String(name), RemovalPolicy: removal})
	// The CDK wants one of its constants, CloudFormation the number that the operator wrote.
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(days))
	return group
}
