package route53_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestRecordSetsAreListedByReversedNameInPages(t *testing.T) {
	s := serveZone(t)
	names := []string{"example.com", "b.example.com", "a.b.example.com", "z.a.example.com", "*.example.com", "_drover.example.com"}
	for _, name := range names {
		if err := s.PutRecordSet(testZone, fakeaws.RecordSet{Name: name, Type: "TXT", TTL: 60, Values: []string{`"x"`}}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	pages := route53.NewListResourceRecordSetsPaginator(s.Route53(), &route53.ListResourceRecordSetsInput{
		HostedZoneId: aws.String(testZone), MaxItems: aws.Int32(3),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if len(page.ResourceRecordSets) > 3 {
			t.Errorf("a page of %d record sets; want at most 3", len(page.ResourceRecordSets))
		}
		for _, set := range page.ResourceRecordSets {
			got = append(got, fmt.Sprintf("%s %s %s", *set.Name, set.Type, aws.ToString(set.SetIdentifier)))
		}
	}
	want := []string{
		"example.com. TXT ", `\052.example.com. TXT `, "_drover.example.com. TXT ", "z.a.example.com. TXT ", "b.example.com. TXT ",
		"a.b.example.com. TXT ", "www.example.com. A us-east-1", "www.example.com. A us-west-2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record sets (-want +got):\n%s", diff)
	}
}

func TestAPageHolds300RecordSetsAtMostAndBeginsWhereAsked(t *testing.T) {
	s := serveZone(t)
	for i := range 400 {
		if err := s.PutRecordSet(testZone, weightedSet(fmt.Sprintf("n%04d.example.com", i), east, 1)); err != nil {
			t.Fatal(err)
		}
	}
	list := func(in route53.ListResourceRecordSetsInput) *route53.ListResourceRecordSetsOutput {
		in.HostedZoneId = aws.String(testZone)
		out, err := s.Route53().ListResourceRecordSets(context.Background(), &in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := list(route53.ListResourceRecordSetsInput{MaxItems: aws.Int32(1000)})
	if len(first.ResourceRecordSets) != 300 || !first.IsTruncated || *first.NextRecordName != "n0300.example.com." {
		t.Errorf("first page: %d record sets, next %s; want 300, next n0300.example.com.", len(first.ResourceRecordSets), aws.ToString(first.NextRecordName))
	}
	one := list(route53.ListResourceRecordSetsInput{
		StartRecordName: aws.String("www.example.com"), StartRecordType: types.RRTypeA, StartRecordIdentifier: aws.String(west), MaxItems: aws.Int32(1),
	})
	if len(one.ResourceRecordSets) != 1 || *one.ResourceRecordSets[0].SetIdentifier != west {
		t.Errorf("page from www in the west = %+v; want that record set", one.ResourceRecordSets)
	}
}

func TestARecordSetComesBackWhole(t *testing.T) {
	s := serveZone(t)
	s.SetHealthCheck("check-1", true)
	want := types.ResourceRecordSet{
		Name: aws.String("alias.example.com."), Type: types.RRTypeA, SetIdentifier: aws.String(east), Weight: aws.Int64(0),
		HealthCheckId: aws.String("check-1"),
		AliasTarget:   &types.AliasTarget{DNSName: aws.String("lb.us-east-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z35SXDOTRQ7X7K"), EvaluateTargetHealth: true},
	}
	s.MustChange(t, types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &want})
	out, err := s.Route53().ListResourceRecordSets(context.Background(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(testZone)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.ResourceRecordSets[0], sdkTypes); diff != "" {
		t.Errorf("record set (-want +got):\n%s", diff)
	}
}

// sdkTypes makes go-cmp ignore the unexported marker of the SDK's structs.
var sdkTypes = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && field.Name() == "noSmithyDocumentSerde"
}, cmp.Ignore())
