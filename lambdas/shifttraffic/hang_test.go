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

// TestEachPartOfACallHasItsOwnTime: a part that is slow takes no time of the next one. In order are the calls of Route 53 of a
// failover by switch, of one by weights, and of a planned run, which may take the time of the function.
func TestEachPartOfACallHasItsOwnTime(t *testing.T) {
	const list, change = "ListResourceRecordSets", "ChangeResourceRecordSets"
	type call struct {
		operation string
		atMost    time.Duration
	}
	for _, c := range []struct {
		run      string
		switches []string
		action   failover.Action
		want     []call
	}{
		{"by switch", []string{"default"}, failover.Failover, []call{{list, fencesTimeout}, {list, weightsBudget}, {change, weightsBudget}}},
		{"by weights", nil, failover.Failover, []call{{list, readAheadBudget}, {change, shiftBudget}}},
		{"planned", nil, failover.Switchover, []call{{list, 0}, {change, 0}}},
	} {
		apps := manyApplications("Z1", 2)
		h, _, _ := newSwitched(t, apps...)
		var made []call
		h.Route53 = route53.New(h.Route53.(*route53.Client).Options(), func(o *route53.Options) {
			o.APIOptions = append(o.APIOptions, fakeawstest.Timed(func(operation string, left time.Duration) { made = append(made, call{operation, left}) }))
		})
		req := bySwitch(7, "run-7", c.switches...)
		req.Run.Action = c.action
		handle(t, h, req)
		if len(made) != len(c.want) {
			t.Errorf("%s: calls %v; want %v", c.run, made, c.want)
			continue
		}
		for i, want := range c.want {
			if got := made[i]; got.operation != want.operation || got.atMost > want.atMost || got.atMost < want.atMost/2 {
				t.Errorf("%s: %s has %s; want %s with %s at most", c.run, got.operation, got.atMost, want.operation, want.atMost)
			}
		}
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
