package route53_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"
)

func createZone(name, reference string) *route53.CreateHostedZoneInput {
	return &route53.CreateHostedZoneInput{Name: &name, CallerReference: &reference}
}

func TestAHostedZoneIsCreatedAndUsed(t *testing.T) {
	s := serveZone(t)
	ctx, client := t.Context(), s.Route53()
	in := createZone("New.Example.", "ref-1")
	in.HostedZoneConfig = &types.HostedZoneConfig{Comment: aws.String("for tests")}
	out, err := client.CreateHostedZone(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	z := out.HostedZone
	got := fmt.Sprint(*z.Name, " ", *z.CallerReference, " ", *z.Config.Comment, " ", z.Config.PrivateZone, " ", *z.ResourceRecordSetCount, " ", out.ChangeInfo.Status, " ", len(out.DelegationSet.NameServers))
	if want := "new.example. ref-1 for tests false 2 PENDING 4"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	if want := "https://route53.amazonaws.com/2013-04-01" + *z.Id; aws.ToString(out.Location) != want {
		t.Errorf("location %s; want %s", aws.ToString(out.Location), want)
	}
	s.Pass(time.Minute)
	change, err := client.GetChange(ctx, &route53.GetChangeInput{Id: out.ChangeInfo.Id})
	if err != nil || change.ChangeInfo.Status != types.ChangeStatusInsync {
		t.Errorf("change: %+v, %v; want it INSYNC", change, err)
	}
	set := types.ResourceRecordSet{Name: aws.String("www.new.example"), Type: types.RRTypeA, TTL: aws.Int64(60), ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}}}
	if _, err := client.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: z.Id, ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &set}}},
	}); err != nil {
		t.Fatal(err)
	}
	sets, err := client.ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{HostedZoneId: z.Id})
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, set := range sets.ResourceRecordSets {
		listed = append(listed, fmt.Sprint(*set.Name, " ", set.Type, " ", len(set.ResourceRecords)))
	}
	if diff := cmp.Diff([]string{"new.example. NS 4", "new.example. SOA 1", "www.new.example. A 1"}, listed); diff != "" {
		t.Errorf("record sets (-want +got):\n%s", diff)
	}
	for i, want := range []string{"at least one NS record", "exactly one SOA record"} {
		_, err := client.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{
			HostedZoneId: z.Id, ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionDelete, ResourceRecordSet: &sets.ResourceRecordSets[i]}}},
		})
		if codeOf(err) != "InvalidChangeBatch" || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want InvalidChangeBatch with %s", err, want)
		}
	}
	if n := len(s.Batches()); n != 1 {
		t.Errorf("%d batches; want the one that was submitted", n)
	}
}

func TestAHostedZoneThatCannotBeCreated(t *testing.T) {
	s := serveZone(t)
	if _, err := s.Route53().CreateHostedZone(t.Context(), createZone("a.example", "ref-1")); err != nil {
		t.Fatal(err)
	}
	vpc := func(region, id string) func(*route53.CreateHostedZoneInput) {
		return func(in *route53.CreateHostedZoneInput) {
			in.VPC = &types.VPC{VPCRegion: types.VPCRegion(region), VPCId: &id}
		}
	}
	private := createZone("b.example", "ref-2")
	vpc(east, "vpc-1")(private)
	out, err := s.Route53().CreateHostedZone(t.Context(), private)
	if err != nil || !out.HostedZone.Config.PrivateZone || out.DelegationSet != nil || aws.ToString(out.VPC.VPCId) != "vpc-1" {
		t.Fatalf("a private zone: %+v, %v; want it with its VPC", out, err)
	}
	zone, err := s.Route53().GetHostedZone(t.Context(), &route53.GetHostedZoneInput{Id: out.HostedZone.Id})
	if err != nil || len(zone.VPCs) != 1 || aws.ToString(zone.VPCs[0].VPCId) != "vpc-1" {
		t.Errorf("the private zone: %+v, %v; want its VPC", zone, err)
	}
	for _, c := range []struct {
		name   string
		change func(*route53.CreateHostedZoneInput)
		want   string
	}{
		{"the same reference", func(in *route53.CreateHostedZoneInput) { in.CallerReference = aws.String("ref-1") }, "HostedZoneAlreadyExists"},
		{"a top-level domain", func(in *route53.CreateHostedZoneInput) { in.Name = aws.String("com") }, "InvalidDomainName"},
		{"a delegation set", func(in *route53.CreateHostedZoneInput) { in.DelegationSetId = aws.String("N1") }, "NoSuchDelegationSet"},
		{"private without a VPC", func(in *route53.CreateHostedZoneInput) {
			in.HostedZoneConfig = &types.HostedZoneConfig{PrivateZone: true}
		}, "InvalidVPCId"},
		{"a VPC without a Region", func(in *route53.CreateHostedZoneInput) { in.VPC = &types.VPC{VPCId: aws.String("vpc-1")} }, "InvalidVPCId"},
		{"a VPC of another Region", vpc("eu-west-1", "vpc-1"), "InvalidVPCId"},
		{"another zone of this name in the VPC", func(in *route53.CreateHostedZoneInput) {
			in.Name = aws.String("b.example")
			vpc(east, "vpc-1")(in)
		}, "ConflictingDomainExists"},
	} {
		in := createZone("c.example", "ref-3")
		c.change(in)
		if _, err := s.Route53().CreateHostedZone(t.Context(), in); codeOf(err) != c.want {
			t.Errorf("%s: %v; want %s", c.name, err, c.want)
		}
	}
	reader := s.Role(t, "arn:aws:iam::111122223333:role/reader", "route53:ListHostedZones")
	as := route53.NewFromConfig(s.Config(west, reader))
	if _, err := as.CreateHostedZone(t.Context(), createZone("d.example", "ref-4")); codeOf(err) != "AccessDenied" {
		t.Errorf("without permission: %v; want AccessDenied", err)
	}
	if _, err := as.ListHostedZones(t.Context(), &route53.ListHostedZonesInput{}); err != nil {
		t.Errorf("with permission: %v", err)
	}
}

func TestHostedZonesAreListedInPages(t *testing.T) {
	s := serveZone(t)
	for i := range 4 {
		in := createZone(fmt.Sprintf("zone%d.example", i), fmt.Sprint("ref-", i))
		if i == 2 {
			in.VPC = &types.VPC{VPCRegion: types.VPCRegionUsEast1, VPCId: aws.String("vpc-1")}
		}
		if _, err := s.Route53().CreateHostedZone(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	list := func(in route53.ListHostedZonesInput) (names []string, pages int) {
		p := route53.NewListHostedZonesPaginator(s.Route53(), &in)
		for ; p.HasMorePages(); pages++ {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, z := range page.HostedZones {
				names = append(names, *z.Name)
			}
		}
		return names, pages
	}
	names, pages := list(route53.ListHostedZonesInput{MaxItems: aws.Int32(2)})
	if diff := cmp.Diff([]string{"zone0.example.", "zone1.example.", "zone2.example.", "zone3.example.", "example.com."}, names); diff != "" || pages != 3 {
		t.Errorf("%d pages; want 3 (-want +got):\n%s", pages, diff)
	}
	if names, _ := list(route53.ListHostedZonesInput{HostedZoneType: types.HostedZoneTypePrivateHostedZone}); len(names) != 1 || names[0] != "zone2.example." {
		t.Errorf("private zones: %v; want zone2.example.", names)
	}
	if _, err := s.Route53().ListHostedZones(t.Context(), &route53.ListHostedZonesInput{Marker: aws.String("Z9")}); codeOf(err) != "InvalidInput" {
		t.Errorf("a marker of another list: %v; want InvalidInput", err)
	}
	if _, err := s.Route53().ListHostedZones(t.Context(), &route53.ListHostedZonesInput{DelegationSetId: aws.String("N1")}); codeOf(err) != "NoSuchDelegationSet" {
		t.Errorf("a delegation set: %v; want NoSuchDelegationSet", err)
	}
}
