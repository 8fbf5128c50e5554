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
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	eastCluster = "arn:aws:rds:us-east-1:111122223333:cluster:checkout-us-east-1"
	westCluster = "arn:aws:rds:us-west-2:111122223333:cluster:checkout-us-west-2"
)

// serveAurora has one global cluster, checkout, whose writer is in the east.
func serveAurora(t testing.TB) served {
	t.Helper()
	s := serve(t)
	err := s.AddGlobalCluster(fakeaws.GlobalCluster{
		ID: "checkout", Primary: east, Lag: 800 * time.Millisecond,
		SwitchoverTime: 40 * time.Second, FailoverTime: 60 * time.Second,
		Members: []fakeaws.Member{{east, eastCluster, "checkout-us-east-1"}, {west, westCluster, "checkout-us-west-2"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s served) rds(region string) *rds.Client {
	return rds.NewFromConfig(s.config(region, fakeaws.Administrator))
}

func (s served) switchover(region, target string) error {
	_, err := s.rds(region).SwitchoverGlobalCluster(context.Background(), &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: &target,
	})
	return err
}

// failover allows data loss when lossy is true, and does not say so when it is false.
func (s served) failover(region, target string, lossy bool) error {
	in := &rds.FailoverGlobalClusterInput{GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: &target}
	if lossy {
		in.AllowDataLoss = aws.Bool(true)
	}
	_, err := s.rds(region).FailoverGlobalCluster(context.Background(), in)
	return err
}

func (s served) describe(t testing.TB, region string) types.GlobalCluster {
	t.Helper()
	out, err := s.rds(region).DescribeGlobalClusters(context.Background(), &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String("checkout")})
	if err != nil {
		t.Fatal(err)
	}
	return out.GlobalClusters[0]
}

// phase is what a promotion looks like from outside at one moment.
type phase struct {
	Status, Writer, TargetStatus string
	Available                    bool
}

func (s served) phase(t testing.TB) phase {
	t.Helper()
	g := s.describe(t, west)
	p := phase{}
	if g.FailoverState != nil {
		p.Status = string(g.FailoverState.Status)
	}
	for _, m := range g.GlobalClusterMembers {
		if aws.ToBool(m.IsWriter) {
			p.Writer = aws.ToString(m.DBClusterArn)
		}
	}
	out, err := s.rds(west).DescribeDBClusters(context.Background(), &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String("checkout-us-west-2")})
	if err != nil {
		t.Fatal(err)
	}
	p.TargetStatus = aws.ToString(out.DBClusters[0].Status)
	_, p.Available = s.Writer("checkout")
	return p
}

func TestASwitchoverMovesTheWriterAndLosesNothing(t *testing.T) {
	s := serveAurora(t)
	if err := s.switchover(east, westCluster); err != nil {
		t.Fatal(err)
	}
	got := []phase{s.phase(t)}
	for _, d := range []time.Duration{10 * time.Second, 27 * time.Second, 4 * time.Second} {
		s.pass(d)
		got = append(got, s.phase(t))
	}
	want := []phase{
		{"pending", eastCluster, "available", true},
		{"switching-over", eastCluster, "promoting", false},
		{"switching-over", westCluster, "promoting", true},
		{"", westCluster, "available", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	if loss := s.DataLoss(); len(loss) != 0 {
		t.Errorf("lost %v, want nothing", loss)
	}
	if diff := cmp.Diff([]string{west}, s.Writers("checkout")); diff != "" {
		t.Errorf("writers (-want +got):\n%s", diff)
	}
}

func TestAFailoverLosesTheLagAndLeavesTheOldWriterUp(t *testing.T) {
	s := serveAurora(t)
	if err := s.SetLag("checkout", 3*time.Second); err != nil {
		t.Fatal(err)
	}
	mustDark(t, s, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.pass(10 * time.Second)
	if diff := cmp.Diff(phase{"failing-over", eastCluster, "promoting", false}, s.phase(t)); diff != "" {
		t.Errorf("on the way (-want +got):\n%s", diff)
	}
	s.pass(time.Minute)
	if diff := cmp.Diff(phase{"", westCluster, "available", true}, s.phase(t)); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
	if loss := s.DataLoss(); len(loss) != 1 || loss[0].Seconds != 3 {
		t.Errorf("lost %v, want 3 seconds once", loss)
	}
	if diff := cmp.Diff([]string{east, west}, s.Writers("checkout")); diff != "" {
		t.Errorf("while the east is dark, writers (-want +got):\n%s", diff)
	}
	mustDark(t, s, east, false)
	s.pass(10 * time.Second)
	if got := s.Writers("checkout"); len(got) != 2 {
		t.Errorf("before the fence, writers are %v; want both", got)
	}
	s.pass(15 * time.Second)
	if diff := cmp.Diff([]string{west}, s.Writers("checkout")); diff != "" {
		t.Errorf("fenced, writers (-want +got):\n%s", diff)
	}
	if got := s.synchronization(t, eastCluster); got != "pending-resync" {
		t.Errorf("the old primary is %s, want pending-resync", got)
	}
	if code := codeOf(s.failover(east, eastCluster, true)); code != "InvalidDBClusterStateFault" {
		t.Errorf("failing back to a cluster that is not in sync: %s, want InvalidDBClusterStateFault", code)
	}
	s.pass(11 * time.Minute)
	if got := s.synchronization(t, eastCluster); got != "connected" {
		t.Errorf("the old primary is %s, want connected", got)
	}
	if err := s.switchover(west, eastCluster); err != nil {
		t.Errorf("failback: %v", err)
	}
}

func (s served) synchronization(t testing.TB, cluster string) string {
	t.Helper()
	for _, m := range s.describe(t, west).GlobalClusterMembers {
		if aws.ToString(m.DBClusterArn) == cluster {
			return string(m.SynchronizationStatus)
		}
	}
	return "no member"
}

func mustDark(t testing.TB, s served, region string, dark bool) {
	t.Helper()
	if err := s.SetDark(region, dark); err != nil {
		t.Fatal(err)
	}
}

func TestFailoverGlobalClusterWithoutDataLossIsASwitchover(t *testing.T) {
	s := serveAurora(t)
	if err := s.failover(east, westCluster, false); err != nil {
		t.Fatal(err)
	}
	g := s.describe(t, west)
	if aws.ToBool(g.FailoverState.IsDataLossAllowed) {
		t.Error("data loss is allowed, want a switchover")
	}
	if p := s.Promotions(); len(p) != 1 || !p[0].Planned || p[0].Operation != "FailoverGlobalCluster" {
		t.Errorf("promotions %+v, want one planned", p)
	}
}

func TestTheTrapDoesNotPromoteWhenThePrimaryIsGone(t *testing.T) {
	s := serveAurora(t)
	mustDark(t, s, east, true)
	if err := s.failover(west, westCluster, false); err == nil {
		t.Error("a switchover was accepted in the target's Region, want an error")
	}
	if p := s.Promotions(); len(p) != 0 {
		t.Errorf("promotions %+v, want none", p)
	}
}

func TestPromotionsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		call func(s served) error
		want string
	}{
		{"switchover in the target's Region", func(s served) error { return s.switchover(west, westCluster) }, "DBClusterNotFoundFault"},
		{"failover in the primary's Region", func(s served) error { return s.failover(east, westCluster, true) }, "DBClusterNotFoundFault"},
		{"to the writer", func(s served) error { return s.switchover(east, eastCluster) }, "InvalidDBClusterStateFault"},
		{"to nobody", func(s served) error { return s.switchover(east, "arn:nobody") }, "DBClusterNotFoundFault"},
		{"two at once", func(s served) error {
			return errors.Join(s.switchover(east, westCluster), s.switchover(east, westCluster))
		}, "InvalidGlobalClusterStateFault"},
		{"to a dark Region", func(s served) error {
			return errors.Join(s.SetDark(west, true), s.switchover(east, westCluster))
		}, "InvalidGlobalClusterStateFault"},
		{"both kinds", func(s served) error {
			_, err := s.rds(west).FailoverGlobalCluster(context.Background(), &rds.FailoverGlobalClusterInput{
				GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: aws.String(westCluster),
				AllowDataLoss: aws.Bool(true), Switchover: aws.Bool(true),
			})
			return err
		}, "InvalidParameterCombination"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := codeOf(c.call(serveAurora(t))); got != c.want {
				t.Errorf("error %s, want %s", got, c.want)
			}
		})
	}
}

func TestErrorsHaveTheTypesOfTheSDK(t *testing.T) {
	s := serveAurora(t)
	if err := s.switchover(east, westCluster); err != nil {
		t.Fatal(err)
	}
	var state *types.InvalidGlobalClusterStateFault
	if err := s.switchover(east, westCluster); !errors.As(err, &state) {
		t.Errorf("error %v, want an InvalidGlobalClusterStateFault", err)
	}
	_, err := s.rds(east).DescribeGlobalClusters(context.Background(), &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String("nobody")})
	var missing *types.GlobalClusterNotFoundFault
	if !errors.As(err, &missing) {
		t.Errorf("error %v, want a GlobalClusterNotFoundFault", err)
	}
}

func TestASwitchoverIsCancelledWhenARegionGoesDark(t *testing.T) {
	s := serveAurora(t)
	if err := s.switchover(east, westCluster); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Second)
	mustDark(t, s, east, true)
	if got := s.phase(t).Status; got != "cancelling" {
		t.Errorf("status %q, want cancelling", got)
	}
	s.pass(time.Minute)
	if diff := cmp.Diff(phase{"", eastCluster, "available", false}, s.phase(t)); diff != "" {
		t.Errorf("cancelled (-want +got):\n%s", diff)
	}
	if err := s.failover(west, westCluster, true); err != nil {
		t.Errorf("a failover afterwards: %v", err)
	}
}

func TestAStuckPromotionGoesOnWhenLetGo(t *testing.T) {
	s := serveAurora(t)
	mustDark(t, s, east, true)
	if err := s.SetStuck("checkout", true); err != nil {
		t.Fatal(err)
	}
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Hour)
	if diff := cmp.Diff(phase{"failing-over", eastCluster, "promoting", false}, s.phase(t)); diff != "" {
		t.Errorf("stuck (-want +got):\n%s", diff)
	}
	if err := s.SetStuck("checkout", false); err != nil {
		t.Fatal(err)
	}
	s.pass(10 * time.Second)
	if diff := cmp.Diff(phase{"", westCluster, "available", true}, s.phase(t)); diff != "" {
		t.Errorf("let go (-want +got):\n%s", diff)
	}
}

func TestAFailoverWaitsForItsTarget(t *testing.T) {
	s := serveAurora(t)
	mustDark(t, s, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	mustDark(t, s, west, true)
	s.pass(10 * time.Minute)
	if region, _ := s.Writer("checkout"); region != east {
		t.Errorf("the writer is in %s, want %s while the target is dark", region, east)
	}
	mustDark(t, s, west, false)
	s.pass(2 * time.Minute)
	if diff := cmp.Diff(phase{"", westCluster, "available", true}, s.phase(t)); diff != "" {
		t.Errorf("the target is back (-want +got):\n%s", diff)
	}
}

func TestRebuildingBeginsAgainAfterDarkness(t *testing.T) {
	s := serveAurora(t)
	mustDark(t, s, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.pass(2 * time.Minute)
	mustDark(t, s, east, false)
	s.pass(time.Minute)
	mustDark(t, s, east, true)
	s.pass(20 * time.Minute)
	if got := s.synchronization(t, eastCluster); got != "pending-resync" {
		t.Errorf("a cluster in the dark is %s, want pending-resync", got)
	}
	mustDark(t, s, east, false)
	s.pass(11 * time.Minute)
	if got := s.synchronization(t, eastCluster); got != "connected" {
		t.Errorf("the old primary is %s, want connected", got)
	}
}

func TestAParameterThatWouldBeIgnoredIsRefused(t *testing.T) {
	s := serveAurora(t)
	_, err := s.rds(west).DescribeDBClusters(context.Background(), &rds.DescribeDBClustersInput{IncludeShared: aws.Bool(true)})
	if codeOf(err) != fakeaws.CodeNotImplemented || !strings.Contains(err.Error(), "IncludeShared") {
		t.Errorf("error %v, want %s naming IncludeShared", err, fakeaws.CodeNotImplemented)
	}
}

// lags are the values of the replication lag of a cluster that can be read in a Region, newest first.
func (s served) lags(t testing.TB, region, cluster string) []float64 {
	t.Helper()
	client := cloudwatch.NewFromConfig(s.config(region, fakeaws.Administrator))
	out, err := client.GetMetricData(context.Background(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(testStart), EndTime: aws.Time(s.Now().Add(time.Minute)),
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
	s.pass(90 * time.Second)
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
	mustDark(t, s, east, true)
	s.pass(5 * time.Minute)
	if got := s.lags(t, west, "checkout-us-west-2"); len(got) != 2 {
		t.Errorf("with a dark primary, lags %v; want no new ones", got)
	}
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.pass(5 * time.Minute)
	mustDark(t, s, east, false)
	s.pass(12 * time.Minute)
	if got := s.lags(t, west, "checkout-us-west-2"); len(got) != 2 {
		t.Errorf("promoted, lags %v; want no new ones", got)
	}
	if got := s.lags(t, east, "checkout-us-east-1"); len(got) != 2 {
		t.Errorf("in sync again, lags %v of the old primary; want those of two minutes", got)
	}
}

func TestAPageOfManyClusters(t *testing.T) {
	s := serve(t)
	var want []string
	for i := range 250 {
		id := fmt.Sprintf("app-%03d", i)
		want = append(want, id)
		err := s.AddGlobalCluster(fakeaws.GlobalCluster{ID: id, Primary: east, Members: []fakeaws.Member{
			{east, "arn:aws:rds:us-east-1:111122223333:cluster:" + id + "-e", id + "-e"}, {west, "arn:aws:rds:us-west-2:111122223333:cluster:" + id + "-w", id + "-w"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	pages := rds.NewDescribeDBClustersPaginator(s.rds(west), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.DBClusters {
			got = append(got, strings.TrimSuffix(aws.ToString(c.DBClusterIdentifier), "-w"))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clusters (-want +got):\n%s", diff)
	}
}

func TestAnOldWriterThatReturnsDuringTheFailoverIsFenced(t *testing.T) {
	s := serveAurora(t)
	mustDark(t, s, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.pass(30 * time.Second)
	mustDark(t, s, east, false)
	s.pass(2 * time.Minute)
	if diff := cmp.Diff([]string{west}, s.Writers("checkout")); diff != "" {
		t.Errorf("writers (-want +got):\n%s", diff)
	}
}
