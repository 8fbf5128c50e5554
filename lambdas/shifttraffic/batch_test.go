package shifttraffic

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

const (
	east failover.Region = "us-east-1"
	west failover.Region = "us-west-2"
)

var moved = failover.Stage{From: east, To: west, Percent: new(100)}

// record is an A record with one address per Region.
func record(zone, name string) failover.Record {
	return failover.Record{
		Name: name + "." + zone + ".example", Type: "A", Zone: zone, ZoneName: zone + ".example", TTL: 60,
		Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "192.0.2.10"}, west: {Value: "192.0.2.20"}},
	}
}

// manyApplications have one record each in the zone.
func manyApplications(zone string, n int) []failover.Application {
	apps := make([]failover.Application, n)
	for i := range apps {
		name := fmt.Sprintf("app-%05d", i)
		apps[i] = failover.Application{Name: name, Wave: 1, Records: []failover.Record{record(zone, name)}}
	}
	return apps
}

// planned are the zones of applications of which the registry says nothing that cannot be right.
func planned(t *testing.T, apps []failover.Application) []ZonePlan {
	t.Helper()
	plans, faults := Plan(apps, moved, 7)
	if len(faults) > 0 {
		t.Fatal(faults[0].Err)
	}
	return plans
}

func sizes(t *testing.T, apps []failover.Application) [][]int {
	t.Helper()
	plans := planned(t, apps)
	all := [][]int{}
	for _, p := range plans {
		var zone []int
		for _, b := range p.Batches {
			zone = append(zone, b.Sets())
			if n := elements(b); n+fenceElements > maxElements {
				t.Errorf("zone %s: a batch has %d elements and the fence; Route 53 takes %d", p.Zone, n, maxElements)
			}
			if n := letters(b); n+fenceLetters > maxCharacters {
				t.Errorf("zone %s: a batch has %d characters and the fence; Route 53 takes %d", p.Zone, n, maxCharacters)
			}
		}
		all = append(all, zone)
	}
	return all
}

func elements(b Batch) int { return len(b.Changes) }

func letters(b Batch) (n int) {
	for _, c := range b.Changes {
		for _, r := range c.ResourceRecordSet.ResourceRecords {
			n += len(aws.ToString(r.Value))
		}
	}
	return n
}

func TestAZoneIsMovedInTheFewestBatches(t *testing.T) {
	long := func(n int) []failover.Application {
		apps := manyApplications("Z1", n)
		for i := range apps {
			r := &apps[i].Records[0]
			r.Type = "CNAME"
			for region := range r.Endpoints {
				r.Endpoints[region] = failover.Endpoint{Value: strings.Repeat("x", 200)}
			}
		}
		return apps
	}
	aliases := manyApplications("Z1", 249)
	for i := range aliases {
		r := &aliases[i].Records[0]
		r.TTL = 0
		for region := range r.Endpoints {
			r.Endpoints[region] = failover.Endpoint{Alias: &failover.Alias{Name: strings.Repeat("lb", 100), Zone: "ZLB"}}
		}
	}
	for _, c := range []struct {
		name string
		apps []failover.Application
		want [][]int
	}{
		{"nothing", nil, [][]int{}},
		{"one", manyApplications("Z1", 1), [][]int{{2}}},
		{"as many as fit beside the fence", manyApplications("Z1", 249), [][]int{{498}}},
		{"one more", manyApplications("Z1", 250), [][]int{{498, 2}}},
		{"three zones", slices.Concat(manyApplications("Z3", 334), manyApplications("Z1", 333), manyApplications("Z2", 333)),
			[][]int{{498, 168}, {498, 168}, {498, 170}}},
		{"characters count, twice", long(40), [][]int{{64, 16}}},
		{"an alias has no value", aliases, [][]int{{498}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, sizes(t, c.apps)); diff != "" {
				t.Errorf("record sets in each batch of each zone (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBothRegionsOfARecordAreInOneBatch(t *testing.T) {
	plans := planned(t, manyApplications("Z1", 600))
	for i, b := range plans[0].Batches {
		weights := map[string]int64{}
		for _, c := range b.Changes {
			weights[aws.ToString(c.ResourceRecordSet.Name)] += aws.ToInt64(c.ResourceRecordSet.Weight)
		}
		for name, sum := range weights {
			if sum != 100 {
				t.Errorf("batch %d: the weights of %s add up to %d, want 100", i, name, sum)
			}
		}
	}
}

func TestTheSameApplicationsMakeTheSameBatches(t *testing.T) {
	first := planned(t, manyApplications("Z1", 600))
	for range 5 {
		again := planned(t, manyApplications("Z1", 600))
		for i := range first[0].Batches {
			if diff := cmp.Diff(first[0].Batches[i].Records, again[0].Batches[i].Records); diff != "" {
				t.Fatalf("batch %d (-first +again):\n%s", i, diff)
			}
		}
	}
}

func TestAChangeSaysTheWholeRecordSet(t *testing.T) {
	r := record("Z1", "www")
	r.Endpoints[west] = failover.Endpoint{
		HealthCheck: "hc-1", Alias: &failover.Alias{Name: "lb.us-west-2.example", Zone: "ZLB", EvaluateTargetHealth: true},
	}
	app := failover.Application{Name: "shop", Live: failover.Live{Weights: map[failover.Region]int{east: 100, west: 0}}}
	changes, err := asRegistered(app, r, moved.Weights())
	if err != nil {
		t.Fatal(err)
	}
	value, alias := changes[1].ResourceRecordSet, changes[3].ResourceRecordSet
	if aws.ToString(value.SetIdentifier) != "us-east-1" || aws.ToInt64(value.Weight) != 0 || aws.ToInt64(value.TTL) != 60 ||
		aws.ToString(value.ResourceRecords[0].Value) != "192.0.2.10" || value.AliasTarget != nil {
		t.Errorf("the value: got %+v", value)
	}
	if aws.ToString(alias.SetIdentifier) != "us-west-2" || aws.ToInt64(alias.Weight) != 100 || alias.TTL != nil ||
		aws.ToString(alias.HealthCheckId) != "hc-1" || !alias.AliasTarget.EvaluateTargetHealth || alias.ResourceRecords != nil {
		t.Errorf("the alias: got %+v", alias)
	}
}

func TestRecordsThatCannotMoveAreRejectedByName(t *testing.T) {
	noEndpoint := record("Z1", "www")
	delete(noEndpoint.Endpoints, west)
	otherName := record("Z1", "api")
	otherName.ZoneName = "another.example"
	for _, c := range []struct {
		name string
		apps []failover.Application
		want string
	}{
		{
			"an endpoint is missing", []failover.Application{{Name: "shop", Records: []failover.Record{noEndpoint}}},
			"record www.Z1.example A of application shop has no endpoint in us-west-2; register it again",
		},
		{
			"two applications have it",
			[]failover.Application{{Name: "shop", Records: []failover.Record{record("Z1", "www")}}, {Name: "till", Records: []failover.Record{record("Z1", "WWW")}}},
			"record WWW.Z1.example A belongs to the applications shop and till; expected one",
		},
		{
			"two names of a zone",
			[]failover.Application{{Name: "shop", Records: []failover.Record{record("Z1", "www")}}, {Name: "till", Records: []failover.Record{otherName}}},
			"zone Z1 is named z1.example and, by application till, another.example; expected one name",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, faults := Plan(c.apps, moved, 7)
			if len(faults) != 1 {
				t.Fatalf("got %d faults, want one", len(faults))
			}
			err := faults[0].Err
			if err == nil || err.Error() != c.want || entry.ConditionOf(err) != failover.Rejected {
				t.Errorf("got %v (%s), want %s", err, entry.ConditionOf(err), c.want)
			}
		})
	}
}
