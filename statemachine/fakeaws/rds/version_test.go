package rds_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestRDSPromotesBetweenVersionsThatFit, a failover as well as a switchover (RDS-9).
func TestRDSPromotesBetweenVersionsThatFit(t *testing.T) {
	const postgres, mysql = "aurora-postgresql", "aurora-mysql"
	for _, c := range []struct {
		engine, east, west string
		fits               bool
	}{
		{postgres, "16.6", "16.6", true},
		{postgres, "16.6", "16.8", false},
		{postgres, "16.6", "17.6", false},
		{postgres, "16.6.1", "16.6.3", true},
		{postgres, "14.5.1", "14.5", true},
		{postgres, "14.4.1", "14.4.2", false},
		{postgres, "13.8.1", "13.8.2", true},
		{postgres, "11.16.1", "11.16.2", false},
		{postgres, "10.21.1", "10.21.2", false},
		{mysql, "8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.04.1", true},
		{mysql, "8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.04.2", false},
		{"neptune", "15.1.1", "15.1.2", false},
	} {
		for _, planned := range []bool{true, false} {
			s := servePromptly(t)
			err := s.AddGlobalCluster(fakeaws.GlobalCluster{ID: "checkout", Primary: east, Engine: c.engine, Members: []fakeaws.Member{
				{Region: east, ClusterARN: eastCluster, ClusterID: "checkout-us-east-1", EngineVersion: c.east},
				{Region: west, ClusterARN: westCluster, ClusterID: "checkout-us-west-2", EngineVersion: c.west},
			}})
			if err != nil {
				t.Fatal(err)
			}
			want := "InvalidDBClusterStateFault"
			if c.fits {
				want = ""
			}
			if planned {
				err = s.switchover(east, westCluster)
			} else {
				err = s.failover(west, westCluster, true)
			}
			if codeOf(err) != want || !c.fits && !strings.Contains(err.Error(), "must use the same engine version") {
				t.Errorf("%s %s to %s, planned %v: %v; want %q", c.engine, c.east, c.west, planned, err, want)
			}
		}
	}
}

func TestAHeadlessClusterIsNoTarget(t *testing.T) { // RDS-10
	s := serveAurora(t)
	if err := s.SetHeadless("checkout", west, true); err != nil {
		t.Fatal(err)
	}
	out, err := s.RDS(west).DescribeDBClusters(context.Background(), &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String(westCluster)})
	if err != nil || len(out.DBClusters[0].DBClusterMembers) != 0 {
		t.Fatalf("got %+v, %v; want a cluster without instance", out, err)
	}
	for _, err := range []error{s.switchover(east, westCluster), s.failover(west, westCluster, true)} {
		if codeOf(err) != "InvalidDBClusterStateFault" || !strings.Contains(err.Error(), "no DB instance") {
			t.Errorf("got %v; want InvalidDBClusterStateFault", err)
		}
	}
	if err := s.SetHeadless("checkout", west, false); err != nil {
		t.Fatal(err)
	}
	if err := s.switchover(east, westCluster); err != nil {
		t.Errorf("with an instance: %v", err)
	}
	if s.SetHeadless("checkout", "eu-west-1", true) == nil || s.SetEngineVersion("unknown", west, "1") == nil {
		t.Error("a member that is not there was no error")
	}
}

func TestRDSFindsIdentifiersInAnyCase(t *testing.T) { // RDS-12
	s := serveAurora(t)
	ctx := context.Background()
	global, err := s.RDS(west).DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String("Checkout")})
	if err != nil || *global.GlobalClusters[0].GlobalClusterIdentifier != "checkout" {
		t.Errorf("got %+v, %v; want checkout", global, err)
	}
	cluster, err := s.RDS(west).DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String("Checkout-US-west-2")})
	if err != nil || *cluster.DBClusters[0].DBClusterIdentifier != "checkout-us-west-2" {
		t.Errorf("got %+v, %v; want checkout-us-west-2", cluster, err)
	}
	if err := s.switchover(east, strings.Replace(westCluster, "checkout", "Checkout", 1)); err != nil {
		t.Errorf("a promotion by another spelling: %v", err)
	}
}
