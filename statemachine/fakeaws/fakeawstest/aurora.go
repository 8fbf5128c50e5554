package fakeawstest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// The ARNs of the clusters of ServeAurora.
// The Regions.
const (
	EastCluster = "arn:aws:rds:us-east-1:111122223333:cluster:checkout-us-east-1"
	WestCluster = "arn:aws:rds:us-west-2:111122223333:cluster:checkout-us-west-2"
)

// ServeAurora has one global cluster, checkout, whose writer is in the East.
func ServeAurora(t testing.TB) Served {
	t.Helper()
	s := ServePromptly(t)
	err := s.AddGlobalCluster(fakeaws.GlobalCluster{
		ID: "checkout", Primary: East, Lag: 800 * time.Millisecond,
		SwitchoverTime: 40 * time.Second, FailoverTime: 60 * time.Second,
		Members: []fakeaws.Member{{Region: East, ClusterARN: EastCluster, ClusterID: "checkout-us-east-1"}, {Region: West, ClusterARN: WestCluster, ClusterID: "checkout-us-west-2"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// RDS is a client for RDS.
func (s Served) RDS(region string) *rds.Client {
	return rds.NewFromConfig(s.Config(region, fakeaws.Administrator))
}
