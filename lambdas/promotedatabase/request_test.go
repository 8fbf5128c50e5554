package promotedatabase

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhicheverRequestFailsEachDatabaseIsPromotedOnce and noted once, by a failover and by a planned run.
func TestWhicheverRequestFailsEachDatabaseIsPromotedOnce(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Switchover} {
		t.Run(string(action), func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				h, world := newHandler(t, "checkout", "search")
				h.Plan.MaxLagSeconds = 5
				ended := s.Arm(world)
				done, aside := false, 0
				for range 4 {
					answer, err := h.Handle(t.Context(), stageRequest(action))
					aside += len(answer.SetAside)
					if done = err == nil && answer.Remaining == 0; done {
						break
					}
				}
				ended()
				noted := map[string][]string{}
				apps, err := h.Registry.Applications(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, app := range apps {
					noted[app.Name] = app.Live.Promoted
				}
				if action == failover.Failover { // it notes them for the report alone, and does not try again
					noted = nil
				}
				return map[string]any{"done": done, "set aside": aside, "promotions": promotions(world), "noted": noted}
			})
		})
	}
}
