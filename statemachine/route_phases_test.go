package statemachine

import (
	"testing"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// The routes of runs that go back, and of failovers, which go on.

func TestRoutesOfAFailoverWhoseWaveFails(t *testing.T) {
	checkRoutes(t, []route{
		{
			name: "a failover plays the next wave when one of a wave's stages fails, and is held",
			script: script{
				"Validate":     {plan(inWave(0, 1, 2), inWave(1, 1, 2), inWave(2, 2, 0))},
				"VerifyHealth": {finds(failover.Failed), finds(failover.Passed)},
			},
			want:   path(begins, shifts, check, "MayRollBack? NextStage", shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "the databases of a wave are promoted although its traffic could not be shifted, and the next wave follows",
			script: script{
				"Validate":     {plan(inWave(0, 1, 1), inWave(1, 2, 0), closing(2))},
				"ShiftTraffic": {fails(failover.Rejected), well["ShiftTraffic"]},
			},
			want: path(begins, "ShiftTraffic MayRollBack? Approve? PromoteDatabase Started?", check, "NextStage", shifts, check, "NextStage", shifts, check,
				noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "an approver is asked before that too",
			script: script{"Validate": {plan(gated(0))}, "ShiftTraffic": {silence}},
			want: path(begins, "ShiftTraffic MayRollBack? Approve? AwaitApproval Approved? PromoteDatabase Started?", check,
				noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "its traffic is verified although its databases could not be promoted",
			script: script{"PromoteDatabase": {fails(failover.Rejected)}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase MayRollBack? Started?", check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "and the rest of it shifted",
			script: script{"ShiftTraffic": {shifted(1), shifted(0)}, "PromoteDatabase": {silence}},
			want:   path(begins, "ShiftTraffic Shifted? PromoteDatabase MayRollBack? Started? Refill", last, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a round that fails for good ends the rounds",
			script: script{"ShiftTraffic": {shifted(1), fails(failover.Rejected)}},
			want:   path(begins, early, "ShiftTraffic MayRollBack? Approve?", check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run that has set something aside is held, whatever else is well",
			script: script{"ShiftTraffic": {settingAside(failover.RecordKind, "www.example.com A")}},
			want:   path(begins, shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a failover that is held already does not close its phase",
			script: script{
				"Validate":     {plan(inWave(0, 1, 1), inWave(1, 2, 0), closing(2))},
				"VerifyHealth": {finds(failover.Failed), finds(failover.Passed)},
			},
			want:   path(begins, shifts, check, "MayRollBack? NextStage", shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "one that is well does",
			script: script{"Validate": {plan(inWave(0, 1, 1), inWave(1, 2, 0), closing(2))}},
			want:   path(begins, shifts, check, "NextStage", shifts, check, "NextStage", shifts, check, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name: "when the last wave fails too, there is nothing to go on with",
			script: script{
				"Validate":     {plan(inWave(0, 1, 1), inWave(1, 2, 0))},
				"VerifyHealth": {finds(failover.Failed)},
			},
			want:   path(begins, shifts, check, "MayRollBack? NextStage", shifts, check, "MayRollBack?", ends, "Held"),
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
				"VerifyHealth": {finds(failover.Failed), finds(failover.Passed)},
			},
			want: path(begins, asked, "PromoteDatabase Started?", check, "MayRollBack? NextStage", asked, "PromoteDatabase Started?", check,
				noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "databases of a failover follow their users even when the registry cannot be written, and it is held",
			script: script{"UpdateRegistry": {fails(failover.Throttled)}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry MayRollBack? Approve? PromoteDatabase Started?", check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "and the shares that follow move all the same",
			script: script{
				"Validate":       {plan(inWave(0, 0, 0), inWave(1, 0, 0))},
				"UpdateRegistry": then(times(4, fails(failover.Throttled)), times(1, well["UpdateRegistry"])),
			},
			want: path(begins, "ShiftTraffic Shifted? UpdateRegistry MayRollBack? Approve? PromoteDatabase Started?", check,
				"NextStage", shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "but not those of a planned run",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "UpdateRegistry": {fails(failover.Rejected), well["UpdateRegistry"]}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry", turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
	})
}

func TestRoutesOfRunsThatGoBack(t *testing.T) {
	checkRoutes(t, []route{
		{
			name:   "a planned run whose stage fails is rolled back",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {finds(failover.Failed), finds(failover.Passed)}},
			want:   path(begins, shifts, check, turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name: "a verification call of the rollback that is denied once does not end it",
			script: script{
				"Validate":     {planOf(theRun(planned), stage(0))},
				"VerifyHealth": {finds(failover.Failed), fails(failover.Denied), fails(failover.Rejected), finds(failover.Passed)},
			},
			want:   path(begins, shifts, check, turnsBack, "NextStage", shifts, check, check, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "so is one whose step fails for good",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "PromoteDatabase": {fails(failover.Rejected), well["PromoteDatabase"]}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase", turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name: "a rollback with nothing to undo is true at once",
			script: script{
				"Validate": {planOf(theRun(planned), stage(0))}, "ShiftTraffic": {fails(failover.Rejected)},
				"PlanPhase rollback": {planOf(theRun(planned, phase(failover.Rollback)))},
			},
			want:   path(begins, "ShiftTraffic", turnsBack, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name:   "a rollback that fails is held, and not rolled back again",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {finds(failover.Failed)}},
			want:   path(begins, shifts, check, turnsBack, "NextStage", shifts, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a rollback that cannot be planned is held",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {finds(failover.Failed)}, "PlanPhase rollback": {fails(failover.Rejected)}},
			want:   path(begins, shifts, check, "MayRollBack? PlanPhase", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a run that has lost its lock does not go back",
			script: script{"Validate": {planOf(theRun(planned), stage(0))}, "VerifyHealth": {finds(failover.Failed)}, "PlanPhase rollback": {fails(failover.FenceLost)}},
			want:   path(begins, shifts, check, "MayRollBack? PlanPhase Overtaken", ends, "Held"),
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
			want:   path(begins, shifts, check, "NextStage ShiftTraffic Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a lock that is lost before the first promotion refuses the run",
			script: script{"ShiftTraffic": {untouched}, "PromoteDatabase": {fails(failover.FenceLost)}},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase Overtaken", ends, "Refused"),
			status: asl.Failed, err: "Refused",
		},
		{
			name: "a lock that is lost after a switch has moved users holds the run",
			script: script{
				"Validate": {planOf(theRun(func(r *failover.Run) { r.Action = failover.Failover }), stage(0))}, "ShiftTraffic": {ok(failover.ShiftAnswer{Switched: []string{"default"}})}, "PromoteDatabase": {fails(failover.FenceLost)},
			},
			want:   path(begins, "ShiftTraffic Shifted? UpdateRegistry Approve? PromoteDatabase Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a drill goes there, soaks and comes back",
			script: script{"Validate": {planOf(theRun(drill), stage(0))}},
			want:   path(begins, shifts, check, "NextStage Soak PlanPhase Planned? NextStage", shifts, check, noStage, ends, "Completed"),
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
			script: script{"Validate": {planOf(theRun(drill), stage(0))}, "VerifyHealth": {finds(failover.Failed), finds(failover.Passed)}},
			want:   path(begins, shifts, check, turnsBack, "NextStage", shifts, check, noStage, ends, "RolledBack"),
			status: asl.Failed, err: "RolledBack",
		},
		{
			name: "a drill whose return fails goes back to the standby, and is held",
			script: script{
				"Validate":                  {planOf(theRun(drill), stage(0))},
				"VerifyHealth":              {finds(failover.Passed), finds(failover.Failed), finds(failover.Passed)},
				"PlanPhase return-rollback": {planOf(theRun(drill, on(failover.ReturnRollback)), stage(2))},
			},
			want:   path(begins, shifts, check, returns, shifts, check, turnsBack, "NextStage", shifts, check, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "so does one whose return cannot play a step",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "ShiftTraffic": {shifted(0), fails(failover.Rejected)},
				"PlanPhase return-rollback": {planOf(theRun(drill, on(failover.ReturnRollback)))},
			},
			want:   path(begins, shifts, check, returns, "ShiftTraffic", turnsBack, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a return-rollback that fails is held, and not undone again",
			script: script{
				"Validate":                  {planOf(theRun(drill), stage(0))},
				"VerifyHealth":              {finds(failover.Passed), finds(failover.Failed)},
				"PlanPhase return-rollback": {planOf(theRun(drill, on(failover.ReturnRollback)), stage(2))},
			},
			want:   path(begins, shifts, check, returns, shifts, check, turnsBack, "NextStage", shifts, check, "MayRollBack?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a return-rollback that cannot be planned is held",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "VerifyHealth": {finds(failover.Passed), finds(failover.Failed)},
				"PlanPhase return-rollback": {fails(failover.Rejected)},
			},
			want:   path(begins, shifts, check, returns, shifts, check, "MayRollBack? PlanPhase", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a superseded drill plans no return-rollback",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "VerifyHealth": {finds(failover.Passed), finds(failover.Failed)},
				"PlanPhase return-rollback": {fails(failover.FenceLost)},
			},
			want:   path(begins, shifts, check, returns, shifts, check, "MayRollBack? PlanPhase Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name:   "a drill proves its switches after its return",
			script: script{"Validate": {planOf(theRun(drill), stage(0))}, "PlanPhase return": {proved}},
			want:   path(begins, shifts, check, returns, shifts, check, "NextStage", proves, "NextStage", proves, noStage, ends, "Completed"),
			status: asl.Succeeded,
		},
		{
			name: "a proof that fails undoes nothing: the switch is reset, and the drill is held",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "PlanPhase return": {proved},
				"VerifyHealth": {finds(failover.Passed), finds(failover.Passed), finds(failover.Failed), finds(failover.Passed)},
			},
			want:   path(begins, shifts, check, returns, shifts, check, "NextStage", proves, "MayRollBack? NextStage", proves, noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "nor does one whose switch cannot be written, and one whose switch cannot be reset",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "PlanPhase return": {proved},
				"ShiftTraffic": {shifted(0), shifted(0), fails(failover.Rejected)},
			},
			want: path(begins, shifts, check, returns, shifts, check, "NextStage ShiftTraffic MayRollBack? NextStage ShiftTraffic MayRollBack?",
				noStage, ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a drill that is superseded in its proof leaves the switch to the newer run",
			script: script{
				"Validate": {planOf(theRun(drill), stage(0))}, "PlanPhase return": {proved},
				"ShiftTraffic": {shifted(0), shifted(0), fails(failover.FenceLost)},
			},
			want:   path(begins, shifts, check, returns, shifts, check, "NextStage ShiftTraffic Overtaken", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
		{
			name: "a drill whose return is refused is held",
			script: script{
				"Validate":         {planOf(theRun(drill), stage(0))},
				"PlanPhase return": {ok(failover.ValidateAnswer{Verdict: failover.Refuse, Run: theRun(drill, phase(failover.Return)), Summary: "it lags"})},
			},
			want:   path(begins, shifts, check, "NextStage Soak PlanPhase Planned?", ends, "Held"),
			status: asl.Failed, err: "Held",
		},
	})
}

// proves are the states of a stage that proves switches; it promotes nothing.
const proves = shifts + " " + check

// proved is a return that ends with the proof of a switch.
var proved = planOf(theRun(drill, phase(failover.Return), func(r *failover.Run) { r.Proves = []string{"default"} }),
	back(1), proof(2, failover.ProveEvacuation), proof(3, failover.ProveReset))

// proof is a part of it.
func proof(index int, part failover.Proof) failover.Stage {
	s := back(index)
	s.Wave, s.Percent, s.Promote, s.Restore, s.Batches, s.Passes, s.Prove = 0, nil, false, false, 0, 1, part
	return s
}

// TestAProofThatFailsIsTheReasonOfTheDrill, in the request of every step that says why.
func TestAProofThatFailsIsTheReasonOfTheDrill(t *testing.T) {
	why := ok(failover.VerifyAnswer{Verdict: failover.Failed, Reasons: []string{"switch default: 0 of 3 health checkers report it"}})
	r := play(t, machine(t), script{
		"Validate": {planOf(theRun(drill), stage(0))}, "PlanPhase return": {proved},
		"VerifyHealth": {finds(failover.Passed), finds(failover.Passed), why, finds(failover.Passed)},
	})
	got := r.calls["Notify"][0].(*failover.NotifyRequest)
	if got.Outcome != failover.Held || len(got.Failures) != 1 || got.Failures[0].Cause != "switch default: 0 of 3 health checkers report it" || got.StagesDone != 2 || got.Stages != 3 {
		t.Errorf("got %s, %+v, %d of %d stages", got.Outcome, got.Failures, got.StagesDone, got.Stages)
	}
}
