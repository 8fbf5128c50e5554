package alerting

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/drover-dr/drover/infra/names"
	"github.com/drover-dr/drover/infra/permission"
	"github.com/drover-dr/drover/internal/failover"
)

// Alarm is one reason to page an operator.
type Alarm struct {
	// ID is the construct's, Name the end of the alarm's own name.
	ID, Name string
	// Means is the alarm's description: what it means, and what the operator does.
	Means string

	Namespace, Metric string
	Dimensions        map[string]*string
	// Statistic of each period of Minutes: Sum of one minute unless it says otherwise.
	Statistic string
	Minutes   int
	// The alarm goes off at AtLeast or, if Below is set, below that, when Periods in a row are so: 1 by default.
	AtLeast, Below float64
	Periods        int
	// Missing is how a period without data counts. By default it is not breaching: no run, no alarm.
	Missing awscloudwatch.TreatMissingData
}

// Subject is what the alarms of a Region watch.
type Subject struct {
	Region names.Region
	// StateMachine is its ARN, Functions are the names of the steps and the API.
	StateMachine *string
	Functions    []string
	// CheckWithinMinutes is how long there may be no check; 0 when none are scheduled.
	CheckWithinMinutes int
}

// Alarms returns all alarms of a Region.
func Alarms(s Subject) []Alarm {
	list := append(runAlarms(s.StateMachine), deliveryAlarms(s.Region)...)
	for _, name := range s.Functions {
		list = append(list, Alarm{
			ID: "Errors-" + name, Name: "errors-" + name,
			Means: fmt.Sprintf("The function %s has failed three times within five minutes. Step Functions retries a step, so one failure does not matter; three need an operator: read the log of the function.",
				s.Region.Function(name)),
			Namespace: "AWS/Lambda", Metric: "Errors", Dimensions: dimension("FunctionName", s.Region.Function(name)), Minutes: 5, AtLeast: 3,
		})
	}
	return append(list, readinessAlarms(s)...)
}

// closes says who closes a run that has not closed itself.
const closes = " Another run closes it: it sends a notification with what moved and the command to type next, and releases the lock. If that notification has not come after ten minutes, start a check, which closes the run too."

// runAlarms watch Step Functions' own metrics, so that they work when Notify does not.
func runAlarms(stateMachine *string) []Alarm {
	of := map[string]*string{"StateMachineArn": stateMachine}
	return []Alarm{
		{ID: "Failed", Name: "run-failed", Namespace: "AWS/States", Metric: "ExecutionsFailed", Dimensions: of, AtLeast: 1,
			Means: "A run did not end Completed. Its error says how. Held: an operator must act. RolledBack: everything is as it was before the run. Refused: nothing was changed. Any other error: Step Functions has ended the run." + closes},
		{ID: "TimedOut", Name: "run-timed-out", Namespace: "AWS/States", Metric: "ExecutionsTimedOut", Dimensions: of, AtLeast: 1,
			Means: "A run has reached the time limit of the state machine, and Step Functions has ended it." + closes},
		{ID: "Aborted", Name: "run-aborted", Namespace: "AWS/States", Metric: "ExecutionsAborted", Dimensions: of, AtLeast: 1,
			Means: "An operator has stopped a run." + closes},
	}
}

// deliveryAlarms are about what was not delivered: the start of a run, or a notification.
func deliveryAlarms(region names.Region) []Alarm {
	return []Alarm{
		{ID: "DeadLetters", Name: "dead-letters", Namespace: "AWS/SQS", Metric: "ApproximateNumberOfMessagesVisible",
			Dimensions: dimension("QueueName", region.DeadLetters()), Statistic: "Maximum", AtLeast: 1,
			Means: "An alarm or a schedule could not start its run. The message in the dead-letter queue says which run and why. If the run is still wanted, start it with drover start. Then delete the message."},
		{ID: "Undelivered", Name: "undelivered", Namespace: "AWS/SNS", Metric: "NumberOfNotificationsFailed",
			Dimensions: dimension("TopicName", region.Topic()), Minutes: 5, AtLeast: 1,
			Means: "The topic could not deliver a notification to one of its subscribers. Check the subscriptions of the topic."},
		{ID: "NotNotified", Name: "not-notified", Namespace: permission.Metrics, Metric: failover.MissingMetric,
			Dimensions: dimension("Plan", region.Plan.Name), AtLeast: 1,
			Means: fmt.Sprintf("A run has ended, and its notification was not sent or its report was not written. Type drover status to see which run it is and how it ended. The log of the function %s says why. If the function was not invoked, the history of the execution says why.", region.Function("notify"))},
	}
}

// readinessAlarms are two, because they treat missing data differently: a check that has found a blocker counts until the
// next check, while a missing check does not count as a good one.
func readinessAlarms(s Subject) []Alarm {
	if s.CheckWithinMinutes == 0 {
		return nil
	}
	of, to := dimension("Plan", s.Region.Plan.Name), s.Region.Code
	return []Alarm{
		{ID: "NotReady", Name: "not-ready", Namespace: permission.Metrics, Metric: "Ready", Dimensions: of,
			Statistic: "Minimum", Below: 1, Missing: awscloudwatch.TreatMissingData_IGNORE,
			Means: fmt.Sprintf("The last check has found a blocker: applications could not be moved to %s now. The findings are in the output of the check's execution.", to)},
		{ID: "NotChecked", Name: "not-checked", Namespace: permission.Metrics, Metric: "Ready", Dimensions: of,
			Statistic: "SampleCount", Minutes: 5, Below: 1, Periods: s.CheckWithinMinutes / 5, Missing: awscloudwatch.TreatMissingData_BREACHING,
			Means: fmt.Sprintf("There was no check for %d minutes, so it is not known whether applications could be moved to %s. See the last check, its schedule, and the dead-letter queue.", s.CheckWithinMinutes, to)},
	}
}

func dimension(name, value string) map[string]*string {
	return map[string]*string{name: jsii.String(value)}
}

// NewAlarms makes the alarms; each publishes to the topic.
func NewAlarms(scope constructs.Construct, id string, region names.Region, alarms []Alarm, topic awssns.Topic) {
	scope = constructs.NewConstruct(scope, jsii.String(id))
	for _, a := range alarms {
		metric := awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace:     jsii.String(a.Namespace),
			MetricName:    jsii.String(a.Metric),
			DimensionsMap: &a.Dimensions,
			Statistic:     jsii.String(cmp.Or(a.Statistic, "Sum")),
			Period:        awscdk.Duration_Minutes(jsii.Number(cmp.Or(a.Minutes, 1))),
		})
		threshold, comparison := a.AtLeast, awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD
		if a.Below > 0 {
			threshold, comparison = a.Below, awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
		}
		awscloudwatch.NewAlarm(scope, jsii.String(a.ID), &awscloudwatch.AlarmProps{
			AlarmName:          jsii.String(region.Alarm(a.Name)),
			AlarmDescription:   jsii.String(a.Means),
			Metric:             metric,
			Threshold:          jsii.Number(threshold),
			EvaluationPeriods:  jsii.Number(cmp.Or(a.Periods, 1)),
			ComparisonOperator: comparison,
			TreatMissingData:   cmp.Or(a.Missing, awscloudwatch.TreatMissingData_NOT_BREACHING),
		}).AddAlarmAction(awscloudwatchactions.NewSnsAction(topic))
	}
}
