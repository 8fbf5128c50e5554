package shifttraffic

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// What a registry writer registers beside what Route 53 has is not created, nor put in the place of anything, and all
// others move.
func TestARunCreatesNoRecord(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, world *fakeaws.World, r failover.Record)
		cause string
	}{
		{"no record", func(t *testing.T, world *fakeaws.World, r failover.Record) {
			must(t, world.RemoveRecordSets(r.Zone, r.Name, r.Type))
		}, "Route 53 has no such record in zone Z1, and a run creates none; type: aws route53 list-resource-record-sets --hosted-zone-id Z1"},
		{"half a pair", func(t *testing.T, world *fakeaws.World, r failover.Record) {
			must(t, world.RemoveRecordSets(r.Zone, r.Name, r.Type))
			must(t, world.PutRecordSet(r.Zone, worldSet(r, east, 100)))
		}, "it has no weighted record set us-west-2 in zone Z1 (none), and a run creates none"},
		{"a simple record", func(t *testing.T, world *fakeaws.World, r failover.Record) {
			must(t, world.RemoveRecordSets(r.Zone, r.Name, r.Type))
			must(t, world.PutRecordSet(r.Zone, fakeaws.RecordSet{Name: r.Name, Type: r.Type, TTL: 60, Values: []string{"192.0.2.99"}}))
		}, "it has no weighted record set us-east-1 in zone Z1 (a simple one), and a run creates none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apps := manyApplications("Z1", 5)
			h, world := newHandler(t, apps...)
			bad := apps[2].Records[0]
			tt.spoil(t, world, bad)
			before := setsOf(world, bad)
			planned := request(7, "run-7", 100)
			planned.Run.Action = failover.Switchover
			if _, err := h.Handle(t.Context(), planned); entry.ConditionOf(err) != failover.Rejected || !strings.Contains(err.Error(), tt.cause) {
				t.Errorf("a switchover: got %v", err)
			}
			req := shiftAll(t, h, world, 1)
			if len(req.SetAside) != 1 || req.SetAside[0].Object != bad.Name+" A" || !strings.Contains(req.SetAside[0].Cause, tt.cause) {
				t.Errorf("set aside: %v", req.SetAside)
			}
			checkMoved(t, world, append(apps[:2:2], apps[3:]...))
			if diff := cmp.Diff(before, setsOf(world, bad)); diff != "" {
				t.Errorf("the record was changed (-before +after):\n%s", diff)
			}
		})
	}
}

func setsOf(world *fakeaws.World, r failover.Record) []fakeaws.RecordSet {
	var sets []fakeaws.RecordSet
	for _, set := range world.RecordSets(r.Zone) {
		if strings.EqualFold(strings.TrimSuffix(set.Name, "."), r.Name) {
			sets = append(sets, set)
		}
	}
	return sets
}

// A shift changes weights alone: an address or a TTL that is registered otherwise than it is live stays as it is.
func TestAShiftLeavesValuesAlone(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		apps := manyApplications("Z1", 300)
		h, world := newHandler(t, apps...)
		r := apps[1].Records[0]
		r.Endpoints[west] = failover.Endpoint{Value: "203.0.113.66"}
		want := setsOf(world, r)
		for i := range want {
			want[i].Weight = 100 - want[i].Weight
		}
		req := request(7, "run-7", 100)
		req.Run.Action = action
		handle(t, h, req)
		checkMoved(t, world, apps)
		if diff := cmp.Diff(want, setsOf(world, r)); diff != "" {
			t.Errorf("%s: record sets (-want +got):\n%s", action, diff)
		}
	}
}

// Weights that the registry does not know, as those of a run that was stopped, cost one refusal and one listing.
func TestStaleWeightsCostOneRefusalOfAZone(t *testing.T) {
	apps := manyApplications("Z1", 600)
	h, world := newHandler(t, apps...)
	for i := range apps {
		apps[i].Live = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
	}
	handle(t, h, request(7, "run-7", 100))
	refused := 0
	for _, c := range world.Calls() {
		if c.Code == "InvalidChangeBatch" {
			refused++
		}
	}
	if refused != 1 || len(world.Batches()) < 1 {
		t.Errorf("%d refusals, %d batches; want one refusal", refused, len(world.Batches()))
	}
}
