package rds_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

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
	s.MustDark(t, east, true)
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
		{"to an unknown cluster", func(s served) error { return s.switchover(east, "arn:unknown") }, "DBClusterNotFoundFault"},
		{"two at once", func(s served) error {
			return errors.Join(s.switchover(east, westCluster), s.switchover(east, westCluster))
		}, "InvalidGlobalClusterStateFault"},
		{"to a dark Region", func(s served) error {
			return errors.Join(s.SetDark(west, true), s.switchover(east, westCluster))
		}, "InvalidGlobalClusterStateFault"},
		{"both kinds", func(s served) error {
			_, err := s.RDS(west).FailoverGlobalCluster(context.Background(), &rds.FailoverGlobalClusterInput{
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
	_, err := s.RDS(east).DescribeGlobalClusters(context.Background(), &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String("unknown")})
	var missing *types.GlobalClusterNotFoundFault
	if !errors.As(err, &missing) {
		t.Errorf("error %v, want a GlobalClusterNotFoundFault", err)
	}
}

func TestAParameterThatWouldBeIgnoredIsRefused(t *testing.T) {
	s := serveAurora(t)
	_, err := s.RDS(west).DescribeDBClusters(context.Background(), &rds.DescribeDBClustersInput{IncludeShared: aws.Bool(true)})
	if codeOf(err) != fakeaws.CodeNotImplemented || !strings.Contains(err.Error(), "IncludeShared") {
		t.Errorf("error %v, want %s naming IncludeShared", err, fakeaws.CodeNotImplemented)
	}
}
