package cloudwatch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// slow is an alarm on the latency of the shop.
func slow() *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("slow"), AlarmDescription: aws.String("users wait"), Namespace: aws.String("Shop"), MetricName: aws.String("Latency"),
		Dimensions: []types.Dimension{{Name: aws.String("Region"), Value: aws.String("west")}}, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2),
		DatapointsToAlarm: aws.Int32(1), Threshold: aws.Float64(100), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		ExtendedStatistic: aws.String("p90"), TreatMissingData: aws.String("notBreaching"),
	}
}

func TestAnAlarmIsMadeAndEvaluated(t *testing.T) {
	s := servePromptly(t)
	client := s.CloudWatch(west)
	if _, err := client.PutMetricAlarm(t.Context(), slow()); err != nil {
		t.Fatal(err)
	}
	s.PutMetric(west, "Shop", "Latency", map[string]string{"Region": "west"}, 150)
	s.Pass(2 * time.Minute)
	out, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"slow"}})
	if err != nil || len(out.MetricAlarms) != 1 {
		t.Fatalf("alarms %+v, %v; want one", out, err)
	}
	a := out.MetricAlarms[0]
	if a.StateValue != types.StateValueAlarm || aws.ToString(a.AlarmDescription) != "users wait" || aws.ToString(a.ExtendedStatistic) != "p90" || a.Statistic != "" ||
		aws.ToInt32(a.DatapointsToAlarm) != 1 || aws.ToInt32(a.EvaluationPeriods) != 2 || aws.ToString(a.TreatMissingData) != "notBreaching" {
		t.Errorf("alarm %+v; want it as it was made, in ALARM", a)
	}
}

func TestPutMetricAlarmRefusesWhatCloudWatchRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*cloudwatch.PutMetricAlarmInput)
		code   string
	}{
		"no threshold":         {func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil }, "ValidationError"},
		"no metric":            {func(in *cloudwatch.PutMetricAlarmInput) { in.MetricName = nil }, "ValidationError"},
		"two statistics":       {func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = types.StatisticSum }, "ValidationError"},
		"an unknown statistic": {func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic, in.Statistic = nil, "Total" }, "ValidationError"},
		"a trimmed mean":       {func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("tm90") }, fakeaws.CodeNotImplemented},
		"a period of 45 s":     {func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(45) }, "ValidationError"},
		"more than a day":      {func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(1441) }, "ValidationError"},
		"an hour for a week": {func(in *cloudwatch.PutMetricAlarmInput) {
			in.Period, in.EvaluationPeriods = aws.Int32(3600), aws.Int32(168)
		}, ""},
		"more datapoints than there": {func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(3) }, "ValidationError"},
		"an unknown treatment":       {func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("forget") }, "ValidationError"},
		"an unknown comparison":      {func(in *cloudwatch.PutMetricAlarmInput) { in.ComparisonOperator = "Above" }, "ValidationError"},
		"anomaly detection": {func(in *cloudwatch.PutMetricAlarmInput) {
			in.ComparisonOperator = types.ComparisonOperatorLessThanLowerThreshold
		}, fakeaws.CodeNotImplemented},
		"a unit":              {func(in *cloudwatch.PutMetricAlarmInput) { in.Unit = types.StandardUnitCount }, fakeaws.CodeNotImplemented},
		"without its actions": {func(in *cloudwatch.PutMetricAlarmInput) { in.ActionsEnabled = aws.Bool(false) }, fakeaws.CodeNotImplemented},
		"six actions":         {func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmActions = strings.Split("a b c d e f", " ") }, "ValidationError"},
		"a long name":         {func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmName = aws.String(strings.Repeat("n", 256)) }, "ValidationError"},
	} {
		s := serve(t)
		in := slow()
		c.change(in)
		_, err := s.CloudWatch(west).PutMetricAlarm(t.Context(), in)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v; want code %q", name, err, c.code)
		}
	}
}

func TestCloudWatchsErrorsAreThoseOfItsModel(t *testing.T) {
	s := serve(t)
	_, err := s.CloudWatch(west).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/EC2")})
	var typed *types.InvalidParameterValueException
	if !errors.As(err, &typed) || codeOf(err) != "InvalidParameterValue" {
		t.Errorf("error %v; want an InvalidParameterValueException with the code InvalidParameterValue", err)
	}
}
