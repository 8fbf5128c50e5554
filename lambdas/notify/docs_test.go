package notify

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTheExamplesInTheDocsAreRealMessages takes every example from docs/messages.md and finds it among the messages
// that the tests of this package hold Notify to.
func TestTheExamplesInTheDocsAreRealMessages(t *testing.T) {
	page, err := os.ReadFile("../../docs/messages.md")
	if err != nil {
		t.Fatal(err)
	}
	h, world := newHandler(t)
	announce(t, h, announceRequest())
	ask(t, h, approvalRequest("token-1"))
	refuse(t, h, refusedRequest("run-1"))
	sent := []string{render(heldReport())}
	for _, m := range world.Messages() {
		sent = append(sent, m.Message)
	}
	for _, block := range strings.Split(string(page), "\n```\n") {
		if strings.Contains(block, "\nRun run-1") && !slices.Contains(sent, block+"\n") {
			t.Errorf("docs/messages.md shows a message that is never sent:\n%s", block)
		}
	}
	for _, message := range sent {
		if !strings.Contains(string(page), "\n```\n"+message+"```\n") {
			t.Errorf("docs/messages.md does not show this message as it is:\n%s", message)
		}
	}
}
