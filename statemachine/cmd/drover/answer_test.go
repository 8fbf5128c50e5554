package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// asking is a state machine that does nothing but ask, half an hour long, and ends with the answer.
const asking = `{"QueryLanguage": "JSONata", "StartAt": "AwaitApproval", "States": {
  "AwaitApproval": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 1800,
    "Arguments": {"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:drover-notify",
      "Payload": {"token": "{% $states.context.Task.Token %}"}},
    "Output": "{% $states.result %}", "End": true}}}`

// administrator is who the credentials of the tests are, as GetCallerIdentity has it.
const administrator = "arn:aws:iam::111122223333:user/administrator"

// waiting is an AWS in which the run failback-1 in us-east-1 waits for an approval.
type waiting struct {
	*fakeaws.World
	store *registry.Store
	run   string
	asked registry.Approval
}

func newWaiting(t *testing.T) (w waiting, url string) {
	t.Helper()
	operator(t)
	asked := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	w.World = fakeaws.New("111122223333", asked, "us-east-1", "us-west-2")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.AddTable("drover-registry", "us-east-1", "us-west-2"))
	token := w.ask(t, must)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.store = &registry.Store{Table: "drover-registry", Plan: failover.DefaultPlan(), Client: dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: plainbody.New(),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})}
	w.asked = registry.Approval{
		Run: "failback-1", Token: token, Region: "us-east-1", Gate: "before-promotion", Asked: asked, Until: asked.Add(30 * time.Minute),
		Execution: w.run, Phase: failover.Outbound, Stage: 2,
	}
	w.asked.Digest = w.asked.Question().Digest()
	must(w.store.PutApproval(t.Context(), w.asked))
	w.pass(time.Minute) // the other Region's replica has it too
	return w, server.URL
}

// ask starts the run and returns the token that it hands to its function.
func (w *waiting) ask(t *testing.T, must func(error)) (token string) {
	t.Helper()
	const role = "arn:aws:iam::111122223333:role/drover-machine"
	_, err := w.AddRole(role, []json.RawMessage{json.RawMessage(`{"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]}`)})
	must(err)
	must(w.AddFunction(fakeaws.Function{
		ARN: "arn:aws:lambda:us-east-1:111122223333:function:drover-notify", Name: "drover-notify", Region: "us-east-1", Timeout: 30 * time.Second,
		Invoke: func(payload []byte) fakeaws.InvokeResult {
			var asked struct{ Token string }
			must(json.Unmarshal(payload, &asked))
			token = asked.Token
			return fakeaws.InvokeResult{Payload: []byte(`{"notified": true}`)}
		},
	}))
	const machine = "arn:aws:states:us-east-1:111122223333:stateMachine:drover"
	must(w.AddStateMachine(fakeaws.StateMachine{ARN: machine, Name: "drover", Region: "us-east-1", Role: role, Definition: asking}))
	w.run, err = w.StartExecution(machine, "failback-1", json.RawMessage(`{}`))
	must(err)
	w.pass(time.Second)
	return token
}

func (w *waiting) pass(d time.Duration) { w.AdvanceTo(w.Now().Add(d)) }

// answer is what the run was answered, and empty as long as it was not.
func (w *waiting) answer() string {
	w.pass(time.Second)
	e, _ := w.Execution(w.run)
	return string(e.Output)
}

func TestAnAnswerGoesToTheRegionThatWaits(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
		says string
	}{
		{[]string{"approve", "failback-1"}, `{"approved":true,"by":"` + administrator + `","how":"caller identity","comment":""`,
			"failback-1 approved (before-promotion, in us-east-1, question 000000000000) by " + administrator + "\n"},
		{[]string{"reject", "failback-1", "--comment", "not now"}, `{"approved":false,"by":"` + administrator + `","how":"caller identity","comment":"not now"`,
			"failback-1 rejected (before-promotion, in us-east-1, question 000000000000) by " + administrator + "\n"},
	} {
		w, url := newWaiting(t)
		code, stdout, stderr := drover(t, t.Context(), append(c.args, "--region", "us-west-2", "--endpoint-url", url)...)
		c.says = strings.Replace(c.says, "000000000000", w.asked.Digest[:12], 1)
		if code != exitOK || stdout != c.says {
			t.Errorf("%v: exit code %d, %q, %q; want %q", c.args, code, stdout, stderr, c.says)
		}
		want := c.want + `,"run":"` + w.run + `","digest":"` + w.asked.Digest + `"}`
		if got := w.answer(); got != want {
			t.Errorf("%v: the run was answered %s; want %s", c.args, got, want)
		}
	}
}

// Another run's token may have been put under this run's key.
func TestAnotherRunsQuestionIsNotAnswered(t *testing.T) {
	w, url := newWaiting(t)
	w.asked.Run = "harmless"
	if err := w.store.PutApproval(t.Context(), w.asked); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Minute)
	code, _, stderr := drover(t, t.Context(), "approve", "harmless", "--endpoint-url", url)
	for _, want := range []string{"the approval item of run harmless in us-east-1 is not the question of that run: it names " + w.run, "nothing was sent", "PutItem on table drover-registry"} {
		if code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %q; want it to say %q", code, stderr, want)
		}
	}
	if got := w.answer(); got != "" {
		t.Errorf("the run was answered %s; want no answer", got)
	}
}

// The machine is the plan's and the account that of the credentials, and not what the item names.
func TestAQuestionOfAnotherMachineIsNotAnswered(t *testing.T) {
	for _, other := range [][2]string{{":drover:", ":shop:"}, {":111122223333:", ":999999999999:"}} {
		w, url := newWaiting(t)
		planted := w.asked
		planted.Execution = strings.Replace(w.run, other[0], other[1], 1)
		planted.Digest = planted.Question().Digest()
		if err := w.store.PutApproval(t.Context(), planted); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		code, _, stderr := drover(t, t.Context(), "approve", "failback-1", "--endpoint-url", url)
		if want := "it names " + planted.Execution + "; expected " + w.run; code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %q; want it to say %q", code, stderr, want)
		}
		if got := w.answer(); got != "" {
			t.Errorf("the run was answered %s; want no answer", got)
		}
	}
}

// A run does not wait for STS: the answer is sent without the approver's identity, which CloudTrail has.
func TestAnAnswerIsGivenAlthoughAWSDoesNotSayWhose(t *testing.T) {
	w, url := newWaiting(t)
	w.Inject(fakeaws.Fault{Service: "sts", Error: &fakeaws.APIError{Code: "ServiceUnavailable", Status: 400, Message: "no"}})
	code, _, stderr := drover(t, t.Context(), "approve", "failback-1", "--endpoint-url", url)
	if code != exitOK || !strings.Contains(stderr, "CloudTrail") {
		t.Fatalf("exit code %d, %q", code, stderr)
	}
	if got := w.answer(); !strings.HasPrefix(got, `{"approved":true,"by":"not known","comment":"","run":"`+w.run) {
		t.Errorf("the run was answered %s", got)
	}
}

func TestAnAnswerThatComesTooLateSaysSo(t *testing.T) {
	for name, before := range map[string]func(w waiting, url string){
		"after another answer": func(_ waiting, url string) { drover(t, t.Context(), "reject", "failback-1", "--endpoint-url", url) },
		"after its time":       func(w waiting, _ string) { w.pass(time.Hour) },
		"after the run": func(w waiting, _ string) {
			if err := w.store.EndApproval(t.Context(), "failback-1", "us-east-1"); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, url := newWaiting(t)
			before(w, url)
			code, _, stderr := drover(t, t.Context(), "approve", "failback-1", "--endpoint-url", url)
			for _, want := range []string{"no longer waits", "2026-01-31T03:30:00Z", "drover status --region us-east-1"} {
				if code != exitFailed || !strings.Contains(stderr, want) {
					t.Errorf("exit code %d, %q; want it to say %q", code, stderr, want)
				}
			}
			if got := w.answer(); strings.Contains(got, `"approved":true`) {
				t.Errorf("the run was answered %s", got)
			}
		})
	}
}

func TestAnAnswerThatAWSDoesNotTakeSaysWhichRunAndWhere(t *testing.T) {
	w, url := newWaiting(t)
	w.Inject(fakeaws.Fault{Service: "states", Error: &fakeaws.APIError{Code: "AccessDeniedException", Status: 400, Message: "no"}})
	code, _, stderr := drover(t, t.Context(), "approve", "failback-1", "--endpoint-url", url)
	if code != exitFailed || !strings.Contains(stderr, "answer run failback-1 in us-east-1: ") || !strings.Contains(stderr, "AccessDenied") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestAWatcherSeesTheQuestionAndTheAnswer(t *testing.T) {
	w, url := newWaiting(t)
	if code, _, stderr := drover(t, t.Context(), "reject", "failback-1", "--comment", "not now", "--endpoint-url", url); code != exitOK {
		t.Fatal(stderr)
	}
	w.pass(time.Second)
	_, stdout, stderr := drover(t, t.Context(), "watch", "failback-1", "--region", "us-east-1", "--endpoint-url", url)
	said := strings.Join(strings.Fields(stdout), " ")
	for _, want := range []string{"the run waits for the answer: drover approve failback-1, or drover reject failback-1", "not approved by " + administrator + " (caller identity): not now"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s %s", want, stdout, stderr)
		}
	}
}

func TestARunThatWaitsForNothingIsNotAnswered(t *testing.T) {
	w, url := newWaiting(t)
	code, _, stderr := drover(t, t.Context(), "reject", "failback-2", "--region", "us-east-1", "--endpoint-url", url)
	if code != exitFailed || !strings.Contains(stderr, "failback-2 waits for no approval") || !strings.Contains(stderr, "--region us-west-2") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if got := w.answer(); got != "" {
		t.Errorf("the run was answered %s; want no answer", got)
	}
}
