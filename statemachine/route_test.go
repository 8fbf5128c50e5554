package statemachine

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// The tests in this file run the whole definition with scripted answers and assert the route that the run takes.

// path joins parts of a route, each a list of states with blanks between.
func path(parts ...string) []string { return strings.Fields(strings.Join(parts, " ")) }

// The parts that routes are made of.
const (
	begins  = "Validate Accepted? NextStage"
	shifts  = "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase"
	round   = "ShiftTraffic Shifted? Refill"
	look    = "Settle VerifyHealth Verified?"
	ends    = "CloseRun Notify Outcome?"
	noStage = "NextStage"
)

func TestRoutes(t *testing.T) {
	m := machine(t)
	tests := []struct {
		name   string
		script script
		want   []string
		status asl.Status
		err    string
	}{
		{
			name:   "a run that goes well is completed",
			want:   path(begins, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "every stage of the list is played",
			script: script{"Validate": {plan(stage(0), stage(1))}},
			want:   path(begins, shifts, look, "NextStage", shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a list without stages is a run that has nothing to do",
			script: script{"Validate": {plan()}},
			want:   path(begins, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a refused run ends where it stands",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.Refuse, Summary: "locked"})}},
			want:   path("Validate Accepted? Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "a run that only looks ends where it stands",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.Looked})}},
			want:   path("Validate Accepted? Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "pending looks again",
			script: script{"VerifyHealth": then(times(3, looks(failover.Pending)), times(1, looks(failover.Passed)))},
			want:   path(begins, shifts, look, look, look, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "attempts used up hold the run",
			script: script{"VerifyHealth": {looks(failover.Pending)}},
			want:   path(begins, shifts, look, look, look, look, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a look that does not come off is one of the attempts",
			script: script{"VerifyHealth": {fails(failover.Throttled), silence, fails(failover.Unexpected), fails("Runtime.ExitError"), looks(failover.Pending)}},
			want:   path(begins, shifts, look, look, look, look, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a stage that can never pass holds the run at once",
			script: script{"VerifyHealth": {looks(failover.Failed)}},
			want:   path(begins, shifts, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a look that is denied holds the run at once",
			script: script{"VerifyHealth": {fails(failover.Denied)}},
			want:   path(begins, shifts, "Settle VerifyHealth MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a lost change is submitted again",
			script: script{"VerifyHealth": {looks(failover.Lost), looks(failover.Passed)}},
			want:   path(begins, shifts, look, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a change is submitted again three times at most",
			script: script{"VerifyHealth": {looks(failover.Lost)}},
			want:   path(begins, shifts, look, shifts, look, shifts, look, shifts, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a stage with more batches than Route 53 takes at once is shifted in rounds",
			script: script{"ShiftTraffic": {shifted(1), shifted(0)}},
			want:   path(begins, round, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "there are never more rounds than batches",
			script: script{"ShiftTraffic": {shifted(1)}},
			want:   path(begins, round, "ShiftTraffic Shifted? MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a stage that is submitted again has all its rounds again",
			script: script{
				"ShiftTraffic": {shifted(1), shifted(0), shifted(1), shifted(0)},
				"VerifyHealth": {looks(failover.Lost), looks(failover.Passed)},
			},
			want:   path(begins, round, shifts, look, round, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a fence that was lost before anything was done refuses the run",
			script: script{"ShiftTraffic": {fails(failover.FenceLost)}},
			want:   path(begins, "ShiftTraffic Overtaken", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "so does a registry that a newer run has written",
			script: script{"UpdateRegistry": {fails(failover.FenceLost)}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a promotion that is rejected holds the run",
			script: script{"PromoteDatabase": {fails(failover.Rejected)}},
			want:   path(begins, shifts, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "throttling is waited out",
			script: script{"ShiftTraffic": then(times(6, fails(failover.Throttled)), times(1, well["ShiftTraffic"]))},
			want:   path(begins, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "throttling without end holds the run",
			script: script{"ShiftTraffic": {fails(failover.Throttled)}},
			want:   path(begins, "ShiftTraffic MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "the run is held when it cannot be closed, and people are told",
			script: script{"CloseRun": {fails(failover.Denied)}},
			want:   path(begins, shifts, look, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run that nobody could be told of is what it is",
			script: script{"Notify": {fails(failover.Denied)}},
			want:   path(begins, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a held run that nobody could be told of is held",
			script: script{"VerifyHealth": {looks(failover.Failed)}, "Notify": {silence}},
			want:   path(begins, shifts, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a validation that fails for good releases the lock and refuses",
			script: script{"Validate": {silence}},
			want:   path("Validate", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := play(t, m, tt.script)
			if diff := cmp.Diff(tt.want, r.Path()); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
			if r.Status() != tt.status || r.Error() != tt.err {
				t.Errorf("ended %s %q (%s); want %s %q", r.Status(), r.Error(), r.Cause(), tt.status, tt.err)
			}
		})
	}
}

func TestAStepIsTriedAgainWithGrowingDelays(t *testing.T) {
	r := play(t, machine(t), script{"ShiftTraffic": then(times(6, fails(failover.Busy)), times(1, well["ShiftTraffic"]))})
	var got []time.Duration
	var failed time.Time
	for _, e := range r.History() {
		switch {
		case e.Type == "TaskFailed":
			failed = e.Time
		case e.Type == "TaskScheduled" && !failed.IsZero():
			got = append(got, e.Time.Sub(failed))
			failed = time.Time{}
		}
	}
	want := []time.Duration{3 * time.Second, 6 * time.Second, 12 * time.Second, 20 * time.Second, 20 * time.Second, 20 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("delays (-want +got):\n%s", diff)
	}
}

// TestNothingIsTriedAgainThatWaitingDoesNotHelp asserts it of every step that has retries.
func TestNothingIsTriedAgainThatWaitingDoesNotHelp(t *testing.T) {
	m := machine(t)
	for _, state := range []string{"Validate", "ShiftTraffic", "UpdateRegistry", "PromoteDatabase", "CloseRun", "Notify"} {
		for _, c := range []failover.Condition{failover.FenceLost, failover.Denied, failover.Rejected} {
			if got := len(play(t, m, script{state: {fails(c)}}).calls[state]); got != 1 {
				t.Errorf("%s was called %d times after %s; want once", state, got, c)
			}
		}
		if got := len(play(t, m, script{state: {fails(failover.Unexpected)}}).calls[state]); got != 2 {
			t.Errorf("%s was called %d times after Unexpected; want twice", state, got)
		}
	}
}

func TestTheEndIsToldWhatHappened(t *testing.T) {
	pending := ok(failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"checkout: database still in us-east-1"}})
	r := play(t, machine(t), script{"Validate": {plan(stage(0), stage(1))}, "VerifyHealth": {looks(failover.Passed), pending}})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	want := &failover.NotifyRequest{
		Run:        failover.Run{ID: "run-1", Action: failover.Failover, Leg: failover.Out, Epoch: 7, From: "us-east-1", To: "us-west-2"},
		Outcome:    failover.Held,
		Reasons:    []string{"checkout: database still in us-east-1"},
		StagesDone: 1, Stages: 2, LagMillis: 250, Now: got.Now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Notify's request (-want +got):\n%s", diff)
	}
	if r.Cause() != "what became of it" {
		t.Errorf("Cause = %q; want the message's summary", r.Cause())
	}
}

func TestTheFailureThatIsToldIsTheFirst(t *testing.T) {
	r := play(t, machine(t), script{"PromoteDatabase": {fails(failover.Rejected)}, "CloseRun": {fails(failover.Denied)}})
	got := r.calls["Notify"][0].(*failover.NotifyRequest).Failure
	want := &failover.StepFailure{
		State: "PromoteDatabase", Error: "Rejected", Cause: `{"errorType":"Rejected","errorMessage":"in the test"}`,
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

// TestVerifyHealthIsAskedWithWhatIsPending follows the change ids and the count of passes through the loop.
func TestVerifyHealthIsAskedWithWhatIsPending(t *testing.T) {
	once := ok(failover.VerifyAnswer{Verdict: failover.Pending, Passes: 1})
	r := play(t, machine(t), script{
		"ShiftTraffic": {shifted(1), shifted(0)},
		"VerifyHealth": {once, fails(failover.Throttled), looks(failover.Passed)},
	})
	change := failover.Change{Zone: "Z1", ID: "C1"}
	ofBothRounds := []failover.Change{change, change}
	var passes []int
	for _, call := range r.calls["VerifyHealth"] {
		req := call.(*failover.VerifyRequest)
		passes = append(passes, req.Passes)
		if diff := cmp.Diff(ofBothRounds, req.Changes); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	}
	second := r.calls["ShiftTraffic"][1].(*failover.ShiftRequest)
	if diff := cmp.Diff([]failover.Change{change}, second.Changes); diff != "" {
		t.Errorf("what the second round of ShiftTraffic knows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 1, 0}, passes); diff != "" {
		t.Errorf("passes (-want +got):\n%s", diff)
	}
}
