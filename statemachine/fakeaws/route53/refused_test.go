package route53_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

func TestARefusedBatchChangesNothing(t *testing.T) {
	other := weigh(types.ChangeActionUpsert, "www.example.com", east, 0)
	for _, tc := range []struct {
		name    string
		changes []types.Change
		code    string
		message string
	}{
		{
			"create what exists", []types.Change{other, weigh(types.ChangeActionCreate, "www.example.com", west, 100)},
			"InvalidChangeBatch",
			"[Tried to create resource record set [name='www.example.com.', type='A', set-identifier='us-west-2'] but it already exists]",
		},
		{
			"delete with another weight", []types.Change{other, weigh(types.ChangeActionDelete, "www.example.com", west, 1)},
			"InvalidChangeBatch", "but the values provided do not match the current values]",
		},
		{
			"delete what is not there", []types.Change{other, txt(types.ChangeActionDelete, "_drover.example.com", `"epoch=1"`)},
			"InvalidChangeBatch", "[Tried to delete resource record set [name='_drover.example.com.', type='TXT'] but it was not found]",
		},
		{
			"two mistakes", []types.Change{
				txt(types.ChangeActionDelete, "a.example.com", `"1"`), txt(types.ChangeActionDelete, "b.example.com", `"1"`), other,
			},
			"InvalidChangeBatch", "ChangeBatch errors occurred",
		},
		{
			"the same record set twice", []types.Change{other, other},
			"InvalidChangeBatch", "[The request contains an invalid set of changes for a resource record set 'A www.example.com.']",
		},
		{
			"deleted twice", []types.Change{
				weigh(types.ChangeActionDelete, "www.example.com", east, 100), weigh(types.ChangeActionDelete, "www.example.com", east, 100),
			},
			"InvalidChangeBatch", "invalid set of changes",
		},
		{
			"a name of another zone", []types.Change{other, weigh(types.ChangeActionCreate, "www.example.org", east, 100)},
			"InvalidChangeBatch", "[RRSet with DNS name www.example.org. is not permitted in zone example.com.]",
		},
		{
			"simple beside weighted", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.9")}},
			}}},
			"InvalidChangeBatch", "cannot be created as a non-weighted set exists with the same name and type.",
		},
		{
			"another TTL", []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(30),
				SetIdentifier: aws.String(east), Weight: aws.Int64(0),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"InvalidChangeBatch", "cannot be created as weighted sets must contain the same TTL.",
		},
		{
			"weight above 255", []types.Change{weigh(types.ChangeActionUpsert, "www.example.com", west, 256)},
			"InvalidInput", "at 'changeBatch.changes.1.member.resourceRecordSet.weight' failed to satisfy constraint: Member must have value less than or equal to 255",
		},
		{
			"a SetIdentifier of 129 characters", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("a.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60),
				SetIdentifier: aws.String(strings.Repeat("x", 129)), Weight: aws.Int64(0),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"InvalidInput", "resourceRecordSet.setIdentifier' failed to satisfy constraint: Member must have length less than or equal to 128",
		},
		{
			"no value", []types.Change{txt(types.ChangeActionCreate, "a.example.com")},
			"InvalidInput", "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none",
		},
		{
			"an address that is none", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("a.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("2001:db8::1")}},
			}}},
			"InvalidChangeBatch", "Value is not a valid IPv4 address",
		},
		{
			"a text without quotes", []types.Change{txt(types.ChangeActionCreate, "a.example.com", "epoch")},
			"InvalidChangeBatch", "Value should be enclosed in quotation marks",
		},
		{
			"a CNAME beside another record", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeCname, TTL: aws.Int64(60),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("example.org")}},
			}}},
			"InvalidChangeBatch", "conflicts with other records with the same DNS name",
		},
		{
			"a CNAME at the apex", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("example.com"), Type: types.RRTypeCname, TTL: aws.Int64(60),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("example.org")}},
			}}},
			"InvalidChangeBatch", "not permitted at apex",
		},
		{
			"SetIdentifier without weight", []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), SetIdentifier: aws.String(east),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"InvalidInput", "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer], but found none",
		},
		{
			"a TTL on an alias", []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), SetIdentifier: aws.String(east),
				Weight: aws.Int64(1), AliasTarget: &types.AliasTarget{DNSName: aws.String("lb.example.org"), HostedZoneId: aws.String("Z2")},
			}}},
			"InvalidInput", "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one",
		},
		{
			"a health check that is not there", []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), SetIdentifier: aws.String(east),
				Weight: aws.Int64(1), HealthCheckId: aws.String("nowhere"),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"NoSuchHealthCheck", "nowhere",
		},
		{
			"another routing policy", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("a.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), SetIdentifier: aws.String(east),
				GeoProximityLocation: &types.GeoProximityLocation{AWSRegion: aws.String("us-east-1")},
				ResourceRecords:      []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"NotImplemented", "the parameter changeBatch.changes.1.member.resourceRecordSet.GeoProximityLocation",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serveZone(t)
			before := s.RecordSets(testZone)
			_, err := s.Change(tc.changes...)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != tc.code || !strings.Contains(api.ErrorMessage(), tc.message) {
				t.Errorf("change = %v; want %s with %q", err, tc.code, tc.message)
			}
			if diff := cmp.Diff(before, s.RecordSets(testZone)); diff != "" {
				t.Errorf("the zone has changed (-before +after):\n%s", diff)
			}
			if n := len(s.Batches()); n != 0 {
				t.Errorf("%d batches were accepted; want none", n)
			}
		})
	}
}

func TestAWeightedGroupHas100RecordSetsAtMost(t *testing.T) {
	s := serveZone(t)
	group := func(n int) (changes []types.Change) {
		for i := range n {
			c := weigh(types.ChangeActionUpsert, "many.example.com", east, 1)
			c.ResourceRecordSet.SetIdentifier = aws.String(fmt.Sprint(i))
			changes = append(changes, c)
		}
		return changes
	}
	s.MustChange(t, group(100)...)
	if _, err := s.Change(group(101)...); codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("101 record sets = %v; want InvalidChangeBatch", err)
	}
}

func TestTheLimitsOfABatchCountAnUpsertTwice(t *testing.T) {
	create := func(n int) []types.Change {
		var changes []types.Change
		for i := range n {
			changes = append(changes, weigh(types.ChangeActionCreate, fmt.Sprintf("n%04d.example.com", i), east, 1))
		}
		return changes
	}
	upsert := func(n int) []types.Change {
		changes := create(n)
		for i := range changes {
			changes[i].Action = types.ChangeActionUpsert
		}
		return changes
	}
	long := func(action types.ChangeAction, characters int) []types.Change {
		var changes []types.Change
		for i := 0; characters > 0; i++ {
			n := min(characters, 4000)
			text := "" // of strings of at most 255 characters
			for left := n; left > 0; left -= min(left, 200) {
				if left <= 200 {
					text += `"` + strings.Repeat("x", left-2) + `"`
				} else {
					text += `"` + strings.Repeat("x", 197) + `" `
				}
			}
			changes = append(changes, txt(action, fmt.Sprintf("t%d.example.com", i), text))
			characters -= n
		}
		return changes
	}
	for _, tc := range []struct {
		name    string
		changes []types.Change
		want    string
	}{
		{"1,000 CREATE", create(1000), ""},
		{"1,001 CREATE", create(1001), "[Number of records limit of 1000 exceeded.]"},
		{"500 UPSERT", upsert(500), ""},
		{"501 UPSERT", upsert(501), "[Number of records limit of 1000 exceeded.]"},
		{"499 UPSERT and a swapped fence", append(upsert(499), create(501)[499:]...), ""},
		{"32,000 characters in CREATE", long(types.ChangeActionCreate, 32000), ""},
		{"32,001 characters in CREATE", long(types.ChangeActionCreate, 32001+2), "[RDATA character limit of 32000 exceeded.]"},
		{"16,000 characters in UPSERT", long(types.ChangeActionUpsert, 16000), ""},
		{"16,002 characters in UPSERT", long(types.ChangeActionUpsert, 16002), "[RDATA character limit of 32000 exceeded.]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serveZone(t)
			_, err := s.Change(tc.changes...)
			var api smithy.APIError
			got := ""
			if errors.As(err, &api) {
				got = api.ErrorMessage()
			}
			if got != tc.want {
				t.Errorf("error %q; want %q", got, tc.want)
			}
		})
	}
}
