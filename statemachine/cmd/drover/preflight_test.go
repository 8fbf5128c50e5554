package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const golden = "../../assembly/default"

// preflight types the command; without a terminal, as in a script.
func preflight(t *testing.T, url, what string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return drover(t, t.Context(), append([]string{"preflight", what, "--assembly", golden, "--endpoint-url", url}, args...)...)
}

// answered types it at a terminal, and answers.
func answered(t *testing.T, url, what, answer string) (string, error) {
	t.Helper()
	var stdout bytes.Buffer
	c := preflightCommand{What: what, Assembly: golden, EndpointURL: url}
	err := c.Run(environment{ctx: t.Context(), stdout: &stdout, stdin: strings.NewReader(answer), person: true})
	return stdout.String(), err
}

func says(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(got, text) {
			t.Errorf("does not say %q:\n%s", text, got)
		}
	}
}

func TestADeploymentOfAQuietPlanAsksNothing(t *testing.T) {
	url, _ := serve(t)
	code, stdout, stderr := preflight(t, url, "deploy")
	if code != exitOK || strings.Contains(stdout, "Consider") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	says(t, stdout, "us-east-1    3 of 3 applications active; no run in progress; the lock is free", "us-west-2    0 of 3 applications active; no run in progress")
}

func TestARunInProgressIsNamedBeforeTheStacksAreChanged(t *testing.T) {
	url, _ := serve(t)
	if code, _, stderr := drover(t, t.Context(), "start", "switchover", "--approval", "before-start", "--name", "first", "--endpoint-url", url); code != exitOK {
		t.Fatal(stderr)
	}
	holds := func() bool {
		_, stdout, _ := preflight(t, url, "deploy")
		return strings.Contains(stdout, "first holds the lock")
	}
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the run never took the lock")
		}
	}
	code, stdout, stderr := preflight(t, url, "deploy")
	if code != exitFailed {
		t.Errorf("exit code %d; want %d", code, exitFailed)
	}
	says(t, stdout, "us-west-2    0 of 3 applications active; in progress: first; first holds the lock", "- run first is in progress in us-west-2. It goes on with the definition")
	says(t, stderr, "there is no terminal to ask at, so nothing was changed", "make deploy FORCE=1")
	if code, stdout, _ := preflight(t, url, "deploy", "--force"); code != exitOK || !strings.Contains(stdout, "run first is in progress") {
		t.Errorf("with --force: exit code %d\n%s", code, stdout)
	}
	for answer, want := range map[string]bool{"yes\n": true, "yes": true, "y\n": false, "\n": false, "": false} {
		stdout, err := answered(t, url, "deploy", answer)
		if (err == nil) != want {
			t.Errorf("answer %q: %v", answer, err)
		}
		says(t, stdout, "Deploy nevertheless? Type yes to continue: ")
	}
	stdout, err := answered(t, url, "destroy", "no\n")
	if err == nil {
		t.Error("a removal goes on although the answer is no")
	}
	says(t, stdout, "run first is in progress in us-west-2. Step Functions ends it at its next state")
}

func TestADeploymentAsksWhenTheApplicationsAreInTheStandby(t *testing.T) {
	url, _ := serve(t)
	if code, _, stderr := drover(t, t.Context(), "start", "switchover", "--name", "first", "--watch", "--endpoint-url", url); code != exitOK {
		t.Fatal(stderr)
	}
	code, stdout, _ := preflight(t, url, "deploy")
	if code != exitFailed {
		t.Errorf("exit code %d; want %d", code, exitFailed)
	}
	says(t, stdout, "3 applications are active in us-west-2. The Region that a failover would move them to, us-east-1, is deployed first")
}

// What stays is what the templates say, and no version, which goes with its function.
func TestARemovalListsWhatStaysAndAlwaysAsks(t *testing.T) {
	url, _ := serve(t)
	code, stdout, stderr := preflight(t, url, "destroy")
	if code != exitFailed {
		t.Errorf("exit code %d; want %d", code, exitFailed)
	}
	says(t, stderr, "make destroy FORCE=1")
	says(t, stdout, "3 applications are active in us-east-1 and stay there",
		"us-east-1  DynamoDB::GlobalTable  drover-registry\n",
		"us-east-1  S3::Bucket             drover-reports-111122223333-us-east-1\n",
		"us-west-2  S3::Bucket             drover-reports-111122223333-us-west-2\n",
		"us-west-2  Logs::LogGroup         /aws/vendedlogs/states/drover\n",
		"us-west-2  Logs::LogGroup         /aws/lambda/drover-validate\n",
		"us-west-2  Logs::LogGroup         /aws/vendedlogs/apis/drover\n")
	if strings.Contains(stdout, "Version") || strings.Contains(stdout, "SQS") {
		t.Errorf("more than stays:\n%s", stdout)
	}
	if _, err := answered(t, url, "destroy", "yes\n"); err != nil {
		t.Error(err)
	}
}

func TestBeforeTheFirstDeploymentThereIsNothingToAsk(t *testing.T) {
	operator(t)
	server := httptest.NewServer(fakeaws.New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2"))
	defer server.Close()
	code, stdout, stderr := preflight(t, server.URL, "deploy")
	if code != exitOK {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	says(t, stdout, "us-east-1    nothing is deployed", "us-west-2    nothing is deployed")
}

// A Region that is lost, or that denies the question, may have a run in progress.
func TestARegionThatCannotBeAskedIsAReasonToAsk(t *testing.T) {
	url, _ := serve(t)
	t.Setenv("AWS_ACCESS_KEY_ID", caller(t, url, "visitor", policyWith(t, "CallTheAPI")))
	code, stdout, stderr := preflight(t, url, "deploy")
	if code != exitFailed {
		t.Errorf("exit code %d; want %d", code, exitFailed)
	}
	says(t, stdout, "us-west-2    cannot be read", "us-west-2 cannot be read, so it is not known whether a run is in progress there", "is not authorized to perform: dynamodb:Query")
	says(t, stderr, "FORCE=1")
}

func TestStacksThatAreNotSynthesizedAreAMistake(t *testing.T) {
	code, _, stderr := drover(t, t.Context(), "preflight", "deploy", "--assembly", t.TempDir())
	if code != exitUsage || !strings.Contains(stderr, "type `make synth`") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
