package fakeaws_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const testZone = "Z0EXAMPLE"

func (s served) route53() *route53.Client {
	return route53.NewFromConfig(s.config(west, fakeaws.Administrator))
}

// serveZone serves a World whose zone example.com holds a weighted www: 100 in the east, 0 in the west.
func serveZone(t testing.TB) served {
	t.Helper()
	s := serve(t)
	if err := s.AddZone(testZone, "example.com."); err != nil {
		t.Fatal(err)
	}
	for _, set := range []fakeaws.RecordSet{weightedSet("www.example.com", east, 100), weightedSet("www.example.com", west, 0)} {
		if err := s.PutRecordSet(testZone, set); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func weightedSet(name, region string, weight int) fakeaws.RecordSet {
	return fakeaws.RecordSet{
		Name: name, Type: "A", SetIdentifier: region, Weight: weight, TTL: 60, Values: []string{addressOf(region)},
	}
}

func addressOf(region string) string {
	return map[string]string{east: "192.0.2.1", west: "192.0.2.2"}[region]
}

func weigh(action types.ChangeAction, name, region string, weight int64) types.Change {
	return types.Change{Action: action, ResourceRecordSet: &types.ResourceRecordSet{
		Name: aws.String(name), Type: types.RRTypeA, SetIdentifier: aws.String(region), Weight: aws.Int64(weight), TTL: aws.Int64(60),
		ResourceRecords: []types.ResourceRecord{{Value: aws.String(addressOf(region))}},
	}}
}

func txt(action types.ChangeAction, name string, values ...string) types.Change {
	set := &types.ResourceRecordSet{Name: aws.String(name), Type: types.RRTypeTxt, TTL: aws.Int64(60)}
	for _, v := range values {
		set.ResourceRecords = append(set.ResourceRecords, types.ResourceRecord{Value: aws.String(v)})
	}
	return types.Change{Action: action, ResourceRecordSet: set}
}

// shift is the batch that moves www to the west.
func shift() []types.Change {
	return []types.Change{
		weigh(types.ChangeActionUpsert, "www.example.com", west, 100), weigh(types.ChangeActionUpsert, "www.example.com", east, 0),
	}
}

// change submits a batch and returns the change's id.
func (s served) change(changes ...types.Change) (string, error) {
	out, err := s.route53().ChangeResourceRecordSets(context.Background(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String(testZone), ChangeBatch: &types.ChangeBatch{Changes: changes},
	})
	if err != nil {
		return "", err
	}
	return *out.ChangeInfo.Id, nil
}

func (s served) mustChange(t testing.TB, changes ...types.Change) string {
	t.Helper()
	id, err := s.change(changes...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s served) changeStatus(t testing.TB, id string) types.ChangeStatus {
	t.Helper()
	out, err := s.route53().GetChange(context.Background(), &route53.GetChangeInput{Id: &id})
	if err != nil {
		t.Fatal(err)
	}
	return out.ChangeInfo.Status
}

func TestZonesAreFoundByIDAndName(t *testing.T) {
	s := serveZone(t)
	if err := s.AddZone("Z1", "a.test"); err != nil {
		t.Fatal(err)
	}
	out, err := s.route53().ListHostedZonesByName(context.Background(), &route53.ListHostedZonesByNameInput{DNSName: aws.String("example.com")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, z := range out.HostedZones {
		got = append(got, *z.Id+" "+*z.Name)
	}
	if diff := cmp.Diff([]string{"/hostedzone/" + testZone + " example.com.", "/hostedzone/Z1 a.test."}, got); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
	_, err = s.route53().GetHostedZone(context.Background(), &route53.GetHostedZoneInput{Id: aws.String("Z9")})
	if codeOf(err) != "NoSuchHostedZone" {
		t.Errorf("GetHostedZone of none = %v; want NoSuchHostedZone", err)
	}
}

func TestRoute53AnswersWhileUsEast1IsDark(t *testing.T) { // R53-1
	s := serveZone(t)
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	s.mustChange(t, shift()...)
}

func TestAnOperationThatRoute53LacksIsNamed(t *testing.T) {
	s := serveZone(t)
	_, err := s.route53().CreateHealthCheck(context.Background(), &route53.CreateHealthCheckInput{
		CallerReference: aws.String("1"), HealthCheckConfig: &types.HealthCheckConfig{Type: types.HealthCheckTypeHttp},
	})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != fakeaws.CodeNotImplemented || !strings.Contains(api.ErrorMessage(), "CreateHealthCheck") {
		t.Errorf("CreateHealthCheck = %v; want %s naming it", err, fakeaws.CodeNotImplemented)
	}
	_, err = s.route53().GetAccountLimit(context.Background(), &route53.GetAccountLimitInput{Type: types.AccountLimitTypeMaxHostedZonesByOwner})
	if !errors.As(err, &api) || !strings.Contains(api.ErrorMessage(), "GET /2013-04-01/accountlimit") {
		t.Errorf("GetAccountLimit = %v; want its method and path", err)
	}
}

func TestSettingUpWhatCannotBeIsAnError(t *testing.T) {
	s := serveZone(t)
	for name, err := range map[string]error{
		"no such zone":        s.PutRecordSet("Z9", weightedSet("www.example.com", east, 1)),
		"name of other zone":  s.PutRecordSet(testZone, weightedSet("www.example.org", east, 1)),
		"zone exists":         s.AddZone(testZone, "example.org"),
		"no value":            s.PutRecordSet(testZone, fakeaws.RecordSet{Name: "a.example.com", Type: "A", TTL: 60}),
		"no health check":     s.PutRecordSet(testZone, fakeaws.RecordSet{Name: "a.example.com", Type: "A", TTL: 60, Values: []string{"192.0.2.1"}, HealthCheck: "1"}),
		"zone id with prefix": s.AddZone("/hostedzone/Z1", "example.org"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
