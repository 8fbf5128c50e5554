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
	begins = "Validate Accepted? Announce NextStage"
	shifts = "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase Started?"
	round  = "ShiftTraffic Shifted? Refill"
	check  = "Settle VerifyHealth Verified?"
	// neverHealthy are all checks of a stage that does not become healthy.
	neverHealthy = check + " " + check + " " + check + " " + check + " " + check + " " + check + " " + check + " " + check + " " + check
	// again is a change that was lost and is submitted again: registry and databases know of it already.
	again = "ShiftTraffic Shifted?"
	// early is the first round of a failover after which something remains, last the one after which nothing does.
	early = "ShiftTraffic Shifted? PromoteDatabase Started? Refill"
	last  = "ShiftTraffic Shifted? UpdateRegistry Approve?"
	ends  = "CloseRun Notify Outcome?"
	// unnotified are those of a run whose notification cannot be sent.
	unnotified = "CloseRun Notify NotNotified Outcome?"
	noStage    = "NextStage"
	// turnsBack is the route into a rollback or a return-rollback, returns the one into the return of a drill, asked the
	// one to the question before the promotion.
	turnsBack = "MayRollBack? PlanPhase Planned?"
	returns   = "NextStage Soak PlanPhase Planned? NextStage"
	asked     = "ShiftTraffic Shifted? UpdateRegistry Approve? AwaitApproval Approved?"
)

// no is a rejection, untouched a ShiftTraffic that had nothing to shift.
var (
	no        = ok(failover.ApprovalAnswer{By: "bob", Comment: "not now"})
	untouched = ok(failover.ShiftAnswer{Changes: []failover.Change{}})
)

// route is a script, the path that the run takes with it, and how it ends.
type route struct {
	name   string
	script script
	want   []string
	status asl.Status
	err    string
}

func checkRoutes(t *testing.T, routes []route) {
	t.Helper()
	m := machine(t)
	for _, tt := range routes {
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

func TestRoutesOfAStage(t *testing.T) {
	checkRoutes(t, []route{
		{
			name:   "a run without an error is completed",
			want:   path(begins, shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "every stage of the list is played",
			script: script{"Validate": {plan(stage(0), stage(1))}},
			want:   path(begins, shifts, check, "NextStage", shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a list without stages is a run that has nothing to do",
			script: script{"Validate": {plan()}},
			want:   path("Validate Accepted? NextStage", ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a run continues when its start notification cannot be sent",
			script: script{"Announce": {fails(failover.Denied)}},
			want:   path(begins, shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "and when that call hangs",
			script: script{"Announce": {silence}},
			want:   path(begins, shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a refused run ends after Validate",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.Refuse, Summary: "locked"})}},
			want:   path("Validate Accepted? Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "a check ends after Validate",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.Checked})}},
			want:   path("Validate Accepted? Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a refused run for which a notification is due sends it first",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.Refuse, Notify: true})}},
			want:   path("Validate Accepted? NotifyRefused WasRefused? Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "a skipped run is not a failed one",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.Skip, Notify: true})}},
			want:   path("Validate Accepted? NotifyRefused WasRefused? Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a run with nothing to move ends where it stands",
			script: script{"Validate": {ok(failover.ValidateAnswer{Verdict: failover.NothingToMove})}},
			want:   path("Validate Accepted? Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "pending checks again",
			script: script{"VerifyHealth": then(times(3, finds(failover.Pending)), times(1, finds(failover.Passed)))},
			want:   path(begins, shifts, check, check, check, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "attempts used up hold the run",
			script: script{"VerifyHealth": {finds(failover.Pending)}},
			want:   path(begins, shifts, neverHealthy, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a failed verification call is one of the attempts, whatever its error is",
			script: script{"VerifyHealth": {fails(failover.Throttled), fails(failover.Denied), fails(failover.Rejected), fails(failover.Unexpected),
				fails("Runtime.ExitError"), finds(failover.Pending)}},
			want:   path(begins, shifts, neverHealthy, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "calls that hang use up the time of the others",
			script: script{"VerifyHealth": {silence}},
			want:   path(begins, shifts, check, check, check, check, check, check, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a healthy check that comes late is healthy",
			script: script{"VerifyHealth": then(times(6, silence), times(1, finds(failover.Passed)))},
			want:   path(begins, shifts, check, check, check, check, check, check, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a stage that becomes healthy at its last attempt may finish",
			script: script{"VerifyHealth": then(times(8, finds(failover.Pending)), times(4, healthy), times(1, finds(failover.Passed)))},
			want:   path(begins, shifts, neverHealthy, check, check, check, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a call that fails then does not end it",
			script: script{"VerifyHealth": then(times(8, finds(failover.Pending)), []answer{healthy, fails(failover.Throttled), fails(failover.Denied), finds(failover.Passed)})},
			want:   path(begins, shifts, neverHealthy, check, check, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "one that is unhealthy again has no attempt left",
			script: script{"VerifyHealth": then(times(8, finds(failover.Pending)), times(2, healthy), times(1, finds(failover.Pending)))},
			want:   path(begins, shifts, neverHealthy, check, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "one that is healthy for ever and never passes ends too",
			script: script{"VerifyHealth": {healthy}},
			want:   path(begins, shifts, neverHealthy, check, check, check, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "so does one that is healthy every now and then",
			script: script{"VerifyHealth": then([]answer{finds(failover.Pending), healthy, healthy, finds(failover.Pending), healthy, finds(failover.Pending), healthy, healthy, healthy}, times(1, finds(failover.Pending)))},
			want:   path(begins, shifts, neverHealthy, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a stage that can never pass holds the run at once",
			script: script{"VerifyHealth": {finds(failover.Failed)}},
			want:   path(begins, shifts, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a verification call that is denied once is inconclusive",
			script: script{"VerifyHealth": {fails(failover.Denied), finds(failover.Passed)}},
			want:   path(begins, shifts, check, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a lost change is submitted again",
			script: script{"VerifyHealth": {finds(failover.Lost), finds(failover.Passed)}},
			want:   path(begins, shifts, check, again, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a run submits changes again five times at most, over all its stages",
			script: script{"Validate": {plan(stage(0), stage(1))}, "VerifyHealth": then(times(3, finds(failover.Lost)), times(1, finds(failover.Passed)), times(1, finds(failover.Lost)))},
			want:   path(begins, shifts, check, again, check, again, check, again, check, "NextStage", shifts, check, again, check, again, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a change that is lost near the end of the stage's time is not",
			script: script{"VerifyHealth": then(times(3, silence), times(1, finds(failover.Lost)))},
			want:   path(begins, shifts, check, check, check, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "nor does a stage go on to submit it when its time is nearly over",
			script: script{"ShiftTraffic": {shifted(0), slow(deferring())}, "VerifyHealth": {silence, slow(finds(failover.Lost)), finds(failover.Passed)}},
			want:   path(begins, shifts, check, check, "ShiftTraffic Shifted?", check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a planned stage with more batches than Route 53 takes at once is shifted in rounds",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "ShiftTraffic": {shifted(1), shifted(0)}},
			want:   path(begins, round, shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "there are never more rounds of it than batches",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "ShiftTraffic": {shifted(1), shifted(1), shifted(0)}},
			want:   path(begins, round, "ShiftTraffic Shifted?", turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "the databases of a failover do not wait for all rounds",
			script: script{"ShiftTraffic": {shifted(2), shifted(1), shifted(0)}},
			want:   path(begins, early, round, last, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "those that could not be started then are asked for again",
			script: script{"ShiftTraffic": {shifted(1), shifted(0)}, "PromoteDatabase": {promoting(1), promoting(1), promoting(0)}},
			want:   path(begins, early, last, "PromoteDatabase Started? AskAgain PromoteDatabase Started?", check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "an approver is asked once all has shifted",
			script: script{"Validate": {plan(gated(0))}, "ShiftTraffic": {shifted(1), shifted(0)}},
			want:   path(begins, round, asked, "PromoteDatabase Started?", check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name: "a stage that is submitted again has all its rounds again",
			script: script{
				"ShiftTraffic": {shifted(1), shifted(0), shifted(1), shifted(0)},
				"VerifyHealth": {finds(failover.Lost), finds(failover.Passed)},
			},
			want:   path(begins, early, last, check, round, again, check, noStage, ends, "Completed"),
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
			name:   "throttling is waited out",
			script: script{"ShiftTraffic": then(times(3, fails(failover.Throttled)), times(1, well["ShiftTraffic"]))},
			want:   path(begins, shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "throttling without end rolls a planned run back",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "ShiftTraffic": then(times(7, fails(failover.Throttled)), times(1, well["ShiftTraffic"]))},
			want:   path(begins, "ShiftTraffic", turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "a run that cannot be closed is held, and the notification is sent",
			script: script{"CloseRun": {fails(failover.Rejected)}},
			want:   path(begins, shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run whose notification cannot be sent is what it is, and says so in a metric",
			script: script{"Notify": {fails(failover.Rejected)}},
			want:   path(begins, shifts, check, noStage, unnotified, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a held run whose notification cannot be sent is held",
			script: script{"VerifyHealth": {finds(failover.Failed)}, "Notify": {silence}},
			want:   path(begins, shifts, check, "MayRollBack?", unnotified, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run that cannot be closed is not rolled back for certain",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {finds(failover.Failed), finds(failover.Passed)}, "CloseRun": {fails(failover.Rejected)}},
			want:   path(begins, shifts, check, turnsBack, "NextStage", shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a validation that fails for good releases the lock and refuses",
			script: script{"Validate": {silence}},
			want:   path("Validate", "StartAgain?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
	})
}

func TestAStepIsTriedAgainWithGrowingDelays(t *testing.T) {
	r := play(t, machine(t), script{"ShiftTraffic": then(times(3, fails(failover.Busy)), times(1, well["ShiftTraffic"]))})
	var got []time.Duration
	var failed time.Time
	for _, e := range r.History() {
		switch {
		case e.Type == "TaskFailed":
			failed = e.Time
		case strings.HasSuffix(e.Type, "StateEntered"):
			failed = time.Time{}
		case e.Type == "TaskScheduled" && !failed.IsZero():
			got = append(got, e.Time.Sub(failed))
			failed = time.Time{}
		}
	}
	want := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("delays (-want +got):\n%s", diff)
	}
}
