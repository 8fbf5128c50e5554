package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// waiting is an AWS in which a run in us-east-1 waits for an approval; it notes the answer that it gets, and gives
// Step Functions' refusal when there is one.
type waiting struct {
	world   *fakeaws.World
	store   *registry.Store
	refusal string
	answer  string
}

func (w *waiting) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	if !strings.HasPrefix(target, "AWSStepFunctions.") {
		w.world.ServeHTTP(rw, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	if target != "AWSStepFunctions.SendTaskSuccess" || !strings.Contains(r.Header.Get("Authorization"), "/us-east-1/states/") {
		http.Error(rw, "unexpected "+target, http.StatusNotImplemented)
		return
	}
	if w.refusal != "" {
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, `{"__type":"`+w.refusal+`","message":"no"}`)
		return
	}
	w.answer = string(body)
	_, _ = io.WriteString(rw, "{}")
}

func newWaiting(t *testing.T) (w *waiting, url string) {
	t.Helper()
	operator(t)
	t.Setenv("USER", "kim")
	asked := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	w = &waiting{world: fakeaws.New("111122223333", asked, "us-east-1", "us-west-2")}
	if err := w.world.AddTable("drover-registry", "us-east-1", "us-west-2"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.store = &registry.Store{Table: "drover-registry", Client: dynamodb.New(dynamodb.Options{
		Region: "us-west-2", BaseEndpoint: aws.String(server.URL),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})}
	err := w.store.PutApproval(t.Context(), registry.Approval{
		Run: "failback-1", Token: "token-1", Region: "us-east-1", Gate: "before-promotion", Asked: asked, Until: asked.Add(30 * time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, server.URL
}

func TestAnAnswerGoesToTheRegionThatWaits(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
		says string
	}{
		{[]string{"approve", "failback-1"}, `{\"approved\":true,\"by\":\"kim\",\"comment\":\"\"}`, "failback-1 has been approved (before-promotion, in us-east-1)\n"},
		{[]string{"reject", "failback-1", "--comment", "not now", "--by", "lee"}, `{\"approved\":false,\"by\":\"lee\",\"comment\":\"not now\"}`,
			"failback-1 has been rejected (before-promotion, in us-east-1)\n"},
	} {
		w, url := newWaiting(t)
		code, stdout, stderr := drover(t, t.Context(), append(c.args, "--endpoint-url", url)...)
		if code != exitOK || stdout != c.says {
			t.Errorf("%v: exit code %d, %q, %q; want %q", c.args, code, stdout, stderr, c.says)
		}
		if !strings.Contains(w.answer, c.want) || !strings.Contains(w.answer, `"taskToken":"token-1"`) {
			t.Errorf("%v: got %s; want %s and the token", c.args, w.answer, c.want)
		}
	}
}

func TestAnAnswerThatComesTooLateSaysSo(t *testing.T) {
	for _, refusal := range []string{"TaskTimedOut", "TaskDoesNotExist", ""} {
		w, url := newWaiting(t)
		if w.refusal = refusal; refusal == "" { // the registry knows that the run is over
			if err := w.store.EndApproval(t.Context(), "failback-1"); err != nil {
				t.Fatal(err)
			}
		}
		code, _, stderr := drover(t, t.Context(), "approve", "failback-1", "--endpoint-url", url)
		for _, want := range []string{"no longer waits", "2026-01-31T03:30:00Z", "drover status --region us-east-1"} {
			if code != exitFailed || !strings.Contains(stderr, want) {
				t.Errorf("%s: exit code %d, %q; want it to say %q", refusal, code, stderr, want)
			}
		}
	}
}

func TestARunThatWaitsForNothingIsNotAnswered(t *testing.T) {
	w, url := newWaiting(t)
	code, _, stderr := drover(t, t.Context(), "reject", "failback-2", "--region", "us-east-1", "--endpoint-url", url)
	if code != exitFailed || !strings.Contains(stderr, "failback-2 waits for no approval") || !strings.Contains(stderr, "--region us-west-2") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	if w.answer != "" {
		t.Errorf("got %s; want no answer", w.answer)
	}
}
