package shifttraffic

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestABatchHasItsTime: whatever hangs before it, one attempt to submit a zone of a failover ends before the call does, and the call
// before its function.
func TestABatchHasItsTime(t *testing.T) {
	if before := readAheadBudget + registry.RenewTimeout; before+entry.CallTimeout > shiftBudget {
		t.Errorf("what comes before a batch may take %s, and one attempt of a call %s; expected at most %s in all", before, entry.CallTimeout, shiftBudget)
	}
	if fencesTimeout+weightsBudget+registry.RenewTimeout >= shiftBudget || shiftBudget >= entry.AnswerTime {
		t.Errorf("expected that the fences (%s), the weights (%s) and the lease (%s) fit into a call, and a call (%s) into its function (%s)",
			fencesTimeout, weightsBudget, registry.RenewTimeout, shiftBudget, entry.AnswerTime)
	}
}

// TestWhateverHangsUsersOfASwitchMove: only the write of the switch itself can keep them, and then the call says so, by name, in its
// time. Users who move by weights need Route 53.
func TestWhateverHangsUsersOfASwitchMove(t *testing.T) {
	for _, switches := range [][]string{{"default"}, nil} {
		fakeawstest.EveryOperationHangs(t, entry.CallTimeout, entry.AnswerTime, func(t *testing.T, n *fakeawstest.Network) (func(context.Context), func(string, time.Duration)) {
			apps := manyApplications("Z1", 2)
			h, world, store := newSwitched(t, apps...)
			served := store.Client
			n.World = world
			cfg := n.Config(fakeawstest.Impatient(string(west)))
			store.Client, h.Route53 = dynamodb.NewFromConfig(cfg), route53.NewFromConfig(cfg)
			var answer failover.ShiftAnswer
			var err error
			step := func(ctx context.Context) { answer, err = h.Handle(ctx, bySwitch(7, "run-7", switches...)) }
			return step, func(hangs string, took time.Duration) {
				store.Client = served
				moved := state(t, store).Evacuated == east || world.Weights(apps[1].Records[0].Name, "A")["us-west-2"] == 100
				switch hangs {
				case "UpdateItem", "GetItem":
					if err != nil && entry.ConditionOf(err) != failover.Unreachable {
						t.Errorf("%s hangs: %v after %s; want Unreachable", hangs, err, took)
					}
				case "ListResourceRecordSets", "ChangeResourceRecordSets":
					if want := switches != nil; moved != want || err != nil || moved == (answer.Remaining > 0) {
						t.Errorf("by switch %q, %s hangs: moved %v, %+v, %v after %s", switches, hangs, moved, answer, err, took)
					}
				default:
					if !moved || err != nil {
						t.Errorf("by switch %q, %q hangs: moved %v, %v", switches, hangs, moved, err)
					}
				}
			}
		})
	}
}
