package notify

import (
	"context"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// overtaken says whether the run ended because a newer one moves the same applications.
func overtaken(failures []failover.StepFailure) bool {
	return slices.ContainsFunc(failures, func(f failover.StepFailure) bool {
		return f.Error == string(failover.FenceLost) || f.Error == string(failover.Overtaken)
	})
}

// findWinner looks for the run that has overtaken this one: the newest that has left its mark on a zone of the run's
// applications, or taken the lock of this Region. It returns nil when there is none to be found: a lock taken in the
// other Region may not be known here yet.
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
	if lock, err := h.Registry.Lock(ctx); err == nil && lock.Epoch > run.Epoch && lock.Owner != "" {
		return &failover.Winner{Run: lock.Run, Epoch: lock.Epoch, ARN: lock.Owner}
	}
	return nil
}

// fewZones is in how many zones a mark is looked for: a run that was overtaken in one is overtaken in most.
const fewZones = 20

// fences reads the fences of the zones that the run is about, as far as that is possible.
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
