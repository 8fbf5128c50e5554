package api

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const (
	east failover.Region = "us-east-1"
	west failover.Region = "us-west-2"

	account    = "111122223333"
	machineARN = "arn:aws:states:us-west-2:" + account + ":stateMachine:drover"

	executionARN = "arn:aws:states:us-west-2:" + account + ":execution:drover:r1"

	caller = "arn:aws:sts::" + account + ":assumed-role/oncall/ada"
)

var start = time.Date(2026, 3, 14, 3, 0, 0, 0, time.UTC)

// scene is the API of us-west-2 in a World with the real state machine, whose steps answer what the test says.
type scene struct {
	t     *testing.T
	world *fakeaws.World
	store *registry.Store
	h     Handler
	// steps are the answers of the steps by the names of their states; each may be changed while the run goes on.
	steps map[string]func() fakeaws.InvokeResult
}

// states are those that call a function, each of which stands in the definition as ${<state>Arn}.
var states = []string{"Validate", "ShiftTraffic", "UpdateRegistry", "PromoteDatabase", "VerifyHealth", "Notify"}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, world: fakeaws.New(account, start, string(east), string(west)), steps: map[string]func() fakeaws.InvokeResult{}}
	s.must(s.world.AddTable("registry", string(east), string(west)))
	definition, err := os.ReadFile("../../statemachine/failover.asl.json")
	s.must(err)
	text := strings.ReplaceAll(string(definition), "${Partition}", "aws")
	for _, state := range states {
		name := "drover-" + strings.ToLower(state)
		arn := "arn:aws:lambda:us-west-2:" + account + ":function:" + name
		text = strings.ReplaceAll(text, "${"+state+"Arn}", arn)
		s.must(s.world.AddFunction(fakeaws.Function{
			ARN: arn, Name: name, Region: string(west), Timeout: 30 * time.Second,
			Invoke: func([]byte) fakeaws.InvokeResult { return s.steps[state]() },
		}))
	}
	const role = "arn:aws:iam::" + account + ":role/machine"
	_, err = s.world.AddRole(role, []json.RawMessage{json.RawMessage(
		`{"Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]}`)})
	s.must(err)
	s.must(s.world.AddStateMachine(fakeaws.StateMachine{
		ARN: machineARN, Name: "drover", Region: string(west), Role: role, Definition: text,
	}))
	s.wireIn(west)
	s.goesWell()
	return s
}

// wireIn makes the handler of a Region with clients of the SDK, as the bootstrap does.
func (s *scene) wireIn(region failover.Region) {
	server := httptest.NewServer(s.world)
	s.t.Cleanup(server.Close)
	env, err := entry.LoadEnvironment(func(name string) string {
		return map[string]string{
			failover.PlanVariable: `{}`, failover.TableVariable: "registry", failover.MachineVariable: strings.Replace(machineARN, string(west), string(region), 1),
			"AWS_REGION": string(region), "AWS_ENDPOINT_URL": server.URL, "AWS_MAX_ATTEMPTS": "1",
			"AWS_ACCESS_KEY_ID": fakeaws.Administrator, "AWS_SECRET_ACCESS_KEY": "secret",
		}[name]
	})
	s.must(err)
	machine := sfn.NewFromConfig(env.Config)
	s.store = &registry.Store{Client: dynamodb.NewFromConfig(env.Config), Table: "registry", Plan: failover.DefaultPlan()}
	s.h = Handler{
		Plan: env.Plan, Region: env.Region, Machine: env.MachineARN, Starter: machine, Observer: machine, Registry: s.store,
		Waiting: func(r failover.Region) *sfn.Client { return sfn.NewFromConfig(env.In(r)) },
	}
}

// says makes a step answer with this payload.
func (s *scene) says(state string, answer any) {
	text, err := json.Marshal(answer)
	s.must(err)
	s.steps[state] = func() fakeaws.InvokeResult { return fakeaws.InvokeResult{Payload: text} }
}

// fails makes a step fail.
func (s *scene) fails(state, name, message string) {
	cause, err := json.Marshal(map[string]string{"errorType": name, "errorMessage": message})
	s.must(err)
	s.steps[state] = func() fakeaws.InvokeResult { return fakeaws.InvokeResult{ErrorType: name, Cause: string(cause)} }
}

// goesWell makes every step of a run of two stages answer as it does when all is well.
func (s *scene) goesWell() {
	percent := 100
	stage := failover.Stage{Wave: 1, From: east, To: west, Percent: &percent, Batches: 1, Promote: true, SettleSeconds: 5, Attempts: 3, Passes: 1, VerifySeconds: 24}
	second := stage
	second.Index, second.Wave, second.Promote = 1, 2, false
	s.says("Validate", failover.ValidateAnswer{
		Verdict: failover.Proceed, Stages: []failover.Stage{stage, second}, Summary: "failover of 2 applications",
		Run:      failover.Run{ID: "r1", Action: failover.Failover, From: east, To: west, StartedAt: start, Since: start},
		Findings: []failover.Finding{{Severity: failover.Warning, Code: failover.CodeControlPlane, Object: "Route 53", Found: "needs us-east-1"}},
	})
	s.says("ShiftTraffic", failover.ShiftAnswer{Changes: []failover.Change{}})
	s.says("UpdateRegistry", failover.RegistryAnswer{Written: 1})
	s.says("PromoteDatabase", failover.PromoteAnswer{LagMillis: 200})
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Passed, Healthy: 1, Reasons: []string{}})
	s.says("Notify", failover.NotifyAnswer{Outcome: failover.Completed, Summary: "Completed: 2 applications moved", Report: "s3://reports/runs/r1/report.json", Notified: true})
}

// pass lets virtual time pass.
func (s *scene) pass(d time.Duration) { s.world.AdvanceTo(s.world.Now().Add(d)) }

// ask sends a request as API Gateway hands it on. The target may have a query.
func (s *scene) ask(method, target, body string) response {
	s.t.Helper()
	return s.send(newRequest(method, target, body))
}

func (s *scene) send(req request) response {
	s.t.Helper()
	res, err := s.h.Handle(s.t.Context(), req)
	s.must(err)
	if res.Headers["Content-Type"] == "" || res.Headers["Cache-Control"] != "no-store" {
		s.t.Errorf("headers %v; want a content type and no-store", res.Headers)
	}
	return res
}

func newRequest(method, target, body string) request {
	httpRequest := httptest.NewRequest(method, target, nil)
	req := request{
		RawPath: httpRequest.URL.Path, Body: body, Headers: map[string]string{}, QueryStringParameters: map[string]string{},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RequestID: "JKJaXmPLvHcESHA=", Stage: "$default",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method},
			Authorizer: &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
				IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: caller},
			},
		},
	}
	for key, values := range httpRequest.URL.Query() {
		req.QueryStringParameters[key] = values[0]
	}
	return req
}

// start starts a run that must be accepted.
func (s *scene) start(body string) Run {
	s.t.Helper()
	return runIn(s.t, s.ask("POST", "/runs", body), 202)
}

// show returns a run that must be there.
func (s *scene) show(id string) Run {
	s.t.Helper()
	return runIn(s.t, s.ask("GET", "/runs/"+id, ""), 200)
}

func runIn(t *testing.T, res response, status int) Run {
	t.Helper()
	run := Run{Progress: &Progress{}}
	decode(t, res, status, "application/json", &run)
	return run
}

func problemIn(t *testing.T, res response, status int) problemBody {
	t.Helper()
	var p problemBody
	decode(t, res, status, "application/problem+json", &p)
	if p.Status != status || p.Title == "" || p.Detail == "" || p.Next == "" || p.Instance != "urn:request:JKJaXmPLvHcESHA=" {
		t.Errorf("problem %+v; want the status %d, a title, a detail, the request and what to do next", p, status)
	}
	return p
}

func decode(t *testing.T, res response, status int, kind string, into any) {
	t.Helper()
	if res.StatusCode != status || res.Headers["Content-Type"] != kind {
		t.Fatalf("answer %d %s %s; want %d %s", res.StatusCode, res.Headers["Content-Type"], res.Body, status, kind)
	}
	if err := json.Unmarshal([]byte(res.Body), into); err != nil {
		t.Fatalf("answer %s: %v", res.Body, err)
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// calls are the operations that were called since the beginning.
func (s *scene) calls() []string {
	var all []string
	for _, c := range s.world.Calls() {
		all = append(all, c.Operation)
	}
	return all
}
