package validate

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhicheverRequestFailsTheLockIsTakenOnceOrNotAtAll: a failover proceeds, whatever it could not read; a planned run proceeds with
// the stages that it has without a fault, or it is refused and the lock stays free.
func TestWhicheverRequestFailsTheLockIsTakenOnceOrNotAtAll(t *testing.T) {
	for _, input := range []string{`{"action":"failover","allowDataLoss":true}`, `{"action":"switchover"}`} {
		t.Run(input, func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				scene := newScene(t, shop(), blog())
				req := scene.request(input)
				ended := s.Arm(scene.world)
				var answer failover.ValidateAnswer
				var err error
				for range 4 {
					if answer, err = scene.h.Handle(t.Context(), req); err == nil {
						break
					}
				}
				ended()
				lock, lockErr := scene.store.Lock(t.Context())
				must(t, lockErr)
				if s.N > 0 && answer.Verdict == failover.Refuse && lock.Owner == "" && len(answer.Findings) > 0 && input == `{"action":"switchover"}` {
					return proceeds(2)
				}
				if answer.Verdict != failover.Proceed || err != nil || lock.Owner != req.Execution.ID || lock.Epoch != 1 || answer.Run.Epoch != 1 {
					t.Logf("request %s: %s, %v, lock %q with epoch %d, findings %v", s.Request(), answer.Verdict, err, lock.Owner, lock.Epoch, answer.Findings)
					return proceeds(0)
				}
				waves := map[int]bool{}
				for _, stage := range answer.Stages {
					if stage.Wave > 0 {
						waves[stage.Wave] = true
					}
				}
				return proceeds(len(waves))
			})
		})
	}
}

// proceeds is what a sound validation leaves: the lock, with its first epoch, and a plan for so many waves.
func proceeds(waves int) map[string]int { return map[string]int{"waves": waves} }
