package conversion_test

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/conversion"
)

// set is an A record set with one value; the text may go on with words that change it, such as w=100 hc=a.
func set(text string) estate.Set {
	words := strings.Fields(text)
	ttl := int64(60)
	s := estate.Set{Name: "www.example.com.", Type: "A", TTL: &ttl, ResourceRecords: []estate.Value{{Value: words[0]}}}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		change(&s, key, value)
	}
	return s
}

func change(s *estate.Set, key, value string) {
	number := func() *int64 {
		n := int64(0)
		for _, c := range value {
			n = 10*n + int64(c-'0')
		}
		return &n
	}
	switch key {
	case "name":
		s.Name = value + "."
	case "id":
		s.SetIdentifier = value
	case "w":
		s.Weight = number()
	case "ttl":
		s.TTL = number()
	case "hc":
		s.HealthCheckID = value
	case "near":
		s.Region = value
	case "role":
		s.Failover = value
	case "in":
		s.GeoLocation = &estate.GeoLocation{CountryCode: value}
		if continent, ok := strings.CutPrefix(value, "continent-"); ok {
			s.GeoLocation = &estate.GeoLocation{ContinentCode: continent}
		}
	case "state":
		s.GeoLocation.SubdivisionCode = value
	case "multi":
		s.MultiValue = true
	case "type":
		s.Type = value
	case "own": // an alias to a record of the own zone
		s.TTL, s.ResourceRecords = nil, nil
		s.AliasTarget = &estate.Target{HostedZoneID: "Z1", DNSName: value + ".www.example.com"}
	case "alias", "eth": // eth evaluates the target's health
		target := s.ResourceRecords[0].Value + ".us-east-1.elb.amazonaws.com"
		s.TTL, s.ResourceRecords = nil, nil
		s.AliasTarget = &estate.Target{HostedZoneID: "Z35SXDOTRQ7X7K", DNSName: target, EvaluateTargetHealth: key == "eth"}
	}
	if s.SetIdentifier == "" && (s.Weight != nil || s.Region != "" || s.Failover != "" || s.GeoLocation != nil || s.MultiValue) {
		s.SetIdentifier = key + value
	}
}

func sets(text string) []estate.Set {
	var all []estate.Set
	for one := range strings.SplitSeq(text, ";") {
		all = append(all, set(one))
	}
	return all
}

// TestWhetherAnyClientGetsAnotherAnswer compares groups for all clients and all states of health.
func TestWhetherAnyClientGetsAnotherAnswer(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"simple to a pair", "1", "1 w=100; 2 w=0", ""},
		{"simple to a pair of the other", "1", "1 w=0; 2 w=100", "today 1, then 2"},
		{"simple to halves", "1", "1 w=1; 2 w=1", "today 1, then 1 (50 %) and 2 (50 %)"},
		{"simple to zeros", "1", "1 w=0; 2 w=0 id=b", "today 1, then 1 (50 %) and 2 (50 %)"},
		{"simple to a pair with a health check", "1", "1 w=100 hc=a; 2 w=0", "while health check a is unhealthy: today 1, then 2"},
		{"simple to a pair with a health check of the other", "1", "1 w=100; 2 w=0 hc=a", ""},
		{"a simple alias does not follow its target's health", "1 eth=", "1 w=100 alias=; 2 w=0", ""},
		{"a weighted alias does", "1 eth=", "1 w=100 eth=; 2 w=0", "while target 1.us-east-1.elb.amazonaws.com is unhealthy: today alias 1.us-east-1.elb.amazonaws.com in Z35SXDOTRQ7X7K, then 2"},

		{"failover to a pair", "1 role=PRIMARY hc=a; 2 role=SECONDARY hc=b", "1 w=100 hc=a; 2 w=0 hc=b", ""},
		{"failover to a pair, one health check", "1 role=PRIMARY hc=a; 2 role=SECONDARY", "1 w=100 hc=a; 2 w=0", ""},
		{"failover to a pair of aliases", "1 role=PRIMARY eth=; 2 role=SECONDARY eth=", "1 w=100 eth=; 2 w=0 eth=", ""},
		{"failover without its health check", "1 role=PRIMARY hc=a; 2 role=SECONDARY", "1 w=100; 2 w=0", "while health check a is unhealthy: today 2, then 1"},
		{"failover to the secondary", "1 role=PRIMARY hc=a; 2 role=SECONDARY", "1 w=0 hc=a; 2 w=100", "today 1, then 2"},
		{"a primary alone", "1 role=PRIMARY hc=a", "1 w=100 hc=a; 2 w=0", "while health check a is unhealthy: today 1, then 2"},

		{"one latency set", "1 near=us-east-1", "1 w=100; 2 w=0", ""},
		{"latency", "1 near=us-east-1; 2 near=us-west-2", "1 w=100; 2 w=0", "for clients near us-west-2: today 2, then 1"},
		{"latency of the same answer", "1 near=us-east-1; 1 near=us-west-2", "1 w=100; 2 w=0", ""},
		{"latency in three Regions, two of the same answer", "1 near=us-east-1; 1 near=us-west-2; 3 near=eu-west-1", "1 w=100; 2 w=0", "for clients near eu-west-1: today 3, then 1"},
		{"latency with a health check", "1 near=us-east-1 hc=a; 2 near=us-west-2", "1 near=us-east-1; 2 near=us-west-2", "for clients near us-east-1, while health check a is unhealthy: today 2, then 1"},
		{"the default location alone", "1 in=*", "1 w=100; 2 w=0", ""},
		{"a country alone", "1 in=US", "1 w=100; 2 w=0", "for clients in any other place: today no answer, then 1"},
		{"a country and the default", "1 in=US; 2 in=*", "1 w=100; 2 w=0", "for clients in default location: today 2, then 1"},
		{"a state", "1 in=US; 1 in=*; 2 in=US state=CA", "1 w=100; 2 w=0", "for clients in country US, subdivision CA: today 2, then 1"},
		{"a country may be in a continent", "1 in=FR hc=a; 1 in=*; 3 in=continent-EU", "1 in=FR hc=a; 1 in=*", "for clients in continent EU: today 3, then 1"},

		{"a third set without weight", "1 w=100; 2 w=0; 3 w=0 id=third", "1 w=100; 2 w=0", ""},
		{"a third set without weight, behind a health check", "1 w=100 hc=a; 2 w=0; 3 w=0 id=third", "1 w=100 hc=a; 2 w=0", "while health check a is unhealthy: today 2 (50 %) and 3 (50 %), then 2"},
		{"a third set that clients get", "1 w=100; 2 w=0; 3 w=300", "1 w=100; 2 w=0", "today 1 (25 %) and 3 (75 %), then 1"},
		{"weights in the same ratio", "1 w=1; 2 w=0", "1 w=255; 2 w=0", ""},
		{"two health checks at a time", "1 w=1 hc=a; 2 w=0 hc=b", "1 w=1 hc=a; 2 w=0", "while health check a and health check b are unhealthy: today 1, then 2"},
		{"a CNAME with a trailing dot", "a.example.net. type=CNAME", "a.example.net type=CNAME w=1; b.example.net type=CNAME w=0", ""},
	} {
		got := ""
		if d := conversion.Compare(sets(c.before), sets(c.after)); d != nil {
			got = d.String()
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
	}
}
