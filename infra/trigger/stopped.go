package trigger

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
	"github.com/drover-dr/drover/internal/failover"
)

// StoppedProps is what the rule is about.
type StoppedProps struct {
	Scope permission.Scope
	// StateMachine and DeadLetters are ARNs.
	StateMachine, DeadLetters *string
}

// NewStoppedRule makes the rule that closes a run whose execution was stopped, has timed out or died: it starts another
// execution, which takes the inventory, writes the report, notifies and releases the lock. A run that ended Held, Refused
// or RolledBack has failed too, and has closed itself; the execution that the rule starts finds that, and ends.
//
// Runs that close others, and checks, do not match the rule: they hold no lock, and would start one another without end.
// EventBridge delivers these events with best effort, so a check closes runs whose event was lost.
func NewStoppedRule(scope constructs.Construct, id string, props StoppedProps) {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	region := props.Scope.Names
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role("stopped"),
		Service:     "events.amazonaws.com",
		SourceARN:   region.StoppedRuleARN(),
		Description: "With which the rule " + region.StoppedRule() + " closes a run",
		Grants:      props.Scope.ForStoppedRule(),
	})
	awsevents.NewCfnRule(scope, jsii.String("Rule"), &awsevents.CfnRuleProps{
		Name:        jsii.String(region.StoppedRule()),
		Description: jsii.String("Drover: closes a run whose execution was stopped, timed out or died"),
		EventPattern: map[string]any{
			"source":      []string{"aws.states"},
			"detail-type": []string{"Step Functions Execution Status Change"},
			"detail": map[string]any{
				"stateMachineArn": []*string{props.StateMachine},
				"status":          []string{"ABORTED", "FAILED", "TIMED_OUT"},
				"input":           []any{map[string]any{"anything-but": map[string]any{"prefix": `{"action":"c`}}},
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:      jsii.String("StateMachine"),
			Arn:     props.StateMachine,
			RoleArn: role.RoleArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: map[string]string{"execution": "$.detail.executionArn"},
				InputTemplate: jsii.String(`{"action":"` + string(failover.Close) + `","execution":"<execution>","requestedBy":"` + failover.RuleRequests + region.StoppedRule() + `"}`),
			},
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(maxAgeSeconds), MaximumRetryAttempts: jsii.Number(attempts),
			},
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: props.DeadLetters},
		}},
	})
}
