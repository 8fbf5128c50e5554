package statemachine

import (
	"slices"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/asl"
)

// at makes an answer come at once: time ends nothing before the checks are used up.
func atOnce(answers ...answer) []answer {
	for i := range answers {
		answers[i].after = 0
	}
	return answers
}

// everyTry are all tries of a step, the last of which has this answer.
func everyTry(last answer) []answer {
	return atOnce(append(times(failover.StepRetries, fails(failover.Throttled)), last)...)
}

// counted is a stage whose checks end it, and no time.
func counted(s failover.Stage) failover.Stage {
	s.VerifySeconds, s.HealthySeconds, s.StretchPercent = 1e6, 1e6, 0
	return s
}

// mostChecks are the answers of a stage that becomes healthy at its last attempt and does not pass before its last check.
func mostChecks(s failover.Stage, last answer) []answer {
	return atOnce(slices.Concat(times(s.Attempts-1, fails(failover.Denied)), times(s.Checks-s.Attempts, healthy), times(1, last))...)
}

// waves are stages of a failover, one for each wave.
func waves(n int) []failover.Stage {
	var all []failover.Stage
	for i := range n {
		s := inWave(i, i+1, i+1)
		if i == n-1 {
			s.NextWave = 0
		}
		all = append(all, counted(s))
	}
	return all
}

// TestTheEventsOfARunAreCounted plays the longest histories that there are: every try fails but the last, every stage has
// all its checks, and changes are lost as often as they are submitted again.
func TestTheEventsOfARunAreCounted(t *testing.T) {
	reverse := []failover.Stage{counted(back(4)), counted(back(5)), counted(back(6))}
	for _, c := range []struct {
		name          string
		run           failover.Run
		out, rollback []failover.Stage
		end           string
	}{
		{"a failover of which every wave fails", theRun(), waves(40), nil, "Held"},
		{"a planned run that is rolled back", theRun(planned, gate(failover.BeforeStart)), append(waves(3), counted(gated(3))), reverse, "RolledBack"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := script{"Validate": everyTry(planOf(c.run, c.out...))}
			s["PlanPhase rollback"] = everyTry(planOf(theRun(planned, phase(failover.Rollback)), c.rollback...))
			s["Asking"] = atOnce(append(times(failover.AskRetries, fails(failover.Throttled)), ok(map[string]any{}))...)
			s["Asking"] = then(s["Asking"], s["Asking"])
			for i, st := range slices.Concat(c.out, c.rollback) {
				s["ShiftTraffic"] = slices.Concat(s["ShiftTraffic"], everyTry(shifted(1)), everyTry(shifted(0)))
				s["PromoteDatabase"] = append(s["PromoteDatabase"], everyTry(well["PromoteDatabase"])...)
				wrote, last := well["UpdateRegistry"], finds(failover.Passed)
				if c.rollback == nil {
					wrote, last = fails(failover.Throttled), healthy
				} else if i == len(c.out)-1 {
					last = finds(failover.Failed)
				}
				s["UpdateRegistry"] = append(s["UpdateRegistry"], everyTry(wrote)...)
				s["VerifyHealth"] = append(s["VerifyHealth"], mostChecks(st, last)...)
			}
			s["CloseRun"], s["Notify"] = everyTry(well["CloseRun"]), everyTry(fails(failover.Throttled))
			s["NotNotified"] = atOnce(fails(failover.Throttled), well["NotNotified"])
			r := play(t, machine(t), s)
			if end := r.Path()[len(r.Path())-1]; end != c.end {
				t.Fatalf("ended in %s: %s %s; want %s", end, r.Error(), r.Cause(), c.end)
			}
			got := len(r.History())
			resubmitted := failover.MaxResubmits * resubmission(t)
			// What one run cannot have in one: an approval and a start notification, a last choice and another phase.
			spare := 20
			if c.run.Action == failover.Failover { // nor that something remains for as long as it may, in stages that count no time
				spare += 220 * len(c.out)
			}
			if most := failover.Events(c.run, c.out, nil, c.rollback, nil) - resubmitted; got > most || got < most-spare {
				t.Errorf("%d events; failover.Events says %d, without what is submitted again", got, most)
			}
		})
	}
}

// resubmission plays a change that is lost, and answers how many events it adds to the history.
func resubmission(t *testing.T) int {
	t.Helper()
	s := script{"Validate": {plan(stage(0))}, "VerifyHealth": {finds(failover.Pending), finds(failover.Passed)}}
	without := len(play(t, machine(t), s).History())
	s["VerifyHealth"] = []answer{finds(failover.Lost), finds(failover.Passed)}
	s["ShiftTraffic"] = slices.Concat(everyTry(shifted(0)), everyTry(shifted(1)), everyTry(shifted(0)))
	with := len(play(t, machine(t), s).History())
	return with - without - failover.StepRetries*3 // those of the first shift
}

// TestARunOfManyWavesEndsByItself plays forty waves of the default plan, as Validate would give them: nothing becomes
// healthy in a failover, and a planned run is rolled back from its last wave.
func TestARunOfManyWavesEndsByItself(t *testing.T) {
	default40 := func(action failover.Action) (out, rollback []failover.Stage) {
		var all []int
		for wave := range 40 {
			all = append(all, wave+1)
		}
		p := failover.DefaultPlan()
		out = failover.PlanStages(p, failover.Input{Action: action}, "us-east-1", "us-west-2", all)
		if action.Planned() {
			rollback = failover.PlanRollback(p, "us-west-2", "us-east-1", all, all, len(out))
		}
		stretch := p.Stretch(failover.Run{Action: action}, func(failover.Stage) failover.Delays { return failover.Delays{TTLSeconds: 60, PeriodSeconds: 10} }, out, nil, rollback, nil)
		if stretch == 0 {
			t.Fatalf("a %s of 40 waves does not fit", action)
		}
		return out, rollback
	}
	out, _ := default40(failover.Failover)
	unhealthy := ok(failover.VerifyAnswer{Verdict: failover.Pending, Reasons: []string{"unhealthy"}})
	r := play(t, machine(t), script{"Validate": {plan(out...)}, "VerifyHealth": {unhealthy}})
	if r.Error() != "Held" || len(r.calls["Notify"]) != 1 || r.took > failover.Bound(theRun(), out, nil, nil, nil) {
		t.Errorf("40 waves that stay unhealthy end %s %s after %s and %d events", r.Status(), r.Error(), r.took, len(r.History()))
	}
	out, rollback := default40(failover.Switchover)
	checks := slices.Repeat(atOnce(unhealthy, unhealthy, unhealthy, healthy, finds(failover.Passed)), len(out)-1)
	checks = append(checks, unhealthy, finds(failover.Failed), unhealthy, unhealthy, healthy, finds(failover.Passed))
	r = play(t, machine(t), script{
		"Validate":           {planOf(theRun(planned), out...)},
		"PlanPhase rollback": {planOf(theRun(planned, phase(failover.Rollback)), rollback...)},
		"VerifyHealth":       checks,
	})
	if r.Error() != "RolledBack" || len(r.calls["Notify"]) != 1 || r.took > failover.Bound(theRun(planned), out, nil, rollback, nil) {
		t.Errorf("a planned run of 40 waves ends %s %s after %s and %d events", r.Status(), r.Error(), r.took, len(r.History()))
	}
	if asl.MaxEvents <= failover.MaxEvents || r.took > 30*24*time.Hour {
		t.Errorf("events up to %d; Step Functions takes %d", failover.MaxEvents, asl.MaxEvents)
	}
}
