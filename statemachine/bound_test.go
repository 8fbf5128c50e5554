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

// TestTheLongestRunTakesTheBound plays the worst case of a run that is not given up: every step is as slow
// as it may be, succeeds at its last try, every person answers at the last moment, and every stage becomes healthy at the
// last check that it has for that, and passes at the last one that a healthy stage has; but the last of an outbound
// phase that is rolled back, and of a return that is undone, which fails there. The bound is exact, so that neither the definition nor the bound can be changed alone.
func TestTheLongestRunTakesTheBound(t *testing.T) {
	out := []failover.Stage{stage(0), gated(1)}
	reverse := []failover.Stage{back(2), back(3), back(4)}
	for _, c := range []struct {
		name                 string
		run                  failover.Run
		back, rollback, undo []failover.Stage
		end                  string
	}{
		{"a failover", theRun(), nil, nil, nil, "Completed"},
		{"asked before the start", theRun(gate(failover.BeforeStart)), nil, nil, nil, "Completed"},
		{"a planned run that is rolled back", theRun(planned), nil, reverse, nil, "RolledBack"},
		{"a drill whose return is undone", theRun(drill), reverse, reverse[:1], []failover.Stage{stage(5), stage(6)}, "Held"},
		{"a drill that is rolled back", theRun(drill), nil, reverse, nil, "RolledBack"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rolledBack, out := c.end == "RolledBack", out
			if c.run.Action == failover.Failover {
				out = []failover.Stage{gated(0), gated(1)}
			}
			s := script{"Validate": worstTries(planOf(c.run, out...))}
			for range failover.LagWaits {
				s["PlanPhase return"] = append(s["PlanPhase return"], worstTries(waits(c.run))...)
			}
			s["PlanPhase return"] = append(s["PlanPhase return"], worstTries(planOf(theRun(drill, phase(failover.Return)), c.back...))...)
			s["PlanPhase rollback"] = worstTries(planOf(theRun(planned, phase(failover.Rollback)), c.rollback...))
			if c.undo != nil {
				s["PlanPhase return-rollback"] = worstTries(planOf(theRun(drill, on(failover.ReturnRollback)), c.undo...))
			}
			asking := then(times(failover.AskRetries, slow(fails(failover.Throttled))), []answer{{result: map[string]any{}}})
			s["Asking"] = then(asking, asking, asking)
			s["AwaitApproval"] = []answer{{result: well["AwaitApproval"].result, after: time.Duration(c.run.ApprovalSeconds) * time.Second}}
			s.worst(c.run, out, rolledBack)
			if rolledBack {
				s.worst(c.run, c.rollback, false)
			} else {
				s.worst(c.run, c.back, c.undo != nil)
				s.worst(c.run, c.undo, false)
			}
			s["CloseRun"] = worstTries(well["CloseRun"])
			s["Notify"] = times(failover.StepRetries+1, silence)
			last := well["NotNotified"]
			last.after = failover.NotNotifiedTimeout
			s["NotNotified"] = []answer{silence, last}
			s["Announce"] = []answer{silence}
			r := play(t, machine(t), s)
			if got, want := r.took, failover.Bound(c.run, out, c.back, c.rollback, c.undo); got != want {
				t.Errorf("the longest run takes %v and ends %s %s; failover.Bound says %v", got, r.Status(), r.Error(), want)
			}
			if end := r.Path()[len(r.Path())-1]; end != c.end {
				t.Errorf("ended in %s: %s; want %s", end, r.Cause(), c.end)
			}
		})
	}
}

// worst adds the worst case of these stages, of which the last one may fail at its last check.
func (s script) worst(run failover.Run, stages []failover.Stage, fails bool) {
	for i, st := range stages {
		s.worstMove(run, st)
		last := finds(failover.Passed)
		if fails && i == len(stages)-1 {
			last = finds(failover.Failed)
		}
		s["VerifyHealth"] = slices.Concat(s["VerifyHealth"], times(6, silence), times(1, slow(healthy)), times(2, silence), times(1, slow(last)))
	}
}

// worstMove adds the worst of shifting, writing and promoting. In a failover something remains each time: the last call
// starts at the very end of the time for that. That the databases are asked for while the wave still shifts saves time, so
// the longest failover has shifted all in its first round or asks an approver first.
func (s script) worstMove(run failover.Run, st failover.Stage) {
	s["UpdateRegistry"] = append(s["UpdateRegistry"], worstTries(well["UpdateRegistry"])...)
	if run.Action != failover.Failover {
		s["ShiftTraffic"] = slices.Concat(s["ShiftTraffic"], worstTries(shifted(1)), worstTries(shifted(0)))
		s["PromoteDatabase"] = append(s["PromoteDatabase"], worstTries(well["PromoteDatabase"])...)
		return
	}
	s["ShiftTraffic"] = slices.Concat(s["ShiftTraffic"], untilTheEnd(st.ShiftSeconds, shifted(1), 3*time.Second, failover.RefillWait), worstTries(shifted(0)))
	s["PromoteDatabase"] = slices.Concat(s["PromoteDatabase"], untilTheEnd(failover.PromoteSeconds, promoting(1), 5*time.Second, failover.AskAgainWait), worstTries(promoting(0)))
}

// untilTheEnd are quick calls of which something remains, until a last wait ends with the time for them. The first two
// waits are shorter than the others.
func untilTheEnd(limit int, remains answer, short, long time.Duration) []answer {
	var all []answer
	left := time.Duration(limit) * time.Second
	for n := 0; ; n++ {
		wait := long
		if n < 2 {
			wait = short
		}
		a := atOnce(remains)[0]
		if left-wait < long { // so short that no other follows: it takes what is left
			a.after = left - wait
			return append(all, a)
		}
		all, left = append(all, a), left-wait
	}
}

// worstTries are all tries that a step has, the last of which succeeds.
func worstTries(success answer) []answer {
	return slices.Concat(times(failover.StepRetries, silence), times(1, slow(success)))
}

// TestTheMachinesTimeLimitIsLongerThanAnyRun keeps the timeout of the whole execution, which releases no lock and sends no
// notification, out of reach of a run of 32 stages of the default plan.
func TestTheMachinesTimeLimitIsLongerThanAnyRun(t *testing.T) {
	var stages []failover.Stage
	for i := range 32 {
		s := stage(i)
		planned := failover.PlanStages(failover.DefaultPlan(), failover.Input{}, s.From, s.To, []int{1})[0]
		s.VerifySeconds, s.HealthySeconds = planned.VerifySeconds, planned.HealthySeconds
		stages = append(stages, s)
	}
	bound := failover.Bound(failover.Run{}, stages, stages, stages, stages)
	x := machine(t).Start(asl.ExecutionInfo{}, nil, time.Time{})
	x.Resume(time.Time{}.Add(bound), nil)
	if x.Status() == asl.TimedOut {
		t.Errorf("the execution times out within the bound of a drill of 32 stages, %v", bound)
	}
}

// TestWhateverTheStepsAnswerARunEndsAndNotifies draws the answers of all steps at random.
func TestWhateverTheStepsAnswerARunEndsAndNotifies(t *testing.T) {
	m := machine(t)
	rapid.Check(t, func(t *rapid.T) {
		stages := []failover.Stage{stage(0), gated(1)}[:rapid.IntRange(0, 2).Draw(t, "stages")]
		for i := range stages {
			stages[i].VerifySeconds = rapid.SampledFrom([]int{stages[i].VerifySeconds, 400}).Draw(t, "verifySeconds")
		}
		reverse := []failover.Stage{back(2), back(3)}
		adjust := []func(*failover.Run){rapid.SampledFrom([]func(*failover.Run){planned, drill, func(*failover.Run) {}}).Draw(t, "action"),
			gate(rapid.SampledFrom(failover.Approvals).Draw(t, "gate"))}
		run := theRun(adjust...)
		s := script{"Validate": drawAnswers(t, "Validate", planOf(run, stages...))}
		returning, undone := theRun(append(adjust, phase(failover.Return))...), theRun(append(adjust, phase(failover.Rollback))...)
		s["PlanPhase return"] = drawAnswers(t, "PlanPhase return", planOf(returning, reverse...), planOf(returning), waits(run))
		if run.Action == failover.Drill && rapid.Bool().Draw(t, "return fails") {
			undone = theRun(append(adjust, on(failover.ReturnRollback))...)
		}
		s["PlanPhase rollback"] = drawAnswers(t, "PlanPhase rollback", planOf(undone, reverse...), planOf(undone))
		s["AwaitApproval"] = drawAnswers(t, "AwaitApproval", well["AwaitApproval"], no)
		s["ShiftTraffic"] = drawAnswers(t, "ShiftTraffic", shifted(0), shifted(1), shifted(2))
		s["PromoteDatabase"] = drawAnswers(t, "PromoteDatabase", promoting(0), promoting(1))
		for _, state := range []string{"Announce", "UpdateRegistry", "CloseRun", "Notify", "NotNotified"} {
			s[state] = drawAnswers(t, state, well[state])
		}
		s["VerifyHealth"] = drawAnswers(t, "VerifyHealth",
			finds(failover.Passed), finds(failover.Pending), healthy, finds(failover.Lost), finds(failover.Unpromoted), finds(failover.Failed))
		r := play(t, m, s)
		end := r.Path()[len(r.Path())-1]
		if outcomes := []string{"Completed", "RolledBack", "Held", "Refused"}; !slices.Contains(outcomes, end) {
			t.Fatalf("ended in %s: %s %s", end, r.Error(), r.Cause())
		}
		if !slices.Contains(r.Path(), "CloseRun") || !slices.Contains(r.Path(), "Notify") {
			t.Fatalf("the run took the lock and ended without CloseRun or Notify: %v", r.Path())
		}
		bound := failover.Bound(run, stages, reverse, reverse, reverse)
		if slices.Contains(r.Path(), "AwaitStart") { // Validate adds to it what it has taken until then
			bound += failover.DeniedSeconds*time.Second + failover.StartWait + failover.StepBound()
		}
		if r.took > bound {
			t.Fatalf("the run took %v; its bound is %v", r.took, bound)
		}
		if what := r.unapproved(run.Approval); what != "" {
			t.Fatalf("%s: %v", what, r.Path())
		}
		if end == "Completed" && len(r.calls["VerifyHealth"]) < len(stages) {
			t.Fatalf("completed %d stages with %d checks", len(stages), len(r.calls["VerifyHealth"]))
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
