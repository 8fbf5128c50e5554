package drills

import (
	"bytes"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// TestAHealthCheckKeepsItsStatusWithoutData: a check that called missing data healthy would send users back into the lost
// Region, and one that called them unhealthy would send them away from a Region that serves them.
func TestAHealthCheckKeepsItsStatusWithoutData(t *testing.T) {
	for _, missing := range []string{fakeaws.MissingHealthy, fakeaws.MissingUnhealthy, fakeaws.MissingLastKnown} {
		deployed, err := assembly.Levers()
		if err != nil {
			t.Fatal(err)
		}
		for i := range deployed.HealthChecks {
			if check := &deployed.HealthChecks[i]; check.Alarm != "" {
				check.MissingData = missing
			}
		}
		var out bytes.Buffer
		result := mustPlay(t, mustLoad(t, "switch-by-metric"), drill.Options{Assembly: deployed, Lambdas: drilltest.Lambdas(t), Out: &transcript.Printer{W: &out}})
		if keeps := missing == fakeaws.MissingLastKnown; result.OK() != keeps {
			t.Errorf("%s: the scenario passes %t; want %t\n%s", missing, result.OK(), keeps, strings.Join(result.Unexpected, "\n"))
		}
	}
}
