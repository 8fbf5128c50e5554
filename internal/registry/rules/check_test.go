package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/registrytest"
	"github.com/drover-dr/drover/internal/registry/rules"
)

const (
	east failover.Region = "us-east-1"
	west failover.Region = "us-west-2"
)

func whole() failover.Application {
	app := registrytest.Filled(failover.Application{Name: "shop", Wave: 1, Alarms: []string{"shop-5xx"}, Databases: []failover.Database{{
		GlobalCluster: "shop", Clusters: map[failover.Region]string{
			east: "arn:aws:rds:us-east-1:111122223333:cluster:a", west: "arn:aws:rds:us-west-2:111122223333:cluster:b",
		},
	}}})
	app.Live = failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}}
	return app
}

// Whatever a writer of the registry puts into an item, it is held to what the applications file may say.
func TestWhatBreaksTheRulesIsSaid(t *testing.T) {
	plan := failover.DefaultPlan()
	if wrong := rules.Check(plan, whole()); len(wrong) > 0 {
		t.Fatalf("nothing is wrong, but: %v", wrong)
	}
	for _, tt := range []struct {
		name  string
		spoil func(app *failover.Application)
		want  string
	}{
		{"a name", func(a *failover.Application) { a.Name = "a\x1b[2J" }, `name: "a\x1b[2J"; expected 1 to 63`},
		{"a wave", func(a *failover.Application) { a.Wave = 0 }, "wave: 0; expected 1 to 99"},
		{"no record", func(a *failover.Application) { a.Records = nil }, "records: empty"},
		{"an NS record", func(a *failover.Application) { a.Records[0].Type = "NS" }, `records[0].type: "NS"; expected A, AAAA, CNAME, HTTPS, SVCB, MX, TXT or SRV`},
		{"a TXT record", func(a *failover.Application) { a.Records[0].Type = "TXT" }, `expected a value of a record of type TXT`},
		{"identifiers", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.1", SetIdentifier: "us-west-2"}
		}, "is the name of the other Region"},
		{"one identifier", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.1", SetIdentifier: "blue"}
			a.Records[0].Endpoints[west] = failover.Endpoint{Value: "192.0.2.2", SetIdentifier: "blue"}
		}, `both record sets have the setIdentifier "blue"`},
		{"a long identifier", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.1", SetIdentifier: strings.Repeat("x", 129)}
		}, "expected 1 to 128 characters"},
		{"a value and values", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Value: "192.0.2.1", Values: []string{"192.0.2.2", "192.0.2.3"}}
		}, "values beside a value"},
		{"one of several values", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Values: []string{"192.0.2.2", "evil.example"}}
		}, "values[1]: \"evil.example\"; expected an IPv4 address"},
		{"a value twice", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Values: []string{"192.0.2.2", "192.0.2.2"}}
		}, "192.0.2.2 is there twice"},
		{"more values than a batch takes", func(a *failover.Application) {
			var values []string
			for i := range 498 {
				values = append(values, fmt.Sprintf("10.0.%d.%d", i/256, i%256))
			}
			a.Records[0].Endpoints[east] = failover.Endpoint{Values: values}
		}, "499 values of"},
		{"an alias to itself", func(a *failover.Application) {
			a.Records[0].Endpoints[east] = failover.Endpoint{Alias: &failover.Alias{Name: a.Records[0].Name, Zone: a.Records[0].Zone}}
		}, "is the record itself"},
		{"an MX alias to another zone", func(a *failover.Application) {
			a.Records[0].Type = "MX"
			a.Records[0].Endpoints[east] = failover.Endpoint{Alias: &failover.Alias{Name: "lb.example.net", Zone: "Z1"}}
		}, "expected a name of the record's own zone"},
		{"a challenge", func(a *failover.Application) { a.Records[0].Name = "_acme-challenge.example.com" }, "is where a certificate authority looks for a proof"},
		{"the fence", func(a *failover.Application) { a.Records[0].Name = "_drover-drover.example.com" }, "is a name of Drover's own records"},
		{"another zone's name", func(a *failover.Application) { a.Records[0].Name = "login.example.org" }, "is not in the zone example.com"},
		{"upper case", func(a *failover.Application) { a.Records[0].Name = "WWW.example.com" }, "expected a DNS name"},
		{"a zone", func(a *failover.Application) { a.Records[0].Zone = "Z1;touch x" }, "expected the id of a hosted zone"},
		{"a value", func(a *failover.Application) { a.Records[0].Endpoints[west] = failover.Endpoint{Value: "evil.example"} }, "expected an IPv4 address"},
		{"no value", func(a *failover.Application) { a.Records[0].Endpoints[west] = failover.Endpoint{} }, "endpoints.us-west-2.value: empty"},
		{"both", func(a *failover.Application) {
			a.Records[0].Endpoints[west] = failover.Endpoint{Value: "192.0.2.1", Alias: &failover.Alias{}}
		}, "an alias beside a value"},
		{"an alias", func(a *failover.Application) {
			a.Records[0].Endpoints[west] = failover.Endpoint{Alias: &failover.Alias{Name: "lb.example.net", Zone: "x"}}
		}, "alias.zone"},
		{"a third Region", func(a *failover.Application) {
			a.Records[0].Endpoints["eu-west-1"] = failover.Endpoint{Value: "192.0.2.1"}
		}, `"eu-west-1" is not a Region of the plan`},
		{"a Region less", func(a *failover.Application) { delete(a.Records[0].Endpoints, west) }, "us-west-2 is missing"},
		{"a TTL", func(a *failover.Application) { a.Records[0].TTL = -1 }, "records[0].ttl: -1; expected 1 to 86400"},
		{"a cluster", func(a *failover.Application) {
			a.Databases[0].Clusters[west] = "arn:aws:rds:us-east-1:111122223333:cluster:b"
		}, "expected a cluster in us-west-2"},
		{"a global cluster", func(a *failover.Application) { a.Databases[0].GlobalCluster = "-" }, "expected the identifier of a global cluster"},
		{"no health", func(a *failover.Application) { a.Health = nil }, "health: empty"},
		{"a bound", func(a *failover.Application) { a.Health[0].AtLeast = nil }, "neither atLeast nor atMost"},
		{"a period", func(a *failover.Application) { a.Health[0].PeriodSeconds = 7 }, "expected 1, 5, 10, 20, 30 or a multiple of 60"},
		{"a statistic", func(a *failover.Application) { a.Health[0].Statistic = "Best" }, "expected Average"},
		{"a placeholder", func(a *failover.Application) {
			a.Health[0].Dimensions = failover.SameDimensions(map[string]string{"R": "{zone}"})
		}, "no other placeholder"},
		{"an alarm", func(a *failover.Application) { a.Alarms[0] = strings.Repeat("x", 256) }, "256 characters"},
		{"where it is", func(a *failover.Application) { a.Live.Active = "eu-west-1" }, `active: "eu-west-1" is not a Region`},
		{"weights", func(a *failover.Application) { a.Live.Weights = map[failover.Region]int{east: 256, west: 0} }, "weights.us-east-1: 256; expected 0 to 255"},
		{"no traffic to go back to", func(a *failover.Application) {
			a.Live.Before = &failover.Place{Active: east, Weights: map[failover.Region]int{east: 0, west: 0}}
		}, "before.weights: none above 0"},
		{"what was before", func(a *failover.Application) { a.Live.Before = &failover.Place{Active: east} }, "before.weights: us-east-1 is missing"},
	} {
		app := whole()
		tt.spoil(&app)
		if wrong := strings.Join(rules.Check(plan, app), "; "); !strings.Contains(wrong, tt.want) {
			t.Errorf("%s: got %q; want it to say %q", tt.name, wrong, tt.want)
		}
	}
}

func TestRecordNamesBoundWhatMayBeMoved(t *testing.T) {
	plan := failover.DefaultPlan()
	for _, tt := range []struct {
		patterns []string
		name     string
		right    bool
	}{
		{nil, "www.example.com", true},
		{[]string{"www.example.com"}, "www.example.com", true},
		{[]string{"www.example.com"}, "login.example.com", false},
		{[]string{"*.shop.example.com", "www*"}, "api.shop.example.com", true},
		{[]string{"*.shop.example.com"}, "shop.example.com", false},
		{[]string{"a*b*.example.com"}, "axxbyy.example.com", true},
		{[]string{"a*b*.example.com"}, "axx.example.com", false},
		{[]string{`\052.example.com`}, "*.example.com", true},
		{[]string{"www.example.com*"}, "*.example.com", false},
	} {
		plan.RecordNames = tt.patterns
		app := whole()
		app.Records[0].Name = tt.name
		if wrong := rules.Check(plan, app); (len(wrong) == 0) != tt.right {
			t.Errorf("%v, %s: got %v", tt.patterns, tt.name, wrong)
		}
	}
}
