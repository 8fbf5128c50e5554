package drills

import (
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

// TestADrillFailsForWhatTheSimulatorLacks lets a function call an unknown operation and ignore the error: the run
// completes, and the drill fails all the same, because the call would be made in the account without having been rehearsed.
func TestADrillFailsForWhatTheSimulatorLacks(t *testing.T) {
	lambdas := drilltest.Mutated(t, drilltest.Mutation{
		File: "lambdas/promotedatabase/handler.go", Old: "jobs, err := h.plan(ctx, req, apps)",
		New: "_, _ = h.RDS(req.Stage.To).DescribeDBInstances(ctx, nil)\n\tjobs, err := h.plan(ctx, req, apps)",
	})
	result, transcript := playWith(t, Default, lambdas, nil)
	missing := slices.ContainsFunc(result.Unexpected, func(text string) bool {
		return strings.HasPrefix(text, "the AWS simulator does not have rds DescribeDBInstances, which was requested at 02:50")
	})
	if !missing || result.OK() || result.Outcomes[0].Outcome != result.Outcomes[0].Expected {
		t.Errorf("it does not name what is missing:\n%s", transcript)
	}
}
