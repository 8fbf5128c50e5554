package trigger

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
)

// AlarmProps is what the rule is about.
type AlarmProps struct {
	Scope permission.Scope
	// Alarms are the names of the alarms, in the Region of the rule.
	Alarms []string
	// AllowDataLoss is the consent that the failover is started with.
	AllowDataLoss bool
	// StateMachine and DeadLetters are ARNs.
	StateMachine, DeadLetters *string
}

// NewAlarmRule makes the rule that starts a failover when one of the alarms goes off. It is in the Region to which the
// failover moves, as are the alarms: those of the Region that is lost would not arrive.
func NewAlarmRule(scope constructs.Construct, id string, props AlarmProps) {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	region := props.Scope.Names
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role("rule"),
		Service:     "events.amazonaws.com",
		SourceARN:   region.RuleARN(),
		Description: "With which the rule " + region.Rule() + " starts a failover",
		Grants:      props.Scope.ForRule(),
	})
	awsevents.NewCfnRule(scope, jsii.String("Rule"), &awsevents.CfnRuleProps{
		Name:        jsii.String(region.Rule()),
		Description: jsii.String("Drover: starts a failover to this Region when an alarm here says that the other is lost"),
		EventPattern: map[string]any{
			"source":      []string{"aws.cloudwatch"},
			"detail-type": []string{"CloudWatch Alarm State Change"},
			"detail":      map[string]any{"alarmName": props.Alarms, "state": map[string]any{"value": []string{"ALARM"}}},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:      jsii.String("StateMachine"),
			Arn:     props.StateMachine,
			RoleArn: role.RoleArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: map[string]string{"alarm": "$.detail.alarmName", "time": "$.time"},
				InputTemplate: jsii.String(failoverInput(props.AllowDataLoss)),
			},
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(maxAgeSeconds), MaximumRetryAttempts: jsii.Number(attempts),
			},
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: props.DeadLetters},
		}},
	})
}

// failoverInput is the input of the run, with <alarm> and <time> to be filled by EventBridge. The time is the event's,
// which is when the alarm went off, to the second: the run's RTO counts from there. The alarm's own timestamp is the
// same in a form that is not RFC 3339. The alarm's reason is left out: it is free text and would have to be escaped.
func failoverInput(allowDataLoss bool) string {
	return fmt.Sprintf(`{"action":"failover","allowDataLoss":%t,"since":"<time>",`+
		`"requestedBy":"alarm <alarm>","reason":"the alarm <alarm> went off"}`, allowDataLoss)
}
