package fakeaws_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func (s served) cloudwatch(region string) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(s.config(region, fakeaws.Administrator))
}

func metricQuery(id, stat string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Metric: &types.Metric{
			Namespace: aws.String("Shop"), MetricName: aws.String("Latency"),
			Dimensions: []types.Dimension{{Name: aws.String("Region"), Value: aws.String(west)}, {Name: aws.String("App"), Value: aws.String("shop")}},
		},
		Period: aws.Int32(period), Stat: aws.String(stat),
	}}
}

var shopDimensions = map[string]string{"App": "shop", "Region": west}

// data asks for the last five minutes.
func (s served) data(region string, queries ...types.MetricDataQuery) ([]types.MetricDataResult, error) {
	out, err := s.cloudwatch(region).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: queries, StartTime: aws.Time(s.Now().Add(-5 * time.Minute)), EndTime: aws.Time(s.Now()),
	})
	if err != nil {
		return nil, err
	}
	return out.MetricDataResults, nil
}

// series is a result in one line: its status, and offset=value from the start of the test, in the order of the answer.
func seriesText(r types.MetricDataResult) string {
	parts := []string{string(r.StatusCode)}
	for i, at := range r.Timestamps {
		parts = append(parts, fmt.Sprintf("%.0f=%g", at.Sub(testStart).Seconds(), r.Values[i]))
	}
	return strings.Join(parts, " ")
}

func TestMetricDataIsGroupedByPeriod(t *testing.T) {
	s := serve(t)
	for _, v := range []struct {
		at    time.Duration
		value float64
	}{{0, 10}, {5, 20}, {10, 30}, {59, 40}, {60, 100}} {
		s.AdvanceTo(testStart.Add(v.at * time.Second))
		s.PutMetric(west, "Shop", "Latency", shopDimensions, v.value)
	}
	s.AdvanceTo(testStart.Add(61 * time.Second))
	for _, tc := range []struct {
		stat   string
		period int32
		want   string
	}{
		{"Average", 10, "Complete 60=100 50=40 10=30 0=15"},
		{"Average", 60, "Complete 60=100 0=25"},
		{"Sum", 60, "Complete 60=100 0=100"},
		{"Minimum", 60, "Complete 60=100 0=10"},
		{"Maximum", 60, "Complete 60=100 0=40"},
		{"SampleCount", 60, "Complete 60=1 0=4"},
		{"p50", 60, "Complete 60=100 0=20"},
		{"p99", 60, "Complete 60=100 0=40"},
		{"p0", 300, "Complete 0=10"},
	} {
		results, err := s.data(west, metricQuery("q", tc.stat, tc.period))
		if err != nil {
			t.Fatalf("%s: %v", tc.stat, err)
		}
		if got := seriesText(results[0]); got != tc.want {
			t.Errorf("%s over %d s = %s; want %s", tc.stat, tc.period, got, tc.want)
		}
	}
}

func TestEndTimeIsExclusiveAndStartTimeRoundsDown(t *testing.T) {
	s := serve(t)
	for range 4 {
		s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
		s.pass(10 * time.Second)
	}
	out, err := s.cloudwatch(west).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: []types.MetricDataQuery{metricQuery("q", "Sum", 10)}, ScanBy: types.ScanByTimestampAscending,
		StartTime: aws.Time(testStart.Add(15 * time.Second)), EndTime: aws.Time(testStart.Add(30 * time.Second)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seriesText(out.MetricDataResults[0]), "Complete 10=1 20=1"; got != want {
		t.Errorf("from 0:15 to 0:30 = %s; want %s", got, want)
	}
	out, err = s.cloudwatch(west).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: []types.MetricDataQuery{metricQuery("q", "Sum", 300)},
		StartTime:         aws.Time(testStart.Add(time.Minute)), EndTime: aws.Time(testStart.Add(10 * time.Minute)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seriesText(out.MetricDataResults[0]), "Complete"; got != want {
		t.Errorf("five minutes that begin before 1:00 = %s; want %s", got, want)
	}
}

func TestMetricsOfThePastTakeTheirPlace(t *testing.T) {
	s := serve(t)
	s.pass(2 * time.Minute)
	s.PutMetric(west, "Shop", "Latency", shopDimensions, 2)
	_, err := s.cloudwatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{
			MetricName: aws.String("Latency"), Value: aws.Float64(1), Timestamp: aws.Time(testStart),
			Dimensions: metricQuery("q", "Sum", 60).MetricStat.Metric.Dimensions,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	results, err := s.data(west, metricQuery("q", "Sum", 60))
	if err != nil || seriesText(results[0]) != "Complete 120=2 0=1" {
		t.Errorf("data = %v, %v; want both values in their order", results, err)
	}
}

func TestPutMetricDataRefusesWhatCloudWatchRefuses(t *testing.T) {
	s := serve(t)
	put := func(namespace string, n int, d types.MetricDatum) error {
		data := make([]types.MetricDatum, n)
		for i := range data {
			data[i] = d
		}
		_, err := s.cloudwatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
			Namespace: &namespace, MetricData: data,
		})
		return err
	}
	one := types.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(1)}
	for name, tc := range map[string]struct {
		err  error
		code string
	}{
		"1,000 values":    {put("Shop", 1000, one), ""},
		"1,001 values":    {put("Shop", 1001, one), "ValidationError"},
		"AWS's namespace": {put("AWS/RDS", 1, one), "ValidationError"},
		"without a value": {put("Shop", 1, types.MetricDatum{MetricName: aws.String("m")}), "MissingParameter"},
	} {
		if codeOf(tc.err) != tc.code {
			t.Errorf("%s: %v; want code %q", name, tc.err, tc.code)
		}
	}
}

func TestAnAnswerThatAWSWouldPageIsRefusedByName(t *testing.T) {
	s := serve(t)
	for range 203 {
		s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
		s.pass(time.Second)
	}
	var queries []types.MetricDataQuery
	for i := range 500 {
		queries = append(queries, metricQuery(fmt.Sprintf("q%d", i), "Sum", 1))
	}
	if _, err := s.data(west, queries...); codeOf(err) != fakeaws.CodeNotImplemented {
		t.Errorf("101,500 data points = %v; want %s", err, fakeaws.CodeNotImplemented)
	}
}

func TestMetricsAreOfOneRegionAndExactDimensions(t *testing.T) {
	s := serve(t)
	s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
	s.pass(time.Second)
	fewer := metricQuery("fewer", "Sum", 60)
	fewer.MetricStat.Metric.Dimensions = fewer.MetricStat.Metric.Dimensions[:1]
	for _, tc := range []struct {
		region string
		query  types.MetricDataQuery
		want   string
	}{
		{west, metricQuery("same", "Sum", 60), "Complete 0=1"},
		{east, metricQuery("elsewhere", "Sum", 60), "Complete"},
		{west, fewer, "Complete"},
	} {
		results, err := s.data(tc.region, tc.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := seriesText(results[0]); got != tc.want {
			t.Errorf("%s in %s = %q; want %q", *tc.query.Id, tc.region, got, tc.want)
		}
	}
}

func TestStandardResolutionHasNoDataForShortPeriods(t *testing.T) {
	s := serve(t)
	put := func(resolution int32) {
		_, err := s.cloudwatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
			Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{
				MetricName: aws.String("Latency"), Value: aws.Float64(7), StorageResolution: aws.Int32(resolution),
				Dimensions: metricQuery("q", "Sum", 60).MetricStat.Metric.Dimensions,
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(60)
	s.pass(time.Second)
	results, err := s.data(west, metricQuery("short", "Sum", 10), metricQuery("minute", "Sum", 60))
	if err != nil {
		t.Fatal(err)
	}
	if got := seriesText(results[0]) + ", " + seriesText(results[1]); got != "Complete, Complete 0=7" {
		t.Errorf("data = %s; want none for 10 s and one point for 60 s", got)
	}
	put(1)
	s.pass(time.Second)
	if results, err = s.data(west, metricQuery("short", "Maximum", 10)); err != nil || seriesText(results[0]) != "Complete 0=7" {
		t.Errorf("data at high resolution = %v, %v; want one point", results, err)
	}
}

func TestPutMetricDataTakesValuesCountsAndStatistics(t *testing.T) {
	s := serve(t)
	dims := metricQuery("q", "Sum", 60).MetricStat.Metric.Dimensions
	data := []types.MetricDatum{
		{MetricName: aws.String("Latency"), Dimensions: dims, Values: []float64{1, 2}, Counts: []float64{3, 1}, Timestamp: aws.Time(testStart)},
		{MetricName: aws.String("Latency"), Dimensions: dims, StatisticValues: &types.StatisticSet{
			SampleCount: aws.Float64(2), Sum: aws.Float64(10), Minimum: aws.Float64(4), Maximum: aws.Float64(6),
		}},
	}
	for i := range 500 { // enough for the SDK to compress the body
		data = append(data, types.MetricDatum{MetricName: aws.String(fmt.Sprintf("Other%d", i)), Value: aws.Float64(1)})
	}
	_, err := s.cloudwatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: data})
	if err != nil {
		t.Fatal(err)
	}
	s.pass(time.Second)
	results, err := s.data(west, metricQuery("n", "SampleCount", 60), metricQuery("sum", "Sum", 60), metricQuery("p", "p99", 60))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, seriesText(r))
	}
	// A percentile leaves out the set of statistics.
	if diff := cmp.Diff([]string{"Complete 0=6", "Complete 0=15", "Complete 0=2"}, got); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}

func TestGetMetricDataRefusesWhatCloudWatchRefuses(t *testing.T) {
	many := func(n int) []types.MetricDataQuery {
		var queries []types.MetricDataQuery
		for i := range n {
			queries = append(queries, metricQuery(fmt.Sprintf("q%d", i), "Sum", 60))
		}
		return queries
	}
	math := metricQuery("q", "Sum", 60)
	math.MetricStat, math.Expression = nil, aws.String("a/b")
	for _, tc := range []struct {
		name    string
		queries []types.MetricDataQuery
		code    string
	}{
		{"500 queries", many(500), ""},
		{"501 queries", many(501), "ValidationError"},
		{"an id twice", []types.MetricDataQuery{metricQuery("q", "Sum", 60), metricQuery("q", "Sum", 60)}, "ValidationError"},
		{"an id in capitals", []types.MetricDataQuery{metricQuery("Q", "Sum", 60)}, "ValidationError"},
		{"a period of 45 s", []types.MetricDataQuery{metricQuery("q", "Sum", 45)}, "ValidationError"},
		{"metric math", []types.MetricDataQuery{math}, "NotImplemented"},
		{"a trimmed mean", []types.MetricDataQuery{metricQuery("q", "TM(10%:90%)", 60)}, "NotImplemented"},
	} {
		s := serve(t)
		if _, err := s.data(west, tc.queries...); codeOf(err) != tc.code {
			t.Errorf("%s: %v; want code %q", tc.name, err, tc.code)
		}
	}
}

func TestAMetricStatusOtherThanCompleteHasNoValues(t *testing.T) {
	s := serve(t)
	s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
	s.pass(time.Second)
	s.SetMetricStatus(west, "InternalError")
	results, err := s.data(west, metricQuery("q", "Sum", 60))
	if err != nil || seriesText(results[0]) != "InternalError" {
		t.Errorf("data = %v, %v; want InternalError without values", results, err)
	}
	s.SetMetricStatus(west, "")
	if results, err = s.data(west, metricQuery("q", "Sum", 60)); err != nil || seriesText(results[0]) != "Complete 0=1" {
		t.Errorf("data once well = %v, %v; want one value", results, err)
	}
}

func TestADarkRegionAnswersNoMetrics(t *testing.T) {
	s := serve(t)
	if err := s.SetDark(west, true); err != nil {
		t.Fatal(err)
	}
	_, err := s.data(west, metricQuery("q", "Sum", 60))
	var api smithy.APIError
	if err == nil || errors.As(err, &api) {
		t.Errorf("GetMetricData in a dark Region = %v; want a broken connection", err)
	}
}

func TestMetricsAreListedByWhatTheyAre(t *testing.T) {
	s := serve(t)
	for i := range 501 {
		s.PutMetric(west, "Shop", "Latency", map[string]string{"App": fmt.Sprintf("app-%03d", i)}, 1)
	}
	s.PutMetric(west, "Other", "Latency", nil, 1)
	count := func(in cloudwatch.ListMetricsInput) (n int) {
		pages := cloudwatch.NewListMetricsPaginator(s.cloudwatch(west), &in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Metrics) > 500 {
				t.Errorf("a page of %d metrics; want at most 500", len(page.Metrics))
			}
			n += len(page.Metrics)
		}
		return n
	}
	if n := count(cloudwatch.ListMetricsInput{Namespace: aws.String("Shop")}); n != 501 {
		t.Errorf("%d metrics in the namespace; want 501", n)
	}
	one := []types.DimensionFilter{{Name: aws.String("App"), Value: aws.String("app-007")}}
	if n := count(cloudwatch.ListMetricsInput{Dimensions: one}); n != 1 {
		t.Errorf("%d metrics with the dimension; want 1", n)
	}
}

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
				s.pass(10 * time.Second)
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
	pages := cloudwatch.NewDescribeAlarmsPaginator(s.cloudwatch(west), &in)
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
	_, err = s.cloudwatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{MetricName: aws.String("Latency"), Value: aws.Float64(9)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.pass(10 * time.Second)
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
	_, err := s.cloudwatch(west).DescribeAlarms(context.Background(), &cloudwatch.DescribeAlarmsInput{AlarmNames: append(names, "one more")})
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

func TestAnOperationThatCloudWatchLacksIsNamed(t *testing.T) {
	s := serve(t)
	_, err := s.cloudwatch(west).PutDashboard(context.Background(), &cloudwatch.PutDashboardInput{
		DashboardName: aws.String("d"), DashboardBody: aws.String("{}"),
	})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != fakeaws.CodeNotImplemented || !strings.Contains(api.ErrorMessage(), "PutDashboard") {
		t.Errorf("PutDashboard = %v; want %s naming it", err, fakeaws.CodeNotImplemented)
	}
}
