// Package trigger makes what starts runs without a person: a rule for alarms, schedules, and the queue for what could
// not be delivered.
package trigger

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/policy"
)

// Deliveries are tried again for a quarter of an hour. A failover that starts later than that is not the one that the
// alarm asked for, and a check is due again by then.
const (
	maxAgeSeconds = 900
	attempts      = 60
)

// NewDeadLetters makes the queue of what could not be delivered. A message in it is a run that did not start: an alarm
// says so, and the message holds what was to be started and why it was not. It is kept for two weeks, the longest that
// there is.
func NewDeadLetters(scope constructs.Construct, id string, region names.Region) awssqs.Queue {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	queue := awssqs.NewQueue(scope, jsii.String("Queue"), &awssqs.QueueProps{
		QueueName:       jsii.String(region.DeadLetters()),
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	// EventBridge brings no role of its own to the queue of a rule; Scheduler does.
	queue.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("RuleDelivers"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{queue.QueueArn()},
		Conditions: &map[string]any{"ArnEquals": map[string]any{
			"aws:SourceArn": []*string{policy.Sub(region.RuleARN()), policy.Sub(region.StoppedRuleARN())},
		}},
	}))
	return queue
}
