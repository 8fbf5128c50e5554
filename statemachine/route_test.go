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
	begins  = "Validate Accepted? Announce NextStage"
	shifts  = "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase"
	round   = "ShiftTraffic Shifted? Refill"
	look    = "Settle VerifyHealth Verified?"
	ends    = "CloseRun Notify Outcome?"
	noStage = "NextStage"
	// turnsBack is the way into a rollback or a retreat, returns that into a drill's way back, asked the way to the question at the one-way door.
	turnsBack = "MayRollBack? PlanRollback Planned?"
	returns   = "NextStage Soak PlanReturn Planned? NextStage"
	asked     = "ShiftTraffic Shifted? UpdateRegistry Approve? AwaitApproval Approved?"
)

// no is a person's no, untouched a ShiftTraffic that had nothing to shift.
var (
	no        = ok(failover.ApprovalAnswer{By: "bob", Comment: "not now"})
	untouched = ok(failover.ShiftAnswer{Changes: []failover.Change{}})
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
			want:   path("Validate Accepted? NextStage", ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a run goes on when nobody can be told that it begins",
			script: script{"Announce": {fails(failover.Denied)}},
			want:   path(begins, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "nor is it held up by that",
			script: script{"Announce": {silence}},
			want:   path(begins, shifts, look, noStage, ends, "Completed"),
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
			name:   "looks that hang use up the time of the others",
			script: script{"VerifyHealth": {silence}},
			want:   path(begins, shifts, look, look, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a healthy look that comes late is healthy",
			script: script{"VerifyHealth": then(times(2, silence), times(1, looks(failover.Passed)))},
			want:   path(begins, shifts, look, look, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
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
			name: "a failover goes on with the next wave when one of a wave's stages fails, and is held",
			script: script{
				"Validate":     {plan(inWave(0, 1, 2), inWave(1, 1, 2), inWave(2, 2, 0))},
				"VerifyHealth": {looks(failover.Failed), looks(failover.Passed)},
			},
			want:   path(begins, shifts, look, "MayRollBack? NextStage", shifts, look, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "so it does when a step of it fails for good",
			script: script{
				"Validate":     {plan(inWave(0, 1, 1), inWave(1, 2, 0))},
				"ShiftTraffic": {fails(failover.Rejected), well["ShiftTraffic"]},
			},
			want:   path(begins, "ShiftTraffic MayRollBack? NextStage", shifts, look, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a failover that is held already does not close its leg",
			script: script{
				"Validate":     {plan(inWave(0, 1, 1), inWave(1, 2, 0), inWave(2, 0, 0))},
				"VerifyHealth": {looks(failover.Failed), looks(failover.Passed)},
			},
			want:   path(begins, shifts, look, "MayRollBack? NextStage", shifts, look, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "one that is well does",
			script: script{"Validate": {plan(inWave(0, 1, 1), inWave(1, 2, 0), inWave(2, 0, 0))}},
			want:   path(begins, shifts, look, "NextStage", shifts, look, "NextStage", shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name: "when the last wave fails too, there is nothing to go on with",
			script: script{
				"Validate":     {plan(inWave(0, 1, 1), inWave(1, 2, 0))},
				"VerifyHealth": {looks(failover.Failed)},
			},
			want:   path(begins, shifts, look, "MayRollBack? NextStage", shifts, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a no to one wave is a no to the next",
			script: script{
				"Validate":      {plan(asks(inWave(0, 1, 1)), asks(inWave(1, 2, 0)))},
				"AwaitApproval": {no},
			},
			want:   path(begins, asked, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a wave that fails after a yes does not keep the next from being asked about",
			script: script{
				"Validate":     {plan(asks(inWave(0, 1, 1)), asks(inWave(1, 2, 0)))},
				"VerifyHealth": {looks(failover.Failed), looks(failover.Passed)},
			},
			want: path(begins, asked, "PromoteDatabase", look, "MayRollBack? NextStage", asked, "PromoteDatabase", look,
				noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "databases of a failover follow their users even when the registry cannot be written, and it is held",
			script: script{"UpdateRegistry": {fails(failover.Throttled)}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry MayRollBack? Approve? PromoteDatabase", look, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "but not those of a planned run",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "UpdateRegistry": {fails(failover.Denied), well["UpdateRegistry"]}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry", turnsBack, "NextStage", shifts, look, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name: "a question that did not get out is asked again",
			script: script{
				"Validate": {plan(gated(0))},
				"Asking":   {fails("Lambda.TooManyRequestsException"), fails("Runtime.ExitError"), ok(map[string]any{})},
			},
			want:   path(begins, asked, "PromoteDatabase", look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a planned run whose stage fails is rolled back",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {looks(failover.Failed), looks(failover.Passed)}},
			want:   path(begins, shifts, look, turnsBack, "NextStage", shifts, look, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "so is one whose step fails for good",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "PromoteDatabase": {fails(failover.Rejected), well["PromoteDatabase"]}},
			want:   path(begins, shifts, turnsBack, "NextStage", shifts, look, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name: "a rollback with nothing to undo is true at once",
			script: script{
				"Validate": {planOf(theRun(planned), stage(0))}, "ShiftTraffic": {fails(failover.Denied)},
				"PlanRollback": {planOf(theRun(planned, leg(failover.Rollback)))},
			},
			want:   path(begins, "ShiftTraffic", turnsBack, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "a rollback that fails is held, and not rolled back again",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {looks(failover.Failed)}},
			want:   path(begins, shifts, look, turnsBack, "NextStage", shifts, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a rollback that cannot be planned is held",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {looks(failover.Failed)}, "PlanRollback": {fails(failover.Denied)}},
			want:   path(begins, shifts, look, "MayRollBack? PlanRollback", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run that has lost its lock does not go back",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {looks(failover.Failed)}, "PlanRollback": {fails(failover.FenceLost)}},
			want:   path(begins, shifts, look, "MayRollBack? PlanRollback Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a planned run that is overtaken does not go back",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {fails(failover.FenceLost)}},
			want:   path(begins, shifts, "Settle VerifyHealth Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a fence that is lost midway holds the run",
			script: script{"ShiftTraffic": {fails(failover.Overtaken)}},
			want:   path(begins, "ShiftTraffic Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "so does one that is lost at the second stage",
			script: script{"Validate": {plan(stage(0), stage(1))}, "ShiftTraffic": {shifted(0), fails(failover.FenceLost)}},
			want:   path(begins, shifts, look, "NextStage ShiftTraffic Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a lock that is lost before the first promotion refuses the run",
			script: script{"ShiftTraffic": {untouched}, "PromoteDatabase": {fails(failover.FenceLost)}},
			want:   path(begins, shifts, "Overtaken", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "a drill goes there, soaks and comes back",
			script: script{"Validate": {planOf(theRun(drill), stage(0))}},
			want:   path(begins, shifts, look, "NextStage Soak PlanReturn Planned? NextStage", shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a drill with nothing to move does not soak",
			script: script{"Validate": {planOf(theRun(drill))}},
			want:   path("Validate Accepted? NextStage", ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a drill whose way there fails is rolled back",
			script: script{"Validate": {planOf(theRun(drill), stage(0))}, "VerifyHealth": {looks(failover.Failed), looks(failover.Passed)}},
			want:   path(begins, shifts, look, turnsBack, "NextStage", shifts, look, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name: "a drill whose way back fails goes to where it has stayed, and is held",
			script: script{
				"Validate":     {planOf(theRun(drill), stage(0))},
				"VerifyHealth": {looks(failover.Passed), looks(failover.Failed), looks(failover.Passed)},
				"PlanRollback": {planOf(theRun(drill, on(failover.Retreat)), stage(2))},
			},
			want:   path(begins, shifts, look, returns, shifts, look, turnsBack, "NextStage", shifts, look, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "so does one whose way back cannot take a step",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "ShiftTraffic": {shifted(0), fails(failover.Denied)},
				"PlanRollback": {planOf(theRun(drill, on(failover.Retreat)))},
			},
			want:   path(begins, shifts, look, returns, "ShiftTraffic", turnsBack, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a retreat that fails is held, and not undone again",
			script: script{
				"Validate":     {planOf(theRun(drill), stage(0))},
				"VerifyHealth": {looks(failover.Passed), looks(failover.Failed)},
				"PlanRollback": {planOf(theRun(drill, on(failover.Retreat)), stage(2))},
			},
			want:   path(begins, shifts, look, returns, shifts, look, turnsBack, "NextStage", shifts, look, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a retreat that cannot be planned is held",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "VerifyHealth": {looks(failover.Passed), looks(failover.Failed)},
				"PlanRollback": {fails(failover.Denied)},
			},
			want:   path(begins, shifts, look, returns, shifts, look, "MayRollBack? PlanRollback", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a drill that has lost its lock does not retreat",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "VerifyHealth": {looks(failover.Passed), looks(failover.Failed)},
				"PlanRollback": {fails(failover.FenceLost)},
			},
			want:   path(begins, shifts, look, returns, shifts, look, "MayRollBack? PlanRollback Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a drill whose way back is refused is held",
			script: script{
				"Validate":   {planOf(theRun(drill), stage(0))},
				"PlanReturn": {ok(failover.ValidateAnswer{Verdict: failover.Refuse, Run: theRun(drill, leg(failover.Back)), Summary: "it lags"})},
			},
			want:   path(begins, shifts, look, "NextStage Soak PlanReturn Planned?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "an approval before the start lets the run begin",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}},
			want:   path("Validate Accepted? AwaitApproval Approved? NextStage", shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "nobody is asked about nothing",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)))}},
			want:   path("Validate Accepted? NextStage", ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a no before the start refuses the run",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "AwaitApproval": {no}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "no answer is a no",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "AwaitApproval": {silence}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "so is an answer that is neither",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "AwaitApproval": {ok("yes")}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "and a question that cannot be asked",
			script: script{"Validate": {planOf(theRun(gate(failover.BeforeStart)), stage(0))}, "Asking": {fails(failover.Denied)}},
			want:   path("Validate Accepted? AwaitApproval Approved?", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name:   "an approval before the promotion opens the one-way door, once for each stage",
			script: script{"Validate": {plan(gated(0))}, "VerifyHealth": {looks(failover.Lost), looks(failover.Passed)}},
			want:   path(begins, asked, "PromoteDatabase", look, shifts, look, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name:   "a no before the promotion rolls a planned run back",
			script: script{"Validate": {planOf(theRun(planned), gated(0))}, "AwaitApproval": {fails(failover.NotApproved)}},
			want:   path(begins, asked, turnsBack, "NextStage", shifts, look, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "and holds a failover",
			script: script{"Validate": {plan(gated(0))}, "AwaitApproval": {no}},
			want:   path(begins, asked, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run that cannot be closed is not rolled back for certain",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {looks(failover.Failed), looks(failover.Passed)}, "CloseRun": {fails(failover.Denied)}},
			want:   path(begins, shifts, look, turnsBack, "NextStage", shifts, look, noStage, ends, "Held"),
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
