package trigger

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
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
			"account":     []*string{awscdk.Aws_ACCOUNT_ID()},
			"region":      []string{string(region.Code)},
			"resources":   alarmARNs(region, props.Alarms),
			"detail-type": []string{"CloudWatch Alarm State Change"},
			"detail":      map[string]any{"alarmName": props.Alarms, "state": map[string]any{"value": []string{"ALARM"}}},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:      jsii.String("StateMachine"),
			Arn:     props.StateMachine,
			RoleArn: role.RoleArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputTemplate: jsii.String(failoverInput(props.AllowDataLoss)),
			},
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(maxAgeSeconds), MaximumRetryAttempts: jsii.Number(attempts),
			},
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: props.DeadLetters},
		}},
	})
}

// alarmARNs are those of the alarms in the Region of the rule. A bus can get events of other accounts and Regions, with
// alarms of the same name, and those start nothing. A name may hold "${", so the ARN is joined and not substituted.
func alarmARNs(region names.Region, alarms []string) []*string {
	var arns []*string
	for _, name := range alarms {
		arns = append(arns, awscdk.Fn_Join(jsii.String(""), &[]*string{
			jsii.String("arn:"), awscdk.Aws_PARTITION(), jsii.String(fmt.Sprintf(":cloudwatch:%s:", region.Code)), awscdk.Aws_ACCOUNT_ID(),
			jsii.String(":alarm:" + name),
		}))
	}
	return arns
}

// failoverInput is the input of the run, with the whole event in it: Validate reads from it which alarm it is, when it went
// off, from which state, and whether its actions are suppressed or muted. The rule does not decide that, because a start
// that is skipped is notified. Single values are not picked out of the event: EventBridge does not say what becomes of a
// path that finds nothing, nor escape a quotation mark in an alarm's name. See "Input transformation", aws.events.event.json,
// in the EventBridge User Guide.
//
// Without consent of its own, the input leaves it to the plan: false would withdraw the plan's.
func failoverInput(allowDataLoss bool) string {
	consent := ""
	if allowDataLoss {
		consent = `"allowDataLoss":true,`
	}
	return fmt.Sprintf(`{"action":"failover",%s"trigger":<aws.events.event.json>}`, consent)
}
