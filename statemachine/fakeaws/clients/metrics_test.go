package clients_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// balancer reads a metric of the shop's load balancer from a point in time on, in minutes, newest first.
func (s served) balancer(t testing.TB, region, metric string, since time.Time) string {
	t.Helper()
	out, err := s.CloudWatch(region).GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(since), EndTime: aws.Time(s.Now().Add(time.Second)),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("q"), MetricStat: &types.MetricStat{
			Period: aws.Int32(60), Stat: aws.String("Sum"),
			Metric: &types.Metric{Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String(metric), Dimensions: []types.Dimension{
				{Name: aws.String("LoadBalancer"), Value: aws.String("app/shop-" + region + "/50dc6c495c0c9188")},
			}},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return seriesText(out.MetricDataResults[0])
}

func TestALoadBalancerHasNoMetricsWithoutRequests(t *testing.T) {
	s := serveZone(t)
	for _, set := range []fakeaws.RecordSet{weightedSet("www.example.com", east, 1), weightedSet("www.example.com", west, 0)} {
		if err := s.PutRecordSet(testZone, set); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddClients(fakeaws.Clients{
		Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, RequestsPerSecond: 10,
		LoadBalancer: "app/shop-{region}/50dc6c495c0c9188",
	}); err != nil {
		t.Fatal(err)
	}
	s.StartTraffic()
	if got := s.balancer(t, east, "RequestCount", testStart.Add(-5*time.Minute)); got == "Complete" {
		t.Error("no requests in the minutes before the start; want those of the clients")
	}
	s.Pass(time.Minute)
	if err := s.SetErrorShare(east, "shop", 0.5); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	if got := s.balancer(t, east, "RequestCount", testStart); got != "Complete" {
		t.Errorf("RequestCount right after two minutes = %s; want none yet", got)
	}
	s.Pass(2 * time.Minute)
	for _, c := range []struct{ region, metric, want string }{
		{east, "RequestCount", "Complete 60=600 0=600"},
		{east, "HTTPCode_Target_2XX_Count", "Complete 60=300 0=600"},
		{east, "HTTPCode_Target_5XX_Count", "Complete 60=300"},
		{west, "RequestCount", "Complete"},
		{west, "HTTPCode_Target_5XX_Count", "Complete"},
	} {
		if got := s.balancer(t, c.region, c.metric, testStart); got != c.want {
			t.Errorf("%s in %s = %s; want %s", c.metric, c.region, got, c.want)
		}
	}
	if got := s.servedPercent(t, east); len(got) != 0 {
		t.Errorf("ServedPercent = %v; want none of an application with a load balancer", got)
	}
}
