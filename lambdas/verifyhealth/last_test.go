package verifyhealth

import (
	"fmt"
	"testing"
	"time"

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

// TestAStageDoesNotPassWhileSomethingElseAnswersUsers: the record set of another tool, or weights that were changed. The
// check that finds it as expected again reads everything once more.
func TestAStageDoesNotPassWhileSomethingElseAnswersUsers(t *testing.T) {
	foreign := func(s *stand, weight int) {
		s.must(s.world.PutRecordSet(zone, fakeaws.RecordSet{
			Name: "checkout.example.com", Type: "A", SetIdentifier: "blue", Weight: weight, TTL: 60, Values: []string{"192.0.2.9"},
		}))
	}
	for name, c := range map[string]struct {
		do, undo func(*stand)
		want     string
	}{
		"a foreign record set": {
			func(s *stand) { foreign(s, 255) }, func(s *stand) { foreign(s, 0) },
			`checkout: record checkout.example.com A: record set "blue" is not registered and answers users with weight 255; expected weight 0`,
		},
		"changed weights": {
			func(s *stand) { s.setWeight("checkout", east, 5) }, func(s *stand) { s.setWeight("checkout", east, 0) },
			"checkout: record checkout.example.com A: weight 5 in us-east-1; expected weight 0",
		},
		"a changed registry": {
			func(s *stand) { s.settle(s.apps[0], failover.Live{Active: east, Weights: inWest.Weights, Stage: 1}) },
			func(s *stand) { s.settle(s.apps[0], failover.Live{Active: west, Weights: inWest.Weights, Stage: 2}) },
			"checkout: registry: active in us-east-1, weight 100 in us-west-2; expected active in us-west-2, weight 100",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, "checkout")
			s.settle(s.apps[0], inWest)
			var inventory *failover.Inventory
			healthy := 1
			attempt := func() failover.VerifyAnswer {
				t.Helper()
				answer := s.checkOnce(func(req *failover.VerifyRequest) {
					closing(req)
					req.Stage.Passes, req.Healthy, req.Inventory = 2, healthy, inventory
				})
				inventory, healthy = answer.Inventory, answer.Healthy
				return answer
			}
			c.do(s)
			for range 3 { // each of them names it, whatever the number of healthy checks before
				if got := attempt(); got.Verdict != failover.Pending || got.Reasons[0] != c.want || got.Healthy != 0 || got.Inventory.Complete {
					t.Fatalf("got %+v, inventory %+v; want pending because of %s", got, got.Inventory, c.want)
				}
			}
			c.undo(s)
			s.world.AdvanceTo(s.world.Now().Add(30 * time.Second))
			s.serve("checkout", 100)
			if got := attempt(); got.Verdict != failover.Pending || got.Inventory.Complete {
				t.Fatalf("the first check after it: got %+v, inventory %+v; want everything read once more", got, got.Inventory)
			}
			if !inventory.At.Equal(s.world.Now()) {
				t.Errorf("the inventory is of %s; want %s, when its reading began anew", inventory.At, s.world.Now())
			}
			if got := attempt(); got.Verdict != failover.Passed || !got.Inventory.Complete {
				t.Fatalf("got %+v, inventory %+v; want passed", got, got.Inventory)
			}
		})
	}
}

// TestManyZonesAreReadOverSeveralChecks: no check makes more calls than Route 53's request quota takes, none reads a zone
// twice, and they begin as many checks before the last one as they are.
func TestManyZonesAreReadOverSeveralChecks(t *testing.T) {
	s := newStand(t, "checkout")
	app := s.apps[0]
	for i := range 2 * listBudget {
		r := app.Records[0]
		r.Zone, r.ZoneName = fmt.Sprintf("Z%019d", i), fmt.Sprintf("z%d.example", i)
		r.Name = "checkout." + r.ZoneName
		s.must(s.world.AddZone(r.Zone, r.ZoneName))
		for region, weight := range map[failover.Region]int{east: 0, west: 100} {
			s.must(s.world.PutRecordSet(r.Zone, fakeaws.RecordSet{
				Name: r.Name, Type: "A", SetIdentifier: string(region), Weight: weight, TTL: 60, Values: []string{"192.0.2.1"},
			}))
		}
		app.Records = append(app.Records, r)
	}
	_, err := s.Registry.Register(t.Context(), failover.DefaultPlan(), []failover.Application{app}, begin)
	s.must(err)
	var inventory *failover.Inventory
	healthy := 0
	var calls []int
	for range 5 {
		before := len(s.world.Calls())
		answer := s.checkOnce(func(req *failover.VerifyRequest) {
			req.Stage.Passes, req.Healthy, req.Inventory = 5, healthy, inventory
		})
		n := 0
		for _, call := range s.world.Calls()[before:] {
			if call.Operation == "ListResourceRecordSets" {
				n++
			}
		}
		calls = append(calls, n)
		inventory, healthy = answer.Inventory, answer.Healthy
		s.world.AdvanceTo(s.world.Now().Add(5 * time.Second))
		s.serve("checkout", 100)
	}
	if diff := cmp.Diff([]int{0, 0, listBudget, listBudget, 1}, calls); diff != "" {
		t.Errorf("calls of each check (-want +got):\n%s", diff)
	}
	if healthy != 5 || inventory == nil || !inventory.Complete || !inventory.Covers(app) {
		t.Errorf("%d healthy, inventory %+v; want a complete one after 5", healthy, inventory)
	}
}
