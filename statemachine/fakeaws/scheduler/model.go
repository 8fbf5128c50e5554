package scheduler

import "github.com/drover-dr/drover/statemachine/fakeaws/constraint"

// scheduleInput are the parameters of CreateSchedule with the constraints of the API's model.
type scheduleInput struct {
	Name                       *string `model:"required length=1..64 pattern=schedule"`
	ScheduleExpression         *string `model:"required length=1..256"`
	ScheduleExpressionTimezone *string `model:"length=1..50"`
	Target                     targetInput
}

type targetInput struct {
	ARN        *string `json:"Arn" model:"required length=1..1600"`
	RoleARN    *string `json:"RoleArn" model:"required length=1..1600 pattern=role-arn"`
	Input      *string `model:"bytes=1..262144"` // "Quotas for Amazon EventBridge Scheduler": the payload of a target
	DeadLetter *string `json:"DeadLetterConfig.Arn" model:"length=1..1600 pattern=queue-arn"`
}

// checkSchedule rejects a schedule that Scheduler would not create.
func checkSchedule(s Schedule) error {
	t := s.Target
	in := scheduleInput{
		Name: &s.Name, ScheduleExpression: &s.Expression, ScheduleExpressionTimezone: given(s.Timezone),
		Target: targetInput{ARN: &t.ARN, RoleARN: &t.RoleARN, Input: given(t.Input), DeadLetter: given(t.DeadLetterARN)},
	}
	if err := constraint.Check(in, "ValidationException"); err != nil {
		return err
	}
	return nil
}

// given is an optional member: nil when it is empty.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
