package route53_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestAHostedZoneSaysOfWhatKindItIs: only public zones have features and name servers of their own.
func TestAHostedZoneSaysOfWhatKindItIs(t *testing.T) {
	s := fakeawstest.ServeZone(t)
	for _, c := range []struct {
		kind     fakeaws.ZoneKind
		private  bool
		recovery string
	}{
		{fakeaws.ZoneKind{}, false, "DISABLED"}, {fakeaws.ZoneKind{AcceleratedRecovery: "ENABLED"}, false, "ENABLED"}, {fakeaws.ZoneKind{Private: true}, true, ""},
	} {
		if err := s.SetZoneKind(fakeawstest.Zone, c.kind); err != nil {
			t.Fatal(err)
		}
		out, err := s.Route53().GetHostedZone(t.Context(), &route53.GetHostedZoneInput{Id: aws.String(fakeawstest.Zone)})
		if err != nil {
			t.Fatal(err)
		}
		recovery := ""
		if f := out.HostedZone.Features; f != nil {
			recovery = string(f.AcceleratedRecoveryStatus)
		}
		if out.HostedZone.Config.PrivateZone != c.private || recovery != c.recovery || (out.DelegationSet == nil) != c.private {
			t.Errorf("%+v: got private %t, %q, %+v", c.kind, out.HostedZone.Config.PrivateZone, recovery, out.DelegationSet)
		}
	}
	for _, kind := range []fakeaws.ZoneKind{{Private: true, AcceleratedRecovery: "ENABLED"}, {AcceleratedRecovery: "ON"}} {
		if err := s.SetZoneKind(fakeawstest.Zone, kind); err == nil {
			t.Errorf("%+v is accepted", kind)
		}
	}
	if err := s.SetZoneKind("Z9", fakeaws.ZoneKind{}); err == nil {
		t.Error("a zone that does not exist is accepted")
	}
}

// TestTheInternetIsAnsweredByThePublicZone of two that have one name, and by no private zone.
func TestTheInternetIsAnsweredByThePublicZone(t *testing.T) {
	s := fakeawstest.ServeZone(t)
	for id, value := range map[string]string{"Z0PRIVATE": "10.0.0.1", "Z9ALONE": "10.0.0.2"} {
		name := map[string]string{"Z0PRIVATE": "example.com", "Z9ALONE": "corp.example"}[id]
		if err := errors.Join(s.AddZone(id, name), s.SetZoneKind(id, fakeaws.ZoneKind{Private: true}),
			s.PutRecordSet(id, fakeaws.RecordSet{Name: "www." + name, Type: "A", TTL: 60, Values: []string{value}})); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Query("www.example.com", "A"); len(got.Values) != 1 || got.Values[0] == "10.0.0.1" {
		t.Errorf("www.example.com: got %v; want an address of the public zone", got.Values)
	}
	if got := s.Query("www.corp.example", "A"); got.Zone != "" || len(got.Values) > 0 {
		t.Errorf("www.corp.example: got %+v; want no answer", got)
	}
}
