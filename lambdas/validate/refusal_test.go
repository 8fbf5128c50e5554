package validate

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

func TestWhatIsWrongWithTheInputIsRefusedWithoutACall(t *testing.T) {
	for _, c := range []struct {
		input, region string
		code, want    string
	}{
		{`{}`, "us-west-2", failover.CodeInput, "action is missing"},
		{`[]`, "us-west-2", failover.CodeInput, "expected a JSON object"},
		{`{"action": "explode"}`, "us-west-2", failover.CodeInput, `"explode" is not known; expected failover, switchover, failback, drill or check`},
		{`{"action": "check", "force": true}`, "us-west-2", failover.CodeInput, "force"},
		{`{"action": "check", "dryRun": "yes"}`, "us-west-2", failover.CodeInput, "dryRun"},
		{`{"action": "failover", "percents": [50, 10]}`, "us-west-2", failover.CodeInput, "percents"},
		{`{"action": "failover", "since": "2030-01-01T00:00:00Z"}`, "us-west-2", failover.CodeInput, "in the future"},
		{`{"action": "failback"}`, "us-west-2", failover.CodeWrongRegion, "start it in us-east-1"},
		{`{"action": "failover"}`, "eu-west-1", failover.CodeWrongRegion, "us-east-1 and us-west-2"},
	} {
		t.Run(c.input, func(t *testing.T) {
			s := newScene(t, shop())
			s.h.Region = failover.Region(c.region)
			before := len(s.world.Calls())
			answer := s.validate(c.input)
			if answer.Verdict != failover.Refuse || len(answer.Stages) != 0 || answer.Stages == nil {
				t.Errorf("got %s with stages %v", answer.Verdict, answer.Stages)
			}
			if diff := cmp.Diff([]string{c.code}, codes(answer, failover.Blocker)); diff != "" {
				t.Errorf("blockers (-want +got):\n%s", diff)
			}
			s.contains(answer.Summary, c.want)
			if n := len(s.world.Calls()) - before; n != 0 {
				t.Errorf("%d calls were made", n)
			}
		})
	}
}

func TestSeveralMistakesAreSeveralFindings(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "explode", "order": "sideways", "percents": [7]}`)
	if diff := cmp.Diff([]string{failover.CodeInput, failover.CodeInput, failover.CodeInput}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
}

func TestApplicationsThatAreNotRegistered(t *testing.T) {
	s := newScene(t, shop())
	answer := s.validate(`{"action": "check", "applications": ["shop", "shoo", "till"]}`)
	if diff := cmp.Diff([]string{failover.CodeApplication, failover.CodeApplication}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "application shoo")
}

func TestAnEmptyRegistryIsRefused(t *testing.T) {
	s := newScene(t)
	answer := s.validate(`{"action": "failover"}`)
	if diff := cmp.Diff([]string{failover.CodeNothing}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "drover register")
}

func TestAFailoverNeedsConsentToLoseData(t *testing.T) {
	s := newScene(t, shop(), blog())
	answer := s.validate(`{"action": "failover"}`)
	if diff := cmp.Diff([]string{failover.CodeDataLoss}, codes(answer, failover.Blocker)); diff != "" {
		t.Errorf("blockers (-want +got):\n%s", diff)
	}
	s.contains(answer.Summary, "last measured lag: orders at 200 ms")
	s.contains(answer.Summary, `"allowDataLoss": true`)
	if len(s.mutations()) != 0 {
		t.Errorf("mutating calls: %v", s.mutations())
	}
	for _, input := range []string{`{"action": "failover", "applications": ["blog"]}`, `{"action": "switchover"}`} {
		if answer := s.validate(input); answer.Verdict != failover.Proceed {
			t.Errorf("%s: got %s", input, answer.Summary)
		}
		must(t, s.store.ReleaseLock(t.Context(), "another run"))
		s = newScene(t, shop(), blog())
	}
	s.h.Plan.AllowDataLoss = true
	if answer := s.validate(`{"action": "failover", "allowDataLoss": false}`); answer.Verdict != failover.Refuse || strings.Contains(answer.Next, "allow-data-loss") {
		t.Errorf("with the plan's consent withdrawn: got %s, next %s", answer.Summary, answer.Next)
	}
	if answer := s.validate(`{"action": "failover"}`); answer.Verdict != failover.Proceed || !answer.Run.AllowDataLoss {
		t.Errorf("with the plan's consent: got %s", answer.Summary)
	}
}

func TestALockInOtherHandsIsSaid(t *testing.T) {
	for _, input := range []string{consenting, `{"action": "switchover"}`, `{"action": "check"}`} {
		s := newScene(t, shop())
		other := failover.Run{ID: "run-0", ARN: "arn:run-0"}
		_, err := s.store.TakeLock(t.Context(), other, s.world.Now(), s.world.Now().Add(time.Hour))
		must(t, err)
		answer := s.validate(input)
		if diff := cmp.Diff([]string{failover.CodeLocked}, codes(answer, failover.Blocker)); diff != "" {
			t.Errorf("%s: blockers (-want +got):\n%s", input, diff)
		}
		s.contains(answer.Summary, "run run-0 holds it")
		s.world.AdvanceTo(s.world.Now().Add(61 * time.Minute))
		s.pass(time.Minute)
		if answer := s.validate(input); answer.Verdict == failover.Refuse {
			t.Errorf("%s, after the lock has expired: %s", input, answer.Summary)
		}
	}
}
