package entry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/release"
)

// variables are the environment of a function that is deployed well.
func variables(more map[string]string) func(string) string {
	all := map[string]string{
		failover.PlanVariable: `{"name": "shop"}`, failover.TableVariable: "shop", "AWS_REGION": "us-west-2",
		"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret",
	}
	for k, v := range more {
		all[k] = v
	}
	return func(name string) string { return all[name] }
}

func loadFrom(getenv func(string) string) func() (Environment, error) {
	return func() (Environment, error) { return LoadEnvironment(getenv) }
}

const payload = `{"run": {"id": "run-1", "epoch": 7}, "stage": {"index": 2, "wave": 1}}`

// invoke plays a step once and returns the answer, the error by its name and text, and the log.
func invoke(t *testing.T, getenv func(string) string, step Step[failover.StageRequest, failover.ShiftAnswer]) (string, messages.InvokeResponse_Error, string) {
	t.Helper()
	var log bytes.Buffer
	h := NewHandler("shifttraffic", loadFrom(getenv), func(Environment) Step[failover.StageRequest, failover.ShiftAnswer] { return step }, &log)
	answer, err := h.Invoke(t.Context(), []byte(payload))
	if err == nil {
		return string(answer), messages.InvokeResponse_Error{}, log.String()
	}
	named, ok := err.(messages.InvokeResponse_Error) //nolint:errorlint // by value: the runtime reads nothing else
	if !ok {
		t.Fatalf("got an error of type %T; the runtime would lose its name", err)
	}
	return string(answer), named, log.String()
}

func TestAnAnswerIsJSONAndLeavesOneLineOfEvidence(t *testing.T) {
	answer, _, log := invoke(t, variables(nil), func(_ context.Context, q failover.StageRequest) (failover.ShiftAnswer, error) {
		return failover.ShiftAnswer{Changes: []failover.Change{{Zone: "Z1", ID: "C1"}}, Records: q.Stage.Index}, nil
	})
	if diff := cmp.Diff(`{"changes":[{"zone":"Z1","id":"C1","batch":0}],"remaining":0,"records":2,"alreadyDone":0}`, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	want := `{"level":"INFO","msg":"done","step":"shifttraffic","version":"` + release.Version + `","run":"run-1","epoch":7,"stage":2,"calls":null}` + "\n"
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestARequestToTheAPIIsLoggedWithItsStatus(t *testing.T) {
	var log bytes.Buffer
	type message map[string]any
	h := NewHandler("api", loadFrom(variables(nil)), func(Environment) Step[message, message] {
		return func(context.Context, message) (message, error) { return message{"statusCode": 404}, nil }
	}, &log)
	if _, err := h.Invoke(t.Context(), []byte(`{"requestContext": {"requestId": "r=", "http": {"method": "GET", "path": "/runs/x"}}}`)); err != nil {
		t.Fatal(err)
	}
	want := `{"level":"INFO","msg":"done","step":"api","version":"` + release.Version + `","run":"","request":"GET /runs/x","requestId":"r=","status":404,"calls":null}` + "\n"
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestAnErrorHasItsConditionAsName(t *testing.T) {
	_, named, log := invoke(t, variables(nil), func(context.Context, failover.StageRequest) (failover.ShiftAnswer, error) {
		return failover.ShiftAnswer{}, failover.Fail(failover.FenceLost, errors.New("zone Z1: run run-2 was first"))
	})
	if named.Type != "FenceLost" || named.Message != "zone Z1: run run-2 was first" {
		t.Errorf("got %s: %s", named.Type, named.Message)
	}
	if !strings.Contains(log, `"condition":"FenceLost"`) || strings.Count(log, "\n") != 1 {
		t.Errorf("log: %s", log)
	}
}

func TestAPanicIsUnexpectedAndTheProcessLives(t *testing.T) {
	_, named, log := invoke(t, variables(nil), func(context.Context, failover.StageRequest) (failover.ShiftAnswer, error) {
		panic("boom")
	})
	if named.Type != "Unexpected" || strings.Contains(named.Message, "goroutine") || len(named.StackTrace) != 0 {
		t.Errorf("got %+v; expected a name and no stack", named)
	}
	if !strings.Contains(log, "start_test.go") {
		t.Errorf("the log does not say where: %s", log)
	}
}

func TestAnEnvironmentThatIsWrongIsSaidAtOnceAndInWhole(t *testing.T) {
	_, named, _ := invoke(t, variables(map[string]string{
		failover.PlanVariable: `{"name": "Shop"}`, failover.TableVariable: "", "AWS_REGION": "oregon", "AWS_MAX_ATTEMPTS": "many",
	}), nil)
	for _, want := range []string{"DROVER_PLAN", "DROVER_TABLE", "AWS_REGION", "AWS_MAX_ATTEMPTS"} {
		if !strings.Contains(named.Message, want) {
			t.Errorf("%s is not in: %s", want, named.Message)
		}
	}
}

func TestAPayloadOfAnotherShapeIsAnError(t *testing.T) {
	h := NewHandler("shifttraffic", loadFrom(variables(nil)), func(Environment) Step[failover.StageRequest, failover.ShiftAnswer] {
		return func(context.Context, failover.StageRequest) (failover.ShiftAnswer, error) {
			t.Error("the step was called")
			return failover.ShiftAnswer{}, nil
		}
	}, &bytes.Buffer{})
	_, err := h.Invoke(t.Context(), []byte(`{"stage": "first"}`))
	if err == nil || !strings.Contains(err.Error(), "read the payload") {
		t.Errorf("got %v", err)
	}
}

func TestTheStepEndsBeforeItsFunctionIsKilled(t *testing.T) {
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	var got time.Time
	h := NewHandler("shifttraffic", loadFrom(variables(nil)), func(Environment) Step[failover.StageRequest, failover.ShiftAnswer] {
		return func(ctx context.Context, _ failover.StageRequest) (failover.ShiftAnswer, error) {
			got, _ = ctx.Deadline()
			return failover.ShiftAnswer{}, nil
		}
	}, &bytes.Buffer{})
	if _, err := h.Invoke(ctx, []byte(payload)); err != nil {
		t.Fatal(err)
	}
	if want := deadline.Add(-answerMargin); !got.Equal(want) {
		t.Errorf("deadline: got %v, want %v", got, want)
	}
}

func TestEveryCallIsEvidence(t *testing.T) {
	attempts := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attempts++
		w.Header().Set("x-amzn-RequestId", "request-1")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`))
	}))
	defer server.Close()
	getenv := variables(map[string]string{"AWS_ENDPOINT_URL_ROUTE_53": server.URL, "AWS_MAX_ATTEMPTS": "1"})
	env, err := LoadEnvironment(getenv)
	if err != nil {
		t.Fatal(err)
	}
	_, named, log := invoke(t, getenv, func(ctx context.Context, _ failover.StageRequest) (failover.ShiftAnswer, error) {
		_, err := route53.NewFromConfig(env.Config).GetChange(ctx, &route53.GetChangeInput{Id: new("C1")})
		return failover.ShiftAnswer{}, err
	})
	if named.Type != "Throttled" || attempts != 1 {
		t.Errorf("got %s after %d attempts, want Throttled after 1", named.Type, attempts)
	}
	var line struct {
		Calls  []call `json:"calls"`
		Failed int    `json:"failedCalls"`
	}
	if err := json.Unmarshal([]byte(log), &line); err != nil {
		t.Fatal(err)
	}
	if len(line.Calls) != 1 || line.Failed != 1 {
		t.Fatalf("got %+v", line)
	}
	line.Calls[0].Millis = 0
	want := call{
		Service: "Route 53", Operation: "GetChange", Region: "us-west-2", RequestID: "request-1",
		Error: "Throttling: Rate exceeded",
	}
	if diff := cmp.Diff(want, line.Calls[0]); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

// TestACallThatSucceededIsEvidenceToo: support asks for its request id, and its Region and time say whether it was late.
func TestACallThatSucceededIsEvidenceToo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-amzn-RequestId", "request-2")
		_, _ = w.Write([]byte(`<GetChangeResponse><ChangeInfo><Id>C1</Id><Status>INSYNC</Status><SubmittedAt>2026-03-14T03:00:00Z</SubmittedAt></ChangeInfo></GetChangeResponse>`))
	}))
	defer server.Close()
	env, err := LoadEnvironment(variables(map[string]string{"AWS_ENDPOINT_URL": server.URL}))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	e := &Evidence{Clock: func() time.Time { now = now.Add(1500 * time.Millisecond); return now }}
	ctx := WithEvidence(t.Context(), e)
	if _, err := route53.NewFromConfig(env.In("eu-west-1")).GetChange(ctx, &route53.GetChangeInput{Id: new("C1")}); err != nil {
		t.Fatal(err)
	}
	want := []call{{Service: "Route 53", Operation: "GetChange", Region: "eu-west-1", RequestID: "request-2", Millis: 1500}}
	if diff := cmp.Diff(want, e.calls); diff != "" || e.failed != 0 {
		t.Errorf("%d failed, evidence (-want +got):\n%s", e.failed, diff)
	}
	text := logged(t, e)
	if !strings.Contains(text, `"requestId":"request-2"`) || strings.Contains(text, "failedCalls") || strings.Contains(text, "moreCalls") {
		t.Errorf("log: %s", text)
	}
}

// logged is the evidence as a log line has it.
func logged(t *testing.T, e *Evidence) string {
	t.Helper()
	var log bytes.Buffer
	newLogger(&log).LogAttrs(t.Context(), slog.LevelInfo, "done", e.attributes()...)
	return log.String()
}

func TestEvidenceIsBounded(t *testing.T) {
	var e Evidence
	for range maxCalls + 7 {
		e.add(call{Service: "RDS", Error: "x"})
	}
	if len(e.calls) != maxCalls || e.more != 7 || e.failed != maxCalls+7 {
		t.Errorf("got %d calls, %d more, %d failed", len(e.calls), e.more, e.failed)
	}
	if text := logged(t, &e); !strings.Contains(text, `"moreCalls":7,"failedCalls":107`) {
		t.Errorf("log: %s", text)
	}
}

func TestAnotherRegionIsAnotherConfiguration(t *testing.T) {
	env, err := LoadEnvironment(variables(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := env.In("us-east-1").Region; got != "us-east-1" || env.Config.Region != "us-west-2" {
		t.Errorf("got %s, and the environment's own is %s", got, env.Config.Region)
	}
}

// TestAPayloadOfAnUnknownFormatEndsWithANameAndWhatToDo: that of the release before is read, which has none.
func TestAPayloadOfAnUnknownFormatEndsWithANameAndWhatToDo(t *testing.T) {
	var log bytes.Buffer
	h := NewHandler("shifttraffic", func() (Environment, error) { return Environment{}, nil },
		func(Environment) Step[failover.ShiftRequest, failover.ShiftAnswer] {
			return func(context.Context, failover.ShiftRequest) (failover.ShiftAnswer, error) {
				return failover.ShiftAnswer{}, nil
			}
		}, &log)
	for payload, ok := range map[string]bool{`{}`: true, `{"format": 1}`: true, `{"format": 2}`: true, `{"format": 3}`: false, `{"format": -1}`: false} {
		_, err := h.Invoke(t.Context(), []byte(payload))
		if (err == nil) != ok {
			t.Errorf("%s: %v", payload, err)
		}
		var named messages.InvokeResponse_Error
		if errors.As(err, &named) && (named.Type != string(failover.UnknownFormat) || !strings.Contains(named.Message, "deploy that version to both Regions")) {
			t.Errorf("%s: %s: %s", payload, named.Type, named.Message)
		}
	}
}
