package drills

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
)

type stoppedCase struct {
	input, before string
	outcome       failover.Outcome // of the run, as it is closed
}

// stoppedIn are the states in which an execution can be stopped, each with a run that comes to it. A state that is not a
// task or a wait is left at once.
var stoppedIn = map[string]stoppedCase{
	"Validate":        {input: "{action: drill}", outcome: failover.Refused},
	"Announce":        {input: "{action: drill}", outcome: failover.Refused},
	"AwaitApproval":   {input: "{action: switchover, approval: before-start}", outcome: failover.Refused},
	"ShiftTraffic":    {input: "{action: drill}", outcome: failover.Held},
	"UpdateRegistry":  {input: "{action: drill}", outcome: failover.Held},
	"PromoteDatabase": {input: "{action: failover, allowDataLoss: true}", outcome: failover.Held},
	"AskAgain": {input: "{action: failover, allowDataLoss: true}", outcome: failover.Held,
		before: "apiFault: {service: rds, operation: FailoverGlobalCluster, code: Throttling, status: 400, for: 3m}"},
	"Settle":       {input: "{action: drill}", outcome: failover.Held},
	"VerifyHealth": {input: "{action: failover, allowDataLoss: true}", outcome: failover.Held},
	"Soak":         {input: "{action: drill}", outcome: failover.Held},
	"AwaitLag":     {input: "{action: drill}", outcome: failover.Held},
	"PlanPhase":    {input: "{action: switchover}", before: "switchoverCancelled: orders", outcome: failover.Held},
	"CloseRun":     {input: "{action: failover, allowDataLoss: true}", outcome: failover.Completed},
	"Notify":       {input: "{action: failover, allowDataLoss: true}", outcome: failover.Completed},
	"NotNotified": {input: "{action: failover, allowDataLoss: true}", outcome: failover.Completed,
		before: "invocations: {function: notify, fail: deleted, times: 5}"}, // Announce, and all tries of Notify
}

// notStopped are those that the table leaves out, each with the reason.
var notStopped = map[string]string{
	"Refill":        "a wait between two calls of ShiftTraffic, in waves of more than 1,500 changes",
	"AwaitStart":    "of a run that Validate could not be asked for yet: it has no lock, and has changed nothing",
	"NotifyRefused": "of a run without a lock, which has changed nothing",
	"LastStep":      "of a run that closes another one; the next check closes that",
	"NotifyStopped": "of a run that closes another one; the next check closes that",
	"CloseStopped":  "of a run that closes another one; the next check closes that",
}

func TestTheTableOfStatesIsComplete(t *testing.T) {
	var definition struct {
		States map[string]struct{ Type string }
	}
	if err := json.Unmarshal([]byte(statemachine.Definition()), &definition); err != nil {
		t.Fatal(err)
	}
	for name, state := range definition.States {
		_, stopped := stoppedIn[name]
		if waits := state.Type == "Task" || state.Type == "Wait"; waits && !stopped && notStopped[name] == "" {
			t.Errorf("no run is stopped in the state %s", name)
		}
	}
}

// TestARunThatIsStoppedInAnyStateIsClosed: its lock is free, its report is written, one message says what moved and what to
// type next, and closing it once more changes nothing. It is the same for an execution whose time is over, and for one
// whose history has come to the quota of 25,000 events.
func TestARunThatIsStoppedInAnyStateIsClosed(t *testing.T) {
	for by, says := range map[string]string{
		"": "was stopped (ABORTED)", scenario.ByTimeout: "timed out (TIMED_OUT)", scenario.ByHistory: "failed (FAILED)",
	} {
		for state, c := range stoppedIn {
			t.Run(cmp.Or(by, "stopped")+" in "+state, func(t *testing.T) { checkStopped(t, state, by, says, c) })
		}
	}
}

func checkStopped(t *testing.T, state, by, says string, c stoppedCase) {
	t.Helper()
	result := playStopped(t, state, by, c.input, c.before)
	if !result.OK() {
		t.Errorf("unexpected: %s", strings.Join(result.Unexpected, "\n"))
		for _, v := range result.Guarantees {
			if v.Status == guarantee.Violated {
				t.Errorf("%s: %v", v.Guarantee, v.Violations)
			}
		}
	}
	run := result.Evidence.Runs[0]
	if result.Evidence.End.Lock.Owner != "" {
		t.Errorf("the lock is held by %s", result.Evidence.End.Lock.Owner)
	}
	if run.Report == nil || run.Report.Run.ARN != run.ARN || run.Report.Outcome != c.outcome || run.Report.Next == "" && c.outcome != failover.Completed {
		t.Fatalf("the report is %+v; want one of outcome %s, with the next command", run.Report, c.outcome)
	}
	if reasons := strings.Join(run.Report.Reasons, "\n"); !strings.Contains(reasons, says) && c.outcome != failover.Completed {
		t.Errorf("the reasons are %q; want %q in them", reasons, says)
	}
	said := run.Texts[len(run.Texts)-1]
	if n := run.Messages + run.Closed; n != 1 || !strings.Contains(said, run.Report.Next) || !strings.Contains(said, run.Report.Summary) {
		t.Errorf("%d messages about the end, the last one:\n%s", n, said)
	}
}

func playStopped(t *testing.T, state, by, input, before string) *drill.Result {
	t.Helper()
	stop := "{run: 1, in: " + state + ", by: '" + by + "'}"
	if state == "Validate" { // it has been entered when the run has been started
		stop = "{run: 1, by: '" + by + "'}"
	}
	if before != "" {
		before = "  - at: 1m\n    " + before + "\n"
	}
	return playScenario(t, fmt.Sprintf(`name: stopped-in
title: a run is stopped in %s
description: another run closes it, and a third one finds nothing to close
applicationsFile: applications/shop.yaml
noSchedules: true
plan: {attempts: 24, approvalSeconds: 600, soakSeconds: 10}
world:
  clients: {requestsPerSecond: 50, writes: 0.2}
timeline:
%s  - at: 2m
    start: {region: us-west-2, input: %s, outcome: Stopped}
  - at: 2m
    stop: %s
  - at: 14m
    start:
      region: us-west-2
      input: {action: close, execution: "arn:aws:states:us-west-2:111122223333:execution:drover:stopped-in-1"}
      outcome: Completed
until: 15m
expect:
  closed: [stopped-in-1]
`, state, before, input, stop))
}

// playScenario plays a scenario of the applications of a shop.
func playScenario(t *testing.T, scenario string) *drill.Result {
	t.Helper()
	shop, err := fs.ReadFile(files, "applications/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return playApplications(t, string(shop), scenario)
}

// playApplications plays a scenario with these applications.
func playApplications(t *testing.T, applications, disaster string) *drill.Result {
	t.Helper()
	s, err := scenario.Load(fstest.MapFS{"applications/shop.yaml": {Data: []byte(applications)}, "disaster.yaml": {Data: []byte(disaster)}}, "disaster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return mustPlay(t, s, drill.Options{})
}
