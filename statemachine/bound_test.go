package statemachine

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// slow makes an answer come at the last moment at which it still counts.
func slow(a answer) answer {
	a.after = failover.StepTimeout
	return a
}

// TestTheLongestRunTakesTheBound plays the worst that can happen to a run that is not given up: every step is as slow
// as it may be, succeeds at its last try, and every stage passes at its last look. The bound is exact, so that neither
// the definition nor the bound can be changed alone.
func TestTheLongestRunTakesTheBound(t *testing.T) {
	stages := []failover.Stage{stage(0), stage(1)}
	s := script{"Validate": worstTries(plan(stages...))}
	for _, state := range []string{"CloseRun", "Notify"} {
		s[state] = worstTries(well[state])
	}
	once := 1 + failover.MaxResubmits
	for range once * len(stages) {
		s["ShiftTraffic"] = slices.Concat(s["ShiftTraffic"], worstTries(shifted(1)), worstTries(shifted(0)))
		for _, state := range []string{"UpdateRegistry", "PromoteDatabase"} {
			s[state] = append(s[state], worstTries(well[state])...)
		}
	}
	for _, st := range stages {
		s["VerifyHealth"] = slices.Concat(s["VerifyHealth"],
			times(failover.MaxResubmits, slow(looks(failover.Lost))),
			times(st.Attempts-failover.MaxResubmits-1, silence),
			times(1, slow(looks(failover.Passed))))
	}
	r := play(t, machine(t), s)
	if r.Status() != asl.Succeeded {
		t.Fatalf("ended %s %s: %s", r.Status(), r.Error(), r.Cause())
	}
	if got, want := r.took, failover.Bound(failover.Run{}, stages, nil, nil); got != want {
		t.Errorf("the longest run takes %v; failover.Bound says %v", got, want)
	}
}

// worstTries are all tries that a step has, the last of which succeeds.
func worstTries(success answer) []answer {
	return slices.Concat(times(failover.StepRetries, silence),
		times(failover.UnexpectedRetries, slow(fails(failover.Unexpected))), times(1, slow(success)))
}

// TestTheMachineIsMorePatientThanAnyRun keeps the time-out of the whole execution, which releases no lock and tells
// nobody, out of reach of a run of 32 stages of the default plan.
func TestTheMachineIsMorePatientThanAnyRun(t *testing.T) {
	var stages []failover.Stage
	for i := range 32 {
		s := stage(i)
		s.SettleSeconds, s.Attempts = failover.DefaultPlan().SettleSeconds, failover.DefaultPlan().Attempts
		stages = append(stages, s)
	}
	x := machine(t).Start(asl.ExecutionInfo{}, nil, time.Time{})
	x.Resume(time.Time{}.Add(failover.Bound(failover.Run{}, stages, nil, nil)), nil)
	if x.Status() == asl.TimedOut {
		t.Errorf("the execution times out within the bound of 32 stages, %v", failover.Bound(failover.Run{}, stages, nil, nil))
	}
}

// TestWhateverTheStepsAnswerARunEndsWellAndTellsSomebody draws the answers of all steps at random.
func TestWhateverTheStepsAnswerARunEndsWellAndTellsSomebody(t *testing.T) {
	m := machine(t)
	rapid.Check(t, func(t *rapid.T) {
		stages := []failover.Stage{stage(0), stage(1)}[:rapid.IntRange(0, 2).Draw(t, "stages")]
		s := script{"Validate": drawAnswers(t, "Validate", plan(stages...))}
		s["ShiftTraffic"] = drawAnswers(t, "ShiftTraffic", shifted(0), shifted(1), shifted(2))
		for _, state := range []string{"UpdateRegistry", "PromoteDatabase", "CloseRun", "Notify"} {
			s[state] = drawAnswers(t, state, well[state])
		}
		s["VerifyHealth"] = drawAnswers(t, "VerifyHealth",
			looks(failover.Passed), looks(failover.Pending), looks(failover.Lost), looks(failover.Failed))
		r := play(t, m, s)
		end := r.Path()[len(r.Path())-1]
		if outcomes := []string{"Completed", "Held", "Refused"}; !slices.Contains(outcomes, end) {
			t.Fatalf("ended in %s: %s %s", end, r.Error(), r.Cause())
		}
		if !slices.Contains(r.Path(), "CloseRun") || !slices.Contains(r.Path(), "Notify") {
			t.Fatalf("the run took the lock and ended without CloseRun or Notify: %v", r.Path())
		}
		if bound := failover.Bound(failover.Run{}, stages, nil, nil); r.took > bound {
			t.Fatalf("the run took %v; its bound is %v", r.took, bound)
		}
		if end == "Completed" && len(r.calls["VerifyHealth"]) < len(stages) {
			t.Fatalf("completed %d stages with %d looks", len(stages), len(r.calls["VerifyHealth"]))
		}
	})
}

// drawAnswers draws up to eight answers of a step from the good ones, every condition, and silence.
func drawAnswers(t *rapid.T, state string, good ...answer) []answer {
	all := append(slices.Clone(good), silence, fails("Lambda.Unknown"))
	for _, c := range failover.Conditions {
		all = append(all, fails(c))
	}
	return rapid.SliceOfN(rapid.SampledFrom(all), 1, 8).Draw(t, state)
}
