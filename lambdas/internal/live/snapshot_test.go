package live

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// take reads all that a snapshot needs. What could not be read of Route 53 is in the snapshot.
func take(t *testing.T, cfg aws.Config, apps []failover.Application) Snapshot {
	t.Helper()
	sets, _ := Records(t.Context(), route53.NewFromConfig(cfg), apps)
	return Take(t.Context(), sets, Switches{}, rds.NewFromConfig(cfg), apps)
}

// standingsIn takes a snapshot and says of every application whether it is in the Region.
func standingsIn(t *testing.T, cfg aws.Config, apps []failover.Application, region failover.Region) (standings []Standing, unknown []string) {
	t.Helper()
	snapshot := take(t, cfg, apps)
	for _, app := range apps {
		standings = append(standings, snapshot.Standing(app, region))
	}
	return standings, snapshot.Unknown()
}

func TestTheSnapshotNamesEveryPartOutsideTheRegion(t *testing.T) {
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
	standings, unknown := standingsIn(t, cfg, apps, west)
	want := []Standing{
		{Application: "app-0000", Why: []string{"database app-0000: writer in us-east-1"}},
		{Application: "app-0001", Why: []string{"registry: active in us-east-1"}},
		{Application: "app-0002", Why: []string{
			"registry: active in us-east-1",
			"record app-0002.shop.example A: us-east-1 100, us-west-2 0",
			"database app-0002: writer in us-east-1",
		}},
	}
	if diff := cmp.Diff(want, standings); diff != "" || unknown != nil {
		t.Errorf("unknown %v, standings (-want +got):\n%s", unknown, diff)
	}
	back, _ := standingsIn(t, cfg, apps, east)
	if !back[2].Inside() || back[0].Inside() {
		t.Errorf("seen from us-east-1: got %+v", back)
	}
}

func TestAnUnreadPartIsNeitherInsideNorOutsideTheRegion(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	build(t, world, apps, 0, 100)
	apps[0].Live = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
	world.Inject(fakeaws.Fault{Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500, Message: "down"}})
	standings, unknown := standingsIn(t, cfg, apps, west)
	want := []Standing{{Application: "app-0000", Unknown: []string{"record app-0000.shop.example A: not read", "database app-0000: not read"}}}
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
			[]string{"database shop: failing-over to us-west-2"},
		},
		{GlobalCluster{}, []string{"database shop: no writer"}},
	} {
		if diff := cmp.Diff(c.want, WhyNotWriting(map[string]GlobalCluster{"shop": c.cluster}, app, west)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestADatabaseIsWrittenFromTheBeginningOfItsPromotion(t *testing.T) {
	db := application("shop", "Z1").Databases[0]
	writer := func(r failover.Region, op *Operation) GlobalCluster {
		return GlobalCluster{Members: []Member{{ClusterARN: clusterARN("shop", r), Writer: true}}, Operation: op}
	}
	for _, c := range []struct {
		name         string
		snapshot     Snapshot
		wants, known bool
	}{
		{"as it was", Snapshot{clusters: map[string]GlobalCluster{"shop": writer(east, nil)}}, false, true},
		{"under way", Snapshot{clusters: map[string]GlobalCluster{"shop": writer(east, &Operation{To: clusterARN("shop", west)})}}, true, true},
		{"done", Snapshot{clusters: map[string]GlobalCluster{"shop": writer(west, nil)}}, true, true},
		{"not there", Snapshot{}, false, true},
		{"not read", Snapshot{databasesErr: errors.New("down")}, false, false},
	} {
		if got, known := c.snapshot.Writes(db, west); got != c.wants || known != c.known {
			t.Errorf("%s: got %v, known %v; want %v, %v", c.name, got, known, c.wants, c.known)
		}
	}
}

func TestAsBeforeIsWhatTheRunHasFound(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(4, "Z1")
	build(t, world, apps, 90, 10)
	before := &failover.Place{Active: east, Weights: map[failover.Region]int{east: 90, west: 10}}
	for i := range apps {
		apps[i].Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 90, west: 10}, Epoch: 7, Before: before}
	}
	apps[0].Live.Promoted = []string{"app-0000"} // and it was brought back: its writer is in us-east-1
	apps[1].Live.Active, apps[1].Live.Weights = west, map[failover.Region]int{west: 100}
	putWeight(t, world, apps[2].Records[0], west, 100)
	putWeight(t, world, apps[2].Records[0], east, 0)
	apps[3].Live.Epoch, apps[3].Live.Before = 6, &failover.Place{Active: west} // written by an older run, and not by this one
	snapshot := take(t, cfg, apps)
	var got []Standing
	for _, app := range apps {
		run := failover.Run{Epoch: 7, From: east, To: west}
		got = append(got, snapshot.AsBefore(run, app, run.Promoted(apps)))
	}
	want := []Standing{
		{Application: "app-0000"},
		{Application: "app-0001", Why: []string{"registry: active in us-west-2, us-west-2 100; before: us-east-1, us-east-1 90, us-west-2 10"}},
		{Application: "app-0002", Why: []string{"record app-0002.shop.example A: us-east-1 0, us-west-2 100; before: us-east-1 90, us-west-2 10"}},
		{Application: "app-0003"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standings (-want +got):\n%s", diff)
	}
	// A writer that the run has moved must come back, one that it found elsewhere need not.
	for _, c := range []struct {
		promoted []string
		want     []string
	}{{nil, nil}, {[]string{"app-0000"}, []string{"database app-0000: writer in us-east-1"}}} {
		apps[0].Live.Promoted = c.promoted
		run := failover.Run{Epoch: 7, From: west, To: east}
		if diff := cmp.Diff(c.want, snapshot.AsBefore(run, apps[0], run.Promoted(apps)).Why); diff != "" {
			t.Errorf("promoted %v (-want +got):\n%s", c.promoted, diff)
		}
		shared := apps[0] // by another application, to which the promotion is not written
		shared.Name, shared.Live.Promoted = "sharing", nil
		if diff := cmp.Diff(c.want, snapshot.AsBefore(run, shared, run.Promoted(apps)).Why); diff != "" {
			t.Errorf("promoted %v for another application (-want +got):\n%s", c.promoted, diff)
		}
	}
}

// TestWhatANewerRunHasMovedIsNotClaimedToBeAsBefore: the newer run's first write has taken the place of what this one
// had found, so that everything looks as if it had never been touched.
func TestWhatANewerRunHasMovedIsNotClaimedToBeAsBefore(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	build(t, world, apps, 100, 0)
	weights := map[failover.Region]int{east: 100, west: 0}
	apps[0].Live = failover.Live{Active: east, Weights: weights, Epoch: 8, Before: &failover.Place{Active: east, Weights: weights}}
	snapshot := take(t, cfg, apps)
	want := []string{"the run of epoch 8 has moved it since; registry: active in us-east-1, us-east-1 100, us-west-2 0"}
	if diff := cmp.Diff(want, snapshot.AsBefore(failover.Run{Epoch: 7, From: east, To: west}, apps[0], nil).Why); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if why := snapshot.AsBefore(failover.Run{Epoch: 8, From: east, To: west}, apps[0], nil).Why; why != nil {
		t.Errorf("after the newer run itself: got %v", why)
	}
}

// TestAForeignRecordSetWithWeightKeepsAnApplicationFromBeingThere and comes with the command that mends it.
func TestAForeignRecordSetWithWeightKeepsAnApplicationFromBeingThere(t *testing.T) {
	world, cfg := newWorld(t)
	apps := applications(1, "Z1")
	build(t, world, apps, 0, 100)
	apps[0].Databases = nil
	apps[0].Live = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
	foreign := func(weight int) {
		must(t, world.PutRecordSet("Z1", fakeaws.RecordSet{
			Name: "app-0000.shop.example", Type: "A", SetIdentifier: "blue", Weight: weight, TTL: 60, Values: []string{"192.0.2.99"},
		}))
	}
	foreign(255)
	got, _ := standingsIn(t, cfg, apps, west)
	want := []Standing{{
		Application: "app-0000",
		Why:         []string{`record app-0000.shop.example A: record set "blue" with weight 255 is not registered and answers users`},
		Command: `aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch '{"Changes":[{"Action":"UPSERT","ResourceRecordSet":` +
			`{"Name":"app-0000.shop.example","Type":"A","SetIdentifier":"blue","Weight":0,"TTL":60,"ResourceRecords":[{"Value":"192.0.2.99"}]}}]}'`,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	foreign(0)
	if got, _ = standingsIn(t, cfg, apps, west); !got[0].Inside() {
		t.Errorf("with weight 0: got %+v", got)
	}
}

// TestAZoneThatCannotBeReadLeavesTheOthersKnown: of two zones only one answers.
func TestAZoneThatCannotBeReadLeavesTheOthersKnown(t *testing.T) {
	world, cfg := newWorld(t)
	apps := []failover.Application{application("a", "Z1"), application("b", "Z404")}
	build(t, world, apps[:1], 0, 100)
	for i := range apps {
		apps[i].Databases = nil
		apps[i].Live = failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}}
	}
	got, unknown := standingsIn(t, cfg, apps, west)
	want := []Standing{{Application: "a"}, {Application: "b", Unknown: []string{"record b.shop.example A: not read"}}}
	if diff := cmp.Diff(want, got); diff != "" || len(unknown) != 1 {
		t.Errorf("unknown %v, standings (-want +got):\n%s", unknown, diff)
	}
}
