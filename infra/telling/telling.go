// Package telling makes what people are told by: a topic, and alarms for runs that end without being Completed.
package telling

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
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

// alarm is one way in which a run can end without a message of its own, or with one that a person must read.
type alarm struct{ id, metric, name, means string }

var alarms = []alarm{
	{"Failed", "ExecutionsFailed", "run-failed",
		"A run did not end Completed. Its error says how: Held: an operator must look; RolledBack: everything is as before; Refused: nothing was touched."},
	{"TimedOut", "ExecutionsTimedOut", "run-timed-out",
		"A run was cut off by the time limit of the state machine and has told nobody: read its history and compare the registry with Route 53 and RDS."},
	{"Aborted", "ExecutionsAborted", "run-aborted",
		"Somebody stopped a run; its lock is held until it expires: read its history and compare the registry with Route 53 and RDS."},
}

// NewAlarms makes the alarms on the state machine's runs. They stand on Step Functions' own metrics, so that they also
// speak when Notify cannot.
func NewAlarms(scope constructs.Construct, id string, region names.Region, stateMachineARN *string, topic awssns.Topic) {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	for _, a := range alarms {
		metric := awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace:     jsii.String("AWS/States"),
			MetricName:    jsii.String(a.metric),
			DimensionsMap: &map[string]*string{"StateMachineArn": stateMachineARN},
			Statistic:     jsii.String("Sum"),
			Period:        awscdk.Duration_Minutes(jsii.Number(1)),
		})
		awscloudwatch.NewAlarm(scope, jsii.String(a.id), &awscloudwatch.AlarmProps{
			AlarmName:          jsii.String(region.Plan.Name + "-" + a.name),
			AlarmDescription:   jsii.String(a.means),
			Metric:             metric,
			Threshold:          jsii.Number(1),
			EvaluationPeriods:  jsii.Number(1),
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
			// No run is no data, and no reason to wake anybody.
			TreatMissingData: awscloudwatch.TreatMissingData_NOT_BREACHING,
		}).AddAlarmAction(awscloudwatchactions.NewSnsAction(topic))
	}
}
