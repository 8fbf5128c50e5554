package rds_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestASwitchoverIsCancelledWhenARegionGoesDark(t *testing.T) {
	s := serveAurora(t)
	if err := s.switchover(east, westCluster); err != nil {
		t.Fatal(err)
	}
	s.Pass(20 * time.Second)
	s.MustDark(t, east, true)
	if got := s.phase(t).Status; got != "cancelling" {
		t.Errorf("status %q, want cancelling", got)
	}
	s.Pass(time.Minute)
	if diff := cmp.Diff(phase{"", eastCluster, "available", false}, s.phase(t)); diff != "" {
		t.Errorf("cancelled (-want +got):\n%s", diff)
	}
	if err := s.failover(west, westCluster, true); err != nil {
		t.Errorf("a failover afterwards: %v", err)
	}
}

func TestAStuckPromotionGoesOnWhenLetGo(t *testing.T) {
	s := serveAurora(t)
	s.MustDark(t, east, true)
	if err := s.SetStuck("checkout", true); err != nil {
		t.Fatal(err)
	}
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Hour)
	if diff := cmp.Diff(phase{"failing-over", eastCluster, "promoting", false}, s.phase(t)); diff != "" {
		t.Errorf("stuck (-want +got):\n%s", diff)
	}
	if err := s.SetStuck("checkout", false); err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	if diff := cmp.Diff(phase{"", westCluster, "available", true}, s.phase(t)); diff != "" {
		t.Errorf("let go (-want +got):\n%s", diff)
	}
}

func TestAFailoverWaitsForItsTarget(t *testing.T) {
	s := serveAurora(t)
	s.MustDark(t, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.MustDark(t, west, true)
	s.Pass(10 * time.Minute)
	if region, _ := s.Writer("checkout"); region != east {
		t.Errorf("the writer is in %s, want %s while the target is dark", region, east)
	}
	s.MustDark(t, west, false)
	s.Pass(2 * time.Minute)
	if diff := cmp.Diff(phase{"", westCluster, "available", true}, s.phase(t)); diff != "" {
		t.Errorf("the target is back (-want +got):\n%s", diff)
	}
}

func TestRebuildingBeginsAgainAfterDarkness(t *testing.T) {
	s := serveAurora(t)
	s.MustDark(t, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(2 * time.Minute)
	s.MustDark(t, east, false)
	s.Pass(time.Minute)
	s.MustDark(t, east, true)
	s.Pass(20 * time.Minute)
	if got := s.synchronization(t, eastCluster); got != "pending-resync" {
		t.Errorf("a cluster in the dark is %s, want pending-resync", got)
	}
	s.MustDark(t, east, false)
	s.Pass(11 * time.Minute)
	if got := s.synchronization(t, eastCluster); got != "connected" {
		t.Errorf("the old primary is %s, want connected", got)
	}
}

func TestAnOldWriterThatReturnsDuringTheFailoverIsFenced(t *testing.T) {
	s := serveAurora(t)
	s.MustDark(t, east, true)
	if err := s.failover(west, westCluster, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(30 * time.Second)
	s.MustDark(t, east, false)
	s.Pass(2 * time.Minute)
	if diff := cmp.Diff([]string{west}, s.Writers("checkout")); diff != "" {
		t.Errorf("writers (-want +got):\n%s", diff)
	}
}
