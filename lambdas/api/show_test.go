package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestARunShowsItsStageAndWhatItWaitsFor(t *testing.T) {
	s := newScene(t)
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"orders in us-west-2: not the writer yet"}, MoreReasons: 3})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(8 * time.Second) // the first check is done, and the next one waits
	run := s.show("r1")
	if run.State != "Settle" || run.Stage == nil || run.Stage.Index != 0 || run.StagesDone != 0 || run.Stages != 2 {
		t.Errorf("state %s, stage %+v, %d of %d done", run.State, run.Stage, run.StagesDone, run.Stages)
	}
	if diff := cmp.Diff([]string{"orders in us-west-2: not the writer yet"}, run.Reasons); diff != "" || run.MoreReasons != 3 {
		t.Errorf("reasons and %d more (-want +got):\n%s", run.MoreReasons, diff)
	}
	if want := "Settle, stage 1 of 2: wave 1, 100 % of the traffic to us-west-2, databases promoted in us-west-2"; run.Summary != want {
		t.Errorf("summary %q; want %q", run.Summary, want)
	}
	if len(run.Findings) != 1 || run.Outcome != "" || run.Status != "RUNNING" || !run.StoppedAt.IsZero() {
		t.Errorf("run %+v", run)
	}
	if !strings.Contains(string(run.Input), caller) {
		t.Errorf("input %s does not say who started it", run.Input)
	}
}

func TestReasonsOfAnEarlierStageAreNotShown(t *testing.T) {
	s := newScene(t)
	checks := 0
	s.steps["VerifyHealth"] = func() fakeaws.InvokeResult {
		if checks++; checks == 1 {
			return fakeaws.InvokeResult{Payload: []byte(`{"verdict": "pending", "healthy": 0, "unhealthy": 0, "reasons": ["of stage 1"]}`)}
		}
		s.fails("ShiftTraffic", "Throttled", "Rate exceeded")
		return fakeaws.InvokeResult{Payload: []byte(`{"verdict": "passed", "healthy": 1, "unhealthy": 0, "reasons": null}`)}
	}
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(12 * time.Second)
	run := s.show("r1")
	if run.State != "ShiftTraffic" || run.Stage == nil || run.Stage.Index != 1 || run.StagesDone != 1 || run.Reasons != nil {
		t.Errorf("state %s, stage %+v, %d done, reasons %q; want ShiftTraffic of the second stage and no reasons", run.State, run.Stage, run.StagesDone, run.Reasons)
	}
	if run.Failure == nil || run.Failure.State != "ShiftTraffic" || run.Failure.Error != "Throttled" || !strings.Contains(run.Failure.Cause, "Rate exceeded") {
		t.Errorf("failure %+v; want the attempt that failed last", run.Failure)
	}
}

func TestTheReasonsAreThoseOfTheLastCheck(t *testing.T) {
	s := newScene(t)
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"of the first check"}})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(8 * time.Second)
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"of the second check"}})
	s.pass(5 * time.Second)
	if diff := cmp.Diff([]string{"of the second check"}, s.show("r1").Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

func TestAFailureThatIsOvercomeIsNotShown(t *testing.T) {
	s := newScene(t)
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{}})
	shifts := 0
	s.steps["ShiftTraffic"] = func() fakeaws.InvokeResult {
		if shifts++; shifts == 1 {
			return fakeaws.InvokeResult{ErrorType: "Throttled", Cause: `{}`}
		}
		return fakeaws.InvokeResult{Payload: []byte(`{"changes": [], "remaining": 0}`)}
	}
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(12 * time.Second)
	if run := s.show("r1"); shifts != 2 || run.Failure != nil {
		t.Errorf("after %d shifts: failure %+v", shifts, run.Failure)
	}
}

// TestTheLastAttemptThatFailedIsShown: it says what a run in progress is waiting for now.
func TestTheLastAttemptThatFailedIsShown(t *testing.T) {
	s := newScene(t)
	names := []string{"Throttled", "Busy"}
	s.steps["ShiftTraffic"] = func() fakeaws.InvokeResult {
		name := names[0]
		names = names[min(1, len(names)-1):]
		return fakeaws.InvokeResult{ErrorType: name, Cause: `{}`}
	}
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(4 * time.Second)
	if run := s.show("r1"); run.Failure == nil || run.Failure.Error != "Busy" || run.Failure.State != "ShiftTraffic" {
		t.Errorf("failure %+v; want the last one, which is Busy", run.Failure)
	}
}

// The history of a long verification has thousands of events; only its two ends are read.
func TestALongHistoryIsReadInTwoCalls(t *testing.T) {
	s := newScene(t)
	percent := 100
	s.says("Validate", failover.ValidateAnswer{Verdict: failover.Proceed, Findings: []failover.Finding{{Severity: failover.Warning, Code: failover.CodeTTL}}, Stages: []failover.Stage{
		{From: east, To: west, Wave: 1, Percent: &percent, Batches: 1, SettleSeconds: 5, Attempts: 900, Passes: 1, VerifySeconds: 7200}, {Index: 1, Attempts: 1}, {Index: 2, Attempts: 1},
	}})
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"not yet"}})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Hour)
	before := len(s.calls())
	run := s.show("r1")
	if calls := s.calls()[before:]; len(calls) != 3 {
		t.Errorf("calls %v; want three", calls)
	}
	if run.Stages != 3 || run.Stage == nil || run.Stage.Index != 0 || len(run.Reasons) != 1 || len(run.Findings) != 1 {
		t.Errorf("stage %+v of %d, reasons %q, findings %v", run.Stage, run.Stages, run.Reasons, run.Findings)
	}
}

func TestAFinishedRunShowsItsOutcomeAndReport(t *testing.T) {
	s := newScene(t)
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Hour)
	run := s.show("r1")
	if run.Status != "SUCCEEDED" || run.Outcome != failover.Completed || run.Summary != "Completed: 2 applications moved" || run.StoppedAt.IsZero() {
		t.Errorf("run %+v", run)
	}
	if run.State != "Completed" || run.StagesDone != 2 || run.Stages != 2 || run.Failure != nil || run.Links.Report != "s3://reports/runs/r1/report.json" {
		t.Errorf("progress %+v, report %s", run.Progress, run.Links.Report)
	}
}

func TestARunThatIsHeldSaysWhy(t *testing.T) {
	s := newScene(t)
	s.fails("PromoteDatabase", "Rejected", "no such cluster")
	s.says("Notify", failover.NotifyAnswer{Outcome: failover.Held, Summary: "Held: 1 of 2 applications moved"})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Hour)
	run := s.show("r1")
	if run.Status != "FAILED" || run.Outcome != failover.Held || run.Summary != "Held: 1 of 2 applications moved" || run.Next != "" {
		t.Errorf("run %+v", run)
	}
	if len(run.Reasons) == 0 || !strings.Contains(run.Reasons[0], "was set aside: Rejected: no such cluster") || run.StagesDone != 2 || run.Stages != 2 {
		t.Errorf("progress %+v", run.Progress)
	}
}

func TestARunThatCouldNotVerifyShowsTheReasonsOfItsEnd(t *testing.T) {
	s := newScene(t)
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: two writers"}})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Hour)
	if diff := cmp.Diff([]string{"checkout: two writers"}, s.show("r1").Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

func TestARefusedRunShowsTheFindings(t *testing.T) {
	s := newScene(t)
	s.says("Validate", failover.ValidateAnswer{Verdict: failover.Refuse, Summary: "Refused, nothing was touched: locked", Findings: []failover.Finding{
		{Severity: failover.Blocker, Code: failover.CodeLocked, Object: "lock", Found: "run r0 holds it"},
	}, MoreFindings: 4})
	s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(time.Minute)
	run := s.show("r1")
	if run.Outcome != failover.Refused || run.Summary != "Refused, nothing was touched: locked" || len(run.Findings) != 1 || run.MoreFindings != 4 {
		t.Errorf("run %+v, %+v", run, run.Progress)
	}
}

func TestACheckShowsItsSummary(t *testing.T) {
	s := newScene(t)
	s.says("Validate", failover.ValidateAnswer{Verdict: failover.Checked, Summary: "Ready: check of 2 applications", Findings: []failover.Finding{}})
	s.start(`{"name": "r1", "action": "check"}`)
	s.pass(time.Minute)
	if run := s.show("r1"); run.Outcome != failover.Completed || run.Summary != "Ready: check of 2 applications" || run.Links.Report != "" {
		t.Errorf("run %+v", run)
	}
}

func TestAStoppedRunSaysWhatIsNext(t *testing.T) {
	s := newScene(t)
	s.says("VerifyHealth", failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{}})
	run := s.start(`{"name": "r1", "action": "failover"}`)
	s.pass(8 * time.Second)
	s.must(s.world.StopExecution(run.ARN, "Operator", "wrong Region"))
	run = s.show("r1")
	if run.Status != "ABORTED" || run.Outcome != "" || run.Summary != "The run was stopped, timed out or failed: ABORTED, Operator, wrong Region." || run.Next == "" {
		t.Errorf("run %+v", run)
	}
	if run.Stage == nil || run.Stage.Index != 0 {
		t.Errorf("stage %+v; want the one it was in", run.Stage)
	}
}

func TestARunThatIsNotThere(t *testing.T) {
	s := newScene(t)
	before := 0
	for _, id := range []string{"unknown", "a:b", "a%252Fb", "a%20b", strings.Repeat("x", 81), "*"} {
		p := problemIn(t, s.ask("GET", "/runs/"+id, ""), 404)
		if !strings.HasSuffix(p.Type, "#no-such-run") {
			t.Errorf("%s: problem %+v", id, p)
		}
		if calls := s.calls(); id != "unknown" && len(calls) > before {
			t.Errorf("%s: calls %v; want none for what can be no name", id, calls[before:])
		}
		before = len(s.calls())
	}
}

func TestARunStartedByHandMayHaveAnyName(t *testing.T) {
	s := newScene(t)
	_, err := s.world.StartExecution(machineARN, "v1.0_é", []byte(`{"action": "check"}`))
	s.must(err)
	run := runIn(t, s.ask("GET", "/runs/v1.0_%C3%A9", ""), 200)
	if run.ID != "v1.0_é" || run.Links.Self != "/runs/v1.0_%C3%A9" {
		t.Errorf("run %s, self %s", run.ID, run.Links.Self)
	}
}

// The registry knows the runs of both Regions, even when the other Region cannot be asked.
func TestARunOfTheOtherRegionIsShownFromTheRegistry(t *testing.T) {
	s := newScene(t)
	arn := "arn:aws:states:us-east-1:" + account + ":execution:drover:yesterday"
	record := registry.RunRecord{
		Run:     failover.Run{ID: "yesterday", ARN: arn, Action: failover.Failback, From: west, To: east, StartedAt: start.Add(-24 * time.Hour)},
		Outcome: failover.Held, Reasons: []string{"checkout: no data"}, ClosedAt: start.Add(-23 * time.Hour),
	}
	s.must(s.store.PutRun(t.Context(), record))
	run := s.show("yesterday")
	if run.Region != east || run.ARN != arn || run.Outcome != failover.Held || run.Status != "FAILED" || len(run.Reasons) != 1 || !run.StoppedAt.Equal(record.ClosedAt) {
		t.Errorf("run %+v", run)
	}
	record.Run.ID, record.Outcome = "the-day-before", failover.Completed
	s.must(s.store.PutRun(t.Context(), record))
	if run := s.show("the-day-before"); run.Outcome != failover.Completed || run.Status != "SUCCEEDED" {
		t.Errorf("run %+v", run)
	}
	if !strings.HasPrefix(run.Links.Console, "https://us-east-1.console") {
		t.Errorf("console %s", run.Links.Console)
	}
}

func TestARunThatIsRunningInTheOtherRegionSaysWhere(t *testing.T) {
	s := newScene(t)
	run := failover.Run{ID: "now", ARN: "arn:aws:states:us-east-1:" + account + ":execution:drover:now"}
	_, err := s.store.TakeLock(t.Context(), run, start, start.Add(time.Hour))
	s.must(err)
	p := problemIn(t, s.ask("GET", "/runs/now", ""), 404)
	if !strings.Contains(p.Detail, "running in us-east-1") || p.Next != "Call the API in us-east-1." {
		t.Errorf("problem %+v", p)
	}
}

// TestARunOfThisRegionThatIsNotThereIsInNoOther, whatever the lock says.
func TestARunOfThisRegionThatIsNotThereIsInNoOther(t *testing.T) {
	s := newScene(t)
	run := failover.Run{ID: "now", ARN: "arn:aws:states:us-west-2:" + account + ":execution:drover:now"}
	_, err := s.store.TakeLock(t.Context(), run, start, start.Add(time.Hour))
	s.must(err)
	if p := problemIn(t, s.ask("GET", "/runs/now", ""), 404); !strings.Contains(p.Detail, `Run "now" does not exist`) {
		t.Errorf("problem %+v", p)
	}
}

func TestAnInputThatIsNoJSONDoesNotBreakTheAnswer(t *testing.T) {
	if got := rawJSON(`{"a":`); got != nil {
		t.Errorf("got %s", got)
	}
	text, err := json.Marshal(Run{Input: rawJSON("")})
	if err != nil || strings.Contains(string(text), "input") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestTheStageThatClosesAPhaseIsNoWave(t *testing.T) {
	p := Progress{State: "Settle", Stages: 3, Stage: &failover.Stage{Index: 2, Waves: []int{1, 2}, To: west}}
	if got, want := p.text(), "Settle, stage 3 of 3: verification of all that has moved"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestARunHasAtLeastTheStageThatItPlays, although the list of its stages is not in what was read.
func TestARunHasAtLeastTheStageThatItPlays(t *testing.T) {
	asked := `{"Payload": {"stage": {"index": 2, "wave": 1}}}`
	p := progressOf(nil, []types.HistoryEvent{{TaskScheduledEventDetails: &types.TaskScheduledEventDetails{Parameters: &asked}}})
	if p.Stage == nil || p.Stages != 3 || p.StagesDone != 2 {
		t.Errorf("got %+v; want the third of three stages", p)
	}
}
