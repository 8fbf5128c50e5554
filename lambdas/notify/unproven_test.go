package notify

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestTheReportSaysWhatWasVerifiedWithoutData: a run that completes on no evidence says so, in the first line, too.
func TestTheReportSaysWhatWasVerifiedWithoutData(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	promote(t, h, world, "checkout")
	promote(t, h, world, "search")
	req := request(failover.Completed)
	unproven := []failover.Unproven{
		{Application: "search", Region: west, NoData: true, Why: "no health rule had data, such as Search Errors in us-west-2: no data in the last 5m0s, taken as healthy (treatMissingData: notBreaching)"},
		{Application: "checkout", Region: west, Why: "AWS/CloudFront 5xxErrorRate was not read: its metric is in us-east-1, and a failover reads in us-west-2 alone"},
	}
	req.Inventory = &failover.Inventory{Complete: true, Applications: 2, Waves: []int{1}, At: req.Now, Unproven: unproven}
	answer := handle(t, h, req)
	r := readReport(t, world)
	if diff := cmp.Diff(unproven, r.Unproven); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(answer.Summary, ", 1 without health data") {
		t.Errorf("summary: %s", answer.Summary)
	}
	message := theMessage(t, world).Message
	for _, want := range []string{
		"Verified without all of their health rules in us-west-2 (2):\n- search: no health rule had data, such as Search Errors in us-west-2",
		"No metric shows that applications without health data serve their users: check that they do.\n",
	} {
		if !strings.Contains(message, want) {
			t.Errorf("the message lacks %q:\n%s", want, message)
		}
	}
}

// TestARuleThatWasNotReadNeedsNoAction where the others had data.
func TestARuleThatWasNotReadNeedsNoAction(t *testing.T) {
	h, world := newHandler(t, "checkout")
	promote(t, h, world, "checkout")
	req := request(failover.Completed)
	req.Inventory = &failover.Inventory{Complete: true, Applications: 1, Waves: []int{1}, At: req.Now, Unproven: []failover.Unproven{{Application: "checkout", Region: west, Why: "not read"}}}
	if answer := handle(t, h, req); strings.Contains(answer.Summary, "without health data") {
		t.Errorf("summary: %s", answer.Summary)
	}
	if message := theMessage(t, world).Message; strings.Contains(message, "check that they do") || !strings.Contains(message, "- checkout: not read") {
		t.Errorf("got:\n%s", message)
	}
}

// TestACompletedRunWithoutHealthDataNeedsAction: it must not say the opposite beside it.
func TestACompletedRunWithoutHealthDataNeedsAction(t *testing.T) {
	r := failover.Report{Outcome: failover.Completed, Run: failover.Run{Action: failover.Failback, From: west, To: east}, Target: east, Moved: []string{"search"}}
	if got := text(failover.DefaultPlan(), r, next{}, ""); !strings.Contains(got, "No action is needed.") {
		t.Errorf("with data:\n%s", got)
	}
	r.Unproven = []failover.Unproven{{Application: "search", Region: east, NoData: true, Why: "no data"}}
	if got := text(failover.DefaultPlan(), r, next{}, ""); strings.Contains(got, "No action is needed.") || !strings.Contains(got, "check that they do") {
		t.Errorf("without data:\n%s", got)
	}
}
