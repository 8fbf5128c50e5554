package registry

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestHealthRulesThatRelease010DoesNotKnowAreRegisteredLater: its functions would fail with the item, or take no data for unhealthy.
func TestHealthRulesThatRelease010DoesNotKnowAreRegisteredLater(t *testing.T) {
	balancer := failover.Dimensions{"LoadBalancer": {In: map[failover.Region]string{east: "a", west: "b"}}}
	for what, change := range map[string]func(*failover.HealthRule){
		"treatMissingData":                 func(r *failover.HealthRule) { r.TreatMissingData = failover.MissingNotBreaching },
		"region of a health rule":          func(r *failover.HealthRule) { r.ReadIn = east },
		"dimension values for each Region": func(r *failover.HealthRule) { r.Dimensions = balancer },
		"minimumRequests":                  func(r *failover.HealthRule) { r.MinimumRequests = &failover.MinimumRequests{Metric: "R", AtLeast: 1} },
		"metric math": func(r *failover.HealthRule) {
			*r = failover.HealthRule{
				Metrics: map[string]failover.RuleMetric{"a": {Namespace: "N", Metric: "M", Statistic: "Sum"}}, Expression: "a", PeriodSeconds: 60, AtMost: new(1.0),
			}
		},
	} {
		s := newStore(t)
		register(t, s, application("checkout", 1), application("search", 1))
		publish(t, s, failover.Format, noon, east)
		apps := []failover.Application{application("checkout", 1), application("search", 1)}
		apps[1].Health = append(apps[1].Health, apps[1].Health[0])
		change(&apps[1].Health[1])
		_, err := s.Register(ctx, failover.DefaultPlan(), apps, noon)
		if err == nil || !strings.Contains(err.Error(), "application search uses "+what+", which release 0.1.0 does not know") {
			t.Errorf("%s: got %v", what, err)
		}
		publish(t, s, failover.Format, noon, west)
		_, err = s.Register(ctx, failover.DefaultPlan(), apps, noon.Add(time.Hour))
		must(t, err)
		got, err := s.Applications(ctx)
		must(t, err)
		if diff := cmp.Diff(apps[1].Health, got[1].Health); diff != "" || got[1].Broken != "" {
			t.Errorf("%s: %s (-registered +read)\n%s", what, got[1].Broken, diff)
		}
		item, err := encodeConfig(apps[1])
		must(t, err)
		if strings.Contains(item, `"health":`) || strings.Contains(item, `"endpoints":{`) {
			t.Errorf("%s: release 0.1.0 would read %s", what, item)
		}
	}
}

// TestDimensionsAreReadAsTheyWereWritten: a value for both Regions as release 0.1.0 has it.
func TestDimensionsAreReadAsTheyWereWritten(t *testing.T) {
	want := failover.Dimensions{"A": {Everywhere: "{region}"}, "B": {In: map[failover.Region]string{east: "1", west: "2"}}}
	text, err := json.Marshal(want)
	must(t, err)
	if string(text) != `{"A":"{region}","B":{"us-east-1":"1","us-west-2":"2"}}` {
		t.Errorf("got %s", text)
	}
	var got failover.Dimensions
	must(t, json.Unmarshal(text, &got))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := json.Unmarshal([]byte(`{"A": 7}`), &got); err == nil {
		t.Error("a number is no value")
	}
}
