package promotedatabase

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestAPromotionHasItsTime: whatever hangs before it, one attempt to request it ends before the call does, and the call before its
// function.
func TestAPromotionHasItsTime(t *testing.T) {
	if before := readBudget + registry.RenewTimeout + lagBudget; before+entry.CallTimeout > promoteBudget {
		t.Errorf("what comes before a promotion may take %s, and one attempt of a call %s; expected at most %s in all", before, entry.CallTimeout, promoteBudget)
	}
	if entry.CallTimeout > startBudget || promoteBudget >= entry.AnswerTime {
		t.Errorf("expected that an attempt (%s) fits into a request (%s), and a call (%s) into its function (%s)", entry.CallTimeout, startBudget, promoteBudget, entry.AnswerTime)
	}
}

// TestEachPartOfAPromotionHasItsOwnTime: a part that is slow takes no time of the next one. A planned run may take the time of the
// function, but for what it can do without.
func TestEachPartOfAPromotionHasItsOwnTime(t *testing.T) {
	for action, want := range map[failover.Action]map[string]time.Duration{
		failover.Failover: {
			"DescribeGlobalClusters": readBudget, "DescribeDBClusters": membersBudget, "GetMetricData": lagBudget, "FailoverGlobalCluster": startBudget,
			"UpdateItem": noteBudget, "Query": promoteBudget, "GetItem": promoteBudget,
		},
		failover.Switchover: {"DescribeGlobalClusters": 0, "GetMetricData": lagBudget, "SwitchoverGlobalCluster": 0, "Query": 0, "GetItem": 0},
	} {
		h, world := newHandler(t, "checkout")
		h.Plan.MaxLagSeconds = 5
		if action == failover.Failover { // then its members say whether it can be promoted
			world.Inject(fakeaws.Fault{Operation: "DescribeGlobalClusters", Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500}})
		}
		var mu sync.Mutex
		made := map[string]time.Duration{}
		timed := fakeawstest.Timed(func(operation string, left time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			made[operation] = max(made[operation], left)
		})
		databases, metrics := h.RDS, h.CloudWatch
		h.RDS = func(r failover.Region) *rds.Client {
			return rds.New(databases(r).Options(), func(o *rds.Options) { o.APIOptions = append(o.APIOptions, timed) })
		}
		h.CloudWatch = func(r failover.Region) *cloudwatch.Client {
			return cloudwatch.New(metrics(r).Options(), func(o *cloudwatch.Options) { o.APIOptions = append(o.APIOptions, timed) })
		}
		h.Registry.Client = dynamodb.New(h.Registry.Client.(*dynamodb.Client).Options(), func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, timed) })
		if _, err := h.Handle(t.Context(), stageRequest(action)); err != nil {
			t.Fatal(err)
		}
		for operation, most := range want {
			if got, ok := made[operation]; !ok || got > most || got < most/2 {
				t.Errorf("%s: %s has %s (asked: %v); want %s at most", action, operation, got, ok, most)
			}
		}
	}
}

// TestWhateverHangsAPromotionIsRequested if it can be: the registry must say what to promote and who may, and RDS must take the
// request. Without an answer of these, the call fails in its time, with a named error or what it has deferred.
func TestWhateverHangsAPromotionIsRequested(t *testing.T) {
	needs := map[failover.Action][]string{
		failover.Failover:   {"Query", "GetItem", "FailoverGlobalCluster"},
		failover.Switchover: {"Query", "GetItem", "DescribeGlobalClusters", "UpdateItem", "SwitchoverGlobalCluster"},
	}
	for action, needed := range needs {
		fakeawstest.EveryOperationHangs(t, entry.CallTimeout, entry.AnswerTime, func(t *testing.T, n *fakeawstest.Network) (func(context.Context), func(string, time.Duration)) {
			h, world := newHandler(t, "checkout", "search")
			n.World, h.Plan.MaxLagSeconds = world, 5
			env := entry.Environment{Config: n.Config(fakeawstest.Impatient(string(west)))}
			h.Registry.Client = dynamodb.NewFromConfig(env.Config)
			h.RDS = func(r failover.Region) *rds.Client { return rds.NewFromConfig(env.In(r)) }
			h.CloudWatch = func(r failover.Region) *cloudwatch.Client { return cloudwatch.NewFromConfig(env.In(r)) }
			var answer failover.PromoteAnswer
			var err error
			step := func(ctx context.Context) { answer, err = h.Handle(ctx, stageRequest(action)) }
			return step, func(hangs string, took time.Duration) {
				switch {
				case !slices.Contains(needed, hangs):
					if err != nil || answer.Started != 2 || len(promotions(world)) != 2 {
						t.Errorf("%s, %s hangs: %+v, %v after %s; want both promotions requested", action, hangs, answer, err, took)
					}
				case err != nil && entry.ConditionOf(err) != failover.Unreachable, err == nil && len(answer.Deferred) != 2:
					t.Errorf("%s, %s hangs: %+v, %v; want Unreachable, or both deferred", action, hangs, answer, err)
				}
			}
		})
	}
}
