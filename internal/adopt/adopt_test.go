package adopt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
)

const (
	east = failover.Region("us-east-1")
	west = failover.Region("us-west-2")
)

// hosted is a hosted zone whose record sets come in pages of one.
type hosted struct {
	sets    []types.ResourceRecordSet
	private bool
	err     error
}

func (h hosted) GetHostedZone(context.Context, *route53.GetHostedZoneInput, ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error) {
	return &route53.GetHostedZoneOutput{HostedZone: &types.HostedZone{Config: &types.HostedZoneConfig{PrivateZone: h.private}}}, h.err
}

func (h hosted) ListResourceRecordSets(_ context.Context, in *route53.ListResourceRecordSetsInput, _ ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	if h.err != nil {
		return nil, h.err
	}
	i := 0
	if in.StartRecordName != nil {
		i = slices.IndexFunc(h.sets, func(s types.ResourceRecordSet) bool {
			return *s.Name == *in.StartRecordName && *s.SetIdentifier == *in.StartRecordIdentifier
		})
	}
	out := &route53.ListResourceRecordSetsOutput{ResourceRecordSets: h.sets[i : i+1], IsTruncated: i+1 < len(h.sets)}
	if out.IsTruncated {
		next := h.sets[i+1]
		out.NextRecordName, out.NextRecordType, out.NextRecordIdentifier = next.Name, next.Type, next.SetIdentifier
	}
	return out, nil
}

var values = map[failover.Region]string{east: "192.0.2.1", west: "198.51.100.1"}

func weighted(name, id string, of failover.Region, weight int64) types.ResourceRecordSet {
	return types.ResourceRecordSet{
		Name: aws.String(name + ".example.com."), Type: types.RRTypeA, SetIdentifier: &id, Weight: &weight,
		ResourceRecords: []types.ResourceRecord{{Value: aws.String(values[of])}},
	}
}

func shop(records ...string) failover.Application {
	app := failover.Application{Name: "shop", Wave: 1}
	for _, name := range records {
		app.Records = append(app.Records, failover.Record{
			Name: name + ".example.com", Type: "A", Zone: "Z1", ZoneName: "example.com", TTL: 60,
			Endpoints: map[failover.Region]failover.Endpoint{east: {Value: values[east]}, west: {Value: values[west]}},
		})
	}
	return app
}

func read(t *testing.T, zone hosted, registered []failover.Application, app failover.Application) Found {
	t.Helper()
	plan := failover.DefaultPlan()
	plan.Primary, plan.Standby = east, west
	return Read(t.Context(), zone, plan, registered, []failover.Application{app})
}

// TestAnIdentifierIsAdoptedInTheRegionThatHasIt: in either of them or in both, and in whatever order Route 53 lists the record sets.
func TestAnIdentifierIsAdoptedInTheRegionThatHasIt(t *testing.T) {
	for _, ids := range [][2]string{{string(east), string(west)}, {"old", string(west)}, {string(east), "new"}, {"old", "new"}} {
		sets := []types.ResourceRecordSet{weighted("www", ids[0], east, 100), weighted("www", ids[1], west, 0)}
		for range 2 {
			slices.Reverse(sets)
			found := read(t, hosted{sets: sets}, nil, shop("www"))
			if len(found.Applications) != 1 {
				t.Fatalf("%v: %+v", ids, found)
			}
			r := found.Applications[0].Records[0]
			if got := [2]string{r.Identifier(east), r.Identifier(west)}; got != ids {
				t.Errorf("identifiers %v; want %v", got, ids)
			}
			adopted := slices.ContainsFunc(found.Notes, func(note string) bool {
				return strings.Contains(note, fmt.Sprintf("has the record sets %q for %s and %q for %s", ids[0], east, ids[1], west))
			})
			if want := ids != [2]string{string(east), string(west)}; adopted != want {
				t.Errorf("%v: notes %q; want one that says what was adopted: %v", ids, found.Notes, want)
			}
		}
	}
}

// TestThePlaceIsThatOfAllRecords: records with other weights in the same Region make it a whole one, and records in two Regions a finding.
func TestThePlaceIsThatOfAllRecords(t *testing.T) {
	for _, c := range []struct {
		first, second [2]int64 // the weights in east and west
		want          map[failover.Region]int
	}{
		{[2]int64{100, 0}, [2]int64{100, 0}, map[failover.Region]int{east: 100, west: 0}},
		{[2]int64{255, 0}, [2]int64{255, 0}, map[failover.Region]int{east: 255, west: 0}},
		{[2]int64{1, 0}, [2]int64{100, 0}, map[failover.Region]int{east: 100, west: 0}},
		{[2]int64{0, 7}, [2]int64{0, 9}, map[failover.Region]int{east: 0, west: 100}},
		{[2]int64{100, 0}, [2]int64{0, 100}, nil},
		{[2]int64{100, 0}, [2]int64{50, 50}, nil},
		{[2]int64{0, 0}, [2]int64{0, 100}, nil},
	} {
		sets := func(name string, weights [2]int64) []types.ResourceRecordSet {
			return []types.ResourceRecordSet{weighted(name, string(east), east, weights[0]), weighted(name, string(west), west, weights[1])}
		}
		for _, names := range [][2]string{{"a", "b"}, {"b", "a"}} { // either of them is the first record
			zone := hosted{sets: slices.Concat(sets(names[0], c.first), sets(names[1], c.second))}
			found := read(t, zone, nil, shop("a", "b"))
			if place, ok := found.Places["shop"]; ok != (c.want != nil) || !maps.Equal(place.Weights, c.want) {
				t.Errorf("%v and %v: %+v, findings %+v; want %v", c.first, c.second, place, found.Findings, c.want)
			}
			if got := len(found.Findings); got != 0 && c.want != nil || got != 1 && c.want == nil {
				t.Errorf("%v and %v: %d findings", c.first, c.second, got)
			}
		}
	}
}

// TestWhatCannotBeReadStaysAsItIsRegistered: the identifiers of each Region, and whether the zone is private.
func TestWhatCannotBeReadStaysAsItIsRegistered(t *testing.T) {
	registered := shop("www")
	registered.Records[0].Private = true
	registered.Records[0].Endpoints[west] = failover.Endpoint{Value: values[west], SetIdentifier: "new"}
	for name, zone := range map[string]hosted{
		"denied":          {err: errors.New("denied")},
		"no record set":   {private: true, sets: []types.ResourceRecordSet{weighted("other", "x", east, 1)}},
		"one record set":  {private: true, sets: []types.ResourceRecordSet{weighted("www", string(east), east, 100)}},
		"the other alone": {private: true, sets: []types.ResourceRecordSet{weighted("www", "new", west, 100)}},
	} {
		found := read(t, zone, []failover.Application{registered}, shop("www"))
		r := found.Applications[0].Records[0]
		if !r.Private || r.Identifier(east) != string(east) || r.Identifier(west) != "new" || len(found.Places) > 0 || len(found.Notes) == 0 {
			t.Errorf("%s: %+v, places %v, notes %q; want the record as it is registered", name, r, found.Places, found.Notes)
		}
	}
	if asked := shop("www"); asked.Records[0].Endpoints[west].SetIdentifier != "" {
		t.Error("the file's own endpoints were changed")
	}
}
