package shifttraffic

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhicheverRequestFailsUsersMoveByTheirSwitch: a failover, and a planned run that resets it, end with the switch, the weights
// and the changes to wait for that they have without a fault. A weight that a failover leaves pending is one that a later run writes.
func TestWhicheverRequestFailsUsersMoveByTheirSwitch(t *testing.T) {
	for _, action := range []failover.Action{failover.Failover, failover.Failback} {
		t.Run(string(action), func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				apps := manyApplications("Z1", 2)
				h, world, store := newSwitched(t, apps...)
				req := bySwitch(7, "run-7", "default")
				if action == failover.Failback { // users left us-west-2 by the switch, and the weights still name it
					for _, app := range apps {
						must(t, world.PutRecordSet("Z1", worldSet(app.Records[0], east, 0)))
						must(t, world.PutRecordSet("Z1", worldSet(app.Records[0], west, 100)))
					}
					back := bySwitch(6, "run-6", "default")
					back.Run.ControlPlaneGone, back.Run.From, back.Run.To, back.Stage.From, back.Stage.To = true, west, east, west, east
					handle(t, h, back)
					req.Run.Action = failover.Failback
					req.Run.From, req.Run.To, req.Stage.From, req.Stage.To = west, east, west, east
				}
				ended := s.Arm(world)
				done, pending := false, false
				for range 4 {
					answer, err := h.Handle(t.Context(), req)
					req.Changes = append(req.Changes, answer.Changes...)
					for _, part := range answer.SetAside {
						pending = pending || part.Kind == failover.PendingKind
					}
					if done = err == nil && answer.Remaining == 0; done {
						break
					}
				}
				ended()
				state := state(t, store)
				seen := map[string]any{"done": done, "evacuated": state.Evacuated, "epoch": state.Epoch}
				if pending && action == failover.Failover {
					return withWeights(seen, map[string]int{"us-east-1": 0, "us-west-2": 100}, true)
				}
				return withWeights(seen, world.Weights(apps[1].Records[0].Name, "A"), knownOf(req.Changes, "Z1") == 1)
			})
		})
	}
}

func withWeights(seen map[string]any, weights map[string]int, known bool) map[string]any {
	seen["weights"], seen["change known"] = weights, known
	return seen
}
