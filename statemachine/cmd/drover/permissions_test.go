package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// policyWith is the policy in README.md or SECURITY.md that has a statement of this Sid, for the account of the embedded AWS.
func policyWith(t *testing.T, sid string) string {
	t.Helper()
	for _, file := range []string{"../../../README.md", "../../../SECURITY.md"} {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
			if strings.Contains(m[1], `"`+sid+`"`) {
				return strings.ReplaceAll(m[1], "ACCOUNT", "111122223333")
			}
		}
	}
	t.Fatalf("no page has a policy with the statement %s", sid)
	return ""
}

var accessKey = regexp.MustCompile(`AWS_ACCESS_KEY_ID=(\S+)`)

// caller is somebody in a served World whose role has one policy; its access key is returned.
func caller(t *testing.T, url, name, policy string) string {
	t.Helper()
	status, answer := ask(t, http.MethodPost, url+"/_drover/callers/"+name, policy)
	key := accessKey.FindStringSubmatch(answer)
	if status != http.StatusOK || key == nil {
		t.Fatalf("%s: %d %s", name, status, answer)
	}
	return key[1]
}

// application is a file with one more application, in a wave.
func application(t *testing.T, wave string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop.yaml")
	text := strings.Replace(shop, "name: shop\n", "name: shop\n    wave: "+wave+"\n", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestThePermissionsOnThePageAreEnoughForEveryCommand(t *testing.T) {
	url, _ := serve(t)
	operates := caller(t, url, "oncall", policyWith(t, "EachRun"))
	approves := caller(t, url, "lead", policyWith(t, "ReadTheQuestion"))
	as := func(key string, args ...string) (code int, stdout, stderr string) {
		t.Setenv("AWS_ACCESS_KEY_ID", key)
		return drover(t, t.Context(), append(args, "--endpoint-url", url)...)
	}
	must := func(key string, args ...string) {
		t.Helper()
		if code, stdout, stderr := as(key, args...); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
	must(operates, "status")
	must(operates, "start", "switchover", "--approval", "before-promotion", "--name", "first")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		code, _, stderr := as(approves, "approve", "first") // fails until the run has asked
		if code == exitOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nobody could approve: %s", stderr)
		}
	}
	must(operates, "watch", "first", "--every", "100ms")
	must(operates, "status", "first")
	must(operates, "report", "first")
	for _, wave := range []string{"1", "1", "2"} {
		must(operates, "register", application(t, wave))
	}
}

func TestWhatAPolicyDoesNotAllowIsDeniedToACaller(t *testing.T) {
	url, _ := serve(t)
	t.Setenv("AWS_ACCESS_KEY_ID", caller(t, url, "visitor", policyWith(t, "CallTheAPI")))
	for _, args := range [][]string{{"status"}, {"start", "check"}, {"register", application(t, "1")}} {
		code, _, stderr := drover(t, t.Context(), append(args, "--endpoint-url", url)...)
		if code != exitFailed || !strings.Contains(stderr, "assumed-role/visitor/session is not authorized to perform") {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
	for name, policy := range map[string]string{"visitor": `{"Statement": []}`, "other": `{"Statement": 1}`, "a b": `{"Statement": []}`} {
		if status, answer := ask(t, http.MethodPost, url+"/_drover/callers/"+strings.ReplaceAll(name, " ", "%20"), policy); status < http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
}
