package clients_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// metric reads a metric of the namespace Own in a Region since the start, newest first.
func (s served) metric(t testing.TB, region, name, stat string, period int32, dims map[string]string) string {
	t.Helper()
	var dimensions []types.Dimension
	for key, value := range dims {
		dimensions = append(dimensions, types.Dimension{Name: aws.String(key), Value: aws.String(value)})
	}
	out, err := s.CloudWatch(region).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(testStart), EndTime: aws.Time(s.Now()),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("q"), MetricStat: &types.MetricStat{
			Period: &period, Stat: &stat, Metric: &types.Metric{Namespace: aws.String("Own"), MetricName: &name, Dimensions: dimensions},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return seriesText(out.MetricDataResults[0])
}

// ownMetrics are one of each kind.
func ownMetrics() []fakeaws.Metric {
	each := map[string]map[string]string{east: {"Balancer": "b-1"}, west: {"Balancer": "b-2"}}
	same := map[string]map[string]string{east: {"Edge": "e"}, west: {"Edge": "e"}}
	fixed := map[string]float64{east: 2, west: 3}
	var all []fakeaws.Metric
	for _, of := range fakeaws.MetricOfs {
		all = append(all, fakeaws.Metric{Namespace: "Own", Name: of, Dimensions: each, Of: of, Values: fixed, Factor: 1, Every: time.Minute})
	}
	return append(all,
		fakeaws.Metric{Namespace: "Own", Name: "fixed", Dimensions: each, Values: fixed, Factor: 10, Every: 10 * time.Second},
		fakeaws.Metric{Namespace: "Own", Name: "edge", Dimensions: same, Of: fakeaws.OfFailedPercent, Factor: 1, Every: time.Minute, Region: east},
		fakeaws.Metric{Namespace: "Own", Name: "checks", Dimensions: each, Of: fakeaws.OfCanary, Factor: 0.01, Every: time.Minute, Region: east},
	)
}

// withOwnMetrics is a zone whose clients are all in us-east-1, with metrics of their own.
func withOwnMetrics(t *testing.T) served {
	t.Helper()
	s := serveZone(t)
	for _, set := range []fakeaws.RecordSet{weightedSet("www.example.com", east, 1), weightedSet("www.example.com", west, 0)} {
		if err := s.PutRecordSet(testZone, set); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddClients(fakeaws.Clients{Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, RequestsPerSecond: 10, Metrics: ownMetrics()}); err != nil {
		t.Fatal(err)
	}
	s.StartTraffic()
	return s
}

// TestAMetricFollowsTheRequestsOfItsRegion: in the first minute all are served, in the second half of those in us-east-1 fail.
func TestAMetricFollowsTheRequestsOfItsRegion(t *testing.T) {
	s := withOwnMetrics(t)
	s.Pass(time.Minute)
	if err := s.SetErrorShare(east, "shop", 0.5); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	if got := s.metric(t, east, "requests", "Sum", 60, map[string]string{"Balancer": "b-1"}); got != "Complete" {
		t.Errorf("right after two minutes: %s; want none delivered", got)
	}
	s.StopTraffic()
	s.Pass(3 * time.Minute)
	eastern, western, edge := map[string]string{"Balancer": "b-1"}, map[string]string{"Balancer": "b-2"}, map[string]string{"Edge": "e"}
	for _, c := range []struct {
		region, name, stat string
		dims               map[string]string
		want               string
	}{
		{east, "requests", "Sum", eastern, "60=600 0=600"}, {east, "served", "Sum", eastern, "60=300 0=600"}, {east, "failed", "Sum", eastern, "60=300"},
		{east, "errors", "Sum", eastern, "60=300 0=0"}, {east, "errors", "Average", eastern, "60=0.5 0=0"}, {east, "errors", "SampleCount", eastern, "60=600 0=600"},
		{east, "errors", "Maximum", eastern, "60=1 0=0"},
		{east, "servedPercent", "Average", eastern, "60=50 0=100"}, {east, "failedPercent", "Average", eastern, "60=50 0=0"},
		{east, "latency", "p99", eastern, "60=2 0=2"}, {east, "canary", "Average", eastern, "60=50 0=100"},
		{west, "requests", "Sum", western, ""}, {west, "errors", "Sum", western, ""}, {west, "failedPercent", "Average", western, ""}, {west, "latency", "p99", western, ""},
		{west, "canary", "Average", western, "60=100 0=100"}, {west, "fixed", "Minimum", western, "60=30 0=30"}, {east, "fixed", "Minimum", eastern, "60=20 0=20"},
		{east, "edge", "Average", edge, "60=50 0=0"}, {west, "edge", "Average", edge, ""},
		{east, "checks", "Minimum", eastern, "60=0.5 0=1"}, {east, "checks", "Minimum", western, "60=1 0=1"},
	} {
		got := strings.TrimSpace(strings.TrimPrefix(s.metric(t, c.region, c.name, c.stat, 60, c.dims), "Complete"))
		if got != c.want {
			t.Errorf("%s of %s in %s: got %q; want %q", c.stat, c.name, c.region, got, c.want)
		}
	}
	if got := s.metric(t, east, "fixed", "Minimum", 10, eastern); !strings.HasPrefix(got, "Complete 110=20 100=20") {
		t.Errorf("every ten seconds: %s", got)
	}
}

// TestAMetricStopsWithItsRegion, and when the scenario stops those of the application there.
func TestAMetricStopsWithItsRegion(t *testing.T) {
	s := withOwnMetrics(t)
	resume, err := s.StopMetric(west, "shop")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	if err := s.SetDark(east, false); err != nil {
		t.Fatal(err)
	}
	resume()
	s.Pass(time.Minute)
	s.StopTraffic()
	s.Pass(3 * time.Minute)
	for region, balancer := range map[string]string{east: "b-1", west: "b-2"} {
		if got := s.metric(t, region, "canary", "Average", 60, map[string]string{"Balancer": balancer}); got != "Complete 60=100" {
			t.Errorf("%s: got %s; want the second minute alone", region, got)
		}
	}
}

func TestAMetricThatCannotBeIsRefused(t *testing.T) {
	s := serveZone(t)
	if err := s.PutRecordSet(testZone, weightedSet("www.example.com", east, 1)); err != nil {
		t.Fatal(err)
	}
	for _, m := range []fakeaws.Metric{{Of: "luck", Every: time.Minute}, {Of: fakeaws.OfFailed}, {Every: 1500 * time.Millisecond}} {
		if err := s.AddClients(fakeaws.Clients{Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, RequestsPerSecond: 10, Metrics: []fakeaws.Metric{m}}); err == nil {
			t.Errorf("%+v is taken", m)
		}
	}
}
