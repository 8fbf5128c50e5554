// Package alerting makes what people are told by: a topic, and alarms for runs that end without being Completed, for what
// keeps runs from starting, and for a Region that is not ready to be moved to.
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
// The topic has no key of KMS: SNS encrypts what it stores anyway, alarms cannot publish through the key that AWS
// manages, and a key of our own would be one more thing that can fail, in silence, in the very minute when somebody
// must be told. Messages name applications and Regions and hold no secret.
func NewTopic(scope constructs.Construct, id string, region names.Region, emails []string) awssns.Topic {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	topic := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{
		TopicName:   jsii.String(region.Topic()),
		DisplayName: jsii.String("Drover " + region.Plan.Name),
		EnforceSSL:  jsii.Bool(true),
	})
	// A policy of its own replaces the one with which SNS lets the whole account publish, and with it the alarms' way in.
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("AlarmsTell"),
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
