package trigger

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/infra/policy"
	"github.com/drover-dr/drover/internal/failover"
)

// Schedule is one action and when it is started.
type Schedule struct {
	// ID is the construct's, Action the run's.
	ID, Action string
	// Expression is one of EventBridge Scheduler.
	Expression string
	// Does completes the sentence "This schedule …".
	Does string
}

// ScheduleProps is what the schedules have in common.
type ScheduleProps struct {
	Scope     permission.Scope
	Schedules []Schedule
	Timezone  string
	// StateMachine and DeadLetters are ARNs.
	StateMachine, DeadLetters *string
}

// NewSchedules makes the schedules, if there are any, with one role.
//
// Both Regions have them, for neither may depend on the other. Checks of both are wanted. Of the drills, the one in the
// Region where the applications are has nothing to move, and the other one does it.
func NewSchedules(scope constructs.Construct, id string, props ScheduleProps) {
	if len(props.Schedules) == 0 {
		return
	}
	scope = constructs.NewConstruct(scope, jsii.String(id))
	region := props.Scope.Names
	role := policy.NewRole(scope, "Role", policy.Props{
		Name:        region.Role("scheduler"),
		Service:     "scheduler.amazonaws.com",
		SourceARN:   region.ScheduleGroupARN(),
		Description: "With which EventBridge Scheduler starts the checks and drills of " + region.Plan.Name,
		Grants:      props.Scope.ForSchedules(),
	})
	for _, s := range props.Schedules {
		name := region.Schedule(s.Action)
		awsscheduler.NewCfnSchedule(scope, jsii.String(s.ID), &awsscheduler.CfnScheduleProps{
			Name:                       jsii.String(name),
			Description:                jsii.String("Drover: " + s.Does),
			ScheduleExpression:         jsii.String(s.Expression),
			ScheduleExpressionTimezone: jsii.String(props.Timezone),
			FlexibleTimeWindow:         &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
			Target: &awsscheduler.CfnSchedule_TargetProperty{
				Arn:     props.StateMachine,
				RoleArn: role.RoleArn(),
				Input:   jsii.String(fmt.Sprintf(`{"action":%q,"requestedBy":"%s%s"}`, s.Action, failover.ScheduleRequests, name)),
				RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{
					MaximumEventAgeInSeconds: jsii.Number(maxAgeSeconds), MaximumRetryAttempts: jsii.Number(attempts),
				},
				DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: props.DeadLetters},
			},
		})
	}
}
