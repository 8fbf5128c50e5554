package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

var servedAt = regexp.MustCompile(`The AWS simulator is up at (http://\S+):`)

// serve keeps an AWS simulator up, fast enough for a test, and returns its address and what ends it.
func serve(t *testing.T, args ...string) (url string, end func() (code int)) {
	t.Helper()
	operator(t)
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := append([]string{"drill", "--serve", "127.0.0.1:0", "--speed", "50", "--lambdas", drilltest.Lambdas(t)}, args...)
		ended <- run(ctx, args, write, write)
		write.Close()
	}()
	found := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(read); lines.Scan(); {
			if match := servedAt.FindStringSubmatch(lines.Text()); match != nil {
				found <- match[1]
			}
		}
	}()
	end = func() int {
		cancel()
		return <-ended
	}
	select {
	case url = <-found:
	case code := <-ended:
		t.Fatalf("ended with exit code %d", code)
	}
	t.Cleanup(cancel)
	return url, end
}

func TestAServedWorldIsOperatedFromTheCommandLine(t *testing.T) {
	url, end := serve(t)
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"status"}, exitOK, []string{"checkout     1     us-east-1  100        0", "Lock: free"}},
		{[]string{"start", "switchover", "--name", "first", "--watch"}, exitOK, []string{"started in us-west-2", "VerifyHealth     passed", "first: Completed after"}},
		{[]string{"status", "first"}, exitOK, []string{`first in us-west-2`, `{"action":"switchover"}`, "8 record sets in 2 batches", "first: Completed after"}},
		{[]string{"watch", "first"}, exitOK, []string{"first: Completed after"}},
		{[]string{"report", "first"}, exitOK, []string{"Completed: switchover to us-west-2, 3 of 3 applications moved", "In us-west-2 (3)\n  catalog\n", "RTO "}},
		{[]string{"report", "first", "--json"}, exitOK, []string{`"outcome":"Completed"`}},
		{[]string{"start", "check", "--application", "chekout", "--name", "typo", "--watch"}, exitRefused, []string{"run              Refused", "chekout"}},
		{[]string{"start", "failback", "--name", "home", "--watch"}, exitOK, []string{"started in us-east-1", "home: Completed"}},
		{[]string{"watch", "home"}, exitOK, []string{"home: Completed"}},
		{[]string{"status"}, exitOK, []string{"home   failback    us-east-1"}},
	} {
		code, stdout, stderr := drover(t, t.Context(), append(c.args, "--endpoint-url", url)...)
		if code != c.code || stderr != "" {
			t.Fatalf("%v: exit code %d, want %d\n%s%s", c.args, code, c.code, stdout, stderr)
		}
		for _, want := range c.says {
			if !strings.Contains(strings.ReplaceAll(stdout, `": "`, `":"`), want) {
				t.Errorf("%v does not say %q:\n%s", c.args, want, stdout)
			}
		}
	}
	if code := end(); code != exitOK {
		t.Errorf("Ctrl-C ends it with exit code %d; want %d", code, exitOK)
	}
}

func TestARunIsSearchedForInBothRegions(t *testing.T) {
	url, _ := serve(t)
	for _, args := range [][]string{{"watch", "nothing"}, {"status", "nothing"}, {"report", "nothing"}} {
		code, _, stderr := drover(t, t.Context(), append(args, "--endpoint-url", url)...)
		if code != exitFailed || !strings.Contains(stderr, "no run nothing in us-west-2") || !strings.Contains(stderr, "no run nothing in us-east-1") {
			t.Errorf("%v: exit code %d, %q", args, code, stderr)
		}
	}
	code, _, stderr := drover(t, t.Context(), "watch", "nothing", "--region", "us-east-1", "--endpoint-url", url)
	if code != exitFailed || strings.Contains(stderr, "us-west-2") {
		t.Errorf("exit code %d, %q; want us-east-1 alone", code, stderr)
	}
}

// ask makes one HTTP request and returns what is answered.
func ask(t *testing.T, method, url, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/yaml")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestAServedWorldIsDisturbedByOneCall(t *testing.T) {
	url, _ := serve(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/_drover", "", 200, "us-east-1  answers"},
		{"POST", "/_drover/faults", "regionDark: us-east-1", 200, "now: regionDark"},
		{"GET", "/_drover/", "", 200, "us-east-1  dark"},
		{"POST", "/_drover/faults", `{"regionBack": "us-east-1"}`, 200, "now: regionBack"},
		{"GET", "/_drover", "", 200, "us-east-1  answers"},
		{"POST", "/_drover/faults", "{at: 10h, regionDark: us-east-1}", 200, "in 600:00: regionDark"},
		{"POST", "/_drover/faults", "regionDrak: us-east-1", 400, `event:1:1: unknown key "regionDrak"; expected one of at, regionDark`},
		{"POST", "/_drover/faults", "regionDark: nowhere", 400, "nowhere"},
		{"POST", "/_drover/faults", "", 400, "empty; expected one of regionDark"},
		{"POST", "/_drover/faults", "databaseHang: nothing", 409, "nothing"},
		{"POST", "/_drover/faults", "apiFault: {service: dynamodb, code: InternalServerError, status: 500, for: 9h}", 200, "now: apiFault"},
		{"DELETE", "/_drover/faults", "", 200, "have ended"},
		{"PUT", "/_drover/faults", "", 404, "expected GET /_drover"},
	} {
		if status, answer := ask(t, c.method, url+c.path, c.body); status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s %s %s: %d %s; want %d %s", c.method, c.path, c.body, status, answer, c.status, c.says)
		}
	}
	if code, _, stderr := drover(t, t.Context(), "status", "--endpoint-url", url); code != exitOK {
		t.Errorf("a fault that was ended still strikes: %s", stderr)
	}
}

func TestAScenarioIsPlayedWhileItIsServed(t *testing.T) {
	url, _ := serve(t, "--scenario", "planned-switchover")
	for deadline := time.Now().Add(30 * time.Second); ; {
		_, dump := ask(t, http.MethodGet, url+"/_drover", "")
		if strings.Contains(dump, "planned-switchover-1  us-west-2  SUCCEEDED  Completed") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the scenario's run is not over:\n%s", dump)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestATakenPortIsOneLine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, says := range map[string]string{
		taken.Addr().String(): "the port is in use", "0.0.0.0:0": "other machines can reach it", "4599": "such as 127.0.0.1:4599",
		":4599": "other machines can reach it",
	} {
		code, stdout, stderr := drover(t, t.Context(), "drill", "--serve", address)
		if code != exitUsage || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, says) {
			t.Errorf("--serve %s: exit code %d, %q, %q; want %d and %q", address, code, stdout, stderr, exitUsage, says)
		}
	}
	for _, args := range [][]string{{"--speed", "0"}, {"--speed", "-1"}, {"--scenario", "earthquake"}, {"one", "--scenario", "two"}} {
		if code, _, _ := drover(t, t.Context(), append([]string{"drill", "--serve", "127.0.0.1:0"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit code %d; want %d", args, code, exitUsage)
		}
	}
	if code, _, stderr := drover(t, t.Context(), "drill", "--speed", "3"); code != exitUsage || !strings.Contains(stderr, "--serve") {
		t.Errorf("a drill with --speed: exit code %d, %q; want %d", code, stderr, exitUsage)
	}
}

func TestTheOutcomeIsTheExitCode(t *testing.T) {
	for outcome, want := range map[failover.Outcome]int{
		failover.Held: 3, failover.RolledBack: 4, failover.Refused: 5, "ABORTED": 1, "States.Runtime": 1,
	} {
		var stderr bytes.Buffer
		if got := exitCode(t.Context(), outcomeError{outcome}, &stderr); got != want || stderr.Len() > 0 {
			t.Errorf("%s: exit code %d, %q; want %d and nothing more said", outcome, got, stderr.String(), want)
		}
	}
}

func TestAReportSaysWhatMovedAndWhatDidNot(t *testing.T) {
	report := failover.Report{
		Run: failover.Run{ID: "r1", Action: failover.Failover, From: "us-east-1", To: "us-west-2", Reason: "fire"}, Outcome: failover.Held,
		Summary: "Held: failover to us-west-2", Reasons: []string{"the writer never came up"}, RTOSeconds: 912.3, TargetRTOSeconds: 600,
		Target: "us-west-2", Moved: []string{"catalog"}, NotMoved: []failover.NotMoved{{Application: "shop", Why: []string{"no writer", "x"}}},
		Unknown: []string{"zone Z1"}, Next: "drover status",
	}
	var out bytes.Buffer
	writeReport(&out, report)
	for _, want := range []string{
		"Held: failover to us-west-2\n", "RTO      15m12.3s, target 10m0s", "RPO      not measured: the replication lag before the promotion is not known", "Why\n  the writer never came up",
		"Not in us-west-2 (1)\n  shop: no writer; x", "In us-west-2 (1)\n  catalog", "Could not be read\n  zone Z1", "Next: drover status", "reason   fire",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

func TestAReportSaysWhatAnAuditorAsksFor(t *testing.T) {
	at := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	phases := []failover.PhaseResult{
		{Phase: failover.Outbound, From: "us-east-1", To: "us-west-2", Passed: true, StagesDone: 2, Stages: 2, RTOSeconds: 90},
		{Phase: failover.Rollback, From: "us-west-2", To: "us-east-1", StagesDone: 1, Stages: 2, RTOSeconds: 61.5},
	}
	report := failover.Report{
		Run: failover.Run{
			ID: "r1", Action: failover.Drill, Phase: failover.Rollback, From: "us-west-2", To: "us-east-1", RegistryLagMillis: new(int64(400)),
			Phases: []failover.PhaseRecord{{From: "us-east-1", To: "us-west-2"}},
		},
		Decisions: []failover.Decision{{Gate: failover.BeforeStart, AskedAt: at, Approved: true, By: "alice", How: failover.APISigner, Comment: "go"}},
		Phases:    phases, Trend: []failover.PastDrill{{Run: "r0", StartedAt: at, Outcome: failover.Completed, Phases: phases[:1]}},
		Restored: []string{"catalog"}, NotRestored: []failover.NotMoved{{Application: "shop", Why: []string{"no writer"}}},
		LostWrites: []failover.LostWrites{failover.NewLostWrites("shop", "shop-east", "us-east-1")},
	}
	var out bytes.Buffer
	writeReport(&out, report)
	for _, want := range []string{
		"run      r1: drill from us-east-1 to us-west-2\n", "registry its writes took 400ms to reach the other Region\n", "Not as before (1)\n  shop: no writer", "As before (1)\n  catalog",
		"Approvals\n  2026-01-31T03:00:00Z before-start: approved by alice (API signer): go", "  by       not known; CloudTrail's StartExecution event of ",
		"Phases\n  outbound to us-west-2: 1m30s, 2 of 2 stages\n  rollback to us-east-1: 1m1.5s, 1 of 2 stages",
		"Drills before\n  2026-01-31T03:00:00Z r0, Completed, outbound to us-west-2: 1m30s, 2 of 2 stages",
		"Where lost writes may be\n  shop: snapshot rds:unplanned-global-failover-shop-east-* in us-east-1; aws rds describe-db-cluster-snapshots",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

func TestOtherNamesThanThoseOfThePlanAreAsked(t *testing.T) {
	d := deployment{Plan: "shop", Table: "our-table", StateMachine: "our-machine"}
	plan := failover.DefaultPlan()
	plan.Name = d.Plan
	if d.table(plan) != "our-table" || d.machine(plan) != "our-machine" {
		t.Errorf("got %s and %s", d.table(plan), d.machine(plan))
	}
	if d = (deployment{}); d.table(plan) != "shop-registry" || d.machine(plan) != "shop" {
		t.Errorf("got %s and %s; want the plan's", d.table(plan), d.machine(plan))
	}
}

func TestTheJSONOfAReportIsJSON(t *testing.T) {
	url, _ := serve(t)
	if code, stdout, stderr := drover(t, t.Context(), "start", "switchover", "--name", "one", "--watch", "--endpoint-url", url); code != exitOK {
		t.Fatal(stdout, stderr)
	}
	_, stdout, _ := drover(t, t.Context(), "report", "one", "--json", "--endpoint-url", url)
	var report failover.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Run.ID != "one" {
		t.Errorf("%v in %s", err, stdout)
	}
}

func TestARunThatWaitsForAPersonSaysSoWhileItWaits(t *testing.T) {
	url, _ := serve(t)
	at := func(args ...string) (stdout string) {
		t.Helper()
		code, stdout, stderr := drover(t, t.Context(), append(args, "--endpoint-url", url)...)
		if code != exitOK {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, stdout, stderr)
		}
		return stdout
	}
	const waits = "AwaitApproval    approval request sent; the run waits for the answer"
	at("start", "switchover", "--approval", "before-start", "--name", "asks")
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(at("status", "asks"), waits) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not say %q:\n%s", waits, at("status", "asks"))
		}
		time.Sleep(50 * time.Millisecond)
	}
	at("approve", "asks")
	if shown := at("watch", "asks", "--every", "100ms"); strings.Count(shown, waits) != 1 || !strings.Contains(shown, "asks: Completed") {
		t.Errorf("want it once, and the end:\n%s", shown)
	}
}
