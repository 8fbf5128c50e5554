package clients_test

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestWritesNeedAWriterInARegionThatAnswers(t *testing.T) {
	s := serveZone(t)
	s.SetMetricDelay(fakeaws.MetricDelay{})
	err := s.AddClients(fakeaws.Clients{
		Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, RequestsPerSecond: 100, Writes: 0.2,
		GlobalClusters: []string{"nowhere"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.StartTraffic()
	s.Pass(10 * time.Second)
	if got := s.last(); !almost(got.Served, 80) {
		t.Errorf("served without a writer = %g; want the 80 reads", got.Served)
	}
	if got := s.servedPercent(t, west); !almost(got[0], 80) {
		t.Errorf("ServedPercent of the idle Region = %v; want 80, since its canary writes too", got)
	}
}

func TestAWriterInADarkRegionServesNoWrite(t *testing.T) {
	s := serveZone(t)
	err := s.AddGlobalCluster(fakeaws.GlobalCluster{ID: "shop", Primary: east, Members: []fakeaws.Member{
		{Region: east, ClusterARN: "arn:aws:rds:us-east-1:111122223333:cluster:shop-east", ClusterID: "shop-east"},
		{Region: west, ClusterARN: "arn:aws:rds:us-west-2:111122223333:cluster:shop-west", ClusterID: "shop-west"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = s.AddClients(fakeaws.Clients{
		Application: "shop", Name: "www.example.com", Type: "A", Zone: testZone, TTL: 1, RequestsPerSecond: 100, Writes: 0.2,
		GlobalClusters: []string{"shop"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []fakeaws.RecordSet{weightedSet("www.example.com", east, 0), weightedSet("www.example.com", west, 1)} {
		if err := s.PutRecordSet(testZone, set); err != nil {
			t.Fatal(err)
		}
	}
	s.StartTraffic()
	s.Pass(10 * time.Second)
	if got := s.last(); !almost(got.Served, 100) {
		t.Errorf("served in the west with the writer in the east = %g; want 100", got.Served)
	}
	s.MustDark(t, east, true)
	s.Pass(10 * time.Second)
	if got := s.last(); !almost(got.Served, 80) {
		t.Errorf("served in the west with the writer in the dark = %g; want the 80 reads", got.Served)
	}
}
