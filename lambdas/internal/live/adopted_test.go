package live

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// A record set is the Region's whose endpoint has its identifier. Any other is foreign, also one with the name of a Region.
func TestIdentifiersSayWhoseARecordSetIs(t *testing.T) {
	world, cfg := newWorld(t)
	app := application("shop", "Z1")
	r := app.Records[0]
	r.Endpoints = map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.10", SetIdentifier: "blue"}, west: {Value: "192.0.2.20", SetIdentifier: "dr"}}
	app.Records[0] = r
	must(t, world.AddZone("Z1", "shop.example"))
	for id, weight := range map[string]int{"blue": 0, "dr": 100, "us-west-2": 7, "green": 0} {
		must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{Name: r.Name, Type: "A", SetIdentifier: id, Weight: weight, TTL: 60, Values: []string{"192.0.2.10"}}))
	}
	sets, err := Records(t.Context(), route53.NewFromConfig(cfg), []failover.Application{app})
	must(t, err)
	want := map[failover.Region]int{east: 0, west: 100, `"us-west-2"`: 7, "green": 0}
	if diff := cmp.Diff(want, sets.Weights(r)); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	if why := sets.WhyNotPair(r, []failover.Region{east, west}); why != "" {
		t.Errorf("the pair: got %q", why)
	}
	routed := WhyNotRouted(sets, app, west)
	if diff := cmp.Diff([]string{`record shop.shop.example A: record set "us-west-2" with weight 7 is not registered and answers users`}, routed); diff != "" {
		t.Errorf("why not routed (-want +got):\n%s", diff)
	}
}
