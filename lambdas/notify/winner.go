package notify

import (
	"context"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// overtaken says whether a newer run has superseded this one.
func overtaken(failures []failover.StepFailure) bool {
	return slices.ContainsFunc(failures, func(f failover.StepFailure) bool {
		return f.Error == string(failover.FenceLost) || f.Error == string(failover.Overtaken)
	})
}

// findWinner finds the run that has superseded this one: the newest by the fences of the zones of the run's applications, or
// by the lock of this Region. It returns nil when it finds none: a lock taken in the other Region may not be replicated yet.
func (h Handler) findWinner(ctx context.Context, run failover.Run) *failover.Winner {
	var winner *failover.Winner
	for _, fence := range h.fences(ctx, run) {
		if !fence.Of(run) && fence.Epoch >= run.Epoch && (winner == nil || fence.Epoch > winner.Epoch) {
			winner = &failover.Winner{Run: fence.Run, Epoch: fence.Epoch, ARN: failover.ExecutionOf(run, fence)}
		}
	}
	if winner != nil {
		return winner
	}
	if lock, err := h.Registry.Lock(ctx); err == nil && lock.Epoch > run.Epoch {
		return new(lock.Newest())
	}
	return nil
}

// takenOver is the newest run that has taken the lock after this one, which has lost it while it waited for something, such as an
// approval, and has not noticed.
func (h Handler) takenOver(ctx context.Context, run failover.Run) *failover.Winner {
	lock, err := h.Registry.Lock(ctx)
	if err != nil || !lock.Superseded(run) {
		return nil
	}
	return new(lock.Newest())
}

// fewZones is in how many zones fences are read: a run that is superseded in one is superseded in most.
const fewZones = 20

// fences are the fences of the run's zones, as far as they can be read.
func (h Handler) fences(ctx context.Context, run failover.Run) []failover.Fence {
	apps, err := h.Registry.Applications(ctx)
	if err != nil {
		return nil
	}
	var fences []failover.Fence
	seen := map[string]bool{}
	for _, app := range apps {
		for _, record := range app.Records {
			if !run.Selects(app.Name) || seen[record.Zone] || len(seen) == fewZones {
				continue
			}
			seen[record.Zone] = true
			if fence, err := live.ReadFence(ctx, h.Route53, record.Zone, live.FenceNamesOf(h.Plan.Name, record.ZoneName)); err == nil && fence.Exists {
				fences = append(fences, fence.Fence)
			}
		}
	}
	return fences
}
