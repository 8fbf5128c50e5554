package validate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// without takes the weighted record sets of the shop's record out of the zone.
func without(s *scene, name string) {
	s.t.Helper()
	var changes []types.Change
	for _, set := range s.world.RecordSets("Z1") {
		if set.Name == name {
			changes = append(changes, types.Change{Action: types.ChangeActionDelete, ResourceRecordSet: &types.ResourceRecordSet{
				Name: &set.Name, Type: types.RRType(set.Type), SetIdentifier: &set.SetIdentifier, Weight: aws.Int64(int64(set.Weight)),
				TTL: &set.TTL, ResourceRecords: []types.ResourceRecord{{Value: &set.Values[0]}},
			}})
		}
	}
	s.change(changes...)
}

func (s *scene) change(changes ...types.Change) {
	s.t.Helper()
	_, err := s.h.Route53.(*route53.Client).ChangeResourceRecordSets(s.t.Context(), &route53.ChangeResourceRecordSetsInput{
		HostedZoneId: aws.String("Z1"), ChangeBatch: &types.ChangeBatch{Changes: changes},
	})
	must(s.t, err)
}

func put(sets ...fakeaws.RecordSet) func(*scene) {
	return func(s *scene) {
		for _, set := range sets {
			must(s.t, s.world.PutRecordSet("Z1", set))
		}
	}
}

// aliased is the shop with aliases to these names in a zone.
func aliased(zone, eastern, western string) func(*failover.Application) {
	return func(app *failover.Application) {
		app.Records[0].TTL = 0
		app.Records[0].Endpoints = map[failover.Region]failover.Endpoint{
			east: {Alias: &failover.Alias{Name: eastern, Zone: zone}}, west: {Alias: &failover.Alias{Name: western, Zone: zone}},
		}
	}
}

const www = "www.shop.example"

// TestWhatRoute53WouldRefuseIsFoundBefore: a planned run is refused, a failover begins and spends no request on it.
func TestWhatRoute53WouldRefuseIsFoundBefore(t *testing.T) {
	for _, c := range []struct {
		name          string
		spoil         func(s *scene)
		code          string
		want, command string
	}{
		{"another zone's name", registered(func(app *failover.Application) { app.Records[0].ZoneName = "example" }), failover.CodeConfiguration,
			"zone Z1: its name in Route 53 is shop.example; registered zoneName: example", "drover register applications.yaml"},
		{"a zone that does not exist", registered(func(app *failover.Application) { app.Records[0].Zone = "Z404" }), failover.CodeConfiguration,
			"zone Z404 (shop.example): Route 53 has no hosted zone with this id", "drover register applications.yaml"},
		{"a zone that is not in the context", func(s *scene) {
			s.world.Inject(fakeaws.Fault{Service: "route53", Operation: "GetHostedZone", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "not authorized"}})
		}, failover.CodeConfiguration, `add "Z1" to hostedZones of the context key drover in cdk.json, then deploy`, "make deploy"},
		{"a delegated name", put(fakeaws.RecordSet{Name: www, Type: "NS", TTL: 60, Values: []string{"ns-1.example.net."}}), failover.CodeConfiguration,
			"zone Z1 (shop.example) delegates www.shop.example to another hosted zone", "aws route53 list-hosted-zones-by-name --max-items 3 --dns-name www.shop.example"},
		{"a CNAME of the same name", put(fakeaws.RecordSet{Name: www, Type: "CNAME", TTL: 60, Values: []string{"a.example.net"}}), failover.CodeDrift,
			"zone Z1 has a CNAME record set of the same name", "--start-record-name www.shop.example --start-record-type CNAME"},
		{"an alias to nothing", registered(aliased("Z1", "east.shop.example", "west.shop.example")), failover.CodeConfiguration,
			"us-east-1: its alias target east.shop.example has no A record set in zone Z1", "drover register applications.yaml"},
		{"an alias into another zone of the plan", func(s *scene) {
			must(s.t, s.world.AddZone("Z2", "blog.example"))
			other := blog()
			other.Records[0].Name, other.Records[0].Zone, other.Records[0].ZoneName = "www.blog.example", "Z2", "blog.example"
			app := shop()
			aliased("Z2", "www.blog.example", "www.blog.example")(&app)
			_, err := s.store.Register(s.t.Context(), failover.DefaultPlan(), []failover.Application{app, other}, start)
			must(s.t, err)
		}, failover.CodeConfiguration, "its alias target www.blog.example is in zone Z2; Route 53 takes a target in the record's own zone Z1", "drover register applications.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, input := range []string{`{"action": "check"}`, `{"action": "switchover"}`, `{"action": "switchover", "dryRun": true}`} {
				s := newScene(t, shop())
				c.spoil(s)
				answer := s.validate(input)
				found := slices.ContainsFunc(answer.Findings, func(f failover.Finding) bool {
					return f.Severity == failover.Blocker && f.Code == c.code && strings.Contains(f.String(), c.want) && strings.Contains(f.Command, c.command)
				})
				if answer.Verdict != failover.Refuse || !found {
					t.Errorf("%s: got %s with %v; want %s saying %q with the command %q", input, answer.Verdict, answer.Findings, c.code, c.want, c.command)
				}
			}
			s := newScene(t, shop())
			c.spoil(s)
			if answer := s.validate(consenting); answer.Verdict != failover.Proceed {
				t.Errorf("a failover: got %s: %s", answer.Verdict, answer.Summary)
			}
			if n := s.calls("GetHostedZone"); n != 0 {
				t.Errorf("a failover asks for hosted zones %d times; want never", n)
			}
			if answer := s.validate(`{"action": "failover", "allowDataLoss": true, "dryRun": true}`); !strings.Contains(fmt.Sprint(answer.Findings), c.want) {
				t.Errorf("the dry run of a failover: %v; want a warning saying %q", answer.Findings, c.want)
			}
		})
	}
}

// TestAnAliasMayLeadToAnAWSService, whose zones are no zones of the plan, or to a name in its own zone that is there.
func TestAnAliasMayLeadToAnAWSService(t *testing.T) {
	for zone, want := range map[string]int{"": 0, "Z35SXDOTRQ7X7K": 0, "Z2": 2, "Z1": 2} { // one finding for each Region
		app := shop()
		if zone != "" {
			aliased(zone, "a.shop.example", "b.shop.example")(&app)
		}
		j := judgementOf(question{setting: setting{Plan: failover.DefaultPlan()}}, facts{})
		if j.checkTargets("record", app.Records[0], map[string]bool{"Z1": true, "Z2": true}); len(j.findings) != want {
			t.Errorf("an alias into zone %q: %v; want %d findings", zone, j.findings, want)
		}
	}
}

func (s *scene) calls(operation string) int {
	n := 0
	for _, c := range s.world.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

// TestABatchMendsWhatRoute53WouldRefuse: what a check says is typed, and the next check finds nothing more.
func TestABatchMendsWhatRoute53WouldRefuse(t *testing.T) {
	simple := fakeaws.RecordSet{Name: www, Type: "A", TTL: 300, Values: []string{"192.0.2.10"}}
	for _, c := range []struct {
		name  string
		spoil func(s *scene)
		want  string
	}{
		{"a simple record set", func(s *scene) { without(s, www); put(simple)(s) }, "is a simple record set, without routing policy"},
		{"nothing", func(s *scene) { without(s, www) }, "is not in zone Z1"},
		{"one Region alone", func(s *scene) {
			without(s, www)
			put(fakeaws.RecordSet{Name: www, Type: "A", SetIdentifier: "us-east-1", Weight: 100, TTL: 60, Values: []string{"192.0.2.10"}})(s)
		}, "has no record set for us-west-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, shop())
			c.spoil(s)
			answer := s.validate(`{"action": "check"}`)
			s.contains(answer.Summary, c.want)
			_, text, _ := strings.Cut(answer.Findings[0].Command, "aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch ")
			var batch types.ChangeBatch
			if err := json.Unmarshal([]byte(strings.Trim(text, "'")), &batch); err != nil {
				t.Fatalf("%q: %v", answer.Findings[0].Command, err)
			}
			s.change(batch.Changes...)
			if again := s.validate(`{"action": "check"}`); again.Verdict != failover.Checked {
				t.Errorf("after the batch: %s", again.Summary)
			}
		})
	}
}

// TestABatchDoesNotChooseBetweenTwoThatMayBeRight: a TTL is the zone's or the file's, and a record set that is not
// registered may be wanted.
func TestABatchDoesNotChooseBetweenTwoThatMayBeRight(t *testing.T) {
	for _, set := range []fakeaws.RecordSet{
		{Name: www, Type: "A", SetIdentifier: "us-east-1", Weight: 100, TTL: 300, Values: []string{"192.0.2.10"}},
		{Name: www, Type: "A", SetIdentifier: "old", Weight: 1, TTL: 60, Values: []string{"192.0.2.10"}},
	} {
		s := newScene(t, shop())
		without(s, www)
		put(set)(s)
		answer := s.validate(`{"action": "check"}`)
		s.contains(answer.Findings[0].Command, "list-resource-record-sets")
	}
}

// TestAliasesInTheirOwnZoneAreFound: what they point to is there, in the zone and of their type.
func TestAliasesInTheirOwnZoneAreFound(t *testing.T) {
	s := newScene(t, shop())
	registered(aliased("Z1", "east.shop.example", "west.shop.example"))(s)
	for region, weight := range map[failover.Region]int{east: 100, west: 0} {
		name := strings.TrimPrefix(string(region), "us-")[:4] + ".shop.example"
		put(fakeaws.RecordSet{Name: name, Type: "A", TTL: 60, Values: []string{"192.0.2.1"}},
			fakeaws.RecordSet{Name: www, Type: "A", SetIdentifier: string(region), Weight: weight, Alias: &fakeaws.AliasTarget{Name: name, Zone: "Z1"}})(s)
	}
	if answer := s.validate(`{"action": "check"}`); answer.Verdict != failover.Checked {
		t.Errorf("got %s", answer.Summary)
	}
}

// TestAReturnExaminesNothing: it writes what the way out has written, and must not be stopped for less.
func TestAReturnExaminesNothing(t *testing.T) {
	s, run := moved(t, "drill", map[string]failover.Live{"shop": west100()}, shop())
	s.putWeights(shop().Records[0], 0, 100)
	before := s.calls("GetHostedZone")
	put(fakeaws.RecordSet{Name: www, Type: "NS", TTL: 60, Values: []string{"ns-1.example.net."}})(s)
	answer := s.turned(run, failover.Return)
	if n := s.calls("GetHostedZone") - before; n != 0 || strings.Contains(fmt.Sprint(answer.Findings), "delegates") {
		t.Errorf("%d hosted zones were asked for, and found: %v; want none", n, answer.Findings)
	}
}
