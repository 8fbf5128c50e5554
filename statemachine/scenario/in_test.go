package scenario

import (
	"errors"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

// inWords has a word in every place that takes one.
const inWords = `name: words
title: "{primary} goes dark"
description: the plan {plan} moves to {standby}
world: {switch: "{metric switch}", weights: {shop: {primary: 255, standby: 0}}}
applications:
  - name: shop
    records:
      - name: "shop.{zone 1 name}"
        type: A
        zone: "{zone 1}"
        zoneName: "{zone 1 name}"
        ttl: 60
        endpoints: {primary: {value: 192.0.2.1}, standby: {value: 192.0.2.2}}
    databases:
      - globalCluster: "{cluster 1}"
        clusters:
          primary: "arn:{partition}:rds:{primary}:{account}:cluster:{cluster 1}-{primary}"
          standby: "arn:{partition}:rds:{standby}:{account}:cluster:{cluster 1}-{standby}"
    health:
      - {namespace: N, metric: M, dimensions: {Region: "{region}"}, statistic: Sum, periodSeconds: 60, atMost: 1}
timeline:
  - {at: 1m, regionDark: primary}
  - {at: 1m, cutOff: [primary, standby]}
  - {at: 2m, alarm: {region: standby, name: "{failover alarm}", state: ALARM}}
  - at: 3m
    registryItem: {region: standby, application: primary, wave: 1, config: {records: [{endpoints: {primary: {value: primary}}}]}}
  - {at: 4m, start: {region: standby, input: {action: failover, reason: "{primary} is dark"}, outcome: Completed, says: ["in {standby}"]}}
until: 5m
expect: {active: {shop: standby}, notifications: {"x of {standby}": ["to {standby}"]}}
`

func european() Terms {
	plan := failover.DefaultPlan()
	plan.Name, plan.Primary, plan.Standby = "acme", "eu-west-1", "eu-central-1"
	plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}, {Name: "slow", Lever: failover.MetricLever}}
	return Terms{Plan: plan, Account: "222233334444", Zones: []string{"Z1ACME"}, Clusters: []string{"storefront"}, Alarm: "ireland-lost", AlarmConsents: true}
}

func TestWordsStandForWhatThePlanHas(t *testing.T) {
	s, err := Parse("x.yaml", []byte(inWords))
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.In(european())
	if err != nil {
		t.Fatal(err)
	}
	app := in.Applications()[0]
	start := in.Timeline[4].Start
	config := in.Timeline[3].RegistryItem.Config["records"].([]any)[0].(map[string]any)["endpoints"]
	got := []any{
		in.Title, in.Description, in.World.Weights["shop"], in.World.Switch, in.Timeline[0].RegionDark, in.Timeline[1].CutOff, in.Timeline[2].Alarm.Name, in.Timeline[2].Alarm.Region,
		in.Timeline[3].RegistryItem.Application, config, start.Region, start.Input.(map[string]any)["reason"], start.Says, in.Expect.Active, in.Expect.Notifications,
		app.Records[0].Name, app.Records[0].Zone, app.Records[0].Endpoints["eu-central-1"].Value, app.Databases[0].Clusters["eu-west-1"], app.Health[0].Dimensions["Region"].Everywhere,
	}
	want := []any{
		"eu-west-1 goes dark", "the plan acme moves to eu-central-1", map[string]int{"eu-west-1": 255, "eu-central-1": 0}, "slow", "eu-west-1", []string{"eu-west-1", "eu-central-1"}, "ireland-lost", "eu-central-1",
		"primary", map[string]any{"eu-west-1": map[string]any{"value": "primary"}}, "eu-central-1", "eu-west-1 is dark", []string{"in eu-central-1"},
		map[string]string{"shop": "eu-central-1"}, map[string][]string{"x of eu-central-1": {"to eu-central-1"}},
		"shop.example.com", "Z1ACME", "192.0.2.2", "arn:aws:rds:eu-west-1:222233334444:cluster:storefront-eu-west-1", "{region}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.Timeline[0].RegionDark != "primary" || s.Timeline[4].Start.Input.(map[string]any)["reason"] != "{primary} is dark" {
		t.Error("the scenario itself has changed")
	}
}

func TestAScenarioSaysWhyAPlanCannotPlayIt(t *testing.T) {
	shop := "applicationsFile: shop.yaml\n"
	cases := []struct {
		name, old, new string
		terms          func(*Terms)
		want           string
	}{
		{"a second cluster", "{at: 1m, regionDark: primary}", `{at: 1m, databaseHang: "{cluster 2}"}`, nil, ""},
		{"two clusters", "{at: 1m, regionDark: primary}", "{at: 1m, databaseHang: \"{cluster 2}\"}\n  - {at: 1m, databaseHang: \"{cluster 1}\"}", nil, "it needs 2 global clusters, and the plan acme has 1"},
		{"no alarm", shop, shop, func(t *Terms) { t.Alarm = "" }, "it needs an alarm that starts a failover, and the plan acme lists none in failoverAlarms"},
		{"an alarm without consent", shop, shop, func(t *Terms) { t.AlarmConsents = false }, "it needs an alarm whose failover may lose data, and failoverAlarmsAllowDataLoss of the plan acme is false"},
		{"no such lever", shop, shop, func(t *Terms) { t.Plan.Switches = nil }, "it needs a switch with the lever metric, and the plan acme has none"},
		{"names of its own", shop, shop, func(t *Terms) { t.Plan.RecordNames = []string{"www.acme.com"} }, "it needs names of its own, and recordNames of the plan acme allow none below a domain, such as *.shop.example.com"},
		{"zones", "until: 5m", "needs: {zones: 2}\nuntil: 5m", nil, "it needs 2 hosted zones, and the plan acme has 1"},
		{"clusters", "until: 5m", "needs: {globalClusters: 3}\nuntil: 5m", nil, "it needs 3 global clusters, and the plan acme has 1"},
		{"the control plane", "until: 5m", "needs: {controlPlane: primary}\nuntil: 5m", nil, "it needs the Route 53 control plane in the primary, and eu-west-1 is not us-east-1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := Parse("x.yaml", []byte(strings.Replace(inWords, c.old, c.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			s.Shipped = true
			terms := european()
			if c.terms != nil {
				c.terms(&terms)
			}
			_, err = s.In(terms)
			var not *NotApplicableError
			if got := ""; errors.As(err, &not) && not.Reason != c.want || (err == nil) != (c.want == "") {
				t.Errorf("got %v %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestAPlanWithoutASwitchCannotLoseTheControlPlane(t *testing.T) {
	s, err := Parse("x.yaml", []byte(strings.Replace(inWords, `world: {switch: "{metric switch}", weights: {shop: {primary: 255, standby: 0}}}`, "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	s.Shipped = true
	terms := european()
	terms.Plan.Switches, terms.Plan.Primary = nil, "us-east-1"
	if _, err := s.In(terms); err == nil || !strings.Contains(err.Error(), "it needs a switch, and the plan acme has none") {
		t.Errorf("got %v", err)
	}
	terms.Plan.Primary = "eu-west-1"
	if _, err := s.In(terms); err != nil {
		t.Error(err)
	}
}

func TestASmallerPlanPlaysWithFewerDatabases(t *testing.T) {
	s, err := Parse("x.yaml", []byte(strings.Replace(inWords, "until: 5m", "until: 5m\nplan: {soakSeconds: 1}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	s.Shipped = true
	terms := european()
	terms.Clusters = nil
	terms.Plan.Approval, terms.Plan.MayLoosen = failover.BeforeStart, nil
	in, err := s.In(terms)
	if err != nil {
		t.Fatal(err)
	}
	if databases := in.Applications()[0].Databases; len(databases) > 0 {
		t.Errorf("databases %v", databases)
	}
	if in.Timeline[4].Start.Says != nil || in.Expect.Notifications != nil || in.Timeline[4].Start.Outcome != failover.Completed {
		t.Errorf("texts are expected that the plan cannot have: %+v", in.Timeline[4].Start)
	}
	if want := "2 expected texts and counts are not checked: the plan has 0 global clusters; the Route 53 control plane is in us-east-1 and not in eu-west-1."; in.Unchecked != want {
		t.Errorf("got  %s\nwant %s", in.Unchecked, want)
	}
	if want := "In place of the plan's own settings, for the scenario: approval: none, mayLoosen: [allowDataLoss takeover]."; in.Settings != want {
		t.Errorf("got  %s\nwant %s", in.Settings, want)
	}
	if in.Plan["soakSeconds"] == nil || in.Plan["approval"] != "none" || s.Plan["approval"] != nil {
		t.Errorf("settings %v, those of the scenario %v", in.Plan, s.Plan)
	}
}

// TestAUsersScenarioIsTakenAtItsWord: nothing of it is left out, and nothing of the plan gives way.
func TestAUsersScenarioIsTakenAtItsWord(t *testing.T) {
	s, err := Parse("x.yaml", []byte(inWords))
	if err != nil {
		t.Fatal(err)
	}
	terms := european()
	terms.Plan.Approval = failover.BeforeStart
	in, err := s.In(terms)
	if err != nil {
		t.Fatal(err)
	}
	if in.Unchecked != "" || in.Settings != "" || in.Timeline[4].Start.Says == nil {
		t.Errorf("unchecked %q, settings %q", in.Unchecked, in.Settings)
	}
	terms.Clusters = nil
	if _, err := s.In(terms); err == nil {
		t.Error("a database that the plan lacks is left out")
	}
}

const ownShop = `applications:
  - name: till
    records:
      - {name: till.acme.com, type: A, zone: ZTILL, zoneName: acme.com, ttl: 60, endpoints: {eu-west-1: {value: 192.0.2.1}, eu-central-1: {value: 192.0.2.2}}}
    health:
      - {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atMost: 1}
`

func TestAScenarioPlaysWithTheUsersApplications(t *testing.T) {
	s, err := Parse("x.yaml", []byte(strings.ReplaceAll(inWords, "{at: 2m, alarm:", `{at: 2m, apiFault: {service: route53, object: "{zone 1}", code: X, status: 500, times: 1}}`+"\n  # ")))
	if err != nil {
		t.Fatal(err)
	}
	s = s.Using("own.yaml", []byte(ownShop))
	_, err = s.In(european())
	var not *NotApplicableError
	if want := "its event at 03:00 names the application primary, which own.yaml does not have"; !errors.As(err, &not) || not.Reason != want {
		t.Fatalf("got %v; want %s", err, want)
	}
	s.Timeline[3].RegistryItem.Application = "till"
	in, err := s.In(european())
	if err != nil {
		t.Fatal(err)
	}
	if got := in.Applications(); len(got) != 1 || got[0].Name != "till" {
		t.Errorf("applications %v", got)
	}
	if object := in.Timeline[2].APIFault.Object; object != "ZTILL" {
		t.Errorf("the first zone is %s; want that of the file", object)
	}
	if len(in.Expect.Active) > 0 || !strings.Contains(in.Unchecked, "the applications are those of own.yaml") {
		t.Errorf("active %v, unchecked %q", in.Expect.Active, in.Unchecked)
	}
	s.Timeline[3].Drift = &Drift{}
	if _, err = s.In(european()); err == nil || !strings.Contains(err.Error(), "changes a record of its own applications") {
		t.Errorf("got %v", err)
	}
}
