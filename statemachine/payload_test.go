package statemachine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// The tests in this file run the whole definition with scripted answers and assert the payloads of the steps.

func TestNotifyGetsWhatHappened(t *testing.T) {
	pending := ok(failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"checkout: database still in us-east-1"}})
	r := play(t, machine(t), script{"Validate": {plan(stage(0), stage(1))}, "VerifyHealth": {finds(failover.Passed), pending}})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	want := &failover.NotifyRequest{
		Format:     failover.Format,
		Run:        theRun(),
		Outcome:    failover.Held,
		Failures:   []failover.StepFailure{unverified("checkout: database still in us-east-1")},
		StagesDone: 1, Stages: 2, LagMillis: 250, LagAt: new(measured), Decisions: []failover.Decision{}, SetAside: failover.Aside{}, Now: got.Now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Notify's request (-want +got):\n%s", diff)
	}
	if r.Cause() != "what became of it" {
		t.Errorf("Cause = %q; want the message's summary", r.Cause())
	}
}

func TestNotifyGetsEveryFailureInItsOrder(t *testing.T) {
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: 20 % served"}})
	r := play(t, machine(t), script{"UpdateRegistry": {fails(failover.Rejected)}, "VerifyHealth": {bad}, "CloseRun": {fails(failover.Rejected)}})
	registry := failover.StepFailure{State: "UpdateRegistry", Wave: 1, Error: "Rejected", Cause: caught(failover.Rejected)}
	want := []failover.StepFailure{registry, unverified("checkout: 20 % served")}
	if diff := cmp.Diff(want, r.calls["CloseRun"][0].(*failover.CloseRequest).Failures); diff != "" {
		t.Errorf("CloseRun's failures (-want +got):\n%s", diff)
	}
	want = append(want, failover.StepFailure{State: "CloseRun", Error: "Rejected", Cause: caught(failover.Rejected)})
	if diff := cmp.Diff(want, r.calls["Notify"][0].(*failover.NotifyRequest).Failures); diff != "" {
		t.Errorf("Notify's failures (-want +got):\n%s", diff)
	}
	r = play(t, machine(t), script{"CloseRun": {silence}})
	got := r.calls["Notify"][0].(*failover.NotifyRequest).Failures
	if diff := cmp.Diff([]failover.StepFailure{{State: "CloseRun", Error: "States.Timeout"}}, got); diff != "" {
		t.Errorf("failure of CloseRun alone (-want +got):\n%s", diff)
	}
}

// TestFailuresAreBounded: the list has 20 entries, a cause 2,000 characters, and what is cut is counted.
func TestFailuresAreBounded(t *testing.T) {
	many := make([]string, failover.MaxListed)
	for i := range many {
		many[i] = fmt.Sprintf("application %d: unhealthy", i)
	}
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: many, MoreReasons: 7})
	for _, c := range []struct {
		name   string
		script script
		more   int
		last   string
	}{
		{"one stage", script{"VerifyHealth": {bad}}, 7, "VerifyHealth"},
		{"and a step before", script{"UpdateRegistry": {fails(failover.Rejected)}, "VerifyHealth": {bad}}, 8, "VerifyHealth"},
		{"and CloseRun, which is listed in place of a reason", script{"VerifyHealth": {bad}, "CloseRun": {fails(failover.Rejected)}}, 8, "CloseRun"},
		{"two waves", script{"Validate": {plan(inWave(0, 1, 1), inWave(1, 2, 0))}, "VerifyHealth": {bad}}, 34, "VerifyHealth"},
		{"a rollback that cannot be planned", script{
			"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {bad}, "PlanPhase rollback": {fails(failover.Rejected)},
		}, 8, "PlanPhase"},
		{"a step in each of 25 waves", script{"Validate": {plan(waves(25)...)}, "UpdateRegistry": times(25, fails(failover.Rejected))}, 5, "UpdateRegistry"},
	} {
		got := play(t, machine(t), c.script).calls["Notify"][0].(*failover.NotifyRequest)
		if len(got.Failures) != failover.MaxListed || got.MoreFailures != c.more || got.Failures[len(got.Failures)-1].State != c.last {
			t.Errorf("%s: %d failures and %d more, the last one %+v; want %d and %d, the last one of %s",
				c.name, len(got.Failures), got.MoreFailures, got.Failures[len(got.Failures)-1], failover.MaxListed, c.more, c.last)
		}
	}
	r := play(t, machine(t), script{"Validate": {plan(gated(0))}, "AwaitApproval": {answer{err: "Denied", after: time.Second, cause: strings.Repeat("x", 3000)}}})
	if got := r.calls["Notify"][0].(*failover.NotifyRequest).Decisions[0].Cause; len(got) != 1000 {
		t.Errorf("a cause has %d characters; want it cut", len(got))
	}
}

// TestWhatIsAskedAgainIsVerifiedFromTheStart: what was counted before a change was lost, or a promotion was cancelled, says
// nothing about the next one. That holds for the zones that were in sync as well.
func TestWhatIsAskedAgainIsVerifiedFromTheStart(t *testing.T) {
	for _, verdict := range []failover.Verdict{failover.Lost, failover.Unpromoted} {
		again := ok(failover.VerifyAnswer{Verdict: verdict, Healthy: 1, Unhealthy: 2, Streak: &failover.Streak{InSync: 12}})
		calls := play(t, machine(t), script{"Validate": {plan(waves(1)...)}, "VerifyHealth": {again, finds(failover.Passed)}}).calls["VerifyHealth"]
		if len(calls) != 2 {
			t.Fatalf("%s: %d checks; want 2", verdict, len(calls))
		}
		if req := calls[1].(*failover.VerifyRequest); req.Healthy != 0 || req.Unhealthy != 0 || req.Streak != nil {
			t.Errorf("%s: the next check is asked with %d healthy, %d unhealthy and streak %+v; want none", verdict, req.Healthy, req.Unhealthy, req.Streak)
		}
	}
}

// TestVerifyHealthIsAskedWithWhatIsPending follows the change ids and the counts of checks in a row through the loop.
func TestVerifyHealthIsAskedWithWhatIsPending(t *testing.T) {
	once := ok(failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1})
	r := play(t, machine(t), script{
		"ShiftTraffic": {shifted(1), shifted(0)},
		"VerifyHealth": {once, fails(failover.Throttled), ok(failover.VerifyAnswer{Verdict: failover.Pending, Unhealthy: 3}), finds(failover.Passed)},
	})
	change := failover.Change{Zone: "Z1", ID: "C1"}
	ofBothRounds := []failover.Change{change, change}
	var healthy, unhealthy []int
	for _, call := range r.calls["VerifyHealth"] {
		req := call.(*failover.VerifyRequest)
		healthy, unhealthy = append(healthy, req.Healthy), append(unhealthy, req.Unhealthy)
		if diff := cmp.Diff(ofBothRounds, req.Changes); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	}
	second := r.calls["ShiftTraffic"][1].(*failover.ShiftRequest)
	if diff := cmp.Diff([]failover.Change{change}, second.Changes); diff != "" {
		t.Errorf("what the second round of ShiftTraffic knows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 1, 1, 0}, healthy); diff != "" {
		t.Errorf("healthy checks in a row (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 0, 0, 3}, unhealthy); diff != "" {
		t.Errorf("unhealthy checks in a row (-want +got):\n%s", diff)
	}
}

// TestASecondPhaseIsPlannedWithHowTheFirstEnded follows what the phases of a run know of each other.
func TestASecondPhaseIsPlannedWithHowTheFirstEnded(t *testing.T) {
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: 20 % served"}})
	r := play(t, machine(t), script{
		"Validate":     {planOf(theRun(planned), stage(0), stage(1), stage(2))},
		"VerifyHealth": {finds(failover.Passed), bad, finds(failover.Passed)},
	})
	got := r.calls["PlanPhase rollback"][0].(*failover.ValidateRequest)
	run := theRun(planned)
	want := &failover.ValidateRequest{
		Format:    failover.Format,
		Execution: got.Execution, Input: got.Input, Phase: failover.Rollback, Run: &run, Played: 2, Now: got.Now,
		Before: []failover.Stage{stage(0), stage(1), stage(2)},
		Ended: &failover.PhaseEnd{
			EndedAt: got.Now, StagesDone: 1, Stages: 3, LagMillis: 250, Failures: []failover.StepFailure{unverified("checkout: 20 % served")},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PlanPhase's request (-want +got):\n%s", diff)
	}
	asked := r.calls["Notify"][0].(*failover.NotifyRequest)
	if asked.Outcome != failover.RolledBack || len(asked.Failures) != 0 || asked.StagesDone != 1 || asked.Stages != 1 {
		t.Errorf("Notify was asked %+v; want the rollback's own end", asked)
	}
}

// TestAReturnRollbackIsPlannedWithWhyTheReturnFailed, and the run carries that to its end.
func TestAReturnRollbackIsPlannedWithWhyTheReturnFailed(t *testing.T) {
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: 20 % served"}})
	r := play(t, machine(t), script{
		"Validate":                  {planOf(theRun(drill), stage(0))},
		"VerifyHealth":              {finds(failover.Passed), bad, finds(failover.Passed)},
		"PlanPhase return-rollback": {planOf(theRun(drill, on(failover.ReturnRollback)), stage(2))},
	})
	got := r.calls["PlanPhase return-rollback"][0].(*failover.ValidateRequest)
	if got.Phase != failover.ReturnRollback || got.Run.Phase != failover.Return || got.Played != 2 || got.Ended.StagesDone != 0 || got.Ended.Failures[0].Cause != "checkout: 20 % served" {
		t.Errorf("PlanPhase was asked %+v, of a phase that ended %+v", got, got.Ended)
	}
	asked := r.calls["Notify"][0].(*failover.NotifyRequest)
	if asked.Outcome != failover.Held || asked.Run.Phase != failover.ReturnRollback || len(asked.Failures) != 0 || asked.StagesDone != 1 || asked.Stages != 1 {
		t.Errorf("Notify was asked %+v; want Held, and the return-rollback's own end", asked)
	}
}

func TestASoakLastsAsLongAsTheRunSays(t *testing.T) {
	r := play(t, machine(t), script{"Validate": {planOf(theRun(drill), stage(0))}})
	req := r.calls["PlanPhase return"][0].(*failover.ValidateRequest)
	if got := req.Now.Sub(req.Ended.EndedAt); got != 2*time.Minute {
		t.Errorf("soaked for %v; want 2m0s", got)
	}
}

func TestAnnounceGetsWhatWasFound(t *testing.T) {
	found := []failover.Finding{{Severity: failover.Warning, Code: failover.CodeBound, Object: "run run-1", Found: "it may take long"}}
	planned := plan(stage(0), stage(1))
	a := planned.result.(failover.ValidateAnswer)
	a.Applications, a.Databases = 3, 1
	for _, findings := range [][]failover.Finding{{}, found, append(found, found...)} {
		a.Findings, a.MoreFindings = findings, len(findings)
		r := play(t, machine(t), script{"Validate": {ok(a)}})
		got := r.calls["Announce"][0].(*failover.AnnounceRequest)
		want := &failover.AnnounceRequest{
			Format: failover.Format,
			Op:     "announce", Run: theRun(), Applications: 3, Databases: 1, Stages: 2, Findings: findings, MoreFindings: len(findings), Now: got.Now,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Announce's request (-want +got):\n%s", diff)
		}
	}
}

// TestNotifyGetsTheLargestLagWithItsTime follows the lag through a promotion that is asked about again, when the
// secondary has become the writer and has none any more.
func TestNotifyGetsTheLargestLagWithItsTime(t *testing.T) {
	later := measured.Add(time.Minute)
	lag := func(millis int64, at *time.Time) answer {
		return ok(failover.PromoteAnswer{Started: 1, LagMillis: millis, LagAt: at})
	}
	for _, c := range []struct {
		name    string
		answers []answer
		millis  int64
		at      *time.Time
	}{
		{"measured once", []answer{lag(250, &measured), lag(-1, nil)}, 250, &measured},
		{"smaller the second time", []answer{lag(250, &measured), lag(10, &later)}, 250, &measured},
		{"larger the second time", []answer{lag(250, &measured), lag(900, &later)}, 900, &later},
		{"never measured", []answer{lag(-1, nil)}, -1, nil},
	} {
		r := play(t, machine(t), script{"Validate": {plan(stage(0), stage(1))}, "PromoteDatabase": c.answers})
		got := r.calls["Notify"][0].(*failover.NotifyRequest)
		if diff := cmp.Diff(c.at, got.LagAt); got.LagMillis != c.millis || diff != "" {
			t.Errorf("%s: %d ms; want %d; measured at (-want +got):\n%s", c.name, got.LagMillis, c.millis, diff)
		}
	}
}

func TestNotifyGetsWhatWasWrongWithEachWave(t *testing.T) {
	bad := func(why string) answer {
		return ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{why}})
	}
	waves := plan(inWave(0, 1, 2), inWave(1, 1, 2), inWave(2, 2, 3), inWave(3, 3, 4), inWave(4, 4, 0))
	r := play(t, machine(t), script{
		"Validate":       {waves},
		"UpdateRegistry": {well["UpdateRegistry"], fails(failover.Rejected), fails(failover.UnknownFormat), well["UpdateRegistry"]},
		"VerifyHealth":   {bad("shop: 20 % served"), finds(failover.Passed)},
	})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	want := []failover.StepFailure{
		unverified("shop: 20 % served"),
		{State: "UpdateRegistry", Wave: 2, Error: "Rejected", Cause: caught(failover.Rejected)},
		{State: "UpdateRegistry", Wave: 3, Error: "UnknownFormat", Cause: caught(failover.UnknownFormat)},
	}
	if diff := cmp.Diff(want, got.Failures); diff != "" || got.Outcome != failover.Held {
		t.Errorf("%s; failures (-want +got):\n%s", got.Outcome, diff)
	}
	if got.StagesDone != 3 || got.Stages != 5 {
		t.Errorf("%d of %d stages are done; want those of waves 2 to 4, of 5", got.StagesDone, got.Stages)
	}
}

// TestARoundThatGotNothingDoneLeavesTheChangesAsTheyWere: an empty list that is added to an empty list is no change.
func TestARoundThatGotNothingDoneLeavesTheChangesAsTheyWere(t *testing.T) {
	nothing := ok(failover.ShiftAnswer{Changes: []failover.Change{}, Remaining: 1})
	r := play(t, machine(t), script{"ShiftTraffic": {nothing, nothing, nothing, shifted(0)}})
	for i, call := range r.calls["ShiftTraffic"] {
		if got := call.(*failover.ShiftRequest).Changes; got == nil || len(got) > 0 {
			t.Errorf("round %d knows the changes %v; want an empty list", i+1, got)
		}
	}
	if got := r.calls["VerifyHealth"][0].(*failover.VerifyRequest).Changes; len(got) != 1 {
		t.Errorf("VerifyHealth waits for %v; want one change", got)
	}
}

// TestARollbackThatCannotBeVerifiedSaysSo: its reasons are those of its own checks, and not why it was started.
func TestARollbackThatCannotBeVerifiedSaysSo(t *testing.T) {
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: 20 % served"}})
	r := play(t, machine(t), script{
		"Validate":     {planOf(theRun(planned), stage(0))},
		"VerifyHealth": {bad, fails(failover.Denied)},
	})
	asked := r.calls["Notify"][0].(*failover.NotifyRequest)
	if asked.Outcome != failover.Held || len(asked.Failures) != 1 || asked.Failures[0].State != "VerifyHealth" || asked.Failures[0].Error != "Denied" {
		t.Errorf("outcome %s, failures %+v; want the failed verification", asked.Outcome, asked.Failures)
	}
	if got := len(r.calls["VerifyHealth"]); got != 1+stage(0).Attempts {
		t.Errorf("%d checks; want all of the rollback's attempts", got)
	}
}
