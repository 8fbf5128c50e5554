package route53_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

func tagsRequest(ids string) string {
	return `<ListTagsForResourcesRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ResourceIds>` + ids + `</ResourceIds></ListTagsForResourcesRequest>`
}

func TestTagsOfHostedZonesAreListed(t *testing.T) {
	s := serveZone(t)
	if err := s.TagZone(testZone, map[string]string{"team": "shop", "drover": "yes"}); err != nil {
		t.Fatal(err)
	}
	one, err := s.Route53().ListTagsForResource(t.Context(), &route53.ListTagsForResourceInput{ResourceType: types.TagResourceTypeHostedzone, ResourceId: aws.String(testZone)})
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Route53().ListTagsForResources(t.Context(), &route53.ListTagsForResourcesInput{ResourceType: types.TagResourceTypeHostedzone, ResourceIds: []string{testZone}})
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []types.ResourceTagSet{*one.ResourceTagSet, list.ResourceTagSets[0]} {
		got := ""
		for _, tag := range set.Tags {
			got += fmt.Sprint(*tag.Key, "=", *tag.Value, " ")
		}
		if got != "drover=yes team=shop " || *set.ResourceId != testZone || set.ResourceType != types.TagResourceTypeHostedzone {
			t.Errorf("%s %s: %s; want both tags of the zone", set.ResourceType, *set.ResourceId, got)
		}
	}
	for kind, want := range map[types.TagResourceType]string{types.TagResourceTypeHostedzone: "NoSuchHostedZone", types.TagResourceTypeHealthcheck: "NoSuchHealthCheck"} {
		_, err := s.Route53().ListTagsForResources(t.Context(), &route53.ListTagsForResourcesInput{ResourceType: kind, ResourceIds: []string{"none"}})
		if codeOf(err) != want {
			t.Errorf("%s none: %v; want %s", kind, err, want)
		}
	}
	if s.TagZone("none", nil) == nil {
		t.Error("a zone that is not there was tagged")
	}
}
