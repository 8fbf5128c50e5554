package lambdahost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// build compiles the function of testdata once for all tests, with the flags of the real ones.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lambdahost-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "bootstrap")
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", binary, "./testdata/function").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the function: %w\n%s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binary, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

func newFunction(t *testing.T, timeout time.Duration, variables map[string]string) *Function {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	host, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = host.Close() })
	f := &Function{
		Name: "shift", ARN: "arn:aws:lambda:us-west-2:111122223333:function:shift", Region: "us-west-2",
		Binary: binary, Timeout: timeout, Variables: variables,
	}
	if err := host.Add(f); err != nil {
		t.Fatal(err)
	}
	return f
}

type reply struct {
	Pid, Count int
	Environ    []string
	Millis     int64
	ARN        string
	Function   string
}

func invoke(t *testing.T, f *Function, payload string) (Result, reply) {
	t.Helper()
	result, err := f.Invoke(t.Context(), []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	var r reply
	if result.ErrorType == "" {
		if err := json.Unmarshal(result.Payload, &r); err != nil {
			t.Fatalf("answer %s: %v", result.Payload, err)
		}
	}
	return result, r
}

func TestAnEnvironmentIsUsedAgain(t *testing.T) {
	f := newFunction(t, 10*time.Second, nil)
	cold, first := invoke(t, f, `{}`)
	warm, second := invoke(t, f, `{}`)
	if first.Pid != second.Pid || second.Count != 2 {
		t.Errorf("second invocation ran in process %d as its number %d; want process %d, number 2", second.Pid, second.Count, first.Pid)
	}
	if cold.Init <= 0 || warm.Init != 0 {
		t.Errorf("init times %s and %s; want one for the cold start only", cold.Init, warm.Init)
	}
	if first.ARN != f.ARN || first.Function != f.Name {
		t.Errorf("the function's environment has %s, %s", first.ARN, first.Function)
	}
	if first.Millis <= 0 || first.Millis > 10_000 {
		t.Errorf("the deadline is %d ms away; want up to 10 s of real time", first.Millis)
	}
}

func TestErrorsAreWhatTheFunctionReports(t *testing.T) {
	f := newFunction(t, 10*time.Second, nil)
	for _, c := range []struct{ payload, errorType, message string }{
		{`{"do":"error","text":"no such zone"}`, "errorString", "no such zone"},
		{`{"do":"condition","text":"rate exceeded"}`, "Throttled", "rate exceeded"},
		{`{"do":"panic","text":"index out of range"}`, "string", "index out of range"},
	} {
		result, _ := invoke(t, f, c.payload)
		if result.ErrorType != c.errorType || result.ErrorMessage != c.message || result.Crashed {
			t.Errorf("%s: got %s: %s, crashed %v; want %s: %s from the function itself",
				c.payload, result.ErrorType, result.ErrorMessage, result.Crashed, c.errorType, c.message)
		}
		if !json.Valid(result.Payload) || !strings.Contains(string(result.Payload), c.errorType) {
			t.Errorf("%s: payload %s; want the function's JSON", c.payload, result.Payload)
		}
	}
}

func TestAfterAPanicTheNextInvocationHasAFreshEnvironment(t *testing.T) {
	f := newFunction(t, 10*time.Second, nil)
	_, before := invoke(t, f, `{}`)
	invoke(t, f, `{"do":"panic"}`)
	result, after := invoke(t, f, `{}`)
	if after.Count != 1 || after.Pid == before.Pid || result.Init == 0 {
		t.Errorf("after the panic process %d served as its number %d; want a new process", after.Pid, after.Count)
	}
}

func TestACrashIsAnExitErrorAndARestart(t *testing.T) {
	f := newFunction(t, 10*time.Second, nil)
	for _, c := range []struct {
		code int
		want string
	}{
		{1, "Runtime exited with error: exit status 1"},
		{137, "Runtime exited with error: exit status 137"},
		{0, "Runtime exited without providing a reason"},
	} {
		result, _ := invoke(t, f, fmt.Sprintf(`{"do":"exit","code":%d,"text":"last words"}`, c.code))
		message := "RequestId: " + result.RequestID + " Error: " + c.want
		want := fmt.Sprintf(`{"errorType":"Runtime.ExitError","errorMessage":%q}`, message)
		if diff := cmp.Diff(want, string(result.Payload)); diff != "" {
			t.Errorf("exit %d (-want +got):\n%s", c.code, diff)
		}
		if !result.Crashed || result.Log != "last words" {
			t.Errorf("exit %d: crashed %v, log %q; want what it wrote before it died", c.code, result.Crashed, result.Log)
		}
		if _, next := invoke(t, f, `{}`); next.Count != 1 {
			t.Errorf("exit %d: the next invocation was number %d of its environment; want a fresh one", c.code, next.Count)
		}
	}
}

func TestAfterAKillTheNextInvocationHasAFreshEnvironment(t *testing.T) {
	f := newFunction(t, 10*time.Second, nil)
	f.Kill() // of nothing
	_, before := invoke(t, f, `{}`)
	f.Kill()
	if alive(before.Pid) {
		t.Errorf("process %d lives on", before.Pid)
	}
	if result, after := invoke(t, f, `{}`); after.Count != 1 || result.Init == 0 {
		t.Errorf("the next invocation was number %d of its environment; want a fresh one", after.Count)
	}
}

func TestAHangIsEndedAtTheFunctionsTimeout(t *testing.T) {
	f := newFunction(t, 300*time.Millisecond, nil)
	_, before := invoke(t, f, `{}`)
	result, _ := invoke(t, f, `{"do":"hang"}`)
	want := "RequestId: " + result.RequestID + " Error: Task timed out after 0.30 seconds"
	if result.ErrorType != "Sandbox.Timedout" || result.ErrorMessage != want || !result.TimedOut {
		t.Errorf("got %s: %s; want Sandbox.Timedout: %s", result.ErrorType, result.ErrorMessage, want)
	}
	if alive(before.Pid) {
		t.Errorf("process %d lives on after its timeout", before.Pid)
	}
	if _, next := invoke(t, f, `{}`); next.Count != 1 {
		t.Errorf("the next invocation was number %d of its environment; want a fresh one", next.Count)
	}
}

func TestAFailedInitialisationIsAnExitError(t *testing.T) {
	f := newFunction(t, 10*time.Second, map[string]string{"FAIL_INIT": "1"})
	result, _ := invoke(t, f, `{}`)
	if result.ErrorType != "Runtime.ExitError" || !strings.HasSuffix(result.ErrorMessage, "exit status 3") || result.Log != "no configuration" {
		t.Errorf("got %s: %s, log %q", result.ErrorType, result.ErrorMessage, result.Log)
	}
}

func TestNothingOfTheUsersEnvironmentLeaksIn(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAUSER")
	t.Setenv("HTTP_PROXY", "http://proxy")
	f := newFunction(t, 10*time.Second, map[string]string{"AWS_ACCESS_KEY_ID": "AKIAROLE", "DROVER_TABLE": "registry"})
	_, r := invoke(t, f, `{"do":"environ"}`)
	got := "\n" + strings.Join(r.Environ, "\n") + "\n"
	for _, leak := range []string{"production", "AKIAUSER", "proxy", "HOME="} {
		if strings.Contains(got, leak) {
			t.Errorf("%s leaked into the function:%s", leak, got)
		}
	}
	for _, want := range []string{
		"AWS_ACCESS_KEY_ID=AKIAROLE", "DROVER_TABLE=registry", "AWS_REGION=us-west-2", "AWS_MAX_ATTEMPTS=1",
		"_HANDLER=bootstrap", "AWS_CONFIG_FILE=/dev/null",
	} {
		if !strings.Contains(got, "\n"+want+"\n") {
			t.Errorf("the function lacks %s:%s", want, got)
		}
	}
}

func TestTheLogIsThatOfTheInvocation(t *testing.T) {
	f := newFunction(t, 10*time.Second, nil)
	for _, text := range []string{"one", "", "three"} {
		result, _ := invoke(t, f, fmt.Sprintf(`{"text":%q}`, text))
		if result.Log != text {
			t.Errorf("log %q; want %q", result.Log, text)
		}
	}
}

func TestCloseEndsWhatRunsAndWhatWaits(t *testing.T) {
	f := newFunction(t, time.Minute, nil)
	_, r := invoke(t, f, `{}`)
	failed := make(chan error)
	go func() {
		_, err := f.Invoke(context.Background(), []byte(`{"do":"hang"}`))
		failed <- err
	}()
	time.Sleep(50 * time.Millisecond) // gives it time to begin; the test does not depend on it
	if err := f.host.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; !errors.Is(err, errClosed) {
		t.Errorf("the invocation under way ended with %v; want %v", err, errClosed)
	}
	if alive(r.Pid) {
		t.Errorf("process %d lives on after Close", r.Pid)
	}
	if _, err := f.Invoke(t.Context(), []byte(`{}`)); !errors.Is(err, errClosed) {
		t.Errorf("invocation after Close: %v; want %v", err, errClosed)
	}
}

func TestACancelledInvocationEndsTheProcess(t *testing.T) {
	f := newFunction(t, time.Minute, nil)
	_, r := invoke(t, f, `{}`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.Invoke(ctx, []byte(`{"do":"hang"}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v; want the context's error", err)
	}
	if alive(r.Pid) {
		t.Errorf("process %d lives on", r.Pid)
	}
}

func TestAddRefusesWhatCannotRun(t *testing.T) {
	host, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	notExecutable := filepath.Join(t.TempDir(), "bootstrap")
	if err := os.WriteFile(notExecutable, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, binary := range []string{"/nowhere/bootstrap", t.TempDir(), notExecutable} {
		if err := host.Add(&Function{Name: "x", Binary: binary, Timeout: time.Second}); err == nil {
			t.Errorf("%s was accepted", binary)
		}
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
