package route53_test

import (
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
