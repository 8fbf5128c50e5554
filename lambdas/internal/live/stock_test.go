package live

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestStockNamesEverythingThatIsElsewhere(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(3, "Z1")
	build(t, world, apps, 100, 0)
	// The first has moved wholly except for its writer, the second's registry and weights disagree, the third is as it was.
	for _, i := range []int{0, 1} {
		putWeight(t, world, apps[i].Records[0], east, 0)
		putWeight(t, world, apps[i].Records[0], west, 100)
	}
	apps[0].Live = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
	apps[1].Databases = nil
	standings, unknown := Stock(t.Context(), route53.NewFromConfig(cfg), rds.NewFromConfig(cfg), apps, west)
	want := []Standing{
		{"app-0000", []string{"database app-0000: writer is " + clusterARN("app-0000", east)}},
		{"app-0001", []string{"registry: active in us-east-1"}},
		{"app-0002", []string{
			"registry: active in us-east-1",
			"record app-0002.shop.example A: us-east-1 100, us-west-2 0",
			"database app-0002: writer is " + clusterARN("app-0002", east),
		}},
	}
	if diff := cmp.Diff(want, standings); diff != "" || unknown != nil {
		t.Errorf("unknown %v, standings (-want +got):\n%s", unknown, diff)
	}
	back, _ := Stock(t.Context(), route53.NewFromConfig(cfg), rds.NewFromConfig(cfg), apps, east)
	if !back[2].There() || back[0].There() {
		t.Errorf("seen from us-east-1: got %+v", back)
	}
}

func TestWhatCannotBeReadDoesNotCountAsThere(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	build(t, world, apps, 0, 100)
	apps[0].Live = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
	world.Inject(fakeaws.Fault{Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500, Message: "down"}})
	standings, unknown := Stock(t.Context(), route53.NewFromConfig(cfg), rds.NewFromConfig(cfg), apps, west)
	want := []Standing{{"app-0000", []string{"records: could not be read", "databases: could not be read"}}}
	if diff := cmp.Diff(want, standings); diff != "" || len(unknown) != 2 {
		t.Errorf("unknown %v, standings (-want +got):\n%s", unknown, diff)
	}
}

func TestARecordOfAnotherRegionWithWeightIsNotThere(t *testing.T) {
	for _, c := range []struct {
		weights map[failover.Region]int
		want    bool
	}{
		{map[failover.Region]int{east: 0, west: 100}, true},
		{map[failover.Region]int{west: 100}, true},
		{map[failover.Region]int{east: 1, west: 99}, false},
		{map[failover.Region]int{east: 0, west: 0}, false}, // Route 53 answers with both
		{map[failover.Region]int{west: 100, "old": 5}, false},
	} {
		if got := allTo(c.weights, west); got != c.want {
			t.Errorf("%v: got %v, want %v", c.weights, got, c.want)
		}
	}
}

func TestAWriterIsThereWhenItsPromotionIsOver(t *testing.T) {
	app := application("shop", "Z1")
	member := Member{ClusterARN: clusterARN("shop", west), Writer: true}
	for _, c := range []struct {
		cluster GlobalCluster
		want    []string
	}{
		{GlobalCluster{Members: []Member{member}}, nil},
		{
			GlobalCluster{Members: []Member{member}, Operation: &Operation{Status: "failing-over", To: member.ClusterARN}},
			[]string{"database shop: failing-over to " + member.ClusterARN},
		},
		{GlobalCluster{}, []string{"database shop: writer is nobody"}},
	} {
		if diff := cmp.Diff(c.want, WhyNotWriting(map[string]GlobalCluster{"shop": c.cluster}, app, west)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
