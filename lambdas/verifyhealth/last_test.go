package verifyhealth

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestOfTheChangesOfAZoneTheLastOneIsAskedFor(t *testing.T) {
	change := func(zone, id string) failover.Change { return failover.Change{Zone: zone, ID: id} }
	got := lastOfEachZone([]failover.Change{change("Z1", "C1"), change("Z1", "C2"), change("Z2", "C3"), change("Z1", "C4")})
	if diff := cmp.Diff([]failover.Change{change("Z1", "C4"), change("Z2", "C3")}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestTheLooksInARowReadEveryZoneOnce: together they read all of them, the last one the first.
func TestTheLooksInARowReadEveryZoneOnce(t *testing.T) {
	var apps []failover.Application
	for _, zones := range [][]string{{"Z1", "Z2"}, {"Z2"}, {"Z3", "Z1"}, {"Z4"}, {"Z5"}} {
		var app failover.Application
		for _, zone := range zones {
			app.Records = append(app.Records, failover.Record{Zone: zone})
		}
		apps = append(apps, app)
	}
	read := func(from, every int) []string {
		var zones []string
		for _, app := range inZones(apps, from, every) {
			for _, r := range app.Records {
				zones = append(zones, r.Zone)
			}
		}
		return zones
	}
	for _, c := range []struct {
		from, every int
		want        []string
	}{
		{0, 1, []string{"Z1", "Z2", "Z2", "Z3", "Z1", "Z4", "Z5"}},
		{0, 2, []string{"Z1", "Z3", "Z1", "Z5"}},
		{1, 2, []string{"Z2", "Z2", "Z4"}},
		{9, 14, nil},
	} {
		if diff := cmp.Diff(c.want, read(c.from, c.every)); diff != "" {
			t.Errorf("from %d, every %d (-want +got):\n%s", c.from, c.every, diff)
		}
	}
	if len(apps[0].Records) != 2 {
		t.Error("the applications themselves have changed")
	}
}

// TestEveryZoneIsReadBeforeAStageOfTwoLooksPasses: the second zone at the first look, the first at the second.
func TestEveryZoneIsReadBeforeAStageOfTwoLooksPasses(t *testing.T) {
	s := newStand(t, "checkout")
	const second = "Z0000000000SECOND0"
	s.must(s.world.AddZone(second, "example.org"))
	put := func(region failover.Region, weight int) {
		t.Helper()
		s.must(s.world.PutRecordSet(second, fakeaws.RecordSet{
			Name: "checkout.example.org", Type: "A", SetIdentifier: string(region), Weight: weight, TTL: 60, Values: []string{"192.0.2.1"},
		}))
	}
	put(west, 100)
	app := s.apps[0]
	r := app.Records[0]
	r.Name, r.Zone, r.ZoneName = "checkout.example.org", second, "example.org"
	app.Records = append(app.Records, r)
	_, err := s.Registry.Register(t.Context(), failover.DefaultPlan(), []failover.Application{app}, begin)
	s.must(err)
	first := func(req *failover.VerifyRequest) { req.Stage.Passes = 2 }
	last := func(req *failover.VerifyRequest) { req.Stage.Passes, req.Passes = 2, 1 }

	put(east, 5)
	check(t, "first look", pending("checkout: record checkout.example.org A: weight 5 in us-east-1; expected weight 0"), s.look(first))
	put(east, 0)
	s.setWeight("checkout", east, 5)
	if got := s.look(first); got.Passes != 1 {
		t.Errorf("first look: %+v; want it to leave the first zone to the last look", got)
	}
	want := pending("checkout: record checkout.example.com A: weight 5 in us-east-1; expected weight 0")
	want.Passes = 1
	check(t, "last look", want, s.look(last))
	s.setWeight("checkout", east, 0)
	check(t, "last look, when it is put right", passed(2), s.look(last))
}
