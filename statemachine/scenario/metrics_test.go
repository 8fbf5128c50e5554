package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

const soundMetric = `world:
  metrics:
    - application: shop
      namespace: Shop
      metric: QueueAge
      dimensions: {Queue: {primary: orders-1, standby: "orders-{standby}"}, Stage: "prod-{region}", Plan: "{plan}"}
      value: {primary: 4, us-west-2: 0.5}
      factor: 2
      every: 10s
      region: us-east-1
    - {application: shop, namespace: Shop, metric: Errors, of: failed}
    - {application: shop, namespace: Shop, metric: Latency, of: latency, value: 0.2}
`

func TestMetricsOfAScenarioAreThoseOfThePlan(t *testing.T) {
	text := strings.Replace(soundScenario, "timeline:", soundMetric+"timeline:", 1)
	s, err := parse("x.yaml", []byte(strings.Replace(text, "applicationsFile: shop.yaml\n", "generate: {applications: 1, zones: [{id: Z1, name: example.com}]}\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	plan := failover.DefaultPlan()
	in, err := s.In(Terms{Plan: plan, Account: "111122223333", Zones: []string{"Z1"}})
	if err != nil {
		t.Fatal(err)
	}
	m := in.World.Metrics[0]
	for region, want := range map[string]map[string]string{
		"us-east-1": {"Queue": "orders-1", "Stage": "prod-us-east-1", "Plan": "drover"},
		"us-west-2": {"Queue": "orders-us-west-2", "Stage": "prod-us-west-2", "Plan": "drover"},
	} {
		if diff := cmp.Diff(want, m.In(region)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", region, diff)
		}
	}
	for region, want := range map[string]float64{"us-east-1": 4, "us-west-2": 0.5} {
		if got, ok := m.ValueIn(region); got != want || !ok {
			t.Errorf("%s: got %v, %v; want %v", region, got, ok, want)
		}
	}
	if got, ok := in.World.Metrics[2].ValueIn("us-west-2"); got != 0.2 || !ok || *m.Factor != 2 || time.Duration(m.Every) != 10*time.Second {
		t.Errorf("got %v, %v and %+v", got, ok, m)
	}
}

func TestMistakesInMetricsSayWhereTheyAre(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"      namespace: Shop\n", "", "x.yaml:7:7: namespace is missing"},
		{"of: failed", "of: luck", `"luck" is not known; expected requests, served, failed, errors, servedPercent, failedPercent, latency, canary`},
		{"of: failed", "of: failed, value: 3", "x.yaml:15:79: beside of: failed, which computes the value; expected one of the two"},
		{", value: 0.2", "", "value is missing; expected a number, or one for each Region"},
		{"value: 0.2", "value: fast", "fast; expected a number, or one for each Region"},
		{"primary: 4", "primary: four", "four; expected a number"},
		{"primary: 4", "east: 4", `"east" is not a Region code`},
		{"every: 10s", "every: 15s", "x.yaml:13:14: 15s; expected 1s, 5s, 10s, 20s, 30s or whole minutes"},
		{"region: us-east-1\n    -", "region: east\n    -", `"east" is not a Region code`},
		{"primary: orders-1", "primary: [1]", "[1]; expected a text"},
		{`Stage: "prod-{region}"`, "Stage: 7", "7; expected a text, or one for each Region"},
		{"factor: 2", "times: 2", `unknown key "times"; expected one of application, namespace, metric, dimensions, of, value, factor, every, region`},
	} {
		text := strings.Replace(soundScenario, "timeline:", strings.Replace(soundMetric, c.old, c.new, 1)+"timeline:", 1)
		_, err := parse("x.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x.yaml:") {
			t.Errorf("%s: got %v; want %s", c.new, err, c.want)
		}
	}
}
