package fakeaws_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

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

func TestABatchMovesBothRegionsAtOnce(t *testing.T) {
	s := serveZone(t)
	s.mustChange(t, shift()...)
	want := map[string]int{east: 0, west: 100}
	if diff := cmp.Diff(want, s.Weights("WWW.example.com.", "A")); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	batches := s.Batches()
	if len(batches) != 1 || len(batches[0].Changes) != 2 || len(batches[0].After) != 2 {
		t.Fatalf("batches = %+v; want one of two changes, with two record sets after it", batches)
	}
	if got := batches[0].After[1].Weight; got != 100 {
		t.Errorf("weight in the west after the batch = %d; want 100", got)
	}
}

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
			"InvalidChangeBatch", "type='TXT'] but it was not found, Tried to delete",
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
			"two values in a weighted set", []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60),
				SetIdentifier: aws.String(east), Weight: aws.Int64(0),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}, {Value: aws.String("192.0.2.3")}},
			}}},
			"InvalidChangeBatch", "has 2 ResourceRecords; expected one",
		},
		{
			"weight above 255", []types.Change{weigh(types.ChangeActionUpsert, "www.example.com", west, 256)},
			"InvalidChangeBatch", "expected 0 to 255",
		},
		{
			"a SetIdentifier of 129 characters", []types.Change{{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("a.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60),
				SetIdentifier: aws.String(strings.Repeat("x", 129)), Weight: aws.Int64(0),
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"InvalidChangeBatch", "expected up to 128",
		},
		{
			"no value", []types.Change{txt(types.ChangeActionCreate, "a.example.com")},
			"InvalidInput", "expected exactly one of AliasTarget and ResourceRecords",
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
			"InvalidInput", "SetIdentifier and Weight must be given together",
		},
		{
			"a TTL on an alias", []types.Change{{Action: types.ChangeActionUpsert, ResourceRecordSet: &types.ResourceRecordSet{
				Name: aws.String("www.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), SetIdentifier: aws.String(east),
				Weight: aws.Int64(1), AliasTarget: &types.AliasTarget{DNSName: aws.String("lb.example.org"), HostedZoneId: aws.String("Z2")},
			}}},
			"InvalidInput", "none with AliasTarget",
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
				Failover:        types.ResourceRecordSetFailoverPrimary,
				ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}},
			}}},
			"NotImplemented", "a routing policy other than simple and weighted",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serveZone(t)
			before := s.RecordSets(testZone)
			_, err := s.change(tc.changes...)
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

func TestDeleteAndCreateInOneBatchIsACompareAndSwap(t *testing.T) {
	s := serveZone(t)
	s.mustChange(t, txt(types.ChangeActionCreate, "_drover.example.com", `"epoch=1"`))
	swap := []types.Change{
		txt(types.ChangeActionDelete, "_drover.example.com", `"epoch=1"`), txt(types.ChangeActionCreate, "_drover.example.com", `"epoch=2"`),
	}
	s.mustChange(t, swap...)
	_, err := s.change(append(swap, shift()...)...)
	if codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("the same swap again = %v; want InvalidChangeBatch", err)
	}
	if got := s.Weights("www.example.com", "A")[west]; got != 0 {
		t.Errorf("weight in the west = %d; want 0, since the batch was refused", got)
	}
}

func TestADeleteMatchesTheRecordSetThatTheZoneHas(t *testing.T) {
	s := serveZone(t)
	s.mustChange(t, txt(types.ChangeActionCreate, "many.example.com", `"a"`, `"b"`))
	s.mustChange(t, txt(types.ChangeActionDelete, "MANY.example.com.", `"b"`, `"a"`)) // in another order, with a capital name
	alias := types.ResourceRecordSet{
		Name: aws.String("alias.example.com"), Type: types.RRTypeA,
		AliasTarget: &types.AliasTarget{DNSName: aws.String("LB.example.org."), HostedZoneId: aws.String("Z2"), EvaluateTargetHealth: true},
	}
	s.mustChange(t, types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &alias})
	otherwise := *alias.AliasTarget
	otherwise.EvaluateTargetHealth = false
	wrong := alias
	wrong.AliasTarget = &otherwise
	if _, err := s.change(types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &wrong}); codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("delete of another alias = %v; want InvalidChangeBatch", err)
	}
	s.mustChange(t, types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &alias})
}

func TestATTLChangesForAWholeGroupInOneBatch(t *testing.T) {
	s := serveZone(t)
	changes := shift()
	for _, c := range changes {
		c.ResourceRecordSet.TTL = aws.Int64(30)
	}
	s.mustChange(t, changes...)
}

func TestAnAliasAndAValueMayShareAWeightedGroup(t *testing.T) {
	s := serveZone(t)
	change := weigh(types.ChangeActionUpsert, "www.example.com", west, 0)
	change.ResourceRecordSet.TTL, change.ResourceRecordSet.ResourceRecords = nil, nil
	change.ResourceRecordSet.AliasTarget = &types.AliasTarget{DNSName: aws.String("lb.example.org"), HostedZoneId: aws.String("Z2")}
	s.mustChange(t, change)
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
	s.mustChange(t, group(100)...)
	if _, err := s.change(group(101)...); codeOf(err) != "InvalidChangeBatch" {
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
			changes = append(changes, txt(action, fmt.Sprintf("t%d.example.com", i), `"`+strings.Repeat("x", n-2)+`"`))
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
			_, err := s.change(tc.changes...)
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

func TestAChangeIsInSyncOncePropagated(t *testing.T) {
	s := serveZone(t)
	s.SetRoute53(fakeaws.Route53Settings{Propagation: 40 * time.Second})
	id := s.mustChange(t, shift()...)
	s.pass(39 * time.Second)
	if got := s.changeStatus(t, id); got != types.ChangeStatusPending {
		t.Errorf("status after 39 s = %s; want PENDING", got)
	}
	s.pass(time.Second)
	if got := s.changeStatus(t, id); got != types.ChangeStatusInsync {
		t.Errorf("status after 40 s = %s; want INSYNC", got)
	}
}

func TestALaterChangeIsNeverInSyncBeforeAnEarlierOne(t *testing.T) {
	s := serveZone(t)
	s.SetRoute53(fakeaws.Route53Settings{Propagation: time.Minute})
	s.mustChange(t, shift()...)
	s.SetRoute53(fakeaws.Route53Settings{Propagation: time.Second})
	later := s.mustChange(t, shift()...)
	s.pass(59 * time.Second)
	if got := s.changeStatus(t, later); got != types.ChangeStatusPending {
		t.Errorf("status of the later change = %s; want PENDING until the earlier one is in sync", got)
	}
}

func TestALostChangeIsForgottenAndUndone(t *testing.T) {
	s := serveZone(t)
	id := s.mustChange(t, shift()...)
	if err := s.LoseChange(strings.TrimPrefix(id, "/change/")); err != nil {
		t.Fatal(err)
	}
	_, err := s.route53().GetChange(context.Background(), &route53.GetChangeInput{Id: &id})
	if codeOf(err) != "NoSuchChange" {
		t.Errorf("GetChange = %v; want NoSuchChange", err)
	}
	s.pass(time.Hour)
	if diff := cmp.Diff(map[string]int{east: 100, west: 0}, s.Weights("www.example.com", "A")); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	for _, e := range s.Journal() {
		if strings.HasSuffix(e.Text, "is in sync") {
			t.Errorf("the lost change came into sync: %s", e.Text)
		}
	}
	if !s.Batches()[0].Lost {
		t.Error("the batch does not say that it is lost")
	}
	if err := s.LoseChange("C1"); err == nil {
		t.Error("losing a change that does not exist was no error")
	}
}

func TestAZoneStillProcessingRefusesTheNextBatch(t *testing.T) {
	s := serveZone(t)
	s.SetRoute53(fakeaws.Route53Settings{Processing: 2 * time.Second})
	s.mustChange(t, shift()...)
	if _, err := s.change(shift()...); codeOf(err) != "PriorRequestNotComplete" {
		t.Errorf("second batch = %v; want PriorRequestNotComplete", err)
	}
	s.pass(2 * time.Second)
	s.mustChange(t, shift()...)
}

func TestTheChangeBucketRefillsWithVirtualTime(t *testing.T) {
	s := serveZone(t)
	batch := make([]types.Change, 500)
	for i := range batch {
		batch[i] = weigh(types.ChangeActionUpsert, fmt.Sprintf("n%04d.example.com", i), east, 1)
	}
	s.mustChange(t, batch...) // 1,000 of 1,500 tokens
	for _, step := range []struct {
		wait time.Duration
		code string
	}{
		{0, "Throttling"}, // 500 tokens
		{5*time.Second - time.Millisecond, "Throttling"}, // 999.9
		{time.Millisecond, ""},                           // 1,000, and none after it
		{9 * time.Second, "Throttling"},                  // 900
		{time.Hour, ""},                                  // full, at 1,500 and not more
		{0, "Throttling"},
	} {
		s.pass(step.wait)
		if _, err := s.change(batch...); codeOf(err) != step.code {
			t.Errorf("%s later: %v; want code %q", step.wait, err, step.code)
		}
	}
}

func TestEveryRequestTakesATokenOfTheAccount(t *testing.T) {
	s := serveZone(t)
	get := func() error {
		_, err := s.route53().GetHostedZone(context.Background(), &route53.GetHostedZoneInput{Id: aws.String(testZone)})
		return err
	}
	for i := range 50 {
		if err := get(); err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
	}
	if err := get(); codeOf(err) != "Throttling" {
		t.Errorf("request 51 = %v; want Throttling", err)
	}
	if _, err := s.change(shift()...); codeOf(err) != "Throttling" {
		t.Errorf("another action = %v; want Throttling, since the account's bucket is empty", err)
	}
	s.pass(100 * time.Millisecond)
	if err := get(); err != nil {
		t.Errorf("after a tenth of a second: %v; want one more request", err)
	}
	if err := get(); codeOf(err) != "Throttling" {
		t.Errorf("and another = %v; want Throttling", err)
	}
}

func TestRecordSetsAreListedByReversedNameInPages(t *testing.T) {
	s := serveZone(t)
	names := []string{"example.com", "b.example.com", "a.b.example.com", "z.a.example.com", "*.example.com", "_drover.example.com"}
	for _, name := range names {
		if err := s.PutRecordSet(testZone, fakeaws.RecordSet{Name: name, Type: "TXT", TTL: 60, Values: []string{`"x"`}}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	pages := route53.NewListResourceRecordSetsPaginator(s.route53(), &route53.ListResourceRecordSetsInput{
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
		out, err := s.route53().ListResourceRecordSets(context.Background(), &in)
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
		AliasTarget:   &types.AliasTarget{DNSName: aws.String("lb.example.org."), HostedZoneId: aws.String("Z2"), EvaluateTargetHealth: true},
	}
	s.mustChange(t, types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &want})
	out, err := s.route53().ListResourceRecordSets(context.Background(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(testZone)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.ResourceRecordSets[0], sdkTypes); diff != "" {
		t.Errorf("record set (-want +got):\n%s", diff)
	}
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
