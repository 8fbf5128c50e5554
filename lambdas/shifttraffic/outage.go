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
	// shiftBudget is how long a failover's call works on zones, readAheadBudget how long it reads fences ahead. The
	// databases wait for the first call, and a function that runs out of time answers nothing at all.
	shiftBudget     = 12 * time.Second
	readAheadBudget = 5 * time.Second
	// inARow is after how many zones in a row that have to wait the others are left to the next call: then it is not their
	// own trouble, and asking only makes it worse.
	inARow = 3
	// maxAlone is how many records are set aside alone; the list has room for zones then.
	maxAlone = failover.MaxSetAside - 10
)

// isolate moves the zones of a failover, each on its own, whatever is wrong with the others. What AWS rejects or denies
// is set aside at once: a record, or its zone. What waiting may cure remains for the next call, and is deferred; so is
// what is denied as long as a policy may be on its way ([failover.Run.Propagating]). Should there be no other call, the state machine sets it aside. Each call begins with another zone, so that one which uses up all the time does so once.
func (s shift) isolate(ctx context.Context, plans []ZonePlan, faults []Fault, answer failover.ShiftAnswer) (failover.ShiftAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, shiftBudget)
	defer cancel()
	s.leaveOutFaults(faults, &answer)
	plans = s.inTurn(slices.DeleteFunc(plans, s.isDone))
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
		case c != failover.Denied && !s.final(c): // what is denied is denied at once, and says nothing about the other zones
			waiting, last = waiting+1, err
		}
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

// isolated moves one zone, and adds to the answer what came of it.
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

// zoneWaits is a zone that waiting may cure. Should no other call of this stage move it, it is set aside for this wave alone.
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

// leaveOutFaults sets the records aside of which the registry says what cannot be right.
func (s shift) leaveOutFaults(faults []Fault, answer *failover.ShiftAnswer) {
	for _, f := range faults {
		if !s.req.SetAside.Record(failover.Application{Name: f.Application, Wave: s.req.Stage.Wave}, f.Record) {
			answer.SetAside = append(answer.SetAside, failover.RecordAside(f.Application, f.Record, entry.ConditionOf(f.Err), f.Err.Error()))
		}
	}
}

// isDone says whether there is nothing to do in a zone: all of its records are set aside, or all of its changes are known
// from earlier calls. VerifyHealth waits for those.
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

// bound keeps the list short: what it has no room for is set aside with all the traffic of the wave, so that nothing of
// it counts as moved.
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
