package notify

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// TestWhicheverRequestFailsTheNotificationIsSent: one, or a second one when the answer to the first was lost. The report has the
// outcome, and says of an application either where it is or that it is not known.
func TestWhicheverRequestFailsTheNotificationIsSent(t *testing.T) {
	for _, outcome := range []failover.Outcome{failover.Completed, failover.Held} {
		t.Run(string(outcome), func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				h, world := newHandler(t, "checkout")
				move(t, h, world, "checkout")
				ended := s.Arm(world)
				req, done := request(outcome), false
				for req.Try = 0; req.Try < 4 && !done; req.Try++ {
					answer, err := h.End(t.Context(), req)
					done = err == nil && answer.Notified
				}
				ended()
				sent := len(world.Messages())
				if s.Loses && s.Request() == "sns Publish" {
					sent-- // it is sent again rather than lost
				}
				r := readReport(t, world)
				return map[string]any{
					"done": done, "sent": sent, "outcome": r.Outcome, "notified": r.Notified, "moved": r.Moved, "not moved or not known": len(r.NotMoved) + len(r.NotKnown),
				}
			})
		})
	}
}

// TestWhicheverRequestFailsTheStartIsNotifiedOnce and the approval is asked for once, with the token that the registry keeps.
func TestWhicheverRequestFailsTheStartIsNotifiedOnce(t *testing.T) {
	for name, call := range map[string]func(Handler, *testing.T, int) error{
		"start": func(h Handler, t *testing.T, _ int) error {
			_, err := h.Announce(t.Context(), announceRequest())
			return err
		},
		"approval": func(h Handler, t *testing.T, try int) error {
			req := approvalRequest("token-1")
			req.Try = try
			_, err := h.Ask(t.Context(), req)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			fakeawstest.EveryRequest(t, func(t *testing.T, s *fakeawstest.Strike) any {
				h, world := newHandler(t, "checkout")
				ended := s.Arm(world)
				done := false
				for try := 0; try < 4 && !done; try++ {
					done = call(h, t, try) == nil
				}
				ended()
				sent := len(world.Messages())
				if s.Loses && s.Request() == "sns Publish" {
					sent = min(sent, 1)
				}
				asked, err := h.Registry.Approval(t.Context(), "run-1", west)
				token := ""
				if err == nil {
					token = asked.Token
				}
				return map[string]any{"done": done, "sent": sent, "token": token}
			})
		})
	}
}
