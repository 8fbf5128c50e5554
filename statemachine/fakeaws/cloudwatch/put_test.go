package cloudwatch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

func TestPutMetricDataRefusesWhatCloudWatchRefuses(t *testing.T) {
	s := serve(t)
	put := func(namespace string, n int, d types.MetricDatum) error {
		data := make([]types.MetricDatum, n)
		for i := range data {
			data[i] = d
		}
		_, err := s.CloudWatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
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
		"AWS's namespace": {put("AWS/RDS", 1, one), "InvalidParameterValue"},
		"without a value": {put("Shop", 1, types.MetricDatum{MetricName: aws.String("m")}), "MissingParameter"},
	} {
		if codeOf(tc.err) != tc.code {
			t.Errorf("%s: %v; want code %q", name, tc.err, tc.code)
		}
	}
}

func TestPutMetricDataTakesValuesCountsAndStatistics(t *testing.T) {
	s := servePromptly(t)
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
	_, err := s.CloudWatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: data})
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Second)
	results, err := s.Data(west, metricQuery("n", "SampleCount", 60), metricQuery("sum", "Sum", 60), metricQuery("p", "p99", 60))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, seriesText(r))
	}
	// A percentile does not count the statistic set.
	if diff := cmp.Diff([]string{"Complete 0=6", "Complete 0=15", "Complete 0=2"}, got); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}
