package shifttraffic

import (
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// inManyZones are applications of wave 1, each in a hosted zone of its own.
func inManyZones(n int) []failover.Application {
	var apps []failover.Application
	for i := range n {
		zone := fmt.Sprintf("Z%02d", i)
		name := fmt.Sprintf("brand%02d.example", i)
		r := record(zone, "www")
		r.Name, r.ZoneName = "www."+name, name
		apps = append(apps, failover.Application{
			Name: fmt.Sprintf("app%02d", i), Wave: 1, Records: []failover.Record{r},
			Live: failover.Live{Active: east, Weights: map[failover.Region]int{east: 100, west: 0}},
		})
	}
	return apps
}

// rounds asks as the state machine does, until nothing remains.
func rounds(t *testing.T, h Handler, world *fakeaws.World, req failover.ShiftRequest) (n int) {
	t.Helper()
	failures := 0
	for req.Round = 1; ; {
		answer, err := h.Handle(t.Context(), req)
		switch {
		case err != nil && (failures == failover.StepRetries || entry.ConditionOf(err) != failover.Throttled):
			t.Fatalf("round %d: %v", req.Round, err)
		case err != nil:
			failures++
			world.AdvanceTo(world.Now().Add(failover.StepRetryInterval << (failures - 1)))
			continue
		case answer.Remaining == 0:
			return req.Round
		case req.Round > 20:
			t.Fatalf("%d batches remain after %d rounds", answer.Remaining, req.Round)
		}
		failures = 0
		req.Round++
		req.Changes = append(req.Changes, answer.Changes...)
		world.AdvanceTo(world.Now().Add(failover.RefillWait))
	}
}

// TestManyZonesMoveWithinTheRequestQuota: to read the fences of 60 zones takes more calls than Route 53 allows at once. The
// zones that are done are not asked about again.
func TestManyZonesMoveWithinTheRequestQuota(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		apps := inManyZones(60)
		h, world := newHandler(t, apps...)
		req := request(7, "run-7", 100)
		req.Run.Action = action
		if n := rounds(t, h, world, req); n > 5 {
			t.Errorf("%s: %d rounds; want at most 5", action, n)
		}
		checkMoved(t, world, apps)
		if got := len(world.Batches()); got != 60 {
			t.Errorf("%s: %d batches; want one for each zone", action, got)
		}
	}
}

// TestACallAfterALostAnswerGoesOnInManyZones: it writes the marks of all zones again whose change ids were lost with the answer. That is
// progress, even when no record set is changed.
func TestACallAfterALostAnswerGoesOnInManyZones(t *testing.T) {
	apps := inManyZones(60)
	h, world := newHandler(t, apps...)
	req := request(7, "run-7", 100)
	req.Run.Action = failover.Switchover
	for range 3 { // their answers are lost
		handle(t, h, req)
		world.AdvanceTo(world.Now().Add(time.Minute))
	}
	rounds(t, h, world, req)
	checkMoved(t, world, apps)
}
