package updateregistry

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"golang.org/x/sync/errgroup"
)

const (
	// atOnce is how many applications are written at a time: enough for a wave of 10,000 in one invocation, and few enough that
	// a table which was idle for months does not throttle them.
	atOnce = 16
	// fewWrites is up to how many are written one after the other: a small wave is fast enough so, and the transcript of a drill is
	// the same every time.
	fewWrites = 8
)

// Stage writes the weights, the active Region and the epoch of each application of the stage's wave. An application is
// active in the target Region once all of its traffic is there. A stage that restores gives it back the weights and the
// active Region that the run has found. A stage that leaves traffic alone writes nothing, and an application of which
// a failover has set a record aside is not written: not all of its traffic has moved. Nor is one that Validate has not seen, because it
// was registered since: no step has moved it. One that a switch has moved, and whose
// weights are pending, is active in the target Region with the weights that it had.
//
// It writes every application even if one cannot be written, so that the registry is as accurate as possible. It writes each item
// although only weights may have changed: when the source Region is available again, its late writes lose against the newer ones
// of this Region.
//
// A second identical call writes nothing: it finds what the first has written, and counts it as done.
//
// Errors: FenceLost when a newer run has written one of the applications, or when the run has ended and this is a late
// repetition; Rejected when one is no longer registered; otherwise those of the DynamoDB calls as the entry package names them: Throttled, Unreachable, Busy, Denied.
//
// It relies on conditional writes to one item, and on last-writer-wins between replicas; see "DynamoDB condition
// expressions" and "How DynamoDB global tables work" in the DynamoDB Developer Guide.
func (h Handler) Stage(ctx context.Context, req failover.StageRequest) (failover.RegistryAnswer, error) {
	if req.Stage.Percent == nil {
		return failover.RegistryAnswer{}, nil
	}
	// What a superseded run has moved is written all the same, because it has moved. A late repetition does not write it again over
	// what others have written since.
	switch err := h.Registry.MayMove(ctx, req.Run); {
	case errors.Is(err, registry.ErrRunOver), errors.Is(err, registry.ErrOvertaken) && h.Registry.Closed(ctx, req.Run):
		return failover.RegistryAnswer{}, failover.Fail(failover.FenceLost, err)
	case err != nil && !errors.Is(err, registry.ErrOvertaken):
		return failover.RegistryAnswer{}, err
	}
	_ = h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Now, req.Run.WaitAfter(req.Stage)))
	wave, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return failover.RegistryAnswer{}, err
	}
	var answer failover.RegistryAnswer
	var todo []failover.Application
	for _, app := range wave {
		switch {
		case !req.Run.Moves(h.Registry.Plan, app) || req.SetAside.Traffic(app) || app.Broken != "" || !req.Stage.Knew(app.Name):
		case same(app.Live, after(h.Registry.Plan, app, req)):
			answer.AlreadyDone++
		default:
			todo = append(todo, app)
		}
	}
	written, err := h.write(ctx, todo, req)
	if err != nil {
		return failover.RegistryAnswer{}, err
	}
	answer.Written += written
	answer.AlreadyDone += len(todo) - written
	return answer, nil
}

// after are the weights and the Region of an application after the stage. Unrecorded changes of a stopped run count as what was
// before.
func after(plan failover.Plan, app failover.Application, req failover.StageRequest) failover.Live {
	before := req.Run.Found(app)
	app = req.Run.AsFound(app)
	active := app.Live.Active
	switch {
	case req.Stage.Restore:
		active = app.Live.PlaceBefore(req.Run.Epoch).Active
	case *req.Stage.Percent == 100:
		active = req.Stage.To
	}
	weights := req.Stage.WeightsOf(app, req.Run.Epoch)
	if req.Run.WeightsPending(plan, req.SetAside, app) {
		weights = app.Live.Weights
	}
	return failover.Live{
		Active: active, Weights: weights, Epoch: req.Run.Epoch, Stage: req.Stage.Index, Changed: req.Now,
		Before: before,
	}
}

// same ignores when it was written: a repetition changes nothing.
func same(a, b failover.Live) bool {
	return a.Active == b.Active && a.Epoch == b.Epoch && a.Stage == b.Stage && maps.Equal(a.Weights, b.Weights)
}

// write returns how many applications changed. It tries every one. The error is that of the first in the order of the
// applications, so that it does not depend on timing; but a lost fence comes before all others.
func (h Handler) write(ctx context.Context, apps []failover.Application, req failover.StageRequest) (written int, err error) {
	changed := make([]bool, len(apps))
	errs := make([]error, len(apps))
	var group errgroup.Group
	group.SetLimit(atOnce)
	if len(apps) <= fewWrites {
		group.SetLimit(1)
	}
	for i, app := range apps {
		group.Go(func() error {
			changed[i], errs[i] = h.Registry.SetLive(ctx, app, after(h.Registry.Plan, app, req))
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	for _, c := range changed {
		if c {
			written++
		}
	}
	return written, worst(errs)
}

func worst(errs []error) error {
	var first error
	failed := 0
	for _, err := range errs {
		if errors.Is(err, registry.ErrOvertaken) {
			return failover.Fail(failover.FenceLost, err)
		}
		if err != nil {
			failed++
			if first == nil {
				first = err
			}
		}
	}
	if errors.Is(first, registry.ErrNotRegistered) {
		first = failover.Fail(failover.Rejected, first)
	}
	if failed > 1 {
		return &failover.FirstError{Err: first, More: failed - 1, Of: fmt.Sprintf("%d applications", len(errs))}
	}
	return first
}
