package statemachine

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// The tests in this file are about the end of a run whose notification cannot be sent.

// cannotBeInvoked are the errors with which Lambda refuses an invocation.
var cannotBeInvoked = []failover.Condition{"Lambda.ResourceNotFoundException", "Lambda.AWSLambdaException", "Lambda.TooManyRequestsException"}

func TestARunWhoseNotificationIsNotOutSaysSoInAMetric(t *testing.T) {
	for _, e := range cannotBeInvoked {
		r := play(t, machine(t), script{"Notify": {fails(e)}})
		calls := r.calls["NotNotified"]
		if len(calls) != 1 || r.Path()[len(r.Path())-1] != "Completed" {
			t.Fatalf("%s: %d metrics, ended in %v", e, len(calls), r.Path())
		}
		got := calls[0].(*failover.NotNotifiedRequest)
		want := &failover.NotNotifiedRequest{
			Format: failover.Format, Op: "not-notified", Run: theRun(), Outcome: failover.Completed, Now: got.Now,
			Failure: &failover.StepFailure{State: "Notify", Error: string(e), Cause: caught(e)},
		}
		if diff := cmp.Diff(want, got); diff != "" || got.Now.IsZero() {
			t.Errorf("%s (-want +got):\n%s", e, diff)
		}
	}
}

// TestARunWithoutNotificationAndMetricDoesNotSucceed: the alarm on failed executions needs no function.
func TestARunWithoutNotificationAndMetricDoesNotSucceed(t *testing.T) {
	skipped := ok(failover.ValidateAnswer{Verdict: failover.Skip, Run: theRun(), Notify: true, Summary: "skipped: the alarm is suppressed"})
	for _, e := range cannotBeInvoked {
		gone := fails(e)
		for end, s := range map[string]script{
			"Held":       {"Notify": {gone}, "NotNotified": {gone}},
			"RolledBack": {"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {finds(failover.Failed), finds(failover.Passed)}, "Notify": {gone}, "NotNotified": {gone}},
			"Refused":    {"Validate": {skipped}, "NotifyRefused": {gone}, "NotNotified": {gone}},
		} {
			r := play(t, machine(t), s)
			if r.Error() != end || len(r.calls["NotNotified"]) != 2 || !strings.Contains(r.Cause(), "notification and its alarm could not be sent") {
				t.Errorf("%s: ended %s %s after %d tries: %s; want %s", e, r.Status(), r.Error(), len(r.calls["NotNotified"]), r.Cause(), end)
			}
		}
	}
}

func TestANotificationThatCannotBeSentChangesNoVerdict(t *testing.T) {
	m := machine(t)
	for verdict, end := range map[failover.Verdict]string{failover.Refuse: "Refused", failover.Skip: "Completed", failover.NothingToMove: "Completed"} {
		for _, tt := range []struct {
			name  string
			gets  answer
			calls int
		}{
			{"throttled", fails(failover.Throttled), 1 + failover.StepRetries},
			{"rejected", fails(failover.Rejected), 1},
			{"silent", silence, 1 + failover.StepRetries},
		} {
			r := play(t, m, script{
				"Validate":      {ok(failover.ValidateAnswer{Verdict: verdict, Notify: true, Summary: "why", Next: "drover start check"})},
				"NotifyRefused": {tt.gets},
			})
			if got := r.Path()[len(r.Path())-1]; got != end || len(r.calls["NotifyRefused"]) != tt.calls || len(r.calls["NotNotified"]) != 1 {
				t.Errorf("%s, %s: ended in %s after %d tries, and %d metrics; want %s after %d, and one", verdict, tt.name,
					got, len(r.calls["NotifyRefused"]), len(r.calls["NotNotified"]), end, tt.calls)
			}
			if req := r.calls["NotNotified"][0].(*failover.NotNotifiedRequest); req.Summary != "why" || req.Failure.State != "NotifyRefused" {
				t.Errorf("%s: the metric is asked for with %+v", verdict, req)
			}
			if end == "Refused" && r.Cause() != "the notification could not be sent" {
				t.Errorf("%s: the cause is %q; want what UpdateRegistry has answered", verdict, r.Cause())
			}
			if req := r.calls["NotifyRefused"][0].(*failover.RefusedRequest); req.Verdict != verdict || req.Summary != "why" || req.Next != "drover start check" {
				t.Errorf("%s: asked with %+v", verdict, req)
			}
			if bound := failover.Bound(failover.Run{}, nil, nil, nil, nil); r.took > bound {
				t.Errorf("%s, %s: took %v; want at most %v", verdict, tt.name, r.took, bound)
			}
		}
	}
}
