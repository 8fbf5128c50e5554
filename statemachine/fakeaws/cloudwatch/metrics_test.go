package cloudwatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

var shopDimensions = map[string]string{"App": "shop", "Region": west}

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
		results, err := s.Data(west, metricQuery("q", tc.stat, tc.period))
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
		s.Pass(10 * time.Second)
	}
	out, err := s.CloudWatch(west).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: []types.MetricDataQuery{metricQuery("q", "Sum", 10)}, ScanBy: types.ScanByTimestampAscending,
		StartTime: aws.Time(testStart.Add(15 * time.Second)), EndTime: aws.Time(testStart.Add(30 * time.Second)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seriesText(out.MetricDataResults[0]), "Complete 10=1 20=1"; got != want {
		t.Errorf("from 0:15 to 0:30 = %s; want %s", got, want)
	}
	out, err = s.CloudWatch(west).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
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
	s := servePromptly(t)
	s.Pass(2 * time.Minute)
	s.PutMetric(west, "Shop", "Latency", shopDimensions, 2)
	_, err := s.CloudWatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{
			MetricName: aws.String("Latency"), Value: aws.Float64(1), Timestamp: aws.Time(testStart),
			Dimensions: metricQuery("q", "Sum", 60).MetricStat.Metric.Dimensions,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Second)
	results, err := s.Data(west, metricQuery("q", "Sum", 60))
	if err != nil || seriesText(results[0]) != "Complete 120=2 0=1" {
		t.Errorf("data = %v, %v; want both values in their order", results, err)
	}
}

func TestMetricsAreOfOneRegionAndExactDimensions(t *testing.T) {
	s := serve(t)
	s.PutMetric(west, "Shop", "Latency", shopDimensions, 1)
	s.Pass(time.Second)
	fewer := metricQuery("fewer", "Sum", 60)
	fewer.MetricStat.Metric.Dimensions = fewer.MetricStat.Metric.Dimensions[:1]
	for _, tc := range []struct {
		region string
		query  types.MetricDataQuery
		want   string
	}{
		{west, metricQuery("same", "Sum", 60), "Complete 0=1"},
		{east, metricQuery("unknown", "Sum", 60), "Complete"},
		{west, fewer, "Complete"},
	} {
		results, err := s.Data(tc.region, tc.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := seriesText(results[0]); got != tc.want {
			t.Errorf("%s in %s = %q; want %q", *tc.query.Id, tc.region, got, tc.want)
		}
	}
}

func TestStandardResolutionHasNoDataForShortPeriods(t *testing.T) {
	s := servePromptly(t)
	put := func(resolution int32) {
		_, err := s.CloudWatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
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
	s.Pass(time.Second)
	results, err := s.Data(west, metricQuery("short", "Sum", 10), metricQuery("minute", "Sum", 60))
	if err != nil {
		t.Fatal(err)
	}
	if got := seriesText(results[0]) + ", " + seriesText(results[1]); got != "Complete, Complete 0=7" {
		t.Errorf("data = %s; want none for 10 s and one point for 60 s", got)
	}
	put(1)
	s.Pass(time.Second)
	if results, err = s.Data(west, metricQuery("short", "Maximum", 10)); err != nil || seriesText(results[0]) != "Complete 0=7" {
		t.Errorf("data at high resolution = %v, %v; want one point", results, err)
	}
}
