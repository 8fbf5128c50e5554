package cloudwatch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAlarmsFollowTheirRule(t *testing.T) {
	rule := fakeaws.AlarmRule{
		Namespace: "Shop", Metric: "Latency", Dimensions: shopDimensions, Statistic: "Average", PeriodSeconds: 10,
		Comparison: "GreaterThanThreshold", Threshold: 100, Periods: 2,
	}
	breaching, fine := rule, rule
	breaching.TreatMissing, fine.TreatMissing = "breaching", "notBreaching"
	for _, tc := range []struct {
		name   string
		rule   fakeaws.AlarmRule
		values []float64 // one every ten seconds; negative for none
		want   string
	}{
		{"well", rule, []float64{50, 50}, "OK"},
		{"one of two", rule, []float64{50, 500}, "OK"},
		{"two of two", rule, []float64{500, 500}, "ALARM"},
		{"over again", rule, []float64{500, 500, 50}, "OK"},
		{"no data", rule, []float64{-1, -1}, "INSUFFICIENT_DATA"},
		{"no data is breaching", breaching, []float64{-1, -1}, "ALARM"},
		{"no data is not breaching", fine, []float64{-1, -1}, "OK"},
		{"half the data", rule, []float64{500, -1}, "ALARM"},
		{"half the data, the rest not breaching", fine, []float64{500, -1}, "OK"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serve(t)
			if err := s.AddAlarm(fakeaws.Alarm{Region: west, Name: "slow", Rule: tc.rule}); err != nil {
				t.Fatal(err)
			}
			for _, v := range tc.values {
				if v >= 0 {
					s.PutMetric(west, "Shop", "Latency", shopDimensions, v)
				}
				s.Pass(10 * time.Second)
			}
			alarms := s.alarms(t, cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"slow"}})
			if len(alarms) != 1 || string(alarms[0].StateValue) != tc.want {
				t.Errorf("alarms = %+v; want one that is %s", alarms, tc.want)
			}
		})
	}
}

// alarms returns all pages.
func (s served) alarms(t testing.TB, in cloudwatch.DescribeAlarmsInput) (alarms []types.MetricAlarm) {
	t.Helper()
	pages := cloudwatch.NewDescribeAlarmsPaginator(s.CloudWatch(west), &in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(page.MetricAlarms) > 50 && in.MaxRecords == nil {
			t.Errorf("a page of %d alarms; want at most 50", len(page.MetricAlarms))
		}
		alarms = append(alarms, page.MetricAlarms...)
	}
	return alarms
}

func TestAShortAlarmNeedsAMetricOfHighResolution(t *testing.T) {
	s := serve(t)
	err := s.AddAlarm(fakeaws.Alarm{Region: west, Name: "slow", Rule: fakeaws.AlarmRule{
		Namespace: "Shop", Metric: "Latency", Statistic: "Sum", PeriodSeconds: 10, Comparison: "LessThanThreshold", Threshold: 5,
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CloudWatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{MetricName: aws.String("Latency"), Value: aws.Float64(9)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	if got := s.alarms(t, cloudwatch.DescribeAlarmsInput{})[0].StateValue; got != types.StateValueInsufficientData {
		t.Errorf("alarm = %s; want INSUFFICIENT_DATA", got)
	}
}

func TestAlarmsAreFoundByNamePrefixAndState(t *testing.T) {
	s := serve(t)
	var names []string
	for i := range 100 {
		name := fmt.Sprintf("shop-%03d", i)
		names = append(names, name)
		if err := s.AddAlarm(fakeaws.Alarm{Region: west, Name: name, State: fakeaws.AlarmOK}); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range []fakeaws.Alarm{{Region: west, Name: "other", State: "ALARM"}, {Region: east, Name: "shop-east", State: "OK"}} {
		if err := s.AddAlarm(a); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name string
		in   cloudwatch.DescribeAlarmsInput
		want int
	}{
		{"all", cloudwatch.DescribeAlarmsInput{}, 101},
		{"by name", cloudwatch.DescribeAlarmsInput{AlarmNames: names}, 100},
		{"by a name that is not there", cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"shop-east"}}, 0},
		{"by prefix", cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("oth")}, 1},
		{"by state", cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueAlarm}, 1},
		{"in pages of 100", cloudwatch.DescribeAlarmsInput{MaxRecords: aws.Int32(100)}, 101},
	} {
		if got := len(s.alarms(t, tc.in)); got != tc.want {
			t.Errorf("%s: %d alarms; want %d", tc.name, got, tc.want)
		}
	}
	_, err := s.CloudWatch(west).DescribeAlarms(context.Background(), &cloudwatch.DescribeAlarmsInput{AlarmNames: append(names, "one more")})
	if codeOf(err) != "ValidationError" {
		t.Errorf("101 names = %v; want ValidationError", err)
	}
}

func TestAnAlarmThatCannotBeIsAnError(t *testing.T) {
	s := serve(t)
	rule := fakeaws.AlarmRule{Statistic: "Average", PeriodSeconds: 60, Comparison: "GreaterThanThreshold"}
	wrong := func(change func(*fakeaws.AlarmRule)) fakeaws.Alarm {
		r := rule
		change(&r)
		return fakeaws.Alarm{Region: west, Name: "a", Rule: r}
	}
	for name, alarm := range map[string]fakeaws.Alarm{
		"no name":    {Region: west, State: "OK"},
		"state":      {Region: west, Name: "a", State: "FINE"},
		"statistic":  wrong(func(r *fakeaws.AlarmRule) { r.Statistic = "Mean" }),
		"period":     wrong(func(r *fakeaws.AlarmRule) { r.PeriodSeconds = 5 }),
		"comparison": wrong(func(r *fakeaws.AlarmRule) { r.Comparison = ">" }),
		"missing":    wrong(func(r *fakeaws.AlarmRule) { r.TreatMissing = "fine" }),
	} {
		if err := s.AddAlarm(alarm); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
