package drills

import (
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/guarantee"
)

// manyWaves are applications of one record, each in a wave of its own.
func manyWaves(n int) string {
	text := "applications:\n"
	for i := range n {
		text += fmt.Sprintf(`  - name: app%02d
    wave: %d
    records:
      - {name: app%02d.example.com, type: A, zone: Z0000000000EXAMPLE, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.%d}, us-west-2: {value: 198.51.100.%d}}}
    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: app%02d, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}
`, i, i+1, i, i+1, i+1, i)
	}
	return text
}

// TestRunsOfManyStagesStayWithinTheHistory plays the two plans that once came to 25,000 events: the run ends by itself,
// within its bound, with a report and a notification.
func TestRunsOfManyStagesStayWithinTheHistory(t *testing.T) {
	unhealthy := ""
	for i := range 16 {
		unhealthy += fmt.Sprintf("  - at: 1m\n    errors: {region: us-west-2, application: app%02d, share: 0.5}\n", i)
	}
	for name, c := range map[string]struct {
		waves    int
		scenario string
	}{
		"sixteen waves that stay unhealthy": {16, `
timeline:
` + unhealthy + `  - at: 2m
    regionDark: us-east-1
  - at: 2m30s
    start: {region: us-west-2, input: {action: failover, allowDataLoss: true}, outcome: Held}
until: 6h
expect: {active: {app00: us-west-2, app15: us-west-2}}
`},
		"nine waves of ten traffic steps": {9, `
plan: {bakeSeconds: 120}
timeline:
  - at: 2m
    start: {region: us-west-2, input: {action: switchover, percents: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100], reason: gradual}, outcome: Completed}
  - at: 230m
    regionDark: us-east-1
  - at: 231m
    alarm: {region: us-west-2, name: other-region-lost, state: ALARM}
until: 6h
expect:
  active: {app00: us-west-2, app08: us-west-2}
  runs:
    - {region: us-west-2, action: failover, from: 231m, by: 232m, outcome: Completed, says: ["Skipped", "another run is in progress"]}
`},
	} {
		t.Run(name, func(t *testing.T) {
			result := playApplications(t, manyWaves(c.waves), "name: many\ntitle: "+name+"\ndescription: it ends by itself\nnoSchedules: true\napplicationsFile: applications/shop.yaml\nworld: {controlPlane: stays, clients: {requestsPerSecond: 90, writes: 0.2}}"+c.scenario)
			for _, v := range result.Guarantees {
				if v.Status == guarantee.Violated {
					t.Errorf("%s: %v", v.Guarantee, v.Violations)
				}
			}
			if !result.OK() {
				t.Errorf("unexpected: %s", strings.Join(result.Unexpected, "\n"))
			}
			if run := result.Evidence.Runs[0]; run.Report == nil || run.Messages != 1 {
				t.Errorf("report %v, %d messages about the end; want both", run.Report != nil, run.Messages)
			}
		})
	}
}
