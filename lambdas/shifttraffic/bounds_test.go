package shifttraffic

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/levers"
)

// TestPendingZonesHaveTheRoomThatIsLeft in the list of the run: more of them are one part.
func TestPendingZonesHaveTheRoomThatIsLeft(t *testing.T) {
	for _, c := range []struct {
		before, zones int
		all           bool
		want          int
	}{
		{0, 3, true, 3}, {failover.MaxSetAside - 3, 3, true, 3}, {failover.MaxSetAside - 3, 4, true, 1}, {failover.MaxSetAside - 1, 2, true, 1}, {failover.MaxSetAside - 3, 4, false, 4},
	} {
		s := shift{req: failover.ShiftRequest{Run: failover.Run{Action: failover.Failover, ControlPlaneGone: true}}}
		for i := range c.before {
			s.req.SetAside = append(s.req.SetAside, failover.RecordAside("shop", failover.Record{Name: fmt.Sprint(i)}, failover.Rejected, "no"))
		}
		var plans []ZonePlan
		for i := range c.zones {
			plans = append(plans, ZonePlan{Zone: fmt.Sprintf("Z%d", i), Name: "example.com"})
		}
		var answer failover.ShiftAnswer
		must(t, s.weigh(t.Context(), plans, c.all, &answer))
		if got := len(answer.SetAside); got != c.want || c.want == 1 && answer.SetAside[0].Zone != failover.AllZones {
			t.Errorf("%d zones after %d parts: %d parts; want %d", c.zones, c.before, got, c.want)
		}
	}
}

// TestASwitchIsNotedAsFailedOnce, and not at all when a safety rule has refused it: its applications are set aside then.
func TestASwitchIsNotedAsFailedOnce(t *testing.T) {
	unreachable := failover.Fail(failover.Unreachable, errors.New("no answer"))
	for name, c := range map[string]struct {
		err      error
		before   failover.Aside
		left     int // remaining batches
		set, put int // set aside, deferred
	}{
		"it works":                  {},
		"it does not answer":        {err: unreachable, set: 1},
		"it may answer later":       {err: unreachable, left: 1, put: 1},
		"it is noted":               {err: unreachable, before: failover.Aside{{Kind: failover.SwitchKind, Object: "default", Wave: 2}}},
		"it is noted for one wave":  {err: unreachable, before: failover.Aside{{Kind: failover.SwitchKind, Object: "default", Wave: 1}}, set: 1},
		"another is noted":          {err: unreachable, before: failover.Aside{{Kind: failover.SwitchKind, Object: "other", Wave: 2}}, set: 1},
		"a safety rule refuses it":  {err: fmt.Errorf("change: %w", levers.ErrRefused)},
		"and there is more to move": {err: fmt.Errorf("change: %w", levers.ErrRefused), left: 1},
	} {
		s := shift{req: failover.ShiftRequest{Stage: failover.Stage{Wave: 2}, SetAside: c.before}, failed: map[string]error{"default": c.err}}
		s.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.MetricLever}}
		answer := failover.ShiftAnswer{Remaining: c.left}
		if s.noteFailed(&answer); len(answer.SetAside) != c.set || len(answer.Deferred) != c.put {
			t.Errorf("%s: %+v; want %d set aside and %d deferred", name, answer, c.set, c.put)
		}
	}
}

// TestThePartThatStandsForMoreSaysTheFirstOfThem, and not one that is listed already.
func TestThePartThatStandsForMoreSaysTheFirstOfThem(t *testing.T) {
	parts := failover.Aside{
		failover.RecordAside("a", failover.Record{Name: "a"}, failover.Denied, "cause a"), failover.RecordAside("b", failover.Record{Name: "b"}, failover.Busy, "cause b"),
		failover.RecordAside("c", failover.Record{Name: "c"}, failover.Rejected, "cause c"), failover.RecordAside("d", failover.Record{Name: "d"}, failover.Throttled, "cause d"),
	}
	s := shift{req: failover.ShiftRequest{Stage: failover.Stage{Wave: 3}}}
	for room, want := range map[int]failover.Condition{0: failover.Denied, 1: failover.Busy, 2: failover.Rejected, 3: failover.Throttled} {
		got := s.bound(parts, failover.MaxSetAside-room)
		if last := got[len(got)-1]; len(got) != room+1 || last.Error != want || last.Wave != 3 || !strings.Contains(last.Cause, fmt.Sprintf("%d more parts", len(parts)-room)) ||
			!strings.Contains(last.Cause, "cause "+string(rune('a'+room))) {
			t.Errorf("room for %d: %+v; want the rest with the error %s", room, got, want)
		}
	}
	if got := s.bound(parts, failover.MaxSetAside-len(parts)); len(got) != len(parts) {
		t.Errorf("room for all: %+v", got)
	}
}

// TestAnAliasCountsAsOneElementOfABatch: Route 53 counts it so, and takes 1,000 of them, four of which are the fence's.
func TestAnAliasCountsAsOneElementOfABatch(t *testing.T) {
	const fit = (maxElements - fenceElements) / (2 * changesOfSet) // each record has a record set in two Regions
	for records, want := range map[int]int{fit: 1, fit + 1: 2, 2*fit + 1: 3} {
		app := failover.Application{Name: "shop", Wave: 1}
		for i := range records {
			app.Records = append(app.Records, failover.Record{
				Name: fmt.Sprintf("r%d.example.com", i), Type: "A", Zone: "Z1", ZoneName: "example.com",
				Endpoints: map[failover.Region]failover.Endpoint{east: {Alias: &failover.Alias{Name: "e", Zone: "ZE"}}, west: {Alias: &failover.Alias{Name: "w", Zone: "ZW"}}},
			})
		}
		all := 100
		plans, faults := Plan([]failover.Application{app}, failover.Stage{Wave: 1, From: east, To: west, Percent: &all}, 1)
		if len(faults) > 0 || len(plans) != 1 || len(plans[0].Batches) != want {
			t.Errorf("%d records: %d batches, %v; want %d", records, Batches(plans), faults, want)
		}
	}
}
