package verifyhealth

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
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
