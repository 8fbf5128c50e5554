package statemachine

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// The tests in this file run the whole definition with scripted answers and assert the payloads of the steps.

func TestNotifyGetsWhatHappened(t *testing.T) {
	pending := ok(failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"checkout: database still in us-east-1"}})
	r := play(t, machine(t), script{"Validate": {plan(stage(0), stage(1))}, "VerifyHealth": {looks(failover.Passed), pending}})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	want := &failover.NotifyRequest{
		Format:     failover.Format,
		Run:        theRun(),
		Outcome:    failover.Held,
		Reasons:    []string{"checkout: database still in us-east-1"},
		StagesDone: 1, Stages: 2, LagMillis: 250, LagAt: new(measured), Decisions: []failover.Decision{}, SetAside: failover.Aside{}, Now: got.Now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Notify's request (-want +got):\n%s", diff)
	}
	if r.Cause() != "what became of it" {
		t.Errorf("Cause = %q; want the message's summary", r.Cause())
	}
}

func TestNotifyGetsTheFirstFailure(t *testing.T) {
	r := play(t, machine(t), script{"UpdateRegistry": {fails(failover.Rejected)}, "CloseRun": {fails(failover.Rejected)}})
	got := r.calls["Notify"][0].(*failover.NotifyRequest).Failure
	want := &failover.StepFailure{
		State: "UpdateRegistry", Error: "Rejected", Cause: `{"errorType":"Rejected","errorMessage":"in the test"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("failure (-want +got):\n%s", diff)
	}
	r = play(t, machine(t), script{"CloseRun": {silence}})
	got = r.calls["Notify"][0].(*failover.NotifyRequest).Failure
	if diff := cmp.Diff(&failover.StepFailure{State: "CloseRun", Error: "States.Timeout"}, got); diff != "" {
		t.Errorf("failure of CloseRun alone (-want +got):\n%s", diff)
	}
}

// TestVerifyHealthIsAskedWithWhatIsPending follows the change ids and the counts of checks in a row through the loop.
func TestVerifyHealthIsAskedWithWhatIsPending(t *testing.T) {
	once := ok(failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1})
	r := play(t, machine(t), script{
		"ShiftTraffic": {shifted(1), shifted(0)},
		"VerifyHealth": {once, fails(failover.Throttled), ok(failover.VerifyAnswer{Verdict: failover.Pending, Unhealthy: 3}), looks(failover.Passed)},
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
		"VerifyHealth": {looks(failover.Passed), bad, looks(failover.Passed)},
	})
	got := r.calls["PlanRollback"][0].(*failover.ValidateRequest)
	run := theRun(planned)
	want := &failover.ValidateRequest{
		Format:    failover.Format,
		Execution: got.Execution, Input: got.Input, Phase: failover.Rollback, Run: &run, Played: 2, Now: got.Now,
		Before: []failover.Stage{stage(0), stage(1), stage(2)},
		Ended: &failover.PhaseEnd{
			EndedAt: got.Now, StagesDone: 1, Stages: 3, LagMillis: 250, Reasons: []string{"checkout: 20 % served"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PlanRollback's request (-want +got):\n%s", diff)
	}
	told := r.calls["Notify"][0].(*failover.NotifyRequest)
	if told.Outcome != failover.RolledBack || len(told.Reasons) != 0 || told.Failure != nil || told.StagesDone != 1 || told.Stages != 1 {
		t.Errorf("Notify was told %+v; want the rollback's own end", told)
	}
}

// TestARetreatIsPlannedWithWhyTheWayBackFailed, and the run carries that to its end.
func TestARetreatIsPlannedWithWhyTheWayBackFailed(t *testing.T) {
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: 20 % served"}})
	r := play(t, machine(t), script{
		"Validate":     {planOf(theRun(drill), stage(0))},
		"VerifyHealth": {looks(failover.Passed), bad, looks(failover.Passed)},
		"PlanRollback": {planOf(theRun(drill, on(failover.ReturnRollback)), stage(2))},
	})
	got := r.calls["PlanRollback"][0].(*failover.ValidateRequest)
	if got.Phase != failover.ReturnRollback || got.Run.Phase != failover.Return || got.Played != 2 || got.Ended.StagesDone != 0 || got.Ended.Reasons[0] != "checkout: 20 % served" {
		t.Errorf("PlanRollback was asked %+v, of a phase that ended %+v", got, got.Ended)
	}
	told := r.calls["Notify"][0].(*failover.NotifyRequest)
	if told.Outcome != failover.Held || told.Run.Phase != failover.ReturnRollback || len(told.Reasons) != 0 || told.Failure != nil || told.StagesDone != 1 || told.Stages != 1 {
		t.Errorf("Notify was told %+v; want Held, and the retreat's own end", told)
	}
}

func TestASoakLastsAsLongAsTheRunSays(t *testing.T) {
	r := play(t, machine(t), script{"Validate": {planOf(theRun(drill), stage(0))}})
	req := r.calls["PlanReturn"][0].(*failover.ValidateRequest)
	if got := req.Now.Sub(req.Ended.EndedAt); got != 2*time.Minute {
		t.Errorf("soaked for %v; want 2m0s", got)
	}
}

func TestAQuestionSaysWhatIsAskedAndUntilWhen(t *testing.T) {
	r := play(t, machine(t), script{"Validate": {plan(stage(0), gated(1))}})
	got := r.calls["AwaitApproval"][0].(*failover.ApprovalRequest)
	second := gated(1)
	want := &failover.ApprovalRequest{
		Format: failover.Format,
		Op:     "approve", Token: got.Token, Run: theRun(), Gate: failover.BeforePromotion, Stage: &second,
		StagesDone: 1, Stages: 2, LagMillis: new(int64(800)), Until: got.Now.Add(30 * time.Minute), Now: got.Now,
		Digest:        failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforePromotion, Stage: 1, Configuration: configuration}.Digest(),
		Configuration: configuration,
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Token == "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
	r = play(t, machine(t), script{"Validate": {plan(gated(0))}, "Asking": {fails("Lambda.Unknown"), ok(map[string]any{})}})
	tries := r.calls["AwaitApproval"]
	if first, second := tries[0].(*failover.ApprovalRequest), tries[1].(*failover.ApprovalRequest); first.Try != 0 || second.Try != 1 || first.Token == second.Token {
		t.Errorf("asked again as try %d with token %q after %d with %q; want the next try with a token of its own", second.Try, second.Token, first.Try, first.Token)
	}
	r = play(t, machine(t), script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}})
	if got := r.calls["AwaitApproval"][0].(*failover.ApprovalRequest); got.Stage != nil || got.Gate != failover.BeforeStart || got.Digest != got.Question().Digest() {
		t.Errorf("before the start: %+v; want no stage, and the digest of its question", got)
	}
}

// A token says nothing of the run whose question the approver has seen: the item that the approver's command reads can be
// written over with another run's token. So a yes must name this run and this question.
func TestAYesToAnotherQuestionApprovesNothing(t *testing.T) {
	const other = "arn:aws:states:us-west-2:111122223333:execution:drover:harmless"
	own := failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforePromotion, Configuration: configuration}.Digest()
	validated := failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforePromotion, Configuration: "an0ther"}.Digest()
	start := failover.Question{Execution: theRun().ARN, Phase: failover.Outbound, Gate: failover.BeforeStart, Configuration: configuration}.Digest()
	const noRun = "the answer approves no run by its ARN; expected the run and the digest of the question, as in the command of the message"
	for _, c := range []struct {
		name   string
		answer any
		want   string
	}{
		{"of another run", failover.ApprovalAnswer{Approved: true, By: "alice", Run: other, Digest: own}, "the answer approves run harmless of us-west-2, and not this one"},
		{"of this run at another gate", failover.ApprovalAnswer{Approved: true, By: "alice", Run: theRun().ARN, Digest: start}, "the answer approves another question of this run"},
		{"of this run with another configuration", failover.ApprovalAnswer{Approved: true, By: "alice", Run: theRun().ARN, Digest: validated}, "the answer approves another question of this run"},
		{"of this run without a digest", failover.ApprovalAnswer{Approved: true, By: "alice", Run: theRun().ARN}, "the answer approves another question of this run"},
		{"with the token alone", map[string]any{"approved": true, "by": "alice", "comment": "go"}, noRun},
		{"with a run that is no text", map[string]any{"approved": true, "by": "alice", "run": []string{other}}, noRun},
		{"a no to another run", failover.ApprovalAnswer{By: "alice", Run: other, Digest: own}, "the answer rejects run harmless of us-west-2, and not this one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := play(t, machine(t), script{"Validate": {plan(gated(0))}, "AwaitApproval": {ok(c.answer)}})
			got := r.calls["Notify"][0].(*failover.NotifyRequest)
			if diff := cmp.Diff([]string{"before-promotion: not approved by alice: " + c.want}, got.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			asked := r.calls["AwaitApproval"][0].(*failover.ApprovalRequest).Now
			want := []failover.Decision{{Gate: failover.BeforePromotion, AskedAt: asked, By: "alice", Comment: c.want}}
			if diff := cmp.Diff(want, got.Decisions); diff != "" || len(r.calls["PromoteDatabase"]) > 0 {
				t.Errorf("%d promotions; decisions (-want +got):\n%s", len(r.calls["PromoteDatabase"]), diff)
			}
		})
	}
}

func TestNotifyGetsWhoHasRejectedAndWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer answer
		want   string
	}{
		{"a no", no, "before-promotion: not approved by bob: not now"},
		{"a no by an identity of AWS", ok(failover.ApprovalAnswer{By: "arn:aws:sts::111122223333:assumed-role/oncall/bob", Comment: "not now"}),
			"before-promotion: not approved by assumed-role/oncall/bob: not now"},
		{"a no without a comment", ok(failover.ApprovalAnswer{By: "bob"}), "before-promotion: not approved by bob"},
		{"a no by nobody in particular", ok(map[string]any{"approved": false}), "before-promotion: not approved by somebody"},
		{"an answer that says nothing", ok("yes"), "before-promotion: not approved by somebody"},
		{"a failed task", fails(failover.NotApproved), "before-promotion: not approved: too risky"},
		{"silence", silence, "before-promotion: no approver answered in time"},
	} {
		r := play(t, machine(t), script{"Validate": {plan(gated(0))}, "AwaitApproval": {c.answer}})
		got := r.calls["Notify"][0].(*failover.NotifyRequest)
		if diff := cmp.Diff([]string{c.want}, got.Reasons); diff != "" || got.Failure != nil {
			t.Errorf("%s: reasons (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestNotifyGetsWhoHasApprovedWhat(t *testing.T) {
	yes := ok(failover.ApprovalAnswer{Approved: true, By: "alice", How: failover.APISigner, Comment: "go"})
	r := play(t, machine(t), script{
		"Validate":      {planOf(theRun(gate(failover.BeforeStart)), gated(0), gated(1))},
		"AwaitApproval": {yes, no},
	})
	asked := func(call int) time.Time { return r.calls["AwaitApproval"][call].(*failover.ApprovalRequest).Now }
	want := []failover.Decision{
		{Gate: failover.BeforeStart, AskedAt: asked(0), Approved: true, By: "alice", How: failover.APISigner, Comment: "go"},
		{Gate: failover.BeforePromotion, AskedAt: asked(1), By: "bob", Comment: "not now"},
	}
	if diff := cmp.Diff(want, r.calls["Notify"][0].(*failover.NotifyRequest).Decisions); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	for name, a := range map[string]answer{"no approver answered in time": silence, "too risky": fails(failover.NotApproved), "nobody could be asked": fails("Lambda.Unknown")} {
		r := play(t, machine(t), script{"Validate": {plan(gated(0))}, "AwaitApproval": {a}})
		got := r.calls["Notify"][0].(*failover.NotifyRequest).Decisions
		want := []failover.Decision{{Gate: failover.BeforePromotion, AskedAt: r.calls["AwaitApproval"][0].(*failover.ApprovalRequest).Now, Comment: name}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
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
		"VerifyHealth":   {bad("shop: 20 % served"), looks(failover.Passed)},
	})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	wantReasons := []string{"shop: 20 % served", "UpdateRegistry of wave 3: UnknownFormat"}
	if diff := cmp.Diff(wantReasons, got.Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if got.Outcome != failover.Held || got.Failure == nil || got.Failure.Error != string(failover.Rejected) {
		t.Errorf("outcome %s, failure %+v; want Held and the first failure", got.Outcome, got.Failure)
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

// TestARollbackThatCannotBeVerifiedSaysSo: its reasons are those of its own checks, and not why it was begun.
func TestARollbackThatCannotBeVerifiedSaysSo(t *testing.T) {
	bad := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"checkout: 20 % served"}})
	r := play(t, machine(t), script{
		"Validate":     {planOf(theRun(planned), stage(0))},
		"VerifyHealth": {bad, fails(failover.Denied)},
	})
	told := r.calls["Notify"][0].(*failover.NotifyRequest)
	if told.Outcome != failover.Held || told.Failure != nil || len(told.Reasons) != 1 || !strings.HasPrefix(told.Reasons[0], "verification call failed: Denied: ") {
		t.Errorf("outcome %s, failure %v, reasons %q; want the failed verification", told.Outcome, told.Failure, told.Reasons)
	}
	if got := len(r.calls["VerifyHealth"]); got != 1+stage(0).Attempts {
		t.Errorf("%d checks; want all of the rollback's attempts", got)
	}
}
