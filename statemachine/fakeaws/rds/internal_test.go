package rds

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// world is the service on a kernel of its own, with the control surfaces of both.
type world struct {
	kernel.Control
	control
	*Service
}

type control = Control

func newWorld(start time.Time, regions ...string) *world {
	k := kernel.New("111122223333", start, regions...)
	s := New(k, iam.New(k), noMetrics{})
	return &world{k.Control(), s.Control(), s}
}

// noMetrics discards all metrics.
type noMetrics struct{}

func (noMetrics) Put(_, _, _ string, _ map[string]string, _ float64)     {}
func (noMetrics) PutPast(_, _, _ string, _ map[string]string, _ float64) {}

func twoRegions() *world {
	return newWorld(time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
}

// database is a simulator with one global cluster whose writer is in us-east-1.
func database(t *testing.T) (*world, *globalCluster) {
	t.Helper()
	w := twoRegions()
	member := func(region string) Member {
		return Member{Region: region, ClusterARN: "arn:aws:rds:" + region + ":111122223333:cluster:c-" + region, ClusterID: "c-" + region}
	}
	err := w.AddGlobalCluster(GlobalCluster{ID: "c", Primary: "us-east-1", Lag: time.Second, Members: []Member{member("us-east-1"), member("us-west-2")}})
	if err != nil {
		t.Fatal(err)
	}
	return w, w.clusters["c"]
}

func TestAuroraGivesUpOneSwitchoverOnItsWay(t *testing.T) {
	w, g := database(t)
	if err := w.CancelNextSwitchover("c"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"us-east-1", "us-west-2"} { // the second one succeeds
		w.promote(g, Promotion{At: w.k.Now(), GlobalCluster: "c", From: "us-east-1", To: "us-west-2", Planned: true}, g.memberIn("us-east-1"), g.memberIn("us-west-2"))
		w.AdvanceTo(w.Now().Add(5 * time.Minute))
		if writer, available := w.control.Writer("c"); writer != want || !available {
			t.Errorf("the writer is in %s, available %t; want %s", writer, available, want)
		}
	}
}

func TestAWriterThatCannotBeSeenIsFencedWhenItCan(t *testing.T) {
	w, g := database(t)
	if err := w.CutOff("us-east-1", "us-west-2", true); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(w.Now().Add(time.Minute))
	to := g.memberIn("us-west-2")
	if err := w.mayMove(g, g.memberIn("us-east-1"), to, "us-east-1", true); err == nil {
		t.Error("a switchover was accepted although the Regions are disconnected")
	}
	w.promote(g, Promotion{At: w.k.Now(), GlobalCluster: "c", From: "us-east-1", To: "us-west-2"}, g.memberIn("us-east-1"), to)
	w.AdvanceTo(w.Now().Add(2 * time.Minute))
	if all := w.Writers("c"); len(all) != 2 {
		t.Errorf("writers in %v; want both, because the old one could not be fenced", all)
	}
	if lost := w.DataLoss(); len(lost) != 1 || lost[0].Seconds < 60 {
		t.Errorf("lost %v; want all since the Regions were disconnected", lost)
	}
	if err := w.CutOff("us-east-1", "us-west-2", false); err != nil {
		t.Fatal(err)
	}
	w.AdvanceTo(w.Now().Add(time.Minute))
	if all := w.Writers("c"); len(all) != 1 || all[0] != "us-west-2" {
		t.Errorf("writers in %v; want the new one alone", all)
	}
}
