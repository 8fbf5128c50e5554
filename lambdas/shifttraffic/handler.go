// Package shifttraffic is the step that moves DNS weights: all records of the stage's wave, zone by zone, each zone in
// the fewest atomic batches, each batch behind the zone's fence.
package shifttraffic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// dns is the part of the Route 53 client that the step uses.
type dns interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error)
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error)
}

// waves reads the registry and the lock in it, whose lease it renews.
type waves interface {
	Wave(ctx context.Context, wave int) ([]failover.Application, error)
	MayMove(ctx context.Context, run failover.Run) error
	RenewLock(ctx context.Context, run failover.Run, now, until time.Time)
}

// Handler plays ShiftTraffic.
type Handler struct {
	// Plan is the name of the plan, which the fences carry.
	Plan     string
	DNS      dns
	Registry waves
}

// Handle gives the records of the stage's wave the weights of the stage, and returns the changes that it has submitted.
//
// When Route 53 takes some of the batches and then asks for patience, that is no error: the answer says how many remain,
// and the state machine asks again a little later. Only a call that gets nowhere at all fails.
//
// A second identical call finds its own mark in each zone's fence and the weights as they should be, and changes no
// record. In a zone of whose changes the request does not know them all it writes the mark once more, as its next try, to
// have a change that VerifyHealth can wait for: the ids of the first call may have been lost with its answer. A call
// after one that ended in the middle, because it was throttled or died, goes on where that one stopped. If Route 53 has
// lost changes that it had accepted, only the batches concerned are written again.
//
// A stage that restores gives each application the weights that it had before the run, by the registry, or by what
// Validate has found of a run that was stopped.
//
// It fails as soon as one zone turns out to be in the hands of a newer run: with [failover.FenceLost] when neither this
// call nor, as far as the zones show, an earlier one has changed anything in this stage, and with [failover.Overtaken]
// when one has. All fences are looked at before the first zone is written. So is the lock, because a newer run may be
// about other zones: once it has taken the lock over, this one moves nothing anywhere; nor does a repetition of a run
// that is over.
func (h Handler) Handle(ctx context.Context, req failover.ShiftRequest) (failover.ShiftAnswer, error) {
	answer := failover.ShiftAnswer{Changes: []failover.Change{}}
	if req.Stage.Percent == nil {
		return answer, nil
	}
	apps, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return answer, fmt.Errorf("read wave %d: %w", req.Stage.Wave, err)
	}
	plans, err := Plan(selected(req.Run, apps), req.Stage, req.Run.Epoch)
	if err != nil {
		return answer, err
	}
	mine := failover.Fence{Epoch: req.Run.Epoch, Run: req.Run.ID, Region: req.Run.Region(), Action: req.Run.Action, Leg: req.Run.Leg, Stage: req.Stage.Index}
	fences, err := h.lookAhead(ctx, plans, mine, req.Run)
	if err != nil {
		return answer, err
	}
	h.Registry.RenewLock(ctx, req.Run, req.Now, failover.LeaseUntil(req.Now, max(failover.RefillWait, req.Run.WaitAfter(req.Stage))))
	var troubles []error
	for i, plan := range plans {
		z := zoneShift{
			client: h.DNS, plan: plan, fenceName: failover.FenceName(h.Plan, plan.Name), mine: mine, seen: fences[i], written: map[int]bool{}, known: knownOf(req.Changes, plan.Zone),
		}
		err := z.run(ctx)
		z.addTo(&answer)
		if err == nil {
			continue
		}
		if entry.ConditionOf(err) == failover.FenceLost && len(answer.Changes)+answer.AlreadyDone > 0 {
			return answer, failover.Fail(failover.Overtaken, err)
		}
		if len(troubles) == 0 && patience(err) && answer.Records > 0 {
			answer.Remaining = z.remaining + Batches(plans[i+1:])
			return answer, nil
		}
		troubles = append(troubles, err)
		if !mayGoOn(req.Run.Action, err) {
			break
		}
	}
	return answer, worst(troubles)
}

// lookAhead reads the lock and all fences, and fails when the run is not to move anything any more or any zone is in
// the hands of a newer run, so that a run which comes too late has touched nothing. Other trouble is for the turn of
// its zone: one that cannot be read must not keep a failover from all others.
func (h Handler) lookAhead(ctx context.Context, plans []ZonePlan, mine failover.Fence, run failover.Run) ([]*sighting, error) {
	lost := h.Registry.MayMove(ctx, run)
	switch {
	case errors.Is(lost, registry.ErrOvertaken) || errors.Is(lost, registry.ErrRunOver):
		lost = failover.Fail(failover.FenceLost, lost)
	case lost != nil:
		return nil, lost
	}
	mark := false
	fences := make([]*sighting, len(plans))
	for i, plan := range plans {
		fence, err := live.ReadFence(ctx, h.DNS, plan.Zone, failover.FenceName(h.Plan, plan.Name))
		fences[i] = &sighting{fence, err}
		if err != nil {
			continue
		}
		done, err := decide(mine, plan.Zone, fence)
		mark = mark || done > 0
		if err != nil && lost == nil {
			lost = err
		}
	}
	if lost != nil && mark {
		return nil, failover.Fail(failover.Overtaken, lost)
	}
	return fences, lost
}

// knownOf counts the changes of a zone that earlier calls have told of.
func knownOf(changes []failover.Change, zone string) int {
	n := 0
	for _, c := range changes {
		if c.Zone == zone {
			n++
		}
	}
	return n
}

// patience says whether what is left can go on a little later, after a call that has got something done.
func patience(err error) bool {
	c := entry.ConditionOf(err)
	return c == failover.Throttled || c == failover.Busy
}

// mayGoOn says whether the next zone is tried although this one failed. In an outage each zone that moves helps
// somebody; a planned action is better off with as little as possible to undo. Trouble that is not the zone's own
// would only meet the next zone as well.
func mayGoOn(action failover.Action, err error) bool {
	c := entry.ConditionOf(err)
	return action == failover.Failover && (c == failover.Rejected || c == failover.Busy)
}

// worst is the trouble that decides what the state machine does. The last one stopped the zones if any did; otherwise
// one that waiting helps goes before one that is final, since the retry meets the latter again.
func worst(troubles []error) error {
	if len(troubles) == 0 {
		return nil
	}
	for i := len(troubles) - 1; i >= 0; i-- {
		if entry.ConditionOf(troubles[i]) != failover.Rejected {
			return troubles[i]
		}
	}
	return troubles[0]
}

func selected(run failover.Run, apps []failover.Application) []failover.Application {
	var kept []failover.Application
	for _, app := range apps {
		if run.Moves(app) {
			kept = append(kept, run.AsFound(app))
		}
	}
	return kept
}
