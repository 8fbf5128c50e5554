package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/route53"
)

// mixed is an estate as one has grown: a public zone, a private one of the same name, and a second public one.
type mixed struct {
	*plant
	// names are the names and types that were made, as zone, name and type.
	names [][3]string
	n     int
}

const (
	publicZone  = "ZPUBLIC"
	privateZone = "ZPRIVATE"
	secondZone  = "ZSECOND"
)

// newMixed has a plan without switches and an empty estate.
func newMixed(t *testing.T) *mixed {
	t.Helper()
	m := newPublic(t)
	m.must(m.world.AddZone(privateZone, "example.com"))
	m.must(m.world.SetZoneKind(privateZone, route53.ZoneKind{Private: true}))
	m.must(m.world.AddZone(secondZone, "example.org"))
	m.must(m.world.TagZone(secondZone, map[string]string{"team": "shop"}))
	return m
}

// newPublic has the public zone alone.
func newPublic(t *testing.T) *mixed {
	t.Helper()
	m := &mixed{plant: newWorld(t, "us-east-1", west)}
	for _, region := range []failover.Region{"us-east-1", west} {
		m.must(m.store.PublishRelease(t.Context(), registry.Release{Region: region, Version: "1", Format: failover.Format, Since: now().Add(-time.Hour)}))
	}
	m.must(m.world.AddZone(publicZone, "example.com"))
	for _, id := range []string{"hc-east", "hc-west"} {
		m.world.SetHealthCheck(id, true)
	}
	return m
}

// put makes the record sets of one name and type.
func (m *mixed) put(zone, name, recordType string, sets ...fakeaws.RecordSet) {
	m.t.Helper()
	for _, s := range sets {
		s.Name, s.Type = name, recordType
		if s.Alias == nil && s.TTL == 0 {
			s.TTL = 60
		}
		m.must(m.world.PutRecordSet(zone, s))
	}
	m.names = append(m.names, [3]string{zone, name, recordType})
}

// times calls make n times with a number that was not used before.
func (m *mixed) times(n int, make func(i int)) {
	for range n {
		m.n++
		make(m.n)
	}
}

func value(address string) fakeaws.RecordSet { return fakeaws.RecordSet{Values: []string{address}} }

// balancer is an alias to a load balancer, which has a target group in CloudWatch.
func (m *mixed) balancer(name, region string) fakeaws.RecordSet {
	zone := map[string]string{"us-east-1": "Z35SXDOTRQ7X7K", west: "Z1H1FL5HABSF5"}[region]
	m.world.PutMetric(region, "AWS/ApplicationELB", "HealthyHostCount", map[string]string{
		"LoadBalancer": "app/" + name + "/50dc6c495c0c9188", "TargetGroup": "targetgroup/" + name + "/6d0ecf831eec9f09",
	}, 2)
	return fakeaws.RecordSet{Alias: &fakeaws.AliasTarget{Name: fmt.Sprintf("dualstack.%s-1234567890.%s.elb.amazonaws.com", name, region), Zone: zone, EvaluateTargetHealth: true}}
}

func weighted(s fakeaws.RecordSet, id string, weight int) fakeaws.RecordSet {
	s.SetIdentifier, s.Weight = id, weight
	return s
}

func failing(s fakeaws.RecordSet, role, check string) fakeaws.RecordSet {
	s.SetIdentifier, s.Failover, s.HealthCheck = strings.ToLower(role), role, check
	return s
}

func near(s fakeaws.RecordSet, region string) fakeaws.RecordSet {
	s.SetIdentifier, s.Latency = "near-"+region, region
	return s
}

func at(s fakeaws.RecordSet, id string, g route53.GeoLocation) fakeaws.RecordSet {
	s.SetIdentifier, s.Geo = id, &g
	return s
}

// fill makes 1,000 names and types.
func (m *mixed) fill() {
	m.pairs()
	m.simples()
	m.policies()
	m.oddities()
	m.times(1000-len(m.names), func(i int) { // the rest is weighted too
		m.put(secondZone, fmt.Sprintf("more-%d.example.org", i), "A",
			weighted(value(fmt.Sprintf("192.0.2.%d", i%250)), fmt.Sprintf("more-%d-us-east-1", i), 100),
			weighted(value(fmt.Sprintf("198.51.100.%d", i%250)), fmt.Sprintf("more-%d-us-west-2", i), 0))
	})
}

// pairs are weighted groups that other tools have made.
func (m *mixed) pairs() {
	weights := [][2]int{{255, 0}, {1, 0}, {0, 100}, {100, 0}}
	m.times(220, func(i int) {
		w := weights[i%len(weights)]
		name := fmt.Sprintf("shop-%d", i)
		m.put(publicZone, name+".example.com", "A", weighted(m.balancer(name+"-blue", "us-east-1"), "blue", w[0]), weighted(m.balancer(name+"-dr", west), "dr", w[1]))
	})
	m.times(60, func(i int) {
		m.put(privateZone, fmt.Sprintf("db-%d.example.com", i), "A",
			weighted(value(fmt.Sprintf("10.0.0.%d", i%250)), "us-east-1", 100), weighted(value(fmt.Sprintf("10.1.0.%d", i%250)), west, 0))
	})
	m.times(30, func(i int) { // split horizon: the same name in both zones
		name := fmt.Sprintf("both-%d.example.com", i)
		m.put(publicZone, name, "A", weighted(value("192.0.2.9"), "us-east-1", 255), weighted(value("198.51.100.9"), west, 0))
		m.put(privateZone, name, "A", weighted(value("10.0.0.9"), "us-east-1", 255), weighted(value("10.1.0.9"), west, 0))
	})
	m.times(20, func(i int) { // a third record set without a weight
		m.put(secondZone, fmt.Sprintf("third-%d.example.org", i), "AAAA", weighted(value("2001:db8::1"), "a-us-east-1", 10),
			weighted(value("2001:db8::2"), "a-us-west-2", 0), weighted(value("2001:db8::3"), "parked", 0))
	})
}

// simples are records without a routing policy.
func (m *mixed) simples() {
	m.times(180, func(i int) {
		m.put(publicZone, fmt.Sprintf("web-%d.example.com", i), "A", value(fmt.Sprintf("192.0.2.%d", i%250)))
	})
	m.times(120, func(i int) {
		name := fmt.Sprintf("lb-%d", i)
		m.put(publicZone, name+".example.com", "A", m.balancer(name, "us-east-1"))
	})
	m.times(40, func(i int) {
		m.put(secondZone, fmt.Sprintf("alias-%d.example.org", i), "CNAME", value(fmt.Sprintf("alias-%d.us-east-1.example.net", i)))
	})
	m.times(20, func(i int) {
		m.put(publicZone, fmt.Sprintf("*.tenant-%d.example.com", i), "A", value(fmt.Sprintf("192.0.2.%d", i%250)))
	})
	m.times(10, func(i int) {
		m.put(publicZone, fmt.Sprintf("many-%d.example.com", i), "A", fakeaws.RecordSet{Values: []string{"192.0.2.61", "192.0.2.62", "192.0.2.63"}})
	})
	m.put(publicZone, "example.com", "A", m.balancer("apex", "us-east-1"))
	m.put(secondZone, "example.org", "A", value("192.0.2.1"))
}

// policies are groups with other routing policies.
func (m *mixed) policies() {
	m.times(80, func(i int) {
		m.put(publicZone, fmt.Sprintf("fail-%d.example.com", i), "A", failing(value("192.0.2.3"), "PRIMARY", "hc-east"), failing(value("198.51.100.3"), "SECONDARY", "hc-west"))
	})
	m.times(40, func(i int) {
		name := fmt.Sprintf("over-%d", i)
		m.put(publicZone, name+".example.com", "A", failing(m.balancer(name, "us-east-1"), "PRIMARY", ""), failing(m.balancer(name, west), "SECONDARY", ""))
	})
	m.times(20, func(i int) {
		m.put(publicZone, fmt.Sprintf("near-%d.example.com", i), "A", near(value("192.0.2.4"), "us-east-1"))
	})
	m.times(10, func(i int) {
		m.put(publicZone, fmt.Sprintf("world-%d.example.com", i), "A", at(value("192.0.2.5"), "world-us-east-1", route53.GeoLocation{Country: "*"}))
	})
}

// oddities are what cannot be decided, or does not move.
func (m *mixed) oddities() {
	m.times(8, func(i int) {
		m.put(publicZone, fmt.Sprintf("active-%d.example.com", i), "A", near(value("192.0.2.6"), "us-east-1"), near(value("198.51.100.6"), west))
	})
	m.times(4, func(i int) {
		m.put(publicZone, fmt.Sprintf("geo-%d.example.com", i), "A", at(value("192.0.2.7"), "us-east-1", route53.GeoLocation{Country: "*"}), at(value("198.51.100.7"), west, route53.GeoLocation{Continent: "EU"}))
	})
	for i, w := range [][2]int{{50, 50}, {0, 0}} {
		m.put(publicZone, fmt.Sprintf("half-%d.example.com", i), "A", weighted(value("192.0.2.8"), "us-east-1", w[0]), weighted(value("198.51.100.8"), west, w[1]))
	}
	m.put(publicZone, `odd\100name.example.com`, "A", value("192.0.2.9"))
	m.put(publicZone, "_acme-challenge.example.com", "TXT", value(`"proof"`))
	m.put(publicZone, "example.com", "MX", value("10 mail.example.net."))
	m.put(publicZone, "www.example.com", "CNAME", value("shop-1.example.com"))
	m.put(publicZone, "multi.example.com", "A", fakeaws.RecordSet{SetIdentifier: "a", MultiValue: true, Values: []string{"192.0.2.10"}})
	m.put(secondZone, "cdn.example.org", "A", fakeaws.RecordSet{Alias: &fakeaws.AliasTarget{Name: "d1234.cloudfront.net", Zone: "Z2FDTNDATAQYW2"}})
}

// answersOf are the answers of every name to clients in several places, each asked often enough to see all shares; and once more
// while the primary's health check is unhealthy.
func (m *mixed) answersOf() map[string]string {
	all := m.answersWhile("all is healthy")
	m.world.SetHealthCheck("hc-east", false)
	maps.Copy(all, m.answersWhile("hc-east is unhealthy"))
	m.world.SetHealthCheck("hc-east", true)
	return all
}

func (m *mixed) answersWhile(state string) map[string]string {
	m.settle()
	places := map[string]route53.Place{
		"Virginia": {Region: "us-east-1", Continent: "NA", Country: "US", Subdivision: "VA"},
		"Oregon":   {Region: west, Continent: "NA", Country: "US", Subdivision: "OR"},
		"France":   {Region: "eu-west-3", Continent: "EU", Country: "FR"},
	}
	all := map[string]string{}
	for _, n := range m.names {
		for place, from := range places {
			var seen []string
			for range 4 {
				a := m.world.QueryIn(n[0], from, strings.Replace(n[1], "*", "any", 1), n[2])
				slices.Sort(a.Values)
				seen = append(seen, fmt.Sprint(a.Type, a.TTL, a.Values, a.NoAnswer))
			}
			slices.Sort(seen)
			all[strings.Join(append(n[:], "from", place, "while", state), " ")] = strings.Join(seen, " ")
		}
	}
	return all
}

// write writes a file beside the others of the test.
func (m *mixed) write(name, text string) string {
	m.t.Helper()
	file := filepath.Join(m.t.TempDir(), name)
	m.must(os.WriteFile(file, []byte(text), 0o600))
	return file
}
