package route53_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
)

// policySet is a record set of a.example.com with a routing policy, whose value ends in its last digit.
func policySet(id, digit string, policy func(*types.ResourceRecordSet)) types.Change {
	set := types.ResourceRecordSet{
		Name: aws.String("a.example.com"), Type: types.RRTypeA, TTL: aws.Int64(60), SetIdentifier: &id,
		ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2." + digit)}},
	}
	policy(&set)
	return types.Change{Action: types.ChangeActionCreate, ResourceRecordSet: &set}
}

func latency(region string) func(*types.ResourceRecordSet) {
	return func(s *types.ResourceRecordSet) { s.Region = types.ResourceRecordSetRegion(region) }
}

func located(continent, country, subdivision string) func(*types.ResourceRecordSet) {
	unlessEmpty := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	return func(s *types.ResourceRecordSet) {
		s.GeoLocation = &types.GeoLocation{ContinentCode: unlessEmpty(continent), CountryCode: unlessEmpty(country), SubdivisionCode: unlessEmpty(subdivision)}
	}
}

func role(name types.ResourceRecordSetFailover, check string) func(*types.ResourceRecordSet) {
	return func(s *types.ResourceRecordSet) {
		if s.Failover = name; check != "" {
			s.HealthCheckId = &check
		}
	}
}

var (
	inOregon = route53.Place{Region: "us-west-2", Continent: "NA", Country: "US", Subdivision: "OR"}
	inTexas  = route53.Place{Region: "us-east-2", Continent: "NA", Country: "US", Subdivision: "TX"}
	inFrance = route53.Place{Region: "eu-west-3", Continent: "EU", Country: "FR"}
	inKenya  = route53.Place{Region: "af-south-1", Continent: "AF", Country: "KE"}
)

func TestAnswersFollowTheRoutingPolicy(t *testing.T) {
	for _, c := range []struct {
		name  string
		sets  []types.Change
		from  route53.Place
		digit string // empty for no answer
	}{
		{"the same Region", []types.Change{policySet("e", "1", latency("us-east-1")), policySet("w", "2", latency("us-west-2"))}, inOregon, "2"},
		{"the same area", []types.Change{policySet("e", "1", latency("eu-west-1")), policySet("w", "2", latency("us-west-2"))}, inTexas, "2"},
		{"another area", []types.Change{policySet("e", "1", latency("us-west-2")), policySet("w", "2", latency("us-east-1"))}, inFrance, "2"},
		{"a subdivision", []types.Change{policySet("a", "1", located("NA", "", "")), policySet("b", "2", located("", "US", "")), policySet("c", "3", located("", "US", "OR"))}, inOregon, "3"},
		{"a country", []types.Change{policySet("a", "1", located("NA", "", "")), policySet("b", "2", located("", "US", "")), policySet("c", "3", located("", "US", "OR"))}, inTexas, "2"},
		{"a continent", []types.Change{policySet("a", "1", located("EU", "", "")), policySet("b", "2", located("", "*", ""))}, inFrance, "1"},
		{"everywhere else", []types.Change{policySet("a", "1", located("EU", "", "")), policySet("b", "2", located("", "*", ""))}, inKenya, "2"},
		{"nowhere", []types.Change{policySet("a", "1", located("EU", "", "")), policySet("b", "2", located("", "US", ""))}, inKenya, ""},
		{"the primary", []types.Change{policySet("a", "1", role("PRIMARY", "up")), policySet("b", "2", role("SECONDARY", ""))}, inKenya, "1"},
		{"the secondary", []types.Change{policySet("a", "1", role("PRIMARY", "down")), policySet("b", "2", role("SECONDARY", "up"))}, inKenya, "2"},
		{"the primary when both are unhealthy", []types.Change{policySet("a", "1", role("PRIMARY", "down")), policySet("b", "2", role("SECONDARY", "down"))}, inKenya, "1"},
		{"the secondary alone", []types.Change{policySet("b", "2", role("SECONDARY", ""))}, inKenya, "2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serveZone(t)
			for id, up := range map[string]bool{"up": true, "down": false} { // no checker reaches the host
				s.addCheck(t, lever(id, func(h *fakeaws.HealthCheck) { h.Host, h.Inverted = "nowhere.example", up }))
			}
			if _, err := s.Change(c.sets...); err != nil {
				t.Fatal(err)
			}
			s.Pass(time.Minute)
			want := ""
			if c.digit != "" {
				want = "192.0.2." + c.digit
			}
			if a := s.QueryFrom(c.from, "a.example.com", "A"); strings.Join(a.Values, " ") != want || a.NoAnswer {
				t.Errorf("answered %v, no answer %v; want %s", a.Values, a.NoAnswer, want)
			}
		})
	}
}

func TestGroupsOfAPolicyThatRoute53Rejects(t *testing.T) {
	for _, c := range []struct {
		name string
		sets []types.Change
		want string
	}{
		{"a Region twice", []types.Change{policySet("a", "1", latency("us-east-1")), policySet("b", "2", latency("us-east-1"))}, "region us-east-1 cannot be created"},
		{"two primaries", []types.Change{policySet("a", "1", role("PRIMARY", "")), policySet("b", "2", role("PRIMARY", ""))}, "failover PRIMARY cannot be created"},
		{"a place twice", []types.Change{policySet("a", "1", located("", "*", "")), policySet("b", "2", located("", "*", ""))}, "cannot be created"},
		{"a continent and a country", []types.Change{policySet("a", "1", located("EU", "FR", ""))}, "either a ContinentCode or a CountryCode"},
		{"a subdivision of no country", []types.Change{policySet("a", "1", located("NA", "", "OR"))}, "SubdivisionCode needs"},
		{"geolocation beside latency", []types.Change{policySet("a", "1", latency("us-east-1")), policySet("b", "2", located("", "*", ""))}, "same name and type"},
	} {
		s := serveZone(t)
		if _, err := s.Change(c.sets...); codeOf(err) != "InvalidChangeBatch" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want InvalidChangeBatch with %q", c.name, err, c.want)
		}
	}
}

// A DELETE must say the place as it is.
func TestADeleteNamesTheWholePlace(t *testing.T) {
	s := serveZone(t)
	if _, err := s.Change(policySet("a", "1", located("", "US", "OR"))); err != nil {
		t.Fatal(err)
	}
	wrong, right := policySet("a", "1", located("", "US", "")), policySet("a", "1", located("", "US", "OR"))
	wrong.Action, right.Action = types.ChangeActionDelete, types.ChangeActionDelete
	if _, err := s.Change(wrong); codeOf(err) != "InvalidChangeBatch" {
		t.Errorf("%v; want InvalidChangeBatch", err)
	}
	if _, err := s.Change(right); err != nil {
		t.Error(err)
	}
}
