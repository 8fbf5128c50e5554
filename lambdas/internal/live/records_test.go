package live

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestRecordsAreReadInFewCalls(t *testing.T) {
	for _, c := range []struct {
		applications int
		calls        int
		why          string
	}{
		{1, 1, "one name, one call"},
		{3, 3, "a few names of what may be a large zone"},
		{4, 1, "the whole zone is one page"},
		{500, 4, "1,000 record sets, the zone's own two and pages of 300"},
	} {
		t.Run(fmt.Sprint(c.applications), func(t *testing.T) {
			world, cfg := newWorld(t)
			apps := applications(c.applications, "Z1")
			for i := range apps {
				apps[i].Databases = nil
			}
			build(t, world, apps, 90, 10)
			sets, err := Records(t.Context(), route53.NewFromConfig(cfg), apps)
			must(t, err)
			for _, app := range apps {
				want := map[failover.Region]int{east: 90, west: 10}
				if diff := cmp.Diff(want, sets.Weights(app.Records[0])); diff != "" {
					t.Fatalf("weights of %s (-want +got):\n%s", app.Name, diff)
				}
			}
			if got := countCalls(world, "ListResourceRecordSets"); got != c.calls {
				t.Errorf("%d calls, want %d: %s", got, c.calls, c.why)
			}
		})
	}
}

func TestARecordSetIsReadInWhole(t *testing.T) {
	world, cfg := newWorld(t)
	must(t, world.AddZone("Z1", "shop.example"))
	world.SetHealthCheck("hc-1", true)
	must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{
		Name: "*.shop.example", Type: "A", SetIdentifier: "us-west-2", Weight: 7, HealthCheck: "hc-1",
		Alias: &fakeaws.AliasTarget{Name: "lb.us-west-2.elb.amazonaws.com", Zone: "Z1H1FL5HABSF5", EvaluateTargetHealth: true},
	}))
	must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: "plain.shop.example", Type: "A", TTL: 300, Values: []string{"192.0.2.1", "192.0.2.2"}}))
	wildcard := failover.Record{Name: "*.Shop.example", Type: "A", Zone: "Z1"}
	plain := failover.Record{Name: "plain.shop.example.", Type: "A", Zone: "Z1"}
	absent := failover.Record{Name: "absent.shop.example", Type: "A", Zone: "Z1"}
	sets, err := Records(t.Context(), route53.NewFromConfig(cfg), []failover.Application{{Records: []failover.Record{wildcard, plain, absent}}})
	must(t, err)
	for _, c := range []struct {
		record failover.Record
		want   []RecordSet
	}{
		{wildcard, []RecordSet{{
			Identifier: "us-west-2", Weight: 7, HealthCheck: "hc-1",
			Alias: &failover.Alias{Name: "lb.us-west-2.elb.amazonaws.com", Zone: "Z1H1FL5HABSF5", EvaluateTargetHealth: true},
		}}},
		{plain, []RecordSet{{Weight: -1, TTL: 300, Values: []string{"192.0.2.1", "192.0.2.2"}}}},
		{absent, nil},
	} {
		got := sets.Of(c.record)
		for i := range got {
			if (got[i].Whole == nil) != (got[i].Weight >= 0) {
				t.Errorf("%s: whole: %v with weight %d; want it without weight alone", c.record.Name, got[i].Whole, got[i].Weight)
			}
			got[i].Whole = nil
			if got[i].Alias != nil {
				got[i].Alias.Name = CanonicalName(got[i].Alias.Name)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.record.Name, diff)
		}
	}
}

func TestAZoneThatIsNotThereIsAnError(t *testing.T) {
	_, cfg := newWorld(t)
	_, err := Records(t.Context(), route53.NewFromConfig(cfg), applications(1, "Z404"))
	if entry.ConditionOf(err) != failover.Rejected || !strings.Contains(err.Error(), "list zone Z404") {
		t.Errorf("got %v", err)
	}
}
