package route53_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// ask sends a request to Route 53 as it is: what no SDK would send must be rejected too.
func (s served) ask(t *testing.T, method, path, body string) (status int, answer string) {
	t.Helper()
	return s.Send(t, east, fakeaws.Administrator, "route53", "", method, path, body)
}

const rrset = "/2013-04-01/hostedzone/" + testZone + "/rrset"

// batchOf is a batch of one CREATE of a record set, given as XML.
func batchOf(comment, set string) string {
	return fmt.Sprintf(`<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Comment>%s</Comment>`+
		`<Changes><Change><Action>CREATE</Action><ResourceRecordSet>%s</ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`, comment, set)
}

func setOf(name, kind, ttl string, values ...string) string {
	records := ""
	for _, v := range values {
		records += "<ResourceRecord><Value>" + v + "</Value></ResourceRecord>"
	}
	return "<Name>" + name + "</Name><Type>" + kind + "</Type><TTL>" + ttl + "</TTL><ResourceRecords>" + records + "</ResourceRecords>"
}

func aliasSet(name, zone, target, health string) string {
	return "<Name>" + name + "</Name><Type>A</Type><AliasTarget><HostedZoneId>" + zone + "</HostedZoneId><DNSName>" + target + "</DNSName>" + health + "</AliasTarget>"
}

func TestRoute53RefusesWhatItsModelAndGuideRefuse(t *testing.T) {
	const healthy = "<EvaluateTargetHealth>true</EvaluateTargetHealth>"
	label := strings.Repeat("a", 63)
	weight := "<Weight>1</Weight>"
	for _, c := range []struct{ name, set, want string }{
		{"no type", setOf("a.example.com", "", "60", "192.0.2.1"), "InvalidInput"},
		{"a type that does not exist", setOf("a.example.com", "ZZZ", "60", "192.0.2.1"), "InvalidInput"},
		{"a negative TTL", setOf("a.example.com", "A", "-1", "192.0.2.1"), "InvalidInput"},
		{"a TTL of 2^31", setOf("a.example.com", "A", "2147483648", "192.0.2.1"), "InvalidInput"},
		{"a CNAME with two values", setOf("a.example.com", "CNAME", "60", "b.example.org", "c.example.org"), "CNAME record set has one value"},
		{"the same value twice", setOf("a.example.com", "A", "60", "192.0.2.1", "192.0.2.1"), "Duplicate Resource Record: &#39;192.0.2.1&#39;"},
		{"a label of 64 characters", setOf("a"+label+".example.com", "A", "60", "192.0.2.1"), "DomainLabelTooLong"},
		{"a name of 256 characters", setOf(strings.Repeat(label+".", 4)[:244]+".example.com", "A", "60", "192.0.2.1"), "DomainNameTooLong"},
		{"an empty label", setOf("a..example.com", "A", "60", "192.0.2.1"), "DomainLabelEmpty"},
		{"a space in a name", setOf("a b.example.com", "A", "60", "192.0.2.1"), "UnsupportedCharacter"},
		{"a target with an empty label", setOf("a.example.com", "CNAME", "60", "b..example.org"), "DomainLabelEmpty"},
		{"a text of 256 characters", setOf("a.example.com", "TXT", "60", `"`+strings.Repeat("x", 256)+`"`), "CharacterStringTooLong"},
		{"a quotation mark in a text", setOf("a.example.com", "TXT", "60", `"a"b"`), "enclosed in quotation marks"},
		{"a text that does not end", setOf("a.example.com", "TXT", "60", `"a\"`), "enclosed in quotation marks"},
		{"an umlaut in a text", setOf("a.example.com", "TXT", "60", `"Köln"`), "UnsupportedCharacter"},
		{"an alias without EvaluateTargetHealth", aliasSet("a.example.com", testZone, "www.example.com", ""), "InvalidInput"},
		{"an alias to a zone of no service", aliasSet("a.example.com", "ZNOWHERE", "lb.example.org", healthy), "does not lie within the target zone"},
		{"an alias to another zone of the account", aliasSet("a.example.com", "Z0OTHER", "www.example.org", healthy), "does not lie within the target zone"},
		{"an alias to a load balancer of another Region", aliasSet("a.example.com", "Z35SXDOTRQ7X7K", "lb.us-west-2.elb.amazonaws.com", healthy), "does not lie within the target zone"},
		{"an alias to a distribution that is to evaluate its health", aliasSet("a.example.com", "Z2FDTNDATAQYW2", "d1.cloudfront.net", healthy), "EvaluateTargetHealth"},
		{"an alias to what the zone does not have", aliasSet("a.example.com", testZone, "b.example.com", healthy), "but that target was not found"},
		{"an alias to another type", aliasSet("a.example.com", testZone, "text.example.com", healthy), "but that target was not found"},
		{"a weight without identifier", weight + setOf("a.example.com", "A", "60", "192.0.2.1"), "Missing field &#39;SetIdentifier&#39;"},
		{"two routing policies", "<SetIdentifier>x</SetIdentifier><Region>us-east-1</Region>" + weight + setOf("a.example.com", "A", "60", "192.0.2.1"), "but found more than one"},
		{"latency beside weighted", "<SetIdentifier>x</SetIdentifier><Region>us-east-1</Region>" + setOf("www.example.com", "A", "60", "192.0.2.1"), "set exists with the same name and type"},
		{"weighted beside simple", "<SetIdentifier>x</SetIdentifier>" + weight + setOf("text.example.com", "TXT", "60", `"x"`), "set exists with the same name and type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serveZone(t)
			if err := errors.Join(s.AddZone("Z0OTHER", "example.org"),
				s.PutRecordSet(testZone, fakeaws.RecordSet{Name: "text.example.com", Type: "TXT", TTL: 60, Values: []string{`"a"`}})); err != nil {
				t.Fatal(err)
			}
			status, answer := s.ask(t, http.MethodPost, rrset, batchOf("", c.set))
			if status != http.StatusBadRequest || !strings.Contains(answer, c.want) {
				t.Errorf("%d %s; want 400 with %s", status, answer, c.want)
			}
		})
	}
}

func TestRoute53TakesWhatItsGuideAllows(t *testing.T) {
	const plain = "<EvaluateTargetHealth>false</EvaluateTargetHealth>"
	for _, set := range []string{
		setOf(strings.Repeat("a", 63)+".example.com", "A", "2147483647", "192.0.2.1", "192.0.2.2"),
		setOf(`a\040b.example.com`, "A", "0", "192.0.2.1"),
		setOf("_a.*.example.com", "HTTPS", "60", "0 www.example.org."),
		setOf("a.example.com", "TXT", "60", `"a\"b\\c\374" "`+strings.Repeat("x", 255)+`"`),
		aliasSet("a.example.com", testZone, "www.example.com", plain),
		aliasSet("a.example.com", "Z2FDTNDATAQYW2", "d1.cloudfront.net", plain),
		aliasSet("a.example.com", "Z18D5FSROUN65G", "nlb.elb.us-west-2.amazonaws.com", plain),
		"<SetIdentifier>x</SetIdentifier><Failover>PRIMARY</Failover>" + setOf("a.example.com", "A", "60", "192.0.2.1"),
		"<SetIdentifier>x</SetIdentifier><MultiValueAnswer>true</MultiValueAnswer>" + setOf("a.example.com", "A", "60", "192.0.2.1"),
	} {
		s := serveZone(t)
		if status, answer := s.ask(t, http.MethodPost, rrset, batchOf(strings.Repeat("c", 256), set)); status != http.StatusOK {
			t.Errorf("%s: %d %s", set, status, answer)
		}
	}
}

func TestABatchMayCreateAnAliasWithItsTarget(t *testing.T) {
	s := serveZone(t)
	alias := types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &types.ResourceRecordSet{
		Name: aws.String("a.example.com"), Type: types.RRTypeA,
		AliasTarget: &types.AliasTarget{DNSName: aws.String("b.example.com"), HostedZoneId: aws.String(testZone)},
	}}
	if _, err := s.Change(alias); codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("alone: %v; want InvalidChangeBatch", err)
	}
	s.MustChange(t, alias, weigh(types.ChangeActionCreate, "b.example.com", east, 1))
}

func TestRoute53ReadsItsParametersToTheLetter(t *testing.T) {
	s := serveZone(t)
	for _, id := range []string{"Z1", "Z2", "Z3"} {
		if err := s.AddZone(id, "twin.example"); err != nil {
			t.Fatal(err)
		}
	}
	set := setOf("a.example.com", "A", "60", "192.0.2.1")
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want, not                string
	}{
		{"MaxItems that is no number", "GET", rrset + "?maxitems=5x", "", 400, "InvalidInput", ""},
		{"a comment of 257 characters", "POST", rrset, batchOf(strings.Repeat("c", 257), set), 400, "InvalidInput", ""},
		{"zones of one name from an id on", "GET", "/2013-04-01/hostedzonesbyname?dnsname=twin.example&hostedzoneid=Z2", "", 200, "/hostedzone/Z3", "/hostedzone/Z1"},
		{"an id without a name", "GET", "/2013-04-01/hostedzonesbyname?hostedzoneid=Z2", "", 400, "InvalidInput", ""},
		{"a slash in an id", "GET", "/2013-04-01/hostedzone/a%2Fb", "", 404, "NoSuchHostedZone", ""},
		{"the time of a change", "POST", rrset, batchOf("", set), 200, "<SubmittedAt>2026-03-02T09:00:00.000Z</SubmittedAt>", ""},
	} {
		status, answer := s.ask(t, c.method, c.path, c.body)
		if status != c.status || !strings.Contains(answer, c.want) || c.not != "" && strings.Contains(answer, c.not) {
			t.Errorf("%s: %d %s; want %d with %s, without %s", c.name, status, answer, c.status, c.want, c.not)
		}
	}
}

// TestSeveralProblemsAreAListOfMessages: the SDK reads both forms (R53-13).
func TestSeveralProblemsAreAListOfMessages(t *testing.T) {
	s := serveZone(t)
	_, err := s.Change(txt(types.ChangeActionDelete, "a.example.com", `"1"`), txt(types.ChangeActionDelete, "b.example.com", `"1"`))
	var refused *types.InvalidChangeBatch
	want := []string{
		"Tried to delete resource record set [name='a.example.com.', type='TXT'] but it was not found",
		"Tried to delete resource record set [name='b.example.com.', type='TXT'] but it was not found",
	}
	if !errors.As(err, &refused) {
		t.Fatalf("got %v; want InvalidChangeBatch", err)
	}
	if diff := cmp.Diff(want, refused.Messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// TestRecordSetsOfOtherPoliciesAreListed, so that a reader of the zone finds those that prevent weighted ones.
func TestRecordSetsOfOtherPoliciesAreListed(t *testing.T) {
	s := serveZone(t)
	for _, set := range []fakeaws.RecordSet{
		{Name: "l.example.com", Type: "A", SetIdentifier: east, Latency: east, TTL: 60, Values: []string{"192.0.2.1"}},
		{Name: "f.example.com", Type: "A", SetIdentifier: east, Failover: "PRIMARY", TTL: 60, Values: []string{"192.0.2.1"}},
		{Name: "m.example.com", Type: "A", SetIdentifier: east, MultiValue: true, TTL: 60, Values: []string{"192.0.2.1"}},
	} {
		if err := s.PutRecordSet(testZone, set); err != nil {
			t.Fatal(err)
		}
	}
	out, err := s.Route53().ListResourceRecordSets(context.Background(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(testZone)})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, set := range out.ResourceRecordSets {
		got[*set.Name] = fmt.Sprint(set.Region, set.Failover, aws.ToBool(set.MultiValueAnswer), set.Weight != nil)
	}
	want := map[string]string{
		"l.example.com.": "us-east-1false false", "f.example.com.": "PRIMARYfalse false", "m.example.com.": "true false", "www.example.com.": "false true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record sets (-want +got):\n%s", diff)
	}
}
