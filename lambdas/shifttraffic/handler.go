// Package shifttraffic is the step that moves DNS weights: all records of the stage's wave, zone by zone, each zone in
// the fewest atomic batches, each batch behind the zone's fence.
package shifttraffic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
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
	StillMoves(ctx context.Context, run failover.Run) error
	RenewLock(ctx context.Context, run failover.Run, now, until time.Time) error
	levers.Registry
}

// Handler plays ShiftTraffic.
type Handler struct {
	// Plan is the plan: its name is in the fences, its switches are what a failover moves first.
	Plan     failover.Plan
	Route53  dns
	Registry waves
	// Levers are the clients for the levers of switches.
	Levers levers.Clients
	// OtherReplica returns the lock in the registry of another Region; only a planned run of a plan with switches reads it.
	OtherReplica func(failover.Region) Lock
}

// Lock is the registry's lock.
type Lock interface {
	MayMove(ctx context.Context, run failover.Run) error
}

// Handle gives the records of the stage's wave the weights of the stage, and returns the changes that it submitted.
//
// If Route 53 accepts some of the batches and then throttles, there is no error: the answer says how many batches remain, and
// the state machine calls again later. In a planned run, a call fails only if it submits nothing.
//
// An application does not move if its configuration has changed since Validate read it, or if its item breaks the rules: it
// would not be what was validated and approved. A failover sets it aside, every other run fails with [failover.Changed] or
// Rejected.
//
// A failover writes the switches of the run first ([shift.flip]). Users of a switch do not wait for weights: their zones
// are tried once, and weights that could not be written are pending, for a later run. If the lever of a switch cannot be
// written, its applications move by weights in the same call, and the answer says so; while weights remain, the next call tries
// the lever again. If a safety rule refuses it, its applications are set aside.
//
// A failover moves every record that can be moved ([Handler.isolate]); the others are set aside with their cause, or remain.
// Its calls fail only if the registry cannot be read, a newer run has superseded it, or the time is over.
//
// A second identical call finds its own mark in each zone's fence and the weights of the stage, and changes no record. If the
// request lacks change ids of a zone, because the first answer was lost, the call writes the mark once more, as its next try:
// VerifyHealth needs a change to wait for. If the first call was throttled or crashed, the second continues where it stopped.
// If Route 53 has lost changes that it had accepted, only those batches are written again. The second call sets aside the same
// parts as the first.
//
// A stage that proves switches writes only those ([Handler.prove]).
//
// A stage that restores gives each application the weights that it had before the run: those of the registry, or those that
// Validate found after a run that was stopped.
//
// It fails at the first zone with the fence of a newer run: with [failover.FenceLost] if no call has changed anything in this
// stage, as far as the zones show, and otherwise with [failover.Overtaken]. Before it writes to a zone, it reads the fences of
// the first [aheadZones] zones, and the lock: a newer run may move other zones. Once another run has taken the lock, or this
// run has finished, the call moves nothing.
func (h Handler) Handle(ctx context.Context, req failover.ShiftRequest) (failover.ShiftAnswer, error) {
	answer := failover.ShiftAnswer{Changes: []failover.Change{}}
	switch {
	case req.Stage.Prove != "":
		answer.Proves = req.Run.Proves
		return answer, h.prove(ctx, req)
	case req.Stage.Percent == nil:
		return answer, nil
	}
	apps, err := h.Registry.Wave(ctx, req.Stage.Wave)
	if err != nil {
		return answer, failover.Doing("read", fmt.Sprintf("wave %d", req.Stage.Wave), err)
	}
	apps = h.selected(req.Run, apps)
	strangers := req.Stage.Strangers(apps)
	if err := strangers.Err(); err != nil && req.Run.Action != failover.Failover {
		return answer, err
	}
	answer.SetAside = strangers.Aside(req.SetAside)
	s := shift{Handler: h, req: req, mine: failover.Fence{Epoch: req.Run.Epoch, Run: req.Run.ID, Region: req.Run.Region(), Action: req.Run.Asked(), Phase: req.Run.Phase, Stage: req.Stage.Index}}
	if req.Run.Action == failover.Failover {
		return s.failover(ctx, apps, answer)
	}
	if err := s.allSwitches(ctx, apps); err != nil {
		return answer, err
	}
	if err := s.notSuperseded(ctx); err != nil {
		return answer, err
	}
	answer.Switched = slices.DeleteFunc(s.switchesOf(apps), func(name string) bool { return !slices.Contains(req.Run.Switches, name) })
	plans, faults := Plan(slices.Concat(req.SetAside, answer.SetAside).Whole(apps), req.Stage, req.Run.Epoch)
	if err := faultOf(faults); err != nil {
		return answer, err
	}
	if answer, err = s.inOrder(ctx, slices.DeleteFunc(plans, s.isDone), answer); err != nil || answer.Remaining > 0 {
		return answer, err
	}
	return answer, s.claim(ctx, apps)
}

// inOrder moves the zones of a planned run, one after the other. It stops at the first that fails.
func (s shift) inOrder(ctx context.Context, plans []ZonePlan, answer failover.ShiftAnswer) (failover.ShiftAnswer, error) {
	fences, err := s.readAhead(ctx, plans)
	if err != nil {
		return answer, err
	}
	s.renewLock(ctx)
	for i, plan := range plans {
		z := s.zone(plan, fences[i])
		err := z.run(ctx)
		z.addTo(&answer)
		switch {
		case err == nil:
		case entry.ConditionOf(err) == failover.FenceLost:
			return answer, overtaken(answer, err)
		case helpsToWait(err) && len(answer.Changes) > 0:
			answer.Remaining = z.remaining + Batches(plans[i+1:])
			return answer, nil
		default:
			return answer, err
		}
	}
	return answer, nil
}

// shift is one call.
type shift struct {
	Handler
	req  failover.ShiftRequest
	mine failover.Fence
	// failed says why switches of the run could not be used, by their name.
	failed map[string]error
}

// renewLock renews the lease until the run's next step. An error is not reported: the next step renews it too.
func (s shift) renewLock(ctx context.Context) {
	_ = s.Registry.RenewLock(ctx, s.req.Run, s.req.Now, failover.LeaseUntil(s.req.Now, max(failover.RefillWait, s.req.Run.WaitAfter(s.req.Stage))))
}

func (s shift) zone(plan ZonePlan, seen *sighting) *zoneShift {
	return &zoneShift{
		client: s.Route53, plan: plan, fenceNames: live.FenceNamesOf(s.Plan.Name, plan.Name), mine: s.mine, writes: s.req.Run.Writes, seen: seen, known: knownOf(s.req.Changes, plan.Zone),
		wave: s.req.Stage.Wave, aside: s.req.SetAside,
	}
}

// overtaken is the error of a call that finds a newer run's mark; it depends on what the call has done before.
func overtaken(answer failover.ShiftAnswer, err error) error {
	if len(answer.Changes)+answer.AlreadyDone > 0 {
		return failover.Fail(failover.Overtaken, err)
	}
	return err
}

// aheadZones is how many fences one call reads ahead. Route 53 allows an account 50 calls at once and then 10 a second, and
// each zone needs another call to be written. With dozens of zones, calls that read all fences first would use up the quota,
// and nothing would ever move.
const aheadZones = 10

// readAhead reads the lock and the first fences. It fails if the run may change nothing any more, or if a newer run has moved
// one of those zones: a superseded run then changes nothing. Any other error is left until the call writes that zone: a zone
// that cannot be read must not stop a failover of the others. A fence that was not read ahead is read then, too.
func (s shift) readAhead(ctx context.Context, plans []ZonePlan) ([]*sighting, error) {
	lost := s.Registry.StillMoves(ctx, s.req.Run)
	switch {
	case errors.Is(lost, registry.ErrOvertaken) || errors.Is(lost, registry.ErrRunOver):
		lost = failover.Fail(failover.FenceLost, lost)
	case lost != nil:
		return nil, lost
	}
	if s.req.Run.Action == failover.Failover {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, readAheadBudget)
		defer cancel()
	}
	mark := false
	fences := make([]*sighting, len(plans))
	for i, plan := range plans[:min(len(plans), aheadZones)] {
		fence, err := live.ReadFence(ctx, s.Route53, plan.Zone, live.FenceNamesOf(s.Plan.Name, plan.Name))
		if ctx.Err() != nil {
			break
		}
		fences[i] = &sighting{fence, err}
		if err != nil {
			continue
		}
		done, err := decide(s.mine, plan.Zone, fence)
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

// knownOf says how many batches of a zone are done when these changes are in sync: Route 53 applies the changes of a zone in
// order.
func knownOf(changes []failover.Change, zone string) int {
	n := 0
	for _, c := range changes {
		if c.Zone == zone {
			n = max(n, c.Batch+1)
		}
	}
	return n
}

// helpsToWait says whether a later call can continue, after a call that has submitted something.
func helpsToWait(err error) bool {
	c := entry.ConditionOf(err)
	return c == failover.Throttled || c == failover.Busy
}

func (h Handler) selected(run failover.Run, apps []failover.Application) []failover.Application {
	var kept []failover.Application
	for _, app := range apps {
		if run.Moves(h.Plan, app) {
			kept = append(kept, run.AsFound(app))
		}
	}
	return kept
}
