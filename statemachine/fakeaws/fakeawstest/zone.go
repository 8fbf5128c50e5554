package fakeawstest

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// Zone is the id of the hosted zone of ServeZone.
const Zone = "Z0EXAMPLE"

// Route53 is a client for Route 53.
func (s Served) Route53() *route53.Client {
	return route53.NewFromConfig(s.Config(West, fakeaws.Administrator))
}

// ServeZone serves a simulator whose zone example.com has a weighted www: 100 in the East, 0 in the West.
func ServeZone(t testing.TB) Served {
	t.Helper()
	s := Serve(t)
	if err := s.AddZone(Zone, "example.com."); err != nil {
		t.Fatal(err)
	}
	for _, set := range []fakeaws.RecordSet{WeightedSet("www.example.com", East, 100), WeightedSet("www.example.com", West, 0)} {
		if err := s.PutRecordSet(Zone, set); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// WeightedSet is a weighted A record set of a Region.
func WeightedSet(name, region string, weight int) fakeaws.RecordSet {
	return fakeaws.RecordSet{
		Name: name, Type: "A", SetIdentifier: region, Weight: weight, TTL: 60, Values: []string{AddressOf(region)},
	}
}

// AddressOf is the address of a Region's endpoint.
func AddressOf(region string) string {
	return map[string]string{East: "192.0.2.1", West: "192.0.2.2"}[region]
}

// Weigh is a change of a weighted record set.
func Weigh(action types.ChangeAction, name, region string, weight int64) types.Change {
	return types.Change{Action: action, ResourceRecordSet: &types.ResourceRecordSet{
		Name: aws.String(name), Type: types.RRTypeA, SetIdentifier: aws.String(region), Weight: aws.Int64(weight), TTL: aws.Int64(60),
		ResourceRecords: []types.ResourceRecord{{Value: aws.String(AddressOf(region))}},
	}}
}

// TXT is a change of a TXT record set.
func TXT(action types.ChangeAction, name string, values ...string) types.Change {
	set := &types.ResourceRecordSet{Name: aws.String(name), Type: types.RRTypeTxt, TTL: aws.Int64(60)}
	for _, v := range values {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: aws.String(v)})
	}
	return types.Change{Action: action, ResourceRecordSet: set}
}

// Shift is the batch that moves www to the West.
func Shift() []types.Change {
	return []types.Change{
		Weigh(types.ChangeActionUpsert, "www.example.com", West, 100), Weigh(types.ChangeActionUpsert, "www.example.com", East, 0),
	}
}

// change submits a batch and returns the change's id.
func (s Served) Change(changes ...types.Change) (string, error) {
	out, err := s.Route53().ChangeResourceRecordSets(context.Background(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String(Zone), ChangeBatch: &types.ChangeBatch{Changes: changes},
	})
	if err != nil {
		return "", err
	}
	return *out.ChangeInfo.Id, nil
}

// MustChange submits a batch and returns the change's id.
func (s Served) MustChange(t testing.TB, changes ...types.Change) string {
	t.Helper()
	id, err := s.Change(changes...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
