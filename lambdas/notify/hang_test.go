package notify

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestTheMessageHasItsTime: whatever hangs before it, one attempt to publish it ends before the function does.
func TestTheMessageHasItsTime(t *testing.T) {
	if before := readBudget + inventoryBudget + writeBudget; before+entry.CallTimeout > entry.AnswerTime {
		t.Errorf("what comes before the message may take %s, and one attempt of a call %s; expected at most %s in all", before, entry.CallTimeout, entry.AnswerTime)
	}
}

// TestWhateverHangsTheNotificationIsSent within the attempts of the step, each of which answers in its time.
func TestWhateverHangsTheNotificationIsSent(t *testing.T) {
	fakeawstest.EveryOperationHangs(t, entry.CallTimeout, 4*entry.AnswerTime, func(t *testing.T, n *fakeawstest.Network) (func(context.Context), func(string, time.Duration)) {
		seed, world := newHandler(t, "checkout")
		move(t, seed, world, "checkout")
		n.World = world
		h := New(entry.Environment{
			Metrics: entry.MetricLog{Out: io.Discard}, Plan: seed.Plan, Region: west, Table: "registry", Bucket: seed.Bucket, TopicARN: seed.TopicARN,
			Config: n.Config(fakeawstest.Impatient(string(west))),
		})
		var slowest time.Duration
		var last error
		step := func(ctx context.Context) {
			req := request(failover.Held)
			req.Run.Approval = failover.BeforePromotion
			for ; req.Try <= failover.StepRetries; req.Try++ {
				begin := time.Now()
				ctx, cancel := context.WithTimeout(ctx, entry.AnswerTime)
				_, last = h.End(ctx, req)
				cancel()
				slowest = max(slowest, time.Since(begin))
				if last == nil {
					return
				}
			}
		}
		return step, func(hangs string, _ time.Duration) {
			sent := len(world.Messages())
			if hangs == "Publish" {
				if sent != 0 || entry.ConditionOf(last) != failover.Unreachable {
					t.Errorf("Publish hangs: %d notifications, %v; want none, and the error Unreachable", sent, last)
				}
				return
			}
			if sent != 1 || last != nil || slowest > entry.AnswerTime {
				t.Errorf("%s hangs: %d notifications, %v, the slowest attempt took %s; want one, within %s", hangs, sent, last, slowest, entry.AnswerTime)
			}
		}
	})
}
