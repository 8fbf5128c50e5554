package statemachine

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// TestEachStageStartsAfresh: whatever happened in the stage before, the steps of the next one are asked, in the same order and after
// the same waits, what they are asked in a run without the stage before: rounds, attempts, times, changes and counts of checks are of
// one stage. So is the yes of an approver.
func TestEachStageStartsAfresh(t *testing.T) {
	noMore := failover.VerifyAnswer{Verdict: failover.Pending, Unhealthy: 1}
	second := gated(1)
	second.VerifySeconds, second.HealthySeconds = 30, 20 // it fails when anything of the stage before counts
	stumbling := map[string]script{
		"rounds and promotions that remain": {
			"ShiftTraffic": {shifted(1), shifted(1), shifted(0)}, "PromoteDatabase": {promoting(2), promoting(1), promoting(0)},
			"VerifyHealth": {finds(failover.Passed)},
		},
		"a lost change":              {"VerifyHealth": {healthy, finds(failover.Lost), finds(failover.Passed)}},
		"checks that were pending":   {"VerifyHealth": append(times(5, finds(failover.Pending)), finds(failover.Passed))},
		"checks that were healthy":   {"VerifyHealth": append(times(4, healthy), finds(failover.Passed))},
		"checks that were not":       {"VerifyHealth": append(times(3, ok(noMore)), finds(failover.Passed))},
		"deferred zones":             {"ShiftTraffic": {deferring(), deferring(), shifted(0)}, "VerifyHealth": {finds(failover.Passed)}},
		"calls that failed at first": {"ShiftTraffic": {fails(failover.Throttled), shifted(0)}, "PromoteDatabase": {fails(failover.Busy), promoting(0)}, "VerifyHealth": {finds(failover.Passed)}},
	}
	// ofFailovers are those that make a planned run fail.
	ofFailovers := map[string]bool{"rounds and promotions that remain": true, "deferred zones": true}
	// after is how the second stage is answered: it becomes healthy slowly, and so needs all that it is granted.
	after := script{"ShiftTraffic": {shifted(1), shifted(0)}, "PromoteDatabase": {promoting(1), promoting(0)}, "VerifyHealth": {finds(failover.Pending), healthy, finds(failover.Passed)}}
	for _, action := range []func(*failover.Run){func(*failover.Run) {}, planned} {
		want := ofSecond(t, play(t, machine(t), withPlan(after, planOf(theRun(action), second))))
		for name, first := range stumbling {
			if theRun(action).Action.Planned() && ofFailovers[name] {
				continue
			}
			s := script{}
			for state, answers := range after {
				s[state] = slices.Concat(first[state], answers)
				if first[state] == nil {
					s[state] = slices.Concat([]answer{well[state]}, answers)
				}
			}
			if name == "a lost change" {
				s["ShiftTraffic"] = slices.Concat([]answer{shifted(0), shifted(0)}, after["ShiftTraffic"])
			}
			got := ofSecond(t, play(t, machine(t), withPlan(s, planOf(theRun(action), gated(0), second))))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-alone +after it):\n%s", theRun(action).Action, name, diff)
			}
		}
	}
}

func withPlan(s script, plan answer) script {
	all := script{"Validate": {plan}}
	for state, answers := range s {
		all[state] = answers
	}
	return all
}

// ofSecond are the calls of the stage with index 1, each with its request. Times count from its first call.
func ofSecond(t *testing.T, r *run) []string {
	t.Helper()
	var calls []string
	var from time.Time
	for _, p := range r.order {
		text, err := json.Marshal(p.request)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		stage, _ := fields["stage"].(map[string]any)
		if stage == nil || stage["index"] != 1.0 {
			continue
		}
		if at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(fields["now"])); err == nil && from.IsZero() {
			from = at
		}
		delete(fields, "run")
		for _, name := range []string{"stagesDone", "digest", "lagMillis", "token", "stages"} { // they are about the run
			delete(fields, name)
		}
		calls = append(calls, p.state+" "+relative(fields, from))
	}
	return calls
}

// relative is JSON with all times as what has passed since one of them.
func relative(value any, from time.Time) string {
	switch v := value.(type) {
	case map[string]any:
		for name, of := range v {
			v[name] = json.RawMessage(relative(of, from))
		}
	case []any:
		for i, of := range v {
			v[i] = json.RawMessage(relative(of, from))
		}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			value = at.Sub(from).String()
		}
	}
	text, _ := json.Marshal(value)
	return string(text)
}
