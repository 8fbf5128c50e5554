package shifttraffic

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// prove plays a stage that proves the run's switches: it makes users leave the Region that the drill has left, where no record set
// has a weight and no user is, or takes that back. It changes no record, so that no user moves.
//
// It refuses to do so while any application of the switches is in that Region: the registry may have changed since Validate read
// it. A second identical call changes nothing.
//
// Errors: FenceLost when a newer run has written a switch, or the lock; Rejected for an application in that Region; otherwise those
// of the lever and of DynamoDB.
func (h Handler) prove(ctx context.Context, req failover.ShiftRequest) error {
	s := shift{Handler: h, req: req}
	if err := s.Registry.MayMove(ctx, req.Run); err != nil {
		if errors.Is(err, registry.ErrOvertaken) || errors.Is(err, registry.ErrRunOver) {
			return failover.Fail(failover.FenceLost, err)
		}
		return err
	}
	s.renewLock(ctx)
	all, writer := s.all()
	if req.Stage.Prove == failover.ProveReset {
		for _, name := range req.Run.Proves {
			if err := all.Reset(ctx, writer, name); err != nil {
				return err
			}
		}
		return nil
	}
	apps, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return failover.Doing("read", "the applications", err)
	}
	if err := s.emptied(apps); err != nil {
		return err
	}
	failed, err := all.Evacuate(ctx, writer, req.Stage.From, req.Run.Proves)
	return firstOf(failed, err)
}

// emptied returns an error while an application of the run's switches may have users in the source Region of the stage.
func (s shift) emptied(apps []failover.Application) error {
	from := s.req.Stage.From
	for _, app := range apps {
		of, ok := s.Plan.SwitchOf(app)
		if ok && slices.Contains(s.req.Run.Proves, of.Name) && (app.Broken != "" || app.Live.Active == from || app.Live.Weights[from] != 0) {
			return failover.Fail(failover.Rejected, fmt.Errorf("switch %s is not proved: application %s is not wholly in %s, and its users would move", of.Name, app.Name, s.req.Stage.To))
		}
	}
	return nil
}
