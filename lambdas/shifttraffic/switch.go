package shifttraffic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/levers"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// weightsBudget is how long a call works on zones whose users a switch has moved already: no user waits for their weights, and
// the databases wait for the call.
const weightsBudget = 3 * time.Second

// fencesTimeout bounds the reading of fences before a switch is flipped: users wait for it.
const fencesTimeout = 1500 * time.Millisecond

// otherTimeout bounds the one call to the other Region of a planned run.
const otherTimeout = 2 * time.Second

// all are the switches of the plan, written for this call.
func (s shift) all() (levers.Switches, levers.Writer) {
	return levers.Switches{Clients: s.Levers, Plan: s.Plan, Registry: s.Registry},
		levers.Writer{Run: s.req.Run, Now: s.req.Now, Round: s.req.Round}
}

// notSuperseded fails with FenceLost when the other Region knows of a newer run. A failover by switch leaves no mark in the zones
// while the Route 53 control plane does not answer, and a planned run that continues after an outage of its Region finds its own
// replica of the lock unchanged. If the other Region does not answer, the zones' fences decide alone.
func (s shift) notSuperseded(ctx context.Context) error {
	if s.OtherReplica == nil || len(s.Plan.Switches) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, otherTimeout)
	defer cancel()
	if err := s.OtherReplica(s.Plan.Other(s.req.Run.Region())).MayMove(ctx, s.req.Run); errors.Is(err, registry.ErrOvertaken) {
		return failover.Fail(failover.FenceLost, err)
	}
	return nil
}

// flip makes the users of the run's switches leave the source Region of the stage, before any zone is written. It takes one write
// for each switch, into this Region's replica of the registry, and for a lever outside of it one more: neither needs us-east-1.
//
// Before it, the fences of the zones are read if the Route 53 control plane has answered Validate, and users wait for no more than
// one attempt of it: a run that has lost a zone to another one must not move its users by a switch either.
//
// It returns why switches could not be used, by their name. A second identical call finds all written. It fails with FenceLost
// when another run has written a zone or a switch, or a newer one the lock.
func (s *shift) flip(ctx context.Context, apps []failover.Application) (map[string]error, error) {
	names := slices.DeleteFunc(s.switchesOf(apps), func(name string) bool { return !s.flips(name) })
	if len(names) == 0 {
		return nil, nil
	}
	if err := s.Registry.MayMove(ctx, s.req.Run); err != nil {
		if errors.Is(err, registry.ErrOvertaken) || errors.Is(err, registry.ErrRunOver) {
			return nil, failover.Fail(failover.FenceLost, err)
		}
		return nil, err
	}
	plans, _ := Plan(apps, s.req.Stage, s.req.Run.Epoch) // what is wrong with a record is found again, and set aside
	if err := s.readFences(ctx, plans); err != nil {
		return nil, err
	}
	all, writer := s.all()
	stays := func(app failover.Application) bool { return app.Live.Active != s.req.Stage.To }
	writer.Moved = s.req.Run.OnlyWeights && !slices.ContainsFunc(apps, stays)
	return all.Evacuate(ctx, writer, s.req.Stage.From, names)
}

// readFences fails when one of the first zones belongs to another run. It notes when the control plane does not answer.
func (s *shift) readFences(ctx context.Context, zones []ZonePlan) error {
	if s.req.Run.ControlPlaneGone {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, fencesTimeout)
	defer cancel()
	zones = slices.DeleteFunc(slices.Clone(zones), s.isPending)
	for _, plan := range zones[:min(len(zones), aheadZones)] {
		fence, err := live.ReadFence(ctx, live.OnceOf(s.Route53), plan.Zone, live.FenceNamesOf(s.Plan.Name, plan.Name))
		if err != nil {
			if s.req.Run.ControlPlaneGone = entry.ConditionOf(err) == failover.Unreachable; s.req.Run.ControlPlaneGone {
				return nil
			}
			continue // what is denied or throttled says nothing about the run, and users wait
		}
		if _, err := decide(s.mine, plan.Zone, fence); err != nil {
			return err
		}
	}
	return nil
}

// claim gives the switches of the applications the epoch of the run, which leaves them as they are: an older run that wakes up
// late finds it, and moves no user. It comes after the zones, whose fences decide between two runs: one that has lost them writes
// no switch either.
//
// A planned run also resets those that still make users leave the Region that the stage has moved all of them to: the weights of
// the failover before were never written, and now they count.
func (s shift) claim(ctx context.Context, apps []failover.Application) error {
	all, writer := s.all()
	for _, name := range s.switchesOf(apps) {
		if s.flips(name) {
			continue // it was written before the zones
		}
		state, err := s.Registry.Switch(ctx, name)
		if err != nil {
			return err
		}
		if s.resets(name) && state.Evacuated == s.req.Stage.To {
			err = all.Reset(ctx, writer, name)
		} else {
			err = all.Write(ctx, writer, name, state.Evacuated)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// allSwitches is flip for a planned run, which fails with the first switch that could not be used: its rollback must not report
// users as back who are not.
func (s *shift) allSwitches(ctx context.Context, apps []failover.Application) error {
	failed, err := s.flip(ctx, apps)
	return firstOf(failed, err)
}

// firstOf is an error of the registry, or the first of those of levers by the names of their switches.
func firstOf(failed map[string]error, err error) error {
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		err = cmp.Or(err, failed[name])
	}
	return err
}

// flips says whether the stage makes users of a switch leave its source Region: in a failover, and in the rollback of a run that
// has reset the switch, because before that run the weights of these users were pending.
func (s shift) flips(name string) bool {
	leaves := s.req.Run.Action == failover.Failover && s.req.Run.Phase == failover.Outbound || s.req.Run.Phase == failover.Rollback
	return leaves && slices.Contains(s.req.Run.Switches, name)
}

// resets says whether the stage takes a switch back.
func (s shift) resets(name string) bool {
	return s.req.Run.Action.Planned() && s.req.Stage.Percent != nil && *s.req.Stage.Percent == 100 && slices.Contains(s.req.Run.Switches, name)
}

// holdRefused sets aside the applications of switches that a safety rule has refused: an operator has made the rule so that
// they are not moved, by weights neither. It fails if the list has no room for all of them.
func (s shift) holdRefused(apps []failover.Application, answer *failover.ShiftAnswer) error {
	for _, app := range apps {
		of, ok := s.Plan.SwitchOf(app)
		err := s.failed[of.Name]
		if !ok || !errors.Is(err, levers.ErrRefused) {
			continue
		}
		if len(s.req.SetAside)+len(answer.SetAside) >= failover.MaxSetAside {
			return err
		}
		answer.SetAside = append(answer.SetAside, failover.ApplicationAside(app.Name, failover.Rejected, entry.Named(err).Message))
	}
	return nil
}

// noteFailed says of each switch that could not be used why its applications move by weights. While some of them remain, the
// next call tries the switch again.
func (s shift) noteFailed(answer *failover.ShiftAnswer) {
	for _, of := range s.Plan.Switches {
		err := s.failed[of.Name]
		if err == nil || errors.Is(err, levers.ErrRefused) || s.req.SetAside.Switch(of.Name, s.req.Stage.Wave) {
			continue
		}
		part := failover.SetAside{
			Kind: failover.SwitchKind, Object: of.Name, Wave: s.req.Stage.Wave, Error: entry.ConditionOf(err),
			Cause: failover.SetAsideCause(entry.Named(err).Message),
		}
		if answer.Remaining > 0 {
			answer.Deferred = append(answer.Deferred, part)
		} else {
			answer.SetAside = append(answer.SetAside, part)
		}
	}
}

// switched says whether a switch moves the users of an application in this call.
func (s shift) switched(app failover.Application) bool {
	of, _ := s.Plan.SwitchOf(app)
	return s.req.Run.Switched(s.Plan, app) && s.failed[of.Name] == nil
}

// switchesOf are the names of the switches of the applications, in the order of the plan.
func (s shift) switchesOf(apps []failover.Application) []string {
	var names []string
	for _, declared := range s.Plan.Switches {
		if s.Plan.Uses(declared, apps) {
			names = append(names, declared.Name)
		}
	}
	return names
}

// zonesApart are the zones whose users wait for weights, and those of which a switch of the run has moved all users.
type zonesApart struct{ waiting, switched []ZonePlan }

// apart divides the zones of a failover.
func (s shift) apart(plans []ZonePlan, apps []failover.Application) (zones zonesApart) {
	byName := map[string]failover.Application{}
	for _, app := range apps {
		byName[app.Name] = app
	}
	for _, plan := range plans {
		stays := func(b Batch) bool {
			return slices.ContainsFunc(b.Owners, func(owner string) bool { return !s.switched(byName[owner]) })
		}
		if slices.ContainsFunc(plan.Batches, stays) {
			zones.waiting = append(zones.waiting, plan)
		} else {
			zones.switched = append(zones.switched, plan)
		}
	}
	return zones
}

// pending is a zone whose users a switch has moved, and whose weights a later run writes.
func pending(plan ZonePlan, err error) failover.SetAside {
	part := zoneAside(plan, err)
	part.Kind = failover.PendingKind
	return part
}

// weigh tries to write the weights of zones whose users a switch has moved, once. Whatever keeps it from a zone leaves that
// zone's weights pending, except a newer run's mark. Where the list has no room for all of them, and no zone moves by weights
// alone, one part stands for all.
func (s shift) weigh(ctx context.Context, plans []ZonePlan, all bool, answer *failover.ShiftAnswer) error {
	ctx, cancel := context.WithTimeout(ctx, weightsBudget)
	defer cancel()
	var given error
	if s.req.Run.ControlPlaneGone {
		given = failover.Fail(failover.Unreachable, errors.New("the Route 53 control plane did not answer"))
	}
	s.Route53 = live.OnceOf(s.Route53)
	for _, plan := range plans {
		if given != nil {
			answer.SetAside = append(answer.SetAside, pending(plan, given))
			continue
		}
		z := s.zone(plan, nil)
		err := z.run(ctx)
		z.addTo(answer)
		switch c := entry.ConditionOf(err); {
		case err == nil:
		case c == failover.FenceLost:
			return overtaken(*answer, err)
		default:
			answer.SetAside = append(answer.SetAside, pending(plan, err))
			if c == failover.Unreachable || c == failover.Throttled || ctx.Err() != nil {
				given = err // the next zone would be answered the same, and the databases wait
			}
		}
	}
	if room := failover.MaxSetAside - len(s.req.SetAside); all && len(answer.SetAside) > room {
		first := answer.SetAside.PendingWeights()[0]
		first.Object, first.Zone = fmt.Sprintf("%d zones", len(answer.SetAside)), failover.AllZones
		answer.SetAside = failover.Aside{first}
	}
	return nil
}
