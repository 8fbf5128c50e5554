// Package alerting makes the topic for notifications, and the alarms: for runs that do not end Completed, for runs that
// could not be started, for notifications that are not out, and for a Region that is not ready to be moved to.
package alerting

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
)

// NewTopic makes the topic and subscribes the addresses. Publishing takes TLS.
//
// The topic has no KMS key. SNS encrypts what it stores anyway, and alarms cannot publish through the key that AWS manages.
// A key of our own could be denied or disabled, and notifications would then be lost without an error. They name
// applications and Regions, and hold no secret.
func NewTopic(scope constructs.Construct, id string, region names.Region, emails []string) awssns.Topic {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	topic := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{
		TopicName:   jsii.String(region.Topic()),
		DisplayName: jsii.String("Drover " + region.Plan.Name),
		EnforceSSL:  jsii.Bool(true),
	})
	// The topic's own policy replaces the default, which lets the whole account publish. So the alarms need a statement.
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("AlarmsPublish"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()}},
	}))
	for _, address := range emails {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(address), nil))
	}
	return topic
}
