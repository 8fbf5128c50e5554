package validate

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// Whoever starts a run, by whatever way, may not waive what the plan demands.
func TestAnInputThatIsLooserThanThePlanIsRefusedWithoutACall(t *testing.T) {
	for _, input := range []string{
		`{"action": "failover", "allowDataLoss": true, "approval": "none", "takeover": true, "order": "traffic-first"}`,
		`{"action": "failover", "allowDataLoss": true, "approval": "none", "takeover": true, "order": "traffic-first", "dryRun": true}`,
		`{"action": "failover", "allowDataLoss": true, "approval": "none", "takeover": true, "order": "traffic-first",
		  "trigger": {"time": "2026-01-31T03:00:00Z", "detail": {"alarmName": "a", "state": {"value": "ALARM"}, "previousState": {"value": "OK"}}}}`,
	} {
		s := newScene(t, shop())
		before := len(s.world.Calls())
		s.h.Plan.Approval, s.h.Plan.Order, s.h.Plan.MayLoosen = failover.BeforePromotion, failover.DatabaseFirst, nil
		answer := s.validate(input)
		want := []string{failover.CodeLoosened, failover.CodeLoosened, failover.CodeLoosened, failover.CodeLoosened}
		if diff := cmp.Diff(want, codes(answer, failover.Blocker)); diff != "" {
			t.Errorf("blockers (-want +got):\n%s", diff)
		}
		s.contains(answer.Summary, "approval: none is looser than the plan, which has before-promotion and does not leave it to the input")
		s.contains(answer.Summary, `list "approval" under mayLoosen`)
		for _, flag := range []string{"--allow-data-loss", "--approval", "--takeover", "--order"} {
			if strings.Contains(answer.Next, flag) {
				t.Errorf("next: %s; want it without %s", answer.Next, flag)
			}
		}
		if calls := s.world.Calls()[before:]; len(calls) > 0 {
			t.Errorf("calls: %v", calls)
		}
	}
}

func TestWhatThePlanDoesNotLeaveToTheInputIsNotProposed(t *testing.T) {
	s := newScene(t, shop())
	_, err := s.store.TakeLock(t.Context(), failover.Run{ID: "run-0", ARN: "arn:run-0"}, s.world.Now(), s.world.Now().Add(time.Hour))
	must(t, err)
	s.h.Plan.MayLoosen = nil
	answer := s.validate(`{"action": "failover"}`)
	if diff := cmp.Diff([]string{failover.CodeLocked, failover.CodeDataLoss}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	if strings.Contains(answer.Next, "--takeover") || strings.Contains(answer.Next, "--allow-data-loss") || !strings.Contains(answer.Next, "make deploy") {
		t.Errorf("next: %s", answer.Next)
	}
}
