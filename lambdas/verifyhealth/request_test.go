package verifyhealth

import (
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhicheverRequestFailsACheckPassesOnlyWhatItHasSeen: the failed check is an error, or pending, and the next one passes. No
// check changes anything but the lease of the lock.
func TestWhicheverRequestFailsACheckPassesOnlyWhatItHasSeen(t *testing.T) {
	for name, ready := range map[string]bool{"all is there": true, "a writer is missing": false} {
		t.Run(name, func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				stand := newStand(t, "checkout")
				if !ready {
					stand = newStandWriting(t, east, "checkout")
					stand.promote(stand.apps[0])
				}
				id := stand.change()
				stand.world.AdvanceTo(stand.world.Now().Add(31 * time.Second))
				stand.serve("checkout", 100)
				from := len(stand.world.Calls())
				ended := s.Arm(stand.world)
				var verdicts []failover.Verdict
				for range 3 {
					answer, err := stand.Handle(t.Context(), stand.request(func(req *failover.VerifyRequest) {
						req.Changes, req.Stage.Promote = []failover.Change{{Zone: zone, ID: id}}, true
					}))
					if err == nil && answer.Verdict != failover.Pending {
						verdicts = append(verdicts, answer.Verdict)
					}
				}
				ended()
				written := map[string]bool{}
				for _, c := range stand.world.Calls()[from:] {
					if c.Mutating && c.Object != "registry lock lock" {
						written[c.Operation+" "+c.Object] = true
					}
				}
				return map[string]any{"passed": len(verdicts) > 0 && verdicts[len(verdicts)-1] == failover.Passed, "failed": failedOf(verdicts), "written": written}
			})
		})
	}
}

// failedOf counts the verdicts that end a stage badly.
func failedOf(verdicts []failover.Verdict) int {
	n := 0
	for _, v := range verdicts {
		if v != failover.Passed {
			n++
		}
	}
	return n
}
