package route53_test

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

func (s served) changeStatus(t testing.TB, id string) types.ChangeStatus {
	t.Helper()
	out, err := s.Route53().GetChange(context.Background(), &route53.GetChangeInput{Id: &id})
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
	out, err := s.Route53().ListHostedZonesByName(context.Background(), &route53.ListHostedZonesByNameInput{DNSName: aws.String("example.com")})
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
	_, err = s.Route53().GetHostedZone(context.Background(), &route53.GetHostedZoneInput{Id: aws.String("Z9")})
	if codeOf(err) != "NoSuchHostedZone" {
		t.Errorf("GetHostedZone of none = %v; want NoSuchHostedZone", err)
	}
}

func TestRoute53AnswersWhileUsEast1IsDark(t *testing.T) { // R53-1
	s := serveZone(t)
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	s.MustChange(t, shift()...)
}

func TestAnOperationThatRoute53LacksIsNamed(t *testing.T) {
	s := serveZone(t)
	_, err := s.Route53().CreateHealthCheck(context.Background(), &route53.CreateHealthCheckInput{
		CallerReference: aws.String("1"), HealthCheckConfig: &types.HealthCheckConfig{Type: types.HealthCheckTypeHttp},
	})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != fakeaws.CodeNotImplemented || !strings.Contains(api.ErrorMessage(), "CreateHealthCheck") {
		t.Errorf("CreateHealthCheck = %v; want %s naming it", err, fakeaws.CodeNotImplemented)
	}
	_, err = s.Route53().GetAccountLimit(context.Background(), &route53.GetAccountLimitInput{Type: types.AccountLimitTypeMaxHostedZonesByOwner})
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
