package promotedatabase

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestAPlannedRunWaitsForALaggingDatabase: it starts none of them, notes nothing, and goes on once the lag is gone,
// although a retry comes with the time of the first try.
func TestAPlannedRunWaitsForALaggingDatabase(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	if err := world.SetLag("search", time.Minute); err != nil {
		t.Fatal(err)
	}
	req := stageRequest(failover.Switchover)
	req.Now = now.Add(3 * time.Minute)
	world.AdvanceTo(req.Now)
	_, err := h.Handle(t.Context(), req)
	want := "promote global cluster search of search: it is 60000 ms behind; expected at most 10000 ms"
	if err == nil || err.Error() != want || entry.ConditionOf(err) != failover.Busy {
		t.Fatalf("got %v; want Busy: %s", err, want)
	}
	apps, err := h.Registry.Wave(t.Context(), 1)
	if err != nil || len(rdsCalls(world)) != 0 || len(apps[0].Live.Promoted)+len(apps[1].Live.Promoted) != 0 {
		t.Errorf("got %v, %v, notes %+v; want nothing started and nothing noted", rdsCalls(world), err, apps)
	}
	if err := world.SetLag("search", time.Second); err != nil {
		t.Fatal(err)
	}
	world.AdvanceTo(req.Now.Add(90 * time.Second))
	if got := handle(t, h, req); got.Started != 2 || got.LagMillis != 1000 {
		t.Errorf("once it has caught up: got %+v; want both started", got)
	}
}

func TestWhoWaitsForALaggingDatabase(t *testing.T) {
	for _, c := range []struct {
		name   string
		action failover.Action
		phase  failover.Phase
		age    time.Duration
		waits  bool
	}{
		{"a switchover", failover.Switchover, failover.Outbound, 0, true},
		{"a drill on its way there", failover.Drill, failover.Outbound, 0, true},
		{"a switchover without a fresh measurement", failover.Switchover, failover.Outbound, 6 * time.Minute, false},
		{"a failover", failover.Failover, failover.Outbound, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, world := newHandler(t, "checkout")
			if err := world.SetLag("checkout", time.Minute); err != nil {
				t.Fatal(err)
			}
			world.AdvanceTo(now.Add(2 * time.Minute))
			if c.age > 0 {
				dark(t, world, true) // nothing is measured meanwhile
				world.AdvanceTo(world.Now().Add(c.age))
				dark(t, world, false)
			}
			req := stageRequest(c.action)
			req.Run.Phase, req.Now = c.phase, world.Now()
			answer, err := h.Handle(t.Context(), req)
			if waits := entry.ConditionOf(err) == failover.Busy; waits != c.waits || !waits && answer.Started != 1 {
				t.Errorf("got %+v, %v; want it to wait: %v", answer, err, c.waits)
			}
		})
	}
}

// TestAReturnWaitsForLagAndARollbackDoesNot: users of a drill are well where they are, those of a rollback have left.
func TestAReturnWaitsForLagAndARollbackDoesNot(t *testing.T) {
	for phase, waits := range map[failover.Phase]bool{failover.Return: true, failover.Rollback: false} {
		h, world := newHandler(t, "checkout")
		out := stageRequest(failover.Drill)
		out.Run.Phase = failover.Outbound
		handle(t, h, out)
		world.AdvanceTo(world.Now().Add(15 * time.Minute)) // the former writer follows again
		if err := world.SetLag("checkout", time.Minute); err != nil {
			t.Fatal(err)
		}
		world.AdvanceTo(world.Now().Add(2 * time.Minute))
		req := goingBack(phase)
		req.Run.Action, req.Now = failover.Drill, world.Now()
		answer, err := h.Handle(t.Context(), req)
		if got := entry.ConditionOf(err) == failover.Busy; got != waits || !waits && answer.Started != 1 {
			t.Errorf("%s: got %+v, %v; want it to wait: %v", phase, answer, err, waits)
		}
	}
}

func dark(t *testing.T, world *fakeaws.World, dark bool) {
	t.Helper()
	if err := world.SetDark(string(east), dark); err != nil {
		t.Fatal(err)
	}
}
