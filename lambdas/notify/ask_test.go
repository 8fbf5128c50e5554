package notify

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/google/go-cmp/cmp"
)

// approvalRequest is that of a gradual switchover before its promotion.
func approvalRequest(token string) failover.ApprovalRequest {
	run := sampleRun()
	run.Action, run.Approval, run.Reason = failover.Switchover, failover.BeforePromotion, "rehearsal"
	all := 100
	req := failover.ApprovalRequest{
		Op: "approve", Token: token, Run: run, Gate: failover.BeforePromotion,
		Stage:      &failover.Stage{Index: 2, Wave: 1, From: east, To: west, Percent: &all, Promote: true, Approve: true},
		StagesDone: 2, Stages: 3, LagMillis: new(int64(900)), Now: outage.Add(3 * time.Minute), Until: outage.Add(33 * time.Minute),
	}
	req.Configuration = "c0nfigurati0"
	req.Digest = req.Question().Digest()
	return req
}

func ask(t *testing.T, h Handler, req failover.ApprovalRequest) {
	t.Helper()
	if answer, err := h.Ask(t.Context(), req); err != nil || !answer.Notified {
		t.Fatalf("got %+v, %v; want notified", answer, err)
	}
}

func TestTextOfAnApprovalBeforePromotion(t *testing.T) {
	h, world := newHandler(t)
	ask(t, h, approvalRequest("token-1"))
	want := `
Approval needed by 03:33:00 UTC: switchover to us-west-2 waits to promote databases

Requested: to promote the databases of wave 1 in us-west-2 (stage 3 of 3); after that, only another promotion moves them back
Done: 2 stages verified; 100 % of the traffic of wave 1 goes to us-west-2
Data: replication lag 0.9 s; a planned promotion waits until it is 0, so no writes are lost
Time: the run can take up to 1h0m0s, more than the target RTO of 10m0s

To approve:
  drover approve run-1 --region us-west-2
To reject (the run is rolled back):
  drover reject run-1 --region us-west-2
Without an answer by 03:33:00 UTC the request is rejected.

Without drover (to reject, write false instead of true):
  aws stepfunctions send-task-success --region us-west-2 --task-output '{"approved":true,"by":"me","comment":"","run":"arn:aws:states:us-west-2:111122223333:execution:drover:run-1","digest":"9bc8886d997c3f908b5f3080923def7f65dde6bb656c4cb0dd1f67d54c757e94"}' --task-token "$(aws dynamodb get-item --consistent-read --region us-west-2 --table-name registry --key '{"pk":{"S":"approvals"},"sk":{"S":"run-1#us-west-2"}}' --query Item.token.S --output text)"
The digest of this request is 9bc8886d997c: drover approve and drover reject print the same one.

Reason: rehearsal
Run run-1, plan drover
`[1:]
	m := theMessage(t, world)
	if diff := cmp.Diff(want, m.Message); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
	if want := "drover: Approval needed by 03:33:00 UTC: switchover to us-west-2 waits to promote databases"; m.Subject != want {
		t.Errorf("subject\ngot  %s\nwant %s", m.Subject, want)
	}
	if strings.Contains(m.Message, "token-1") {
		t.Error("the message has the token; not everyone who reads it may approve")
	}
}

func TestARequestSaysWhatAnApprovalDoes(t *testing.T) {
	start := func(req *failover.ApprovalRequest) {
		req.Gate, req.Stage, req.StagesDone = failover.BeforeStart, nil, 0
	}
	for _, tt := range []struct {
		name   string
		change func(*failover.ApprovalRequest)
		want   []string
	}{
		{"a failover before the promotion", func(req *failover.ApprovalRequest) {
			req.Run.Action, req.Run.BoundSeconds, req.Run.TakenOverFrom = failover.Failover, 600, "run-0"
		}, []string{"about as many seconds of the last writes are lost", "To reject (moved applications stay, and the run ends Held)", "This run took over the lock of run run-0"}},
		{"an override of a safety rule", func(req *failover.ApprovalRequest) {
			req.Run.Action, req.Run.OverrideSafetyRules = failover.Failover, []string{"arn:rule"}
		}, []string{"Overrides: arn:rule\n"}},
		{"a failover without a measurement", func(req *failover.ApprovalRequest) {
			req.Run.Action, req.LagMillis = failover.Failover, nil
		}, []string{"Data: no replication lag was measured; writes that are not replicated are lost"}},
		{"before the start, of all", start, []string{
			"waits to start", "Requested: to move all applications, in 3 stages", "Done: nothing; nothing was changed", "To reject (nothing is changed)",
		}},
		{"before the start, of some", func(req *failover.ApprovalRequest) {
			start(req)
			req.Run.Applications, req.Stages = []string{"checkout", "search"}, 1
		}, []string{"Requested: to move checkout, search, in 1 stage\n"}},
		{"database first, all waves at once", func(req *failover.ApprovalRequest) {
			req.Stage.Percent, req.Stage.Wave, req.StagesDone = nil, 0, 0
		}, []string{"the databases of all waves", "Done: the traffic of all waves has not moved"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, world := newHandler(t)
			req := approvalRequest("token-1")
			tt.change(&req)
			ask(t, h, req)
			for _, want := range tt.want {
				if got := theMessage(t, world).Message; !strings.Contains(got, want) {
					t.Errorf("the message lacks %q:\n%s", want, got)
				}
			}
		})
	}
}

func TestCommandsNameAPlanThatIsNotTheDefaultOne(t *testing.T) {
	h, world := newHandler(t)
	h.Plan.Name, h.Plan.Standby = "shop", "us-east-2"
	ask(t, h, approvalRequest("token-1"))
	if want, got := "  drover approve run-1 --region us-west-2 --plan shop\n", theMessage(t, world).Message; !strings.Contains(got, want) {
		t.Errorf("the message lacks %q:\n%s", want, got)
	}
}

func TestTheTokenIsKeptWithTheRun(t *testing.T) {
	h, world := newHandler(t, "checkout")
	req := approvalRequest("token-1")
	ask(t, h, req)
	want := registry.Approval{
		Run: "run-1", Token: "token-1", Region: west, Gate: "before-promotion", Asked: req.Now, Until: req.Until, Notified: true,
		Execution: req.Run.ARN, Phase: failover.Outbound, Stage: 2, Digest: req.Digest, Configuration: "c0nfigurati0",
	}
	got, err := h.Registry.Approval(t.Context(), "run-1", west)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	end := request(failover.Completed)
	end.Run = req.Run
	handle(t, h, end)
	ask(t, h, req) // a late repetition
	want.Over = true
	if got, err = h.Registry.Approval(t.Context(), "run-1", west); err != nil || got != want {
		t.Errorf("after the end: got %+v, %v; want %+v", got, err, want)
	}
	if got := len(world.Messages()); got != 2 {
		t.Errorf("got %d messages; want the question and the result", got)
	}
}

func TestTheSameQuestionIsAskedOnce(t *testing.T) {
	h, world := newHandler(t)
	ask(t, h, approvalRequest("token-1"))
	ask(t, h, approvalRequest("token-1"))
	theMessage(t, world)
	next := approvalRequest("token-2")
	next.Now = next.Now.Add(time.Minute)
	ask(t, h, next)
	ask(t, h, approvalRequest("token-1")) // the first one again, late
	if got := len(world.Messages()); got != 2 {
		t.Errorf("got %d messages; want a second one for the second question", got)
	}
}

func TestAnEarlierTryToAskDoesNotComeAfterALaterOne(t *testing.T) {
	h, world := newHandler(t)
	first, second := approvalRequest("token-1"), approvalRequest("token-2")
	second.Try = 1
	ask(t, h, second)
	ask(t, h, first)
	theMessage(t, world)
	if got, err := h.Registry.Approval(t.Context(), "run-1", west); err != nil || got.Token != "token-2" {
		t.Errorf("the token is %q, %v; want that of the later try", got.Token, err)
	}
}

func TestARequestThatWasNotSentIsSentAgain(t *testing.T) {
	h, world := newHandler(t)
	remove := world.Inject(fakeaws.Fault{Operation: "Publish", Times: 1, Error: serverError})
	if _, err := h.Ask(t.Context(), approvalRequest("token-1")); entry.ConditionOf(err) != failover.Unreachable {
		t.Fatalf("got %v; want Unreachable", err)
	}
	remove()
	ask(t, h, approvalRequest("token-1"))
	theMessage(t, world)
}

func TestARequestThatCannotBeAnsweredIsNotSent(t *testing.T) {
	h, world := newHandler(t)
	world.Inject(fakeaws.Fault{Operation: "PutItem", Error: &fakeaws.APIError{Code: "ThrottlingException", Status: 400, Message: "Rate exceeded"}})
	if _, err := h.Ask(t.Context(), approvalRequest("token-1")); entry.ConditionOf(err) != failover.Throttled {
		t.Errorf("got %v; want Throttled", err)
	}
	req := approvalRequest("token-1")
	req.Run.ARN = "arn:aws:states"
	if _, err := h.Ask(t.Context(), req); entry.ConditionOf(err) != failover.Rejected {
		t.Errorf("got %v; want Rejected", err)
	}
	if got := len(world.Messages()); got != 0 {
		t.Errorf("got %d messages; want none", got)
	}
}

func TestHandlePlaysTheOperationOfTheEvent(t *testing.T) {
	h, _ := newHandler(t)
	for _, tt := range []struct {
		event any
		want  any
	}{
		{approvalRequest("token-1"), AskAnswer{Notified: true}},
		{request(failover.Refused), failover.NotifyAnswer{
			Outcome: failover.Refused, Summary: "Refused: failover to us-west-2, nothing was changed", Notified: true,
			Report: "s3://reports/runs/run-1/report.json", RTOSeconds: 432,
		}},
	} {
		event, err := json.Marshal(tt.event)
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.Handle(t.Context(), event)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
	for _, event := range []string{`{"op":"shout"}`, `[]`, `{"op":"approve","stage":"first"}`, `{"run":7}`} {
		if _, err := h.Handle(t.Context(), json.RawMessage(event)); entry.ConditionOf(err) != failover.Rejected {
			t.Errorf("%s: got %v; want Rejected", event, err)
		}
	}
}
