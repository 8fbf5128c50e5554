package validate

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

// TestARunMayHaveANameInAnyScript, as Step Functions accepts it, but none that a fence cannot hold.
func TestARunMayHaveANameInAnyScript(t *testing.T) {
	for _, c := range []struct {
		name, input string
		verdict     failover.Verdict
	}{
		{"Ausfall-Köln", consenting, failover.Proceed},
		{"停電", `{"action": "switchover"}`, failover.Proceed},
		{"Ausfall Köln", consenting, failover.Refuse},
		{"Ausfall Köln", `{"action": "check"}`, failover.Checked},
		{"incident-4711!", consenting, failover.Proceed},
	} {
		s := newScene(t, shop())
		req := s.request(c.input)
		req.Execution.Name = c.name
		req.Execution.ID = "arn:aws:states:us-west-2:111122223333:execution:drover:" + c.name
		answer, err := s.h.Handle(t.Context(), req)
		must(t, err)
		if answer.Verdict != c.verdict {
			t.Errorf("%s of %s: got %s, want %s: %s", c.input, c.name, answer.Verdict, c.verdict, answer.Summary)
		}
		if c.verdict == failover.Refuse {
			s.contains(answer.Summary, `run name "Ausfall Köln": it contains ' '; expected characters other than spaces`)
			s.contains(answer.Findings[0].Command, "aws stepfunctions start-execution")
			if len(s.mutations()) != 0 {
				t.Errorf("mutating calls: %v", s.mutations())
			}
		}
	}
}
