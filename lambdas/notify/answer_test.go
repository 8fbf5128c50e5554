package notify

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

func TestReasonsOfTheStateMachineReadWell(t *testing.T) {
	for said, want := range map[string]string{
		"before-start: not approved by kim: not today":     "before-start: not approved by kim: not today",
		"before-start: no approver answered in time":       "before-start: no approver answered in time",
		"VerifyHealth could not look: Sandbox.Timedout":    "VerifyHealth could not look: it did not answer in time",
		"the rollback could not be planned: Denied":        "the rollback could not be planned: it lacks a permission",
		"the return-rollback could not be planned: Denied": "the return-rollback could not be planned: it lacks a permission",
		"checkout: Application is down: Denied":            "checkout: Application is down: Denied",
	} {
		if got := legible(said, nil); got != want {
			t.Errorf("%q\ngot  %s\nwant %s", said, got, want)
		}
	}
}

func TestWhoFailsTheTaskHasAnswered(t *testing.T) {
	for _, tt := range []struct {
		name    string
		failure failover.StepFailure
		want    []string
	}{
		{"with a name and a cause", failover.StepFailure{State: "AwaitApproval", Error: "NotToday", Cause: "the batch is running"},
			[]string{"before-start: somebody said no: NotToday, the batch is running"}},
		{"with a cause alone", failover.StepFailure{State: "AwaitApproval", Cause: "the batch is running"},
			[]string{"before-start: somebody said no: the batch is running"}},
		{"with nothing", failover.StepFailure{State: "AwaitApproval"}, []string{"before-start: somebody said no"}},
		{"nobody, for the question was denied", failover.StepFailure{State: "AwaitApproval", Error: "Denied", Cause: `{"errorMessage":"could not publish"}`},
			[]string{"AwaitApproval lacks a permission: it could not publish.", "before-start: nobody could be asked"}},
		{"nobody, for the function died", failover.StepFailure{State: "AwaitApproval", Error: "Runtime.ExitError"},
			[]string{"AwaitApproval died while it ran.", "before-start: nobody could be asked"}},
	} {
		req := request(failover.Refused)
		req.Failure, req.Reasons = &tt.failure, []string{"before-start: nobody could be asked"}
		req.Decisions = []failover.Decision{{Gate: failover.BeforeStart, Comment: "nobody could be asked"}}
		if diff := cmp.Diff(tt.want, reasons(req)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		wantComment := strings.TrimPrefix(tt.want[len(tt.want)-1], "before-start: ")
		if got := decisions(req)[0].Comment; got != wantComment || req.Decisions[0].Comment != notAsked {
			t.Errorf("%s: the decision says %q; want %q", tt.name, got, wantComment)
		}
	}
}

func TestTheSameReasonIsSaidOnce(t *testing.T) {
	failure := &failover.StepFailure{State: "VerifyHealth", Error: "Sandbox.Timedout"}
	req := drillRequest(failover.Held, failover.Rollback, failover.PhaseEnd{Stages: 1, Failure: failure, Reasons: []string{"checkout: unhealthy"}})
	req.Failure, req.Reasons = failure, []string{"checkout: unhealthy"}
	want := []string{"VerifyHealth did not answer in time.", "checkout: unhealthy"}
	if diff := cmp.Diff(want, reasons(req)); diff != "" {
		t.Errorf("reasons (-want +got)\n%s", diff)
	}
}
