package wording

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

const (
	own   = "arn:aws:states:us-west-2:111122223333:execution:drover:run-1"
	other = "arn:aws:states:us-west-2:111122223333:execution:drover:harmless"
)

var run = failover.Run{ID: "run-1", ARN: own}

func TestADecisionSaysWhoHasRejectedAndWhy(t *testing.T) {
	const noRun = "the answer approves no run by its ARN; expected the ARN of this run and the digest of the question, as in the command of the message"
	for _, c := range []struct {
		name          string
		d             failover.Decision
		line, comment string
	}{
		{"a rejection", failover.Decision{By: "bob", Comment: "not now"}, "before-start: rejected by bob: not now", "not now"},
		{"by an identity of AWS", failover.Decision{By: "arn:aws:sts::111122223333:assumed-role/oncall/bob", Comment: "not now"},
			"before-start: rejected by assumed-role/oncall/bob: not now", "not now"},
		{"without a comment", failover.Decision{By: "bob"}, "before-start: rejected by bob", ""},
		{"without a name", failover.Decision{}, "before-start: rejected", ""},
		{"no answer", failover.Decision{Error: "States.Timeout"}, "before-start: no approver answered in time", "no approver answered in time"},
		{"a failed task", failover.Decision{Error: "NotApproved", Cause: "too risky"}, "before-start: rejected: too risky", "too risky"},
		{"a failed task with a name of its own", failover.Decision{Error: "NotToday", Cause: "the batch is running"},
			"before-start: rejected: NotToday, the batch is running", "NotToday, the batch is running"},
		{"a request that was denied", failover.Decision{Error: "Denied", Cause: `{"errorMessage":"could not publish to the topic"}`},
			"before-start: the request for approval was not sent: Notify was denied a permission: could not publish to the topic",
			"the request for approval was not sent: Notify was denied a permission: could not publish to the topic"},
		{"a function that crashed", failover.Decision{Error: "Runtime.ExitError", Cause: `{"errorMessage":"RequestId: 1"}`},
			"before-start: the request for approval was not sent: Notify crashed", "the request for approval was not sent: Notify crashed"},
		{"for another run", failover.Decision{By: "alice", Answer: &failover.OtherAnswer{Approved: true, Run: other}},
			"before-start: not approved by alice: the answer approves run harmless in us-west-2, not this run", "the answer approves run harmless in us-west-2, not this run"},
		{"against another run", failover.Decision{By: "alice", Answer: &failover.OtherAnswer{Run: other}},
			"before-start: not approved by alice: the answer rejects run harmless in us-west-2, not this run", "the answer rejects run harmless in us-west-2, not this run"},
		{"for another question", failover.Decision{By: "alice", Answer: &failover.OtherAnswer{Approved: true, Run: own}},
			"before-start: not approved by alice: the answer approves another question of this run", "the answer approves another question of this run"},
		{"for no run", failover.Decision{By: "alice", Answer: &failover.OtherAnswer{Approved: true}}, "before-start: not approved by alice: " + noRun, noRun},
	} {
		c.d.Gate = failover.BeforeStart
		if got := NotApproved(run, c.d); got != c.line {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, got, c.line)
		}
		want := failover.Decision{Gate: failover.BeforeStart, By: c.d.By, Error: c.d.Error, Comment: c.comment}
		if diff := cmp.Diff([]failover.Decision{want}, Decisions(run, []failover.Decision{c.d})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestReasonsWordWhatFailedInItsOrder(t *testing.T) {
	failures := []failover.StepFailure{
		{State: "UpdateRegistry", Wave: 2, Error: "Rejected", Cause: `{"errorMessage":"could not write application shop: it is gone"}`},
		{State: "VerifyHealth", Wave: 3, Cause: "checkout: 20 % served"},
		{State: "VerifyHealth", Wave: 3, Cause: "checkout: 20 % served"},
		{State: "AwaitApproval", Wave: 4, Error: "NotApproved"},
		{State: "PlanPhase", Phase: failover.Rollback, Error: "Denied"},
		{State: "PlanPhase", Phase: failover.Return, Cause: "The replication lag is 40 s; expected at most 10 s."},
	}
	decisions := []failover.Decision{{Gate: failover.BeforeStart, Approved: true}, {Gate: failover.BeforePromotion, By: "bob"}}
	want := []string{
		"UpdateRegistry (wave 2) was rejected: could not write application shop: it is gone.",
		"checkout: 20 % served",
		"before-promotion: rejected by bob",
		"PlanPhase (rollback) was denied a permission.",
		"The replication lag is 40 s; expected at most 10 s.",
		"3 more failures are not listed: see the output of the states in Step Functions",
	}
	if diff := cmp.Diff(want, Reasons(run, failures, 3, decisions)); diff != "" {
		t.Errorf("reasons (-want +got)\n%s", diff)
	}
	if got := Reasons(run, nil, 0, nil); got == nil || len(got) != 0 {
		t.Errorf("got %#v; want an empty list", got)
	}
}
