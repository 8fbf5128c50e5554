package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/wording"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// waits starts the run r1, which asks before its start, and does what Notify does with the question.
func (s *scene) waits() registry.Approval {
	s.t.Helper()
	percent := 100
	s.says("Validate", failover.ValidateAnswer{
		Verdict: failover.Proceed, Findings: []failover.Finding{}, Summary: "failover of 1 application",
		Stages: []failover.Stage{{Wave: 1, From: east, To: west, Percent: &percent, Batches: 1, SettleSeconds: 5, Attempts: 3, Passes: 1, VerifySeconds: 24}},
		Run: failover.Run{
			ID: "r1", ARN: executionARN, Action: failover.Failover, From: east, To: west, StartedAt: start, Since: start,
			Approval: failover.BeforeStart, ApprovalSeconds: 1800,
		},
	})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(10 * time.Second)
	var req failover.ApprovalRequest
	s.must(json.Unmarshal(s.lastPayload("AwaitApproval"), &req))
	asked := registry.Approval{Run: "r1", Token: req.Token, Region: west, Gate: string(req.Gate), Asked: req.Now, Until: req.Until, Notified: true,
		Execution: req.Run.ARN, Phase: req.Run.Phase, Digest: req.Digest}
	s.must(s.store.PutApproval(s.t.Context(), asked))
	s.pass(10 * time.Second) // the other Region's replica has it too
	return asked
}

// lastPayload is what a state of the only run has last handed to its function.
func (s *scene) lastPayload(state string) []byte {
	s.t.Helper()
	invocations := slices.Clone(s.world.Executions()[0].Invocations)
	slices.Reverse(invocations)
	for _, i := range invocations {
		if i.State == state {
			return i.Payload
		}
	}
	s.t.Fatalf("%s has called no function", state)
	return nil
}

// approve sends an answer to the run r1.
func (s *scene) approve(body string) response {
	s.t.Helper()
	return s.ask("POST", "/runs/r1/approval", body)
}

// notified is what Notify is asked at the run's end.
func (s *scene) notified() failover.NotifyRequest {
	s.t.Helper()
	var req failover.NotifyRequest
	s.must(json.Unmarshal(s.lastPayload("Notify"), &req))
	return req
}

// reasons are those of the run's end, in words.
func (s *scene) reasons() []string {
	s.t.Helper()
	req := s.notified()
	return wording.Reasons(req.Run, req.Failed(), req.MoreFailures, req.Decisions)
}

func TestAnApprovedRunGoesOn(t *testing.T) {
	s := newScene(t)
	s.waits()
	if run := s.show("r1"); run.State != "AwaitApproval" || run.Status != "RUNNING" {
		t.Fatalf("before the answer: %+v", run)
	}
	var got Answered
	decode(t, s.approve(`{"approved": true, "comment": "lag is 200 ms"}`), 200, "application/json", &got)
	want := Answered{
		Run: "r1", Region: west, Gate: "before-start", Links: Links{Self: "/runs/r1"},
		ApprovalAnswer: failover.ApprovalAnswer{Approved: true, By: caller, How: failover.APISigner, Comment: "lag is 200 ms"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	s.pass(time.Minute)
	if run := s.show("r1"); run.Outcome != failover.Completed {
		t.Errorf("after the answer: %+v", run)
	}
}

func TestARejectedRunTurnsBackAndSaysWhoRejectedIt(t *testing.T) {
	s := newScene(t)
	s.waits()
	if res := s.approve(`{"approved": false, "comment": "not on a Friday"}`); res.StatusCode != http.StatusOK {
		t.Fatalf("answer %d %s", res.StatusCode, res.Body)
	}
	s.says("Notify", failover.NotifyAnswer{Outcome: failover.Refused, Summary: "Refused"})
	s.pass(time.Minute)
	if run := s.show("r1"); run.Outcome != failover.Refused {
		t.Errorf("run %+v", run)
	}
	want := []string{"before-start: rejected by assumed-role/oncall/ada: not on a Friday"}
	if diff := cmp.Diff(want, s.reasons()); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// Whoever may write the registry can put one run's question under another run's key.
func TestAnotherRunsQuestionIsNotAnswered(t *testing.T) {
	s := newScene(t)
	planted := s.waits()
	planted.Run = "harmless"
	s.must(s.store.PutApproval(s.t.Context(), planted))
	p := problemIn(t, s.ask("POST", "/runs/harmless/approval", `{"approved": true}`), 409)
	if !strings.HasSuffix(p.Type, "#not-its-question") || !strings.Contains(p.Detail, "it names "+executionARN) || !strings.Contains(p.Next, "CloudTrail") {
		t.Errorf("problem %+v", p)
	}
	if calls := s.calls(); slices.Contains(calls, "SendTaskSuccess") {
		t.Errorf("calls %v; want no answer", calls)
	}
}

// The machine is the plan's, and not the one that the item names.
func TestAQuestionOfAnotherMachineIsNotAnswered(t *testing.T) {
	for name, execution := range map[string]string{
		"another plan's":    strings.Replace(executionARN, ":drover:", ":shop:", 1),
		"another account's": strings.Replace(executionARN, account, "999999999999", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			planted := s.waits()
			planted.Execution = execution
			planted.Digest = planted.Question().Digest()
			s.must(s.store.PutApproval(s.t.Context(), planted))
			p := problemIn(t, s.approve(`{"approved": true}`), 409)
			if !strings.HasSuffix(p.Type, "#not-its-question") || !strings.Contains(p.Detail, "it names "+execution+"; expected "+executionARN) {
				t.Errorf("problem %+v", p)
			}
		})
	}
}

// What agrees with the key may still have another run's token.
func TestAnotherRunsTokenApprovesNothing(t *testing.T) {
	s := newScene(t)
	planted := s.waits()
	planted.Run, planted.Execution = "harmless", strings.Replace(executionARN, ":r1", ":harmless", 1)
	planted.Digest = planted.Question().Digest()
	s.must(s.store.PutApproval(s.t.Context(), planted))
	s.ask("POST", "/runs/harmless/approval", `{"approved": true}`)
	s.pass(time.Minute)
	got := strings.Join(s.reasons(), "")
	if outcome := s.notified().Outcome; outcome != failover.Refused || !strings.Contains(got, "not approved by assumed-role/oncall/ada: the answer approves run harmless in us-west-2, not this run") {
		t.Errorf("outcome %s, reasons %s", outcome, got)
	}
}

// During an outage only one Region's API may be there, and the registry is in both.
func TestTheAPIOfTheOtherRegionTakesTheAnswerToo(t *testing.T) {
	s := newScene(t)
	s.waits()
	s.wireIn(east)
	var got Answered
	decode(t, s.approve(`{"approved": true}`), 200, "application/json", &got)
	if got.Region != west {
		t.Errorf("answered in %s; want %s", got.Region, west)
	}
	s.pass(time.Minute)
	if e := s.world.Executions()[0]; e.Status != "SUCCEEDED" {
		t.Errorf("the run is %s", e.Status)
	}
}

func TestAnAnswerThatComesTooLateIsAConflict(t *testing.T) {
	const yes = `{"approved": true}`
	cases := []struct {
		name   string
		before func(*scene)
	}{
		{"after another answer", func(s *scene) { s.approve(`{"approved": false}`) }},
		{"after its time", func(s *scene) { s.pass(time.Hour) }},
		{"after the run", func(s *scene) { s.must(s.store.EndApproval(s.t.Context(), "r1", west)) }},
		{"to an unknown task", func(s *scene) {
			s.world.Inject(fakeaws.Fault{Service: "states", Error: &fakeaws.APIError{Code: "TaskDoesNotExist", Status: 400}})
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			asked := s.waits()
			c.before(s)
			p := problemIn(t, s.approve(yes), 409)
			if !strings.HasSuffix(p.Type, "#too-late") || !strings.Contains(p.Detail, formatTime(asked.Until)) || !strings.Contains(p.Next, "GET /runs/r1") {
				t.Errorf("problem %+v", p)
			}
		})
	}
}

func TestARunThatAsksNothingIsNotAnswered(t *testing.T) {
	s := newScene(t)
	p := problemIn(t, s.approve(`{"approved": true}`), 404)
	if !strings.HasSuffix(p.Type, "#not-waiting") || !strings.Contains(p.Next, "GET /runs/r1") {
		t.Errorf("problem %+v", p)
	}
	if calls := s.calls(); slices.Contains(calls, "SendTaskSuccess") {
		t.Errorf("calls %v; want no answer", calls)
	}
}

func TestAnAnswerThatAWSDoesNotTakeMayBeSentAgain(t *testing.T) {
	cases := []struct {
		fault  fakeaws.Fault
		status int
	}{
		{fakeaws.Fault{Service: "states", Error: &fakeaws.APIError{Code: "ThrottlingException", Status: 400}}, 429},
		{fakeaws.Fault{Service: "states", Error: &fakeaws.APIError{Code: "InternalFailure", Status: 500}}, 503},
		{fakeaws.Fault{Service: "dynamodb", Error: &fakeaws.APIError{Code: "InternalServerError", Status: 500}}, 503},
	}
	for _, c := range cases {
		t.Run(c.fault.Service+" "+c.fault.Error.Code, func(t *testing.T) {
			s := newScene(t)
			s.waits()
			remove := s.world.Inject(c.fault)
			problemIn(t, s.approve(`{"approved": true}`), c.status)
			remove()
			if res := s.approve(`{"approved": true}`); res.StatusCode != http.StatusOK {
				t.Errorf("again: %d %s", res.StatusCode, res.Body)
			}
		})
	}
}

func TestAnAnswerToARunIsReadStrictly(t *testing.T) {
	cases := []struct {
		body   string
		status int
		says   string
	}{
		{`{}`, 400, "approved: missing; expected true or false"},
		{`{"comment": "go"}`, 400, "approved: missing"},
		{`{"approved": null}`, 400, "approved: missing"},
		{`{"approved": false, "approved": true}`, 400, "approved: is there twice"},
		{`{"Approved": true}`, 400, `unknown field "Approved"`},
		{`{"approved": 1, "comment": 2}`, 400, "approved: 1; expected true or false; comment: 2; expected a string"},
		{`{"approve": true}`, 400, `unknown field "approve"`},
		{`{"approved": true, "aproved": false}`, 400, `unknown field "aproved"`},
		{`{"approved": true, "by": "the queen"}`, 400, `unknown field "by"`},
		{`{"approved": "yes"}`, 400, `approved: "yes"; expected true or false`},
		{`{"approved": true} {"approved": false}`, 400, "not JSON at character 20"},
		{``, 400, "empty; expected a JSON object"},
		{`{"approved": true, "comment": "` + strings.Repeat("é", 501) + `"}`, 400, "501 characters; expected at most 500"},
		{`{"approved": true, "comment": "` + strings.Repeat("x", maxBody) + `"}`, 413, "bytes"},
	}
	s := newScene(t)
	s.waits()
	for _, c := range cases {
		p := problemIn(t, s.approve(c.body), c.status)
		if !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s: %q does not say %q", c.body, p.Detail, c.says)
		}
	}
	if calls := s.calls(); slices.Contains(calls, "SendTaskSuccess") {
		t.Errorf("calls %v; want no answer", calls)
	}
	problemIn(t, s.ask("POST", "/runs/a:b/approval", `{"approved": true}`), 404)
}
