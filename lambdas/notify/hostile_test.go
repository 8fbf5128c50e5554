package notify

import (
	"encoding/json"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/hostile"
	"github.com/drover-dr/drover/internal/untrusted/shelltest"
)

// Whatever an input, a cause or a finding holds: nothing that a terminal obeys is in a message or in what is kept, and no
// value begins a line.
func TestNoMessageHoldsWhatATerminalObeys(t *testing.T) {
	for op, req := range map[string]any{"announce": new(failover.AnnounceRequest), "refused": new(failover.RefusedRequest), "approve": new(failover.ApprovalRequest), "": new(failover.NotifyRequest)} {
		h, world := newHandler(t)
		hostile.Fill(req)
		event := eventOf(t, op, req)
		if _, err := h.Handle(t.Context(), event); err != nil {
			t.Errorf("%q: %v", op, err)
		}
		if len(world.Messages()) == 0 {
			t.Errorf("%q: no message", op)
		}
		for _, m := range world.Messages() {
			hostile.Check(t, op+" subject", m.Subject)
			hostile.Check(t, op, m.Message)
		}
		for _, key := range []string{failover.ReportKey("run-1"), failover.RefusalKey("run-1"), failover.AnnouncementKey("run-1")} {
			if text, there := world.Object("reports", key); there {
				hostile.CheckJSON(t, op+" "+key, text)
			}
		}
	}
}

// eventOf is a request as the state machine sends it: with this operation, and the ARN of an execution.
func eventOf(t *testing.T, op string, req any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		t.Fatal(err)
	}
	event["op"] = op
	run := sampleRun()
	asked, _ := event["run"].(map[string]any)
	asked["arn"], asked["id"] = run.ARN, run.ID
	if op == "announce" {
		delete(asked, "onlyWeights") // such a run is not announced
	}
	if text, err = json.Marshal(event); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnAnswerIsTypedAsItWasMeant(t *testing.T) {
	for _, text := range shelltest.Hostile {
		h, _ := newHandler(t)
		h.Registry.Table = text
		run := sampleRun()
		run.ID = text
		m := failover.Machine{Region: failover.Region(text)}
		calls := shelltest.Words(t, h.awsCommand(failover.ApprovalRequest{Run: run}, m))
		// The inner call prints its words into the token, and its end, which ends the outer one's here.
		const outer, inner = 8, 14
		if len(calls) != 2 || len(calls[0]) != outer+inner || calls[0][4] != text || calls[0][outer+5] != text || calls[0][outer+7] != text || calls[0][outer-1] != "--task-token" {
			t.Errorf("%q becomes %q; want one call whose token is what an inner one prints", text, calls)
		}
	}
}
