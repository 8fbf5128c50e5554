package validate

import (
	"fmt"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// TestTheEpochIsNewerThanEverySource, however the lock is taken: the lock itself, an application, the fence of a zone and a switch can
// each be the only one that knows of the newest run.
func TestTheEpochIsNewerThanEverySource(t *testing.T) {
	const newest = 41
	sources := map[string]func(*scene){
		"the lock": func(s *scene) {
			old := failover.Run{ID: "old", ARN: "arn:old", Epoch: newest - 1}
			_, err := s.store.TakeLock(s.t.Context(), old, s.world.Now(), s.world.Now().Add(time.Second))
			must(s.t, err)
			must(s.t, s.store.ReleaseLock(s.t.Context(), old.ARN))
		},
		"an application": func(s *scene) {
			app := mustApplications(s)[0]
			_, err := s.store.SetLive(s.t.Context(), app, failover.Live{Active: east, Weights: app.Live.Weights, Epoch: newest})
			must(s.t, err)
		},
		"a fence": func(s *scene) {
			s.fence(failover.Fence{Epoch: newest, Run: "gone", Region: east, Action: failover.Switchover, Phase: failover.Outbound})
		},
		"a switch": func(s *scene) { s.evacuate("", newest) },
	}
	ways := map[string]struct {
		before func(*scene)
		why    failover.TakeoverReason
		input  string
	}{
		"free":                {func(*scene) {}, "", `{"action":"failover","allowDataLoss":true,"takeover":true}`},
		"from a lost Region":  {func(s *scene) { s.holds(east, "run-0") }, failover.TakenFromLostRegion, consenting},
		"by the operator":     {func(s *scene) { s.holds(west, "run-0") }, failover.TakenByOperator, `{"action":"failover","allowDataLoss":true,"takeover":true}`},
		"from one that ended": {func(s *scene) { s.lockFor(s.died("run-0", "VerifyHealth")) }, failover.TakenFromEnded, consenting},
		"after its lease": {func(s *scene) {
			_, err := s.store.TakeLock(s.t.Context(), failover.Run{ID: "run-0", ARN: "arn:run-0"}, start, start.Add(time.Second))
			must(s.t, err)
		}, failover.TakenAfterLease, consenting},
	}
	for source, put := range sources {
		for way, c := range ways {
			t.Run(fmt.Sprintf("%s, %s", source, way), func(t *testing.T) {
				s := newSwitched(t, shop())
				put(s)
				c.before(s)
				for range 2 { // the second call is a repetition
					answer := s.validate(c.input)
					least := int64(newest)
					if source == "the lock" && way != "free" {
						least++ // the run that has it now took it with the next one
					}
					if answer.Verdict != failover.Proceed || answer.Run.Epoch <= least {
						t.Fatalf("%s with epoch %d; want more than %d: %s", answer.Verdict, answer.Run.Epoch, least, answer.Summary)
					}
					if way != "free" && answer.Run.TakenOverWhy != c.why {
						t.Errorf("taken because %q; want %q", answer.Run.TakenOverWhy, c.why)
					}
				}
			})
		}
	}
}
