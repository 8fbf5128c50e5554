package cloudwatch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// readableAfter publishes one value now and returns how long it takes until it can be read.
func (s served) readableAfter(t testing.TB, name string, resolution, period int32) time.Duration {
	t.Helper()
	_, err := s.CloudWatch(west).PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{
			MetricName: &name, Value: aws.Float64(7), StorageResolution: aws.Int32(resolution),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	query := metricQuery("q", "Sum", period)
	query.MetricStat.Metric.MetricName, query.MetricStat.Metric.Dimensions = &name, nil
	published := s.Now()
	for s.Now().Before(published.Add(5 * time.Minute)) {
		s.Pass(time.Second)
		results, err := s.Data(west, query)
		if err != nil {
			t.Fatal(err)
		}
		if len(results[0].Values) > 0 {
			return s.Now().Sub(published)
		}
	}
	t.Fatalf("%s: not readable within 5m", name)
	return 0
}

func TestMetricsAreReadableLate(t *testing.T) {
	var standard, high []time.Duration
	for i := range 8 {
		s := serve(t)
		s.Pass(30 * time.Second)
		standard = append(standard, s.readableAfter(t, fmt.Sprintf("Standard%d", i), 60, 60)-30*time.Second)
		high = append(high, s.readableAfter(t, fmt.Sprintf("High%d", i), 1, 10))
	}
	for name, c := range map[string]struct {
		got             []time.Duration
		atLeast, atMost time.Duration
	}{
		"standard resolution, from the end of the minute": {standard, time.Minute, 2 * time.Minute},
		"high resolution, from the publication":           {high, 2 * time.Second, 5 * time.Second},
	} {
		if slices.Min(c.got) < c.atLeast || slices.Max(c.got) > c.atMost || slices.Min(c.got) == slices.Max(c.got) {
			t.Errorf("%s: %v; want different delays from %s to %s", name, c.got, c.atLeast, c.atMost)
		}
	}
}

func TestTheSameMetricIsEquallyLateEveryTime(t *testing.T) {
	first, second := serve(t), serve(t)
	if a, b := first.readableAfter(t, "m", 60, 60), second.readableAfter(t, "m", 60, 60); a != b {
		t.Errorf("readable after %s, and after %s in an equal simulator", a, b)
	}
}

func TestAScenarioMaySayHowLateMetricsAre(t *testing.T) {
	s := serve(t)
	s.SetMetricDelay(fakeaws.MetricDelay{
		Standard: [2]time.Duration{90 * time.Second, 90 * time.Second}, HighResolution: [2]time.Duration{20 * time.Second, 20 * time.Second},
	})
	if got := s.readableAfter(t, "m", 60, 60); got != 150*time.Second {
		t.Errorf("standard resolution: readable after %s; want 90 s after the end of the minute", got)
	}
	if got := s.readableAfter(t, "high", 1, 1); got != 20*time.Second {
		t.Errorf("high resolution: readable after %s; want 20 s", got)
	}
}

func TestAnAlarmSeesLateDataLate(t *testing.T) {
	s := serve(t)
	if err := s.AddAlarm(fakeaws.Alarm{Region: west, Name: "failed", Rule: fakeaws.AlarmRule{
		Namespace: "Shop", Metric: "m", Statistic: "Sum", PeriodSeconds: 60, Comparison: "GreaterThanThreshold", TreatMissing: "notBreaching",
	}}); err != nil {
		t.Fatal(err)
	}
	readable := s.Now().Add(s.readableAfter(t, "m", 60, 60))
	s.AdvanceTo(testStart.Add(10 * time.Minute))
	var rang time.Time
	for _, e := range s.Journal() {
		if e.Object == "failed" && rang.IsZero() {
			rang = e.At
		}
	}
	if rang.Before(readable) || rang.After(readable.Add(time.Minute)) {
		t.Errorf("the alarm rang at %s; want within a minute after %s, when its data could be read", rang, readable)
	}
}
