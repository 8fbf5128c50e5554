package approval

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	functionARN = "arn:aws:lambda:us-west-2:111122223333:function:drover-notify"
	machineARN  = "arn:aws:states:us-west-2:111122223333:stateMachine:drover"
	execution   = "arn:aws:states:us-west-2:111122223333:execution:drover:r1"
	roleARN     = "arn:aws:iam::111122223333:role/machine"
)

// plansMachine is that of the plan, in whichever Region.
var plansMachine = failover.Machine{Partition: "aws", Account: "111122223333", Name: "drover"}

// asking is a state machine that does nothing but ask, a minute long, and ends with the answer.
const asking = `{"QueryLanguage": "JSONata", "StartAt": "AwaitApproval", "States": {
  "AwaitApproval": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 60,
    "Arguments": {"FunctionName": "` + functionARN + `", "Payload": {"token": "{% $states.context.Task.Token %}"}},
    "Output": "{% $states.result %}", "End": true}}}`

// scene is a run that waits, and a client of its Region.
type scene struct {
	world  *fakeaws.World
	url    string
	run    string
	asked  registry.Approval
	client *sfn.Client
}

func newScene(t *testing.T) *scene {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &scene{world: fakeaws.New("111122223333", time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")}
	_, err := s.world.AddRole(roleARN, []json.RawMessage{json.RawMessage(`{"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]}`)})
	must(err)
	s.asked = registry.Approval{Run: "r1", Region: "us-west-2", Gate: "before-start", Execution: execution, Phase: failover.Outbound, Configuration: "c0nfigurati0"}
	s.asked.Digest = s.asked.Question().Digest()
	must(s.world.AddFunction(fakeaws.Function{
		ARN: functionARN, Name: "drover-notify", Region: "us-west-2", Timeout: time.Second,
		Invoke: func(payload []byte) fakeaws.InvokeResult {
			must(json.Unmarshal(payload, &s.asked))
			return fakeaws.InvokeResult{Payload: []byte(`{}`)}
		},
	}))
	must(s.world.AddStateMachine(fakeaws.StateMachine{ARN: machineARN, Name: "drover", Region: "us-west-2", Role: roleARN, Definition: asking}))
	s.run, err = s.world.StartExecution(machineARN, "r1", json.RawMessage(`{}`))
	must(err)
	s.pass(time.Second)
	server := httptest.NewServer(s.world)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.client = s.in("us-west-2")
	return s
}

// in makes a client of a Region.
func (s *scene) in(region string) *sfn.Client {
	return sfn.New(sfn.Options{
		Region: region, BaseEndpoint: &s.url, RetryMaxAttempts: 1, HTTPClient: plainbody.New(),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})
}

func (s *scene) pass(d time.Duration) { s.world.AdvanceTo(s.world.Now().Add(d)) }

// output is what the run was answered, and empty as long as it was not.
func (s *scene) output() string {
	s.pass(time.Second)
	e, _ := s.world.Execution(s.run)
	return string(e.Output)
}

var yes = failover.ApprovalAnswer{Approved: true, By: "kim", Comment: "go"}

func TestTheRunGetsTheAnswer(t *testing.T) {
	s := newScene(t)
	if err := Give(t.Context(), s.client, plansMachine, s.asked, yes); err != nil {
		t.Fatal(err)
	}
	if got, want := s.output(), `{"approved":true,"by":"kim","comment":"go","run":"`+execution+`","digest":"`+s.asked.Digest+`"}`; got != want {
		t.Errorf("the run was answered %s; want %s", got, want)
	}
}

func TestTheFirstAnswerCounts(t *testing.T) {
	s := newScene(t)
	if err := Give(t.Context(), s.client, plansMachine, s.asked, failover.ApprovalAnswer{By: "lee"}); err != nil {
		t.Fatal(err)
	}
	if err := Give(t.Context(), s.client, plansMachine, s.asked, yes); !errors.Is(err, ErrTooLate) {
		t.Errorf("a second answer: %v; want ErrTooLate", err)
	}
	if got, want := s.output(), `{"approved":false,"by":"lee","comment":"","run":"`+execution+`","digest":"`+s.asked.Digest+`"}`; got != want {
		t.Errorf("the run was answered %s; want %s", got, want)
	}
}

func TestAnAnswerAfterTheTimeIsTooLate(t *testing.T) {
	s := newScene(t)
	s.pass(time.Minute)
	if err := Give(t.Context(), s.client, plansMachine, s.asked, yes); !errors.Is(err, ErrTooLate) {
		t.Errorf("got %v; want ErrTooLate", err)
	}
}

// The registry may know that the run is over when Step Functions cannot be asked.
func TestARunThatIsOverIsNotAnswered(t *testing.T) {
	s := newScene(t)
	s.asked.Over = true
	if err := Give(t.Context(), s.client, plansMachine, s.asked, yes); !errors.Is(err, ErrTooLate) {
		t.Errorf("got %v; want ErrTooLate", err)
	}
	if got := s.output(); got != "" {
		t.Errorf("the run was answered %s", got)
	}
}

func TestWhatAWSRefusesOtherwiseIsNotTooLate(t *testing.T) {
	s := newScene(t)
	err := Give(t.Context(), s.in("us-east-1"), plansMachine, s.asked, yes)
	if err == nil || errors.Is(err, ErrTooLate) || !strings.Contains(err.Error(), "answer run r1 in us-west-2: ") {
		t.Errorf("got %v; want the run, its Region and what AWS said", err)
	}
}

func TestAnUnknownTaskIsTooLate(t *testing.T) {
	s := newScene(t)
	s.world.Inject(fakeaws.Fault{Service: "states", Error: &fakeaws.APIError{Code: "TaskDoesNotExist", Status: 400}})
	if err := Give(t.Context(), s.client, plansMachine, s.asked, yes); !errors.Is(err, ErrTooLate) {
		t.Errorf("got %v; want ErrTooLate", err)
	}
}

// What is under a run's key in the registry need not be what the run has asked: whoever may write there can put another
// run's token there, and have it answered by the approval of this one.
func TestWhatIsNotTheRunsQuestionIsNotAnswered(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*registry.Approval)
		found  string
	}{
		{"another run's item", func(a *registry.Approval) { a.Run = "harmless" }, "it names " + execution + "; expected arn:aws:states:us-west-2:111122223333:execution:drover:harmless"},
		{"an item of the other Region", func(a *registry.Approval) { a.Region = "us-east-1" }, "expected arn:aws:states:us-east-1:111122223333:execution:drover:r1"},
		{"an item of another plan's run", func(a *registry.Approval) { a.Execution = strings.Replace(execution, ":drover:", ":shop:", 1) }, "expected " + execution},
		{"an item of another account's run", func(a *registry.Approval) { a.Execution = strings.Replace(execution, "1111", "9999", 1) }, "expected " + execution},
		{"another gate", func(a *registry.Approval) { a.Gate = "before-promotion" }, "its digest"},
		{"another stage", func(a *registry.Approval) { a.Stage = 1 }, "its digest"},
		{"another phase", func(a *registry.Approval) { a.Phase = failover.Return }, "its digest"},
		{"another configuration", func(a *registry.Approval) { a.Configuration = "0" }, "its digest"},
		{"another digest", func(a *registry.Approval) { a.Digest = "0" }, "its digest 0 is not that of " + execution + ", phase outbound, gate before-start, stage 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t)
			c.change(&s.asked)
			err := Give(t.Context(), s.client, plansMachine, s.asked, yes)
			var foreign *ForeignError
			if !errors.As(err, &foreign) || !strings.Contains(err.Error(), c.found) || !strings.Contains(err.Error(), "nothing was sent") {
				t.Errorf("got %v; want %q", err, c.found)
			}
			if got := s.output(); got != "" {
				t.Errorf("the run was answered %s", got)
			}
		})
	}
}

// An item that agrees with its key can still have another run's token. The answer names the run that the approver has
// named, and the run whose token it is accepts it not (TestAYesToAnotherQuestionApprovesNothing).
func TestAnAnswerNamesTheRunThatTheApproverHasNamed(t *testing.T) {
	s := newScene(t)
	s.asked.Run, s.asked.Execution = "harmless", strings.Replace(execution, ":r1", ":harmless", 1)
	s.asked.Digest = s.asked.Question().Digest()
	for _, of := range []failover.Machine{plansMachine, {Name: "drover"}} {
		if err := Give(t.Context(), s.client, of, s.asked, yes); err != nil && !errors.Is(err, ErrTooLate) {
			t.Fatal(err)
		}
	}
	if got := s.output(); !strings.Contains(got, `"run":"arn:aws:states:us-west-2:111122223333:execution:drover:harmless"`) {
		t.Errorf("the run was answered %s", got)
	}
}

// Version 0.1.0 stores neither run nor digest, and its runs expect none.
func TestAQuestionOfTheVersionBeforeIsAnsweredWithTheRunAlone(t *testing.T) {
	s := newScene(t)
	s.asked.Execution, s.asked.Phase, s.asked.Digest = "", "", ""
	if err := Give(t.Context(), s.client, plansMachine, s.asked, yes); err != nil {
		t.Fatal(err)
	}
	if got, want := s.output(), `{"approved":true,"by":"kim","comment":"go","run":"`+execution+`"}`; got != want {
		t.Errorf("the run was answered %s; want %s", got, want)
	}
}
