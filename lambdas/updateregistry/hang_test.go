package updateregistry

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhateverHangsTheRegistryStepsAnswerInTime with a named error, and a lock is released although the run could not be written.
func TestWhateverHangsTheRegistryStepsAnswerInTime(t *testing.T) {
	for name, request := range map[string]func(failover.Run) any{
		"stage": func(failover.Run) any { return stageRequest(100) },
		"close": func(run failover.Run) any { return closeRequest(run, failover.Held) },
	} {
		fakeawstest.EveryOperationHangs(t, entry.CallTimeout, entry.AnswerTime, func(t *testing.T, n *fakeawstest.Network) (func(context.Context), func(string, time.Duration)) {
			h, world, run := lockedHandler(t)
			run.Epoch = 1
			served := h.Registry.Client
			n.World = world
			h.Registry.Client = dynamodb.NewFromConfig(n.Config(fakeawstest.Impatient(string(west))))
			event, err := json.Marshal(request(run))
			if err != nil {
				t.Fatal(err)
			}
			step := func(ctx context.Context) { _, err = h.Handle(ctx, event) }
			return step, func(hangs string, took time.Duration) {
				if err != nil && entry.ConditionOf(err) != failover.Unreachable {
					t.Errorf("%s, %s hangs: %v after %s; want Unreachable", name, hangs, err, took)
				}
				h.Registry.Client = served
				if held := lockHeld(t, h); name == "close" && held != (hangs == "UpdateItem") {
					t.Errorf("%s hangs: the lock is held: %v", hangs, held)
				}
			}
		})
	}
}
