package failover

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSwitchOf(t *testing.T) {
	plan := DefaultPlan()
	plan.Switches = []Switch{{Name: "default", Lever: EndpointLever}, {Name: "batch", Lever: RoutingControlLever}}
	for _, c := range []struct {
		plan   Plan
		names  string
		want   string
		wantOK bool
		mode   Mode
	}{
		{plan, "", "default", true, HealthCheck},
		{plan, "batch", "batch", true, RoutingControlMode},
		{plan, NoSwitch, "", false, ""},
		{plan, "gone", "", false, ""},
		{DefaultPlan(), "", "", false, ""},
	} {
		got, ok := c.plan.SwitchOf(Application{Switch: c.names})
		if got.Name != c.want || ok != c.wantOK || ok && got.Mode() != c.mode {
			t.Errorf("%q: got %+v, %t; want %s, %t, mode %s", c.names, got, ok, c.want, c.wantOK, c.mode)
		}
	}
}

// TestCarriedNeedsBothChecksOnEveryRecord: one record without, or with another one, and the switch would leave users behind.
func TestCarriedNeedsBothChecksOnEveryRecord(t *testing.T) {
	record := func(east, west string) Record {
		return Record{Endpoints: map[Region]Endpoint{"us-east-1": {HealthCheck: east}, "us-west-2": {HealthCheck: west}}}
	}
	both := SwitchChecks{"us-east-1": "e", "us-west-2": "w"}
	for _, c := range []struct {
		name    string
		checks  SwitchChecks
		records []Record
		want    bool
	}{
		{"both", both, []Record{record("e", "w"), record("e", "w")}, true},
		{"the second lacks one", both, []Record{record("e", "w"), record("e", "")}, false},
		{"the first has another", both, []Record{record("x", "w"), record("e", "w")}, false},
		{"exchanged", both, []Record{record("w", "e")}, false},
		{"one is not published", SwitchChecks{"us-east-1": "e"}, []Record{record("e", "")}, false},
		{"none is published", nil, []Record{record("", "")}, false},
	} {
		if got := c.checks.Carried(Application{Records: c.records}); got != c.want {
			t.Errorf("%s: got %t; want %t", c.name, got, c.want)
		}
	}
}

const routingControlPlan = `{"switches": [{"name": "default", "lever": "routing-control", "routingControl": {
  "endpoints": [
    {"region": "us-east-1", "url": "https://a.route53-recovery-cluster.us-east-1.amazonaws.com/v1"},
    {"region": "us-west-2", "url": "https://b.route53-recovery-cluster.us-west-2.amazonaws.com/v1"},
    {"region": "eu-west-1", "url": "https://c.route53-recovery-cluster.eu-west-1.amazonaws.com/v1"},
    {"region": "ap-northeast-1", "url": "https://d.route53-recovery-cluster.ap-northeast-1.amazonaws.com/v1"},
    {"region": "ap-southeast-2", "url": "https://e.route53-recovery-cluster.ap-southeast-2.amazonaws.com/v1"}],
  "controls": {
    "us-east-1": "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbbbb0123456bbbbbb0123456/routingcontrol/abcdefg1234567",
    "us-west-2": "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbbbb0123456bbbbbb0123456/routingcontrol/abcdef01234568"},
  "healthChecks": {"us-east-1": "5f0c1a52-0000-4000-8000-000000000001", "us-west-2": "5f0c1a52-0000-4000-8000-000000000002"}}}]}`

func TestSwitchesAreReadStrictly(t *testing.T) {
	good := strings.NewReplacer("0123456bbbbbbb0123456bbbbbb0123456", "0123456bbbbbbb0123456bbbbbb01234", "abcdefg1234567", "abcdef01234567").Replace(routingControlPlan)
	plan, err := ParsePlan([]byte(good))
	if err != nil || len(plan.Switches) != 1 || len(plan.Switches[0].RoutingControl.Endpoints) != 5 {
		t.Fatalf("got %+v, %v", plan.Switches, err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"no lever", `{"switches": [{"name": "default"}]}`, `switches[0].lever: ""; expected endpoint, metric or routing-control`},
		{"a reserved name", `{"switches": [{"name": "none", "lever": "metric"}]}`, `switches[0].name: "none"; expected a lower-case letter`},
		{"twice", `{"switches": [{"name": "a", "lever": "metric"}, {"name": "a", "lever": "endpoint"}]}`, `switches[1].name: "a" is declared twice`},
		{"no routing controls", `{"switches": [{"name": "a", "lever": "routing-control"}]}`, `switches[0].routingControl: missing`},
		{"routing controls of another lever", strings.Replace(good, `"lever": "routing-control"`, `"lever": "metric"`, 1), `switches[0].routingControl: given; expected it only with the lever routing-control`},
		{"four endpoints", strings.Replace(good, `{"region": "us-east-1", "url": "https://a.route53-recovery-cluster.us-east-1.amazonaws.com/v1"},`, "", 1), `endpoints: 4; expected the cluster's 5 Regional endpoints`},
		{"no https", strings.Replace(good, "https://a.", "http://a.", 1), `routingControl.endpoints[0].url: "http://a.`},
		{"an endpoint twice", strings.Replace(good, "https://a.route53-recovery-cluster.us-east-1", "https://b.route53-recovery-cluster.us-west-2", 1), `routingControl.endpoints[1].url`},
		{"one control for both", strings.Replace(good, "abcdef01234568", "abcdef01234567", 1), `routingControl.controls: the same for both Regions`},
		{"a malformed control", strings.Replace(good, "abcdef01234568", "xyz", 1), `routingControl.controls.us-west-2: "arn:aws:route53-recovery-control::111122223333:controlpanel/0123456bbbbbbb0123456bbbbbb01234/routingcontrol/xyz"; expected the ARN of a routing control`},
		{"a foreign Region", strings.Replace(good, `"healthChecks": {"us-east-1"`, `"healthChecks": {"eu-west-1"`, 1), `routingControl.healthChecks: us-east-1 is missing`},
	} {
		if _, err := ParsePlan([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want %s", c.name, err, c.want)
		}
	}
	if diff := cmp.Diff([]Lever{"endpoint", "metric", "routing-control"}, Levers); diff != "" {
		t.Error(diff)
	}
}
