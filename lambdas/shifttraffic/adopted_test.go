package shifttraffic

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// adopted is an application whose record sets other tools have made.
func adopted() failover.Application {
	app := manyApplications("Z1", 1)[0]
	app.Records[0].Endpoints = map[failover.Region]failover.Endpoint{
		east: {Values: []string{"192.0.2.61", "192.0.2.62", "192.0.2.63"}, SetIdentifier: "blue"},
		west: {Values: []string{"198.51.100.61", "198.51.100.62"}, SetIdentifier: "dr"},
	}
	return app
}

// Record sets with other identifiers and several values are moved as they are, as registered and as read. A record set that has
// the name of a Region but is not the Region's stays as it is.
func TestAdoptedRecordSetsAreMovedAsTheyAre(t *testing.T) {
	for _, live := range []map[failover.Region]int{{east: 100, west: 0}, {east: 255, west: 0}} {
		app := adopted()
		h, world := newHandler(t, app)
		r := app.Records[0]
		must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: r.Name, Type: "A", SetIdentifier: "us-east-1", TTL: r.TTL, Values: []string{"192.0.2.99"}}))
		must(t, world.PutRecordSet("Z1", worldSet(r, east, live[east])))
		want := setsOf(world, r)
		for i := range want {
			want[i].Weight = map[string]int{"dr": 100}[want[i].SetIdentifier]
		}
		handle(t, h, request(7, "run-7", 100))
		if diff := cmp.Diff(want, setsOf(world, r)); diff != "" {
			t.Errorf("from %v (-want +got):\n%s", live, diff)
		}
	}
}

// A batch holds 1,000 values, deleted and created, the fences among them.
func TestEveryValueCountsInABatch(t *testing.T) {
	apps := manyApplications("Z1", 60)
	for i := range apps {
		apps[i].Records[0].Endpoints = adopted().Records[0].Endpoints
	}
	h, world := newHandler(t, apps...)
	for i := range 120 { // a record has 5 values, so 10 elements: 99 records fit
		if i < len(apps) {
			continue
		}
		extra := manyApplications("Z1", i+1)[i]
		extra.Records[0].Endpoints = adopted().Records[0].Endpoints
		apps = append(apps, extra)
		must(t, world.PutRecordSet("Z1", worldSet(extra.Records[0], east, 100)))
		must(t, world.PutRecordSet("Z1", worldSet(extra.Records[0], west, 0)))
	}
	h.Registry = registered{apps: apps}
	answer := handle(t, h, request(7, "run-7", 100))
	if got := len(world.Batches()); got != 2 || len(answer.SetAside) > 0 {
		t.Errorf("%d batches, set aside: %v; want 2 and none", got, answer.SetAside)
	}
}
