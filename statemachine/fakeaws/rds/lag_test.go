package rds_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// lags are the values of the replication lag of a cluster that can be read in a Region, newest first.
func (s served) lags(t testing.TB, region, cluster string) []float64 {
	t.Helper()
	return s.lagsSince(t, region, cluster, testStart)
}

func (s served) lagsSince(t testing.TB, region, cluster string, start time.Time) []float64 {
	t.Helper()
	client := cloudwatch.NewFromConfig(s.Config(region, fakeaws.Administrator))
	out, err := client.GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(start), EndTime: aws.Time(s.Now().Add(time.Minute)),
		MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("lag"), MetricStat: &cwtypes.MetricStat{
			Metric: &cwtypes.Metric{
				Namespace: aws.String("AWS/RDS"), MetricName: aws.String("AuroraGlobalDBReplicationLag"),
				Dimensions: []cwtypes.Dimension{{Name: aws.String("DBClusterIdentifier"), Value: &cluster}},
			},
			Period: aws.Int32(60), Stat: aws.String("Maximum"),
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.MetricDataResults[0].Values
}

func TestTheLagIsPublishedWhereTheSecondaryIs(t *testing.T) {
	s := serveAurora(t)
	s.Pass(90 * time.Second)
	if err := s.SetLag("checkout", 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{2000, 800}, s.lags(t, west, "checkout-us-west-2")); diff != "" {
		t.Errorf("west (-want +got):\n%s", diff)
	}
	for _, cluster := range []string{"checkout-us-east-1", "checkout-us-west-2"} {
		if got := s.lags(t, east, cluster); len(got) != 0 {
			t.Errorf("in the primary's Region %s has lags %v, want none", cluster, got)
		}
	}
	s.MustDark(t, east, true)
	s.Pass(5 * time.Minute)
	if got := s.lags(t, west, "checkout-us-west-2"); len(got) != 2 {
		t.Errorf("with a dark primary, lags %v; want no new ones", got)
	}
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(5 * time.Minute)
	s.MustDark(t, east, false)
	s.Pass(12 * time.Minute)
	if got := s.lags(t, west, "checkout-us-west-2"); len(got) != 2 {
		t.Errorf("promoted, lags %v; want no new ones", got)
	}
	if got := s.lags(t, east, "checkout-us-east-1"); len(got) != 2 {
		t.Errorf("in sync again, lags %v of the old primary; want those of two minutes", got)
	}
}

func TestTheReplicationLagComesLateToo(t *testing.T) {
	s := serve(t)
	if err := s.AddGlobalCluster(fakeaws.GlobalCluster{
		ID: "checkout", Primary: east, Lag: 800 * time.Millisecond,
		Members: []fakeaws.Member{{Region: east, ClusterARN: eastCluster, ClusterID: "checkout-us-east-1"}, {Region: west, ClusterARN: westCluster, ClusterID: "checkout-us-west-2"}},
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.lagsSince(t, west, "checkout-us-west-2", testStart.Add(-5*time.Minute)); len(got) == 0 {
		t.Error("no lag of the minutes before the start")
	}
	s.Pass(2 * time.Minute)
	if got := s.lags(t, west, "checkout-us-west-2"); len(got) != 0 {
		t.Errorf("lag of the first minute after two minutes: %v; want none yet", got)
	}
	s.Pass(time.Minute)
	if got := s.lags(t, west, "checkout-us-west-2"); len(got) != 1 {
		t.Errorf("lags after three minutes: %v; want that of the first minute", got)
	}
}
