package drills

import (
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

// TestADrillFailsForWhatTheSimulatorLacks lets a function call an unknown operation, and another with an unknown parameter in
// the JSON protocol, and ignore the errors: the run completes, and the drill fails all the same, because the calls would be made
// in the account without having been rehearsed.
func TestADrillFailsForWhatTheSimulatorLacks(t *testing.T) {
	const reads = "func (s *Store) Lock(ctx context.Context) (Lock, error) {"
	lambdas := drilltest.Mutated(t, drilltest.Mutation{
		File: "lambdas/promotedatabase/handler.go", Old: "jobs, err := h.plan(ctx, req, apps)",
		New: "_, _ = h.RDS(req.Stage.To).DescribeDBInstances(ctx, nil)\n\tjobs, err := h.plan(ctx, req, apps)",
	}, drilltest.Mutation{
		File: "internal/registry/lock.go", Old: reads,
		New: reads + "\n\t_, _ = s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Table, Key: key(lockPartition, lockPartition), AttributesToGet: []string{\"epoch\"}})",
	})
	result, transcript := playWith(t, Default, lambdas, nil)
	names := func(service, what string) bool {
		return slices.ContainsFunc(result.Unexpected, func(text string) bool {
			return strings.HasPrefix(text, service) && strings.Contains(text, "the AWS simulator does not have the "+what)
		})
	}
	if !names("rds", "operation DescribeDBInstances of rds") || !names("dynamodb", "parameter AttributesToGet of GetItem") || result.OK() || result.Outcomes[0].Outcome != result.Outcomes[0].Expected {
		t.Errorf("it does not name what is missing:\n%s", transcript)
	}
}
