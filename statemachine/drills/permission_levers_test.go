package drills

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

// TestEveryPermissionOfALeverIsNeeded takes the permission to write a lever away from each function that has it: the scenario of
// that lever fails.
func TestEveryPermissionOfALeverIsNeeded(t *testing.T) {
	lambdas := drilltest.Lambdas(t)
	withLevers := func() *assembly.Assembly {
		a, err := assembly.Levers()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	scenarios := map[string]string{"cloudwatch:PutMetricData": "switch-by-metric", "route53-recovery-cluster:UpdateRoutingControlStates": "routing-control"}
	taken := 0
	for _, g := range grants(t, withLevers()) {
		scenario := scenarios[g.action]
		if scenario == "" || !strings.HasSuffix(g.role, "shifttraffic") && !strings.HasSuffix(g.role, "updateregistry") {
			continue
		}
		taken++
		t.Run(g.String(), func(t *testing.T) {
			without := withLevers()
			g.revoke(t, without)
			if !fails(t, scenario, without, lambdas) {
				t.Errorf("%s passes without it; is it needed?", scenario)
			}
		})
	}
	if taken != 4 {
		t.Errorf("%d permissions of levers were taken away; want 4", taken)
	}
}
