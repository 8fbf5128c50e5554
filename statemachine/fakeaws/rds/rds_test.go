package rds_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func (s served) switchover(region, target string) error {
	_, err := s.RDS(region).SwitchoverGlobalCluster(context.Background(), &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: &target,
	})
	return err
}

// failover sets AllowDataLoss when lossy is true, and omits it otherwise.
func (s served) failover(region, target string, lossy bool) error {
	in := &rds.FailoverGlobalClusterInput{GlobalClusterIdentifier: aws.String("checkout"), TargetDbClusterIdentifier: &target}
	if lossy {
		in.AllowDataLoss = aws.Bool(true)
	}
	_, err := s.RDS(region).FailoverGlobalCluster(context.Background(), in)
	return err
}

func (s served) describe(t testing.TB, region string) types.GlobalCluster {
	t.Helper()
	out, err := s.RDS(region).DescribeGlobalClusters(context.Background(), &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String("checkout")})
	if err != nil {
		t.Fatal(err)
	}
	return out.GlobalClusters[0]
}

// phase is what the API shows of a promotion.
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
	out, err := s.RDS(west).DescribeDBClusters(context.Background(), &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String("checkout-us-west-2")})
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
		s.Pass(d)
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
	s.MustDark(t, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	if diff := cmp.Diff(phase{"failing-over", eastCluster, "promoting", false}, s.phase(t)); diff != "" {
		t.Errorf("on the way (-want +got):\n%s", diff)
	}
	s.Pass(time.Minute)
	if diff := cmp.Diff(phase{"", westCluster, "available", true}, s.phase(t)); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
	if loss := s.DataLoss(); len(loss) != 1 || loss[0].Seconds != 3 {
		t.Errorf("lost %v, want 3 seconds once", loss)
	}
	if diff := cmp.Diff([]string{east, west}, s.Writers("checkout")); diff != "" {
		t.Errorf("while the east is dark, writers (-want +got):\n%s", diff)
	}
	s.MustDark(t, east, false)
	s.Pass(10 * time.Second)
	if got := s.Writers("checkout"); len(got) != 2 {
		t.Errorf("before the fence, writers are %v; want both", got)
	}
	s.Pass(15 * time.Second)
	if diff := cmp.Diff([]string{west}, s.Writers("checkout")); diff != "" {
		t.Errorf("fenced, writers (-want +got):\n%s", diff)
	}
	if got := s.synchronization(t, eastCluster); got != "pending-resync" {
		t.Errorf("the old primary is %s, want pending-resync", got)
	}
	if code := codeOf(s.failover(east, eastCluster, true)); code != "InvalidDBClusterStateFault" {
		t.Errorf("failing back to a cluster that is not in sync: %s, want InvalidDBClusterStateFault", code)
	}
	s.Pass(11 * time.Minute)
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

func TestAPageOfManyClusters(t *testing.T) {
	s := serve(t)
	var want []string
	for i := range 250 {
		id := fmt.Sprintf("app-%03d", i)
		want = append(want, id)
		err := s.AddGlobalCluster(fakeaws.GlobalCluster{ID: id, Primary: east, Members: []fakeaws.Member{
			{Region: east, ClusterARN: "arn:aws:rds:us-east-1:111122223333:cluster:" + id + "-e", ClusterID: id + "-e"},
			{Region: west, ClusterARN: "arn:aws:rds:us-west-2:111122223333:cluster:" + id + "-w", ClusterID: id + "-w"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	pages := rds.NewDescribeDBClustersPaginator(s.RDS(west), nil)
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
