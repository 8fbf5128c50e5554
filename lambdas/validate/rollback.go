package validate

import (
	"context"
	"fmt"
	"maps"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// lookBack reads what a phase that undoes another needs to know, and nothing else: what is not well is why the run goes
// back. What cannot be read is an error, because whoever does not know what to undo must not claim that it is undone.
func (in *inspection) lookBack(ctx context.Context) error {
	all, err := in.Applications.Applications(ctx)
	if err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	if in.lock, err = in.Applications.Lock(ctx); err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	in.choose(in.lock.Believed(all))
	if err := in.checkLock(ctx); err != nil {
		return err
	}
	if in.sets, err = live.Records(ctx, in.DNS, in.apps); err != nil {
		return err
	}
	var promoted []failover.Application
	for _, app := range in.apps {
		if app.Databases = in.run.Databases(app); app.HasDatabase() {
			promoted = append(promoted, app)
		}
	}
	in.clusters, err = live.Databases(ctx, in.Databases(in.run.To), promoted)
	in.clustersRead = err == nil
	return err
}

// planUndoing plans to undo what the phase before has changed, by its own traces: what the registry says, and keeps from
// before the run's first write, the weights that are live although the registry does not know them yet, and the promotions
// that the run had noted before it asked for them.
func (in *inspection) planUndoing() {
	plan, hasMoved := failover.PlanRollback, in.hasMoved
	if in.run.Phase == failover.ReturnRollback {
		plan, hasMoved = failover.PlanReturnRollback, in.hasComeHome
	}
	var moved, writers []int
	for _, app := range in.apps {
		if in.mustPromote(app) {
			writers = append(writers, app.Wave)
		}
		if hasMoved(app) {
			moved = append(moved, app.Wave)
		}
	}
	in.stages = plan(in.Plan, in.run.From, in.run.To, inOrder(moved), inOrder(writers), in.req.Played)
	in.checkUnchanged()
	in.countBatches()
	in.setTimes()
	in.noteSeen()
}

// hasComeHome says whether any of the application's traffic has left the Region of a drill's soak again, in the registry or
// in Route 53.
func (in *inspection) hasComeHome(app failover.Application) bool {
	return len(live.WhyNotRegistered(app, in.run.To))+len(live.WhyNotRouted(in.sets, app, in.run.To)) > 0
}

// hasMoved says whether the application's traffic is not, in the registry or in Route 53, what it was before the run.
func (in *inspection) hasMoved(app failover.Application) bool {
	app = in.run.AsFound(app)
	before := app.Live.PlaceBefore(in.run.Epoch)
	if app.Live.Active != before.Active || !maps.Equal(app.Live.Weights, before.Weights) {
		return true
	}
	for _, r := range app.Records {
		if !maps.Equal(in.sets.Weights(r), before.Weights) {
			return true
		}
	}
	return false
}
