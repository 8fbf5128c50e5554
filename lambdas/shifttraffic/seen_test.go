package shifttraffic

import (
	"slices"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// TestAnApplicationThatWasNotValidatedKeepsItsTraffic: a failover sets it aside and moves the others, and a planned run
// changes no record of the wave.
func TestAnApplicationThatWasNotValidatedKeepsItsTraffic(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		apps := threeZones()
		h, world := newHandler(t, apps...)
		req := request(7, "run-7", 100)
		req.Run.Action = action
		validated := slices.Clone(apps)
		validated[0].Alarms = []string{"another"}
		req.Stage.Seen = failover.SeenOf(validated, 1)
		answer, err := h.Handle(t.Context(), req)
		moved := map[string]bool{}
		for _, b := range world.Batches() {
			moved[b.Zone] = true
		}
		if action != failover.Failover {
			if entry.ConditionOf(err) != failover.Changed || len(moved) > 0 {
				t.Errorf("%s: %v, moved %v; want %s and nothing moved", action, err, moved, failover.Changed)
			}
			continue
		}
		if err != nil || len(answer.SetAside) != 1 || !answer.SetAside.Application(apps[0].Name) || answer.SetAside[0].Error != failover.Changed {
			t.Errorf("%s: set aside %v, %v; want %s", action, answer.SetAside, err, apps[0].Name)
		}
		for i, app := range apps {
			if zone := app.Records[0].Zone; moved[zone] != (i > 0) {
				t.Errorf("%s: zone %s of %s was changed: %t", action, zone, app.Name, moved[zone])
			}
		}
	}
}
