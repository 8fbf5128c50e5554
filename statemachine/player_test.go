package statemachine

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// run is one execution of the definition and what the steps were asked.
type run struct {
	*asl.Execution
	took  time.Duration
	calls map[string][]any
	// order are all calls, and the answers of approvers, one after the other.
	order []played
	// asked counts the calls that ask approvers.
	asked int
	// healthySince is when the checks that are healthy now began to be so.
	healthySince time.Time
}

// played is one call of a step with its request, or the answer of an approver.
type played struct {
	state    string
	request  any
	approved bool
}

// keepsStreak says in a healthy check since when the stage has been healthy.
func (r *run) keepsStreak(a answer, asked any) answer {
	found, isCheck := a.result.(failover.VerifyAnswer)
	if !isCheck {
		return a
	}
	if found.Healthy == 0 {
		r.healthySince = time.Time{}
		return a
	}
	if now := asked.(*failover.VerifyRequest).Now; r.healthySince.IsZero() {
		r.healthySince = now
	}
	found.Streak = &failover.Streak{Since: r.healthySince}
	a.result = found
	return a
}

// play runs the definition to its end in virtual time, as a failover.
func play(t tester, m *asl.Machine, s script) *run {
	t.Helper()
	return playInput(t, m, `{"action":"failover"}`, s)
}

// playInput does so with an execution input.
func playInput(t tester, m *asl.Machine, input string, s script) *run {
	t.Helper()
	start := begin
	now := start
	info := asl.ExecutionInfo{ID: "arn:aws:states:us-west-2:111122223333:execution:drover:run-1", Name: "run-1"}
	r := &run{Execution: m.Start(info, json.RawMessage(input), now), calls: map[string][]any{}}
	for r.Pending() != nil {
		switch p := r.Pending().(type) {
		case *asl.WaitUntil:
			now = p.Until
			r.Resume(now, nil)
		case *asl.Invoke:
			if p.TaskToken != "" && s["Asking"] == nil {
				r.calls[p.State] = append(r.calls[p.State], request(t, p))
				r.Resume(now, &asl.Answer{Output: asl.InvokeResult(json.RawMessage(`{}`))})
				continue
			}
			asked, name := request(t, p), p.State
			if plan, isPlan := asked.(*failover.ValidateRequest); isPlan && name == "PlanPhase" {
				name += " " + string(plan.Phase)
			}
			a := s.next(name, len(r.calls[name]))
			if p.TaskToken != "" {
				a = s.next("Asking", r.asked)
				r.asked++
			}
			r.calls[name] = append(r.calls[name], asked)
			r.order = append(r.order, played{state: p.State, request: asked})
			if now.Add(a.after).After(p.TimeoutAt) {
				now = p.TimeoutAt
				r.Resume(now, nil)
				continue
			}
			now = now.Add(a.after)
			r.Resume(now, r.keepsStreak(a, asked).toMachine(t))
		case *asl.AwaitToken:
			a := s.next(p.State, len(r.calls[p.State])-1)
			if now.Add(a.after).After(p.TimeoutAt) {
				now = p.TimeoutAt
				r.Resume(now, nil)
				continue
			}
			now = now.Add(a.after)
			said, _ := a.result.(failover.ApprovalAnswer)
			r.order = append(r.order, played{state: "answer", request: r.calls[p.State][len(r.calls[p.State])-1], approved: said.Approved && a.err == ""})
			r.Resume(now, a.ofItsQuestion(r.calls[p.State]).toToken(t))
		default:
			t.Fatalf("pending %T", p)
		}
	}
	r.took = now.Sub(start)
	return r
}

func (s script) next(state string, call int) answer {
	answers := s[state]
	if len(answers) == 0 {
		return well[state]
	}
	return answers[min(call, len(answers)-1)]
}

func (a answer) toMachine(t tester) *asl.Answer {
	t.Helper()
	if a.err != "" {
		return &asl.Answer{Error: string(a.err), Cause: caught(a.err)}
	}
	payload, err := json.Marshal(a.result)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &asl.Answer{Output: asl.InvokeResult(payload)}
}

// caught is the cause of a function that fails with a condition.
func caught(c failover.Condition) string {
	return fmt.Sprintf(`{"errorType":%q,"errorMessage":"in the test"}`, c)
}

// unverified is what a check of wave 1 has found.
func unverified(reason string) failover.StepFailure {
	return failover.StepFailure{State: "VerifyHealth", Wave: 1, Cause: reason}
}

// ofItsQuestion gives an answer that names no run the run and the digest of the question that was asked last, as drover
// and the API do.
func (a answer) ofItsQuestion(asked []any) answer {
	said, isAnswer := a.result.(failover.ApprovalAnswer)
	if !isAnswer || said.Run != "" {
		return a
	}
	last := asked[len(asked)-1].(*failover.ApprovalRequest)
	said.Run, said.Digest = last.Run.ARN, last.Digest
	a.result = said
	return a
}

// toToken is the answer of a person, who speaks to Step Functions and not through a function.
func (a answer) toToken(t tester) *asl.Answer {
	t.Helper()
	if a.err != "" {
		return &asl.Answer{Error: string(a.err), Cause: cmp.Or(a.cause, "too risky")}
	}
	text, err := json.Marshal(a.result)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &asl.Answer{Output: text}
}

// request decodes a payload as the function does, and fails on what the function would not understand.
func request(t tester, p *asl.Invoke) any {
	t.Helper()
	newRequest, known := requests[p.State]
	if !known {
		t.Fatalf("%s invokes %s; the test knows no request for it", p.State, p.Function)
	}
	payload := p.Payload
	if p.State == "UpdateRegistry" && bytes.Contains(payload, []byte(`"op"`)) {
		t.Errorf("UpdateRegistry has an op: %s", payload)
	}
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	r := newRequest()
	if err := dec.Decode(r); err != nil {
		t.Errorf("payload of %s: %v\n%s", p.State, err, payload)
	}
	return r
}
