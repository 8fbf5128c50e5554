package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// operator gives the test the credentials of an administrator, and nothing of the developer's own.
func operator(t *testing.T) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", fakeaws.Administrator)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
}

const shop = `applications:
  - name: shop
    records:
      - {name: shop.example.com, type: A, zone: Z1, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 192.0.2.2}}}
    health:
      - {namespace: Shop, metric: Served, statistic: Average, periodSeconds: 60, atLeast: 99}
`

func TestRegisteredApplicationsAreInTheStatus(t *testing.T) {
	operator(t)
	world := fakeaws.New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
	if err := world.AddTable("drover-registry", "us-east-1", "us-west-2"); err != nil {
		t.Fatal(err)
	}
	if err := world.AddZone("Z1", "example.com"); err != nil {
		t.Fatal(err)
	}
	for _, set := range []fakeaws.RecordSet{weightedSet("shop", "us-east-1", "192.0.2.1", 100), weightedSet("shop", "us-west-2", "192.0.2.2", 0)} {
		if err := world.PutRecordSet("Z1", set); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(world)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(file, []byte(shop), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"add shop: wave 1, 1 record, 0 databases\nadded: shop\n", "unchanged: shop\n"} {
		code, stdout, stderr := drover(t, t.Context(), "register", file, "--endpoint-url", server.URL)
		if code != exitOK || stdout != want {
			t.Fatalf("exit code %d, %q, %q; want %q", code, stdout, stderr, want)
		}
	}
	code, stdout, stderr := drover(t, t.Context(), "status", "--region", "us-east-1", "--endpoint-url", server.URL)
	if code != exitOK || !strings.Contains(stdout, "shop         1     us-east-1  100        0") || !strings.Contains(stdout, "Lock: free") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestAFileWithMistakesIsNotRegistered(t *testing.T) {
	operator(t)
	file := filepath.Join(t.TempDir(), "shop.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(shop, "type: A,", "type: MX,", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := drover(t, t.Context(), "register", file, "--endpoint-url", "http://127.0.0.1:1")
	if code != exitUsage || !strings.Contains(stderr, "shop.yaml:4:") {
		t.Errorf("exit code %d, %q; want %d and the line", code, stderr, exitUsage)
	}
}

// stepFunctions answers the two operations that start uses, and keeps the input it got.
func stepFunctions(t *testing.T, machine string) (url string, input *string) {
	t.Helper()
	input = new(string)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch body, _ := io.ReadAll(r.Body); r.Header.Get("X-Amz-Target") {
		case "AWSStepFunctions.ListStateMachines":
			fmt.Fprintf(rw, `{"stateMachines":[{"name":%q,"stateMachineArn":"arn:aws:states:us-west-2:1:stateMachine:%s","type":"STANDARD","creationDate":1}]}`, machine, machine)
		case "AWSStepFunctions.StartExecution":
			*input = string(body)
			fmt.Fprint(rw, `{"executionArn":"arn:run","startDate":1}`)
		case "DynamoDB_20120810.Query": // the plan has no registry that answers
			rw.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(rw, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`)
		default:
			t.Errorf("unexpected request %s", r.Header.Get("X-Amz-Target"))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, input
}

func TestStartStartsTheRunInTheRegionThatIsMovedTo(t *testing.T) {
	operator(t)
	url, input := stepFunctions(t, "drover")
	code, stdout, stderr := drover(t, t.Context(), "start", "failover", "--application", "shop", "--allow-data-loss", "--reason", "drill", "--endpoint-url", url)
	if code != exitOK || !strings.Contains(stdout, "started in us-west-2") {
		t.Fatalf("exit code %d, %q, %q", code, stdout, stderr)
	}
	want := `{\"action\":\"failover\",\"applications\":[\"shop\"],\"allowDataLoss\":true,\"reason\":\"drill\"}`
	if !strings.Contains(*input, want) {
		t.Errorf("got %s; want %s", *input, want)
	}
}

func TestStartAsksForAllThatARunCanBeAskedFor(t *testing.T) {
	operator(t)
	url, input := stepFunctions(t, "drover")
	code, _, stderr := drover(t, t.Context(), "start", "drill", "--percent", "10", "--percent", "100", "--approval", "before-promotion", "--takeover", "--endpoint-url", url)
	want := `{\"action\":\"drill\",\"percents\":[10,100],\"approval\":\"before-promotion\",\"takeover\":true}`
	if code != exitOK || !strings.Contains(*input, want) {
		t.Errorf("exit code %d, %q, %s; want %s", code, stderr, *input, want)
	}
}

// TestStartOverridesSafetyRulesByTheirNames, in a failover.
func TestStartOverridesSafetyRulesByTheirNames(t *testing.T) {
	operator(t)
	url, input := stepFunctions(t, "drover")
	const arn = "arn:aws:route53-recovery-control::111122223333:controlpanel/0a/safetyrule/0b"
	code, _, stderr := drover(t, t.Context(), "start", "failover", "--override-safety-rule", arn, "--endpoint-url", url)
	if want := `\"overrideSafetyRules\":[\"` + arn + `\"]`; code != exitOK || !strings.Contains(*input, want) {
		t.Errorf("exit code %d, %q, %s; want %s", code, stderr, *input, want)
	}
}

// TestStartSaysSinceWhenThereIsAnOutage takes a time, or how long ago: the recovery time counts from it.
func TestStartSaysSinceWhenThereIsAnOutage(t *testing.T) {
	operator(t)
	for since, ago := range map[string]time.Duration{"2026-01-31T03:00:00Z": 0, "10m": 10 * time.Minute, "90s": 90 * time.Second} {
		url, input := stepFunctions(t, "drover")
		before := time.Now().Add(-ago).Truncate(time.Second)
		code, _, stderr := drover(t, t.Context(), "start", "failover", "--since", since, "--endpoint-url", url)
		_, rest, _ := strings.Cut(*input, `\"since\":\"`)
		text, _, _ := strings.Cut(rest, `\"`)
		got, err := time.Parse(time.RFC3339, text)
		if code != exitOK || err != nil {
			t.Fatalf("--since %s: exit code %d, %q, %s", since, code, stderr, *input)
		}
		if ago == 0 && text != since || ago > 0 && (got.Before(before) || got.After(time.Now().Add(-ago))) {
			t.Errorf("--since %s asks for %s", since, text)
		}
	}
	for _, since := range []string{"yesterday", "-5m", "2026-01-31"} {
		url, input := stepFunctions(t, "drover")
		code, _, stderr := drover(t, t.Context(), "start", "failover", "--since="+since, "--endpoint-url", url)
		if code != exitUsage || *input != "" || !strings.Contains(stderr, "--since: \""+since+"\"; expected a time such as 2026-01-31T03:00:00Z, or how long ago, such as 10m") {
			t.Errorf("--since %s: exit code %d, %q; want %d and nothing started", since, code, stderr, exitUsage)
		}
	}
}

func TestStartRefusesWhatTheRunWouldRefuse(t *testing.T) {
	operator(t)
	url, input := stepFunctions(t, "drover")
	for _, args := range [][]string{
		{"start", "fail-over"}, {"start", "check", "--order", "random"}, {"start", "drill", "--approval", "later"}, {"start", "check", "--region", "eu-west-9"},
		{"start", "check", "--standby", "us-east-1"},
	} {
		if code, _, stderr := drover(t, t.Context(), append(args, "--endpoint-url", url)...); code != exitUsage || *input != "" {
			t.Errorf("%v: exit code %d, %q; want %d and nothing started", args, code, stderr, exitUsage)
		}
	}
}

func TestStartSaysWhenThePlanIsNotDeployed(t *testing.T) {
	operator(t)
	url, _ := stepFunctions(t, "other")
	code, _, stderr := drover(t, t.Context(), "start", "check", "--endpoint-url", url)
	if code != exitFailed || !strings.Contains(stderr, `no state machine "drover" in us-west-2`) {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
