package shifttraffic

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

const (
	// shiftBudget limits the time that a failover's call works on switches and zones, readAheadBudget the time that it reads fences ahead.
	// The databases wait for the first call, and a function that times out returns no answer.
	shiftBudget     = 12 * time.Second
	readAheadBudget = 5 * time.Second
	// inARow is how many zones in a row must be deferred until the call leaves the other zones to the next call: then the cause
	// is probably the service or the quota, and more calls would not help.
	inARow = 3
	// maxAlone is how many records are set aside alone; it leaves room for zones in the list.
	maxAlone = failover.MaxSetAside - 10
)

// failover moves the traffic of a failover: the switches first, then the zones.
func (s shift) failover(ctx context.Context, apps []failover.Application, answer failover.ShiftAnswer) (failover.ShiftAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, shiftBudget)
	defer cancel()
	moving := s.req.SetAside.Whole(apps)
	var err error
	if s.failed, err = s.flip(ctx, moving); err != nil {
		return answer, err
	}
	if err := s.holdRefused(moving, &answer); err != nil {
		return answer, err
	}
	if !s.req.Run.OnlyWeights { // its users have moved before
		answer.Switched = slices.DeleteFunc(s.switchesOf(moving), func(name string) bool { return !s.flips(name) || s.failed[name] != nil })
	}
	plans, faults := Plan(answer.SetAside.Whole(moving), s.req.Stage, s.req.Run.Epoch)
	if answer, err = s.isolate(ctx, s.apart(plans, apps), faults, answer); err != nil {
		if len(answer.Switched) > 0 && entry.ConditionOf(err) == failover.FenceLost {
			err = failover.Fail(failover.Overtaken, err) // users have moved
		}
		return answer, err
	}
	s.noteFailed(&answer)
	if answer.Remaining > 0 {
		return answer, nil
	}
	return answer, s.claim(ctx, moving)
}

// isolate moves each zone of a failover alone, so that one zone does not stop the others. It sets aside at once what AWS
// rejects or denies: a record, or its zone. If waiting may help, the zone is deferred to the next call; so is a denied zone
// while a new policy may still propagate ([failover.Run.Propagating]). The state machine sets it aside if it makes no other
// call. Each call starts with another zone, so that one zone cannot use up the time of every call.
func (s shift) isolate(ctx context.Context, zones zonesApart, faults []Fault, answer failover.ShiftAnswer) (failover.ShiftAnswer, error) {
	s.leaveOutFaults(faults, &answer)
	plans := s.inTurn(slices.DeleteFunc(zones.waiting, s.isDone))
	fences, err := s.readAhead(ctx, plans)
	if err != nil {
		return answer, err
	}
	s.renewLock(ctx)
	waiting, last := 0, error(nil)
	for i, plan := range plans {
		if waiting >= inARow {
			answer.Remaining += max(1, len(plan.Batches))
			answer.Deferred = append(answer.Deferred, s.zoneWaits(plan, last))
			continue
		}
		err := s.isolated(ctx, plan, fences[i], &answer)
		switch c := entry.ConditionOf(err); {
		case err == nil:
			waiting = 0
		case c == failover.FenceLost:
			return answer, overtaken(answer, err)
		case c != failover.Denied && !s.final(c): // a denial takes no time, and says nothing about the other zones
			waiting, last = waiting+1, err
		}
	}
	if err := s.weigh(ctx, slices.DeleteFunc(zones.switched, s.isPending), len(plans) == 0, &answer); err != nil {
		return answer, err
	}
	answer.SetAside = s.bound(answer.SetAside, len(s.req.SetAside))
	answer.Deferred = s.bound(answer.Deferred, len(s.req.SetAside)+len(answer.SetAside))
	return answer, nil
}

// inTurn are the zones in the order of this call.
func (s shift) inTurn(plans []ZonePlan) []ZonePlan {
	if len(plans) == 0 {
		return plans
	}
	first := max(s.req.Round-1, 0) % len(plans)
	return slices.Concat(plans[first:], plans[:first])
}

// isolated moves one zone, and adds the result to the answer.
func (s shift) isolated(ctx context.Context, plan ZonePlan, seen *sighting, answer *failover.ShiftAnswer) error {
	z := s.zone(plan, seen)
	z.isolates, z.mayFault = true, maxAlone-len(s.req.SetAside)-len(answer.SetAside)
	err := z.run(ctx)
	switch c := entry.ConditionOf(err); {
	case err == nil, c == failover.FenceLost:
	case s.final(c):
		z.faults = failover.Aside{zoneAside(plan, err)}
	default:
		answer.Remaining += max(1, z.remaining)
		answer.Deferred = append(answer.Deferred, s.zoneWaits(plan, err))
	}
	z.addTo(answer)
	return err
}

// zoneAside is a zone that is set aside because of an error.
func zoneAside(plan ZonePlan, err error) failover.SetAside {
	return failover.SetAside{
		Kind: failover.ZoneKind, Object: plan.Name, Zone: plan.Zone, Error: entry.ConditionOf(err),
		Cause: failover.SetAsideCause(entry.Named(err).Message),
	}
}

// zoneWaits is a zone that a later call may move. If no other call of this stage moves it, it is set aside for this wave only.
func (s shift) zoneWaits(plan ZonePlan, err error) failover.SetAside {
	part := zoneAside(plan, err)
	part.Wave = s.req.Stage.Wave
	return part
}

// final says whether waiting does not help.
func (s shift) final(c failover.Condition) bool {
	switch c {
	case failover.Denied:
		return !s.req.Run.Propagating(s.req.Now)
	case failover.Rejected, failover.UnknownFormat:
		return true
	}
	return false
}

// leaveOutFaults sets aside the records whose registration is invalid.
func (s shift) leaveOutFaults(faults []Fault, answer *failover.ShiftAnswer) {
	for _, f := range faults {
		if !s.req.SetAside.Record(failover.Application{Name: f.Application, Wave: s.req.Stage.Wave}, f.Record) {
			answer.SetAside = append(answer.SetAside, failover.RecordAside(f.Application, f.Record, entry.ConditionOf(f.Err), f.Err.Error()))
		}
	}
}

// isPending says whether there is nothing to do in a zone whose users a switch has moved, or its weights are pending already.
func (s shift) isPending(plan ZonePlan) bool {
	return s.isDone(plan) || s.req.SetAside.Pending(plan.Zone)
}

// isDone says whether there is nothing to do in a zone: all of its records are set aside, or the request has all of its changes,
// for which VerifyHealth waits.
func (s shift) isDone(plan ZonePlan) bool {
	if s.req.Round > 1 && knownOf(s.req.Changes, plan.Zone) == len(plan.Batches) {
		return true
	}
	for _, b := range plan.Batches {
		for i, r := range b.Records {
			if !s.req.SetAside.Record(failover.Application{Name: b.Owners[i], Wave: s.req.Stage.Wave}, r) {
				return false
			}
		}
	}
	return true
}

// bound keeps the list short: if it has no room for a part, all traffic of the wave is set aside, so that no application of the
// wave counts as moved.
func (s shift) bound(parts failover.Aside, before int) failover.Aside {
	room := max(0, failover.MaxSetAside-before)
	if len(parts) <= room {
		return parts
	}
	first, more := parts[room], len(parts)-room
	return append(slices.Clip(parts[:room]), failover.SetAside{
		Kind: failover.TrafficKind, Object: failover.WaveText(s.req.Stage.Wave), Wave: s.req.Stage.Wave, Error: first.Error,
		Cause: failover.SetAsideCause(fmt.Sprintf("%d more parts of it cannot be moved, the first: %s", more, first)),
	})
}
