package statemachine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// The tests in this file assert what is asked of approvers, and what becomes of their answers.

func TestAQuestionSaysWhatIsAskedAndUntilWhen(t *testing.T) {
	r := play(t, machine(t), script{"Validate": {plan(stage(0), gated(1))}})
	got := r.calls["AwaitApproval"][0].(*failover.ApprovalRequest)
	second := gated(1)
	want := &failover.ApprovalRequest{
		Format: failover.Format,
		Op:     "approve", Token: got.Token, Run: theRun(), Gate: failover.BeforePromotion, Stage: &second,
		StagesDone: 1, Stages: 2, LagMillis: new(int64(800)), Until: got.Now.Add(30 * time.Minute), Now: got.Now,
		Digest:        failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforePromotion, Stage: 1, Configuration: configuration}.Digest(),
		Configuration: configuration,
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Token == "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
	r = play(t, machine(t), script{"Validate": {plan(gated(0))}, "Asking": {fails("Lambda.Unknown"), ok(map[string]any{})}})
	tries := r.calls["AwaitApproval"]
	if first, second := tries[0].(*failover.ApprovalRequest), tries[1].(*failover.ApprovalRequest); first.Try != 0 || second.Try != 1 || first.Token == second.Token {
		t.Errorf("asked again as try %d with token %q after %d with %q; want the next try with a token of its own", second.Try, second.Token, first.Try, first.Token)
	}
	r = play(t, machine(t), script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}})
	if got := r.calls["AwaitApproval"][0].(*failover.ApprovalRequest); got.Stage != nil || got.Gate != failover.BeforeStart || got.Digest != got.Question().Digest() {
		t.Errorf("before the start: %+v; want no stage, and the digest of its question", got)
	}
}

// A token says nothing of the run whose question the approver has seen: the item that the approver's command reads can be
// written over with another run's token. So a yes must name this run and this question.
func TestAYesToAnotherQuestionApprovesNothing(t *testing.T) {
	const other = "arn:aws:states:us-west-2:111122223333:execution:drover:harmless"
	own := failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforePromotion, Configuration: configuration}.Digest()
	validated := failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforePromotion, Configuration: "an0ther"}.Digest()
	start := failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforeStart, Configuration: configuration}.Digest()
	approves := func(run string) failover.OtherAnswer { return failover.OtherAnswer{Approved: true, Run: run} }
	for _, c := range []struct {
		name    string
		answer  any
		want    failover.OtherAnswer
		comment string
	}{
		{"of another run", failover.ApprovalAnswer{Approved: true, By: "alice", Run: other, Digest: own}, approves(other), ""},
		{"of this run at another gate", failover.ApprovalAnswer{Approved: true, By: "alice", Run: theRun().ARN, Digest: start}, approves(theRun().ARN), ""},
		{"of this run with another configuration", failover.ApprovalAnswer{Approved: true, By: "alice", Run: theRun().ARN, Digest: validated}, approves(theRun().ARN), ""},
		{"of this run without a digest", failover.ApprovalAnswer{Approved: true, By: "alice", Run: theRun().ARN}, approves(theRun().ARN), ""},
		{"with the token alone", map[string]any{"approved": true, "by": "alice", "comment": "go"}, approves(""), "go"},
		{"with a run that is no text", map[string]any{"approved": true, "by": "alice", "run": []string{other}}, approves(""), ""},
		{"a no to another run", failover.ApprovalAnswer{By: "alice", Run: other, Digest: own}, failover.OtherAnswer{Run: other}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := play(t, machine(t), script{"Validate": {plan(gated(0))}, "AwaitApproval": {ok(c.answer)}})
			got := r.calls["Notify"][0].(*failover.NotifyRequest)
			notApproved := []failover.StepFailure{{State: "AwaitApproval", Wave: 1, Error: "NotApproved"}}
			if diff := cmp.Diff(notApproved, got.Failures); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
			asked := r.calls["AwaitApproval"][0].(*failover.ApprovalRequest).Now
			want := []failover.Decision{{Gate: failover.BeforePromotion, AskedAt: asked, By: "alice", Comment: c.comment, Answer: &c.want}}
			if diff := cmp.Diff(want, got.Decisions); diff != "" || len(r.calls["PromoteDatabase"]) > 0 {
				t.Errorf("%d promotions; decisions (-want +got):\n%s", len(r.calls["PromoteDatabase"]), diff)
			}
		})
	}
}

func TestNotifyGetsWhoHasRejectedAndWhy(t *testing.T) {
	const bob = "arn:aws:sts::111122223333:assumed-role/oncall/bob"
	for _, c := range []struct {
		name   string
		answer answer
		want   failover.Decision
	}{
		{"a rejection", no, failover.Decision{By: "bob", Comment: "not now"}},
		{"by an identity of AWS", ok(failover.ApprovalAnswer{By: bob, Comment: "not now"}), failover.Decision{By: bob, Comment: "not now"}},
		{"without a comment", ok(failover.ApprovalAnswer{By: "bob"}), failover.Decision{By: "bob"}},
		{"without a name", ok(map[string]any{"approved": false}), failover.Decision{}},
		{"an answer without fields", ok("yes"), failover.Decision{}},
		{"a failed task", fails(failover.NotApproved), failover.Decision{Error: "NotApproved", Cause: "too risky"}},
		{"a failed task with a name of its own", fails("NotToday"), failover.Decision{Error: "NotToday", Cause: "too risky"}},
		{"no answer", silence, failover.Decision{Error: "States.Timeout"}},
	} {
		r := play(t, machine(t), script{"Validate": {plan(gated(0))}, "AwaitApproval": {c.answer}})
		c.want.Gate, c.want.AskedAt = failover.BeforePromotion, r.calls["AwaitApproval"][0].(*failover.ApprovalRequest).Now
		notApproved := []failover.StepFailure{{State: "AwaitApproval", Wave: 1, Error: "NotApproved"}}
		closing, got := r.calls["CloseRun"][0].(*failover.CloseRequest), r.calls["Notify"][0].(*failover.NotifyRequest)
		if diff := cmp.Diff(notApproved, got.Failures) + cmp.Diff(notApproved, closing.Failures); diff != "" {
			t.Errorf("%s: failures (-want +got):\n%s", c.name, diff)
		}
		want := []failover.Decision{c.want}
		if diff := cmp.Diff(want, got.Decisions) + cmp.Diff(want, closing.Decisions); diff != "" {
			t.Errorf("%s: decisions (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestNotifyGetsWhoHasApprovedWhat(t *testing.T) {
	yes := ok(failover.ApprovalAnswer{Approved: true, By: "alice", How: failover.APISigner, Comment: "go"})
	r := play(t, machine(t), script{
		"Validate":      {planOf(theRun(gate(failover.BeforeStart)), gated(0), gated(1))},
		"AwaitApproval": {yes, no},
	})
	asked := func(call int) time.Time { return r.calls["AwaitApproval"][call].(*failover.ApprovalRequest).Now }
	want := []failover.Decision{
		{Gate: failover.BeforeStart, AskedAt: asked(0), Approved: true, By: "alice", How: failover.APISigner, Comment: "go"},
		{Gate: failover.BeforePromotion, AskedAt: asked(1), By: "bob", Comment: "not now"},
	}
	if diff := cmp.Diff(want, r.calls["Notify"][0].(*failover.NotifyRequest).Decisions); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
}
