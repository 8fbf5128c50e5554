package fakeaws_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func scheduleARN(name string) string {
	return "arn:aws:scheduler:us-west-2:111122223333:schedule/default/" + name
}

func TestSchedulesStartTheirRuns(t *testing.T) {
	s, target := serveStarter(t, "states:StartExecution", "sqs:SendMessage")
	add := func(name, expression, input string, disabled bool) {
		t.Helper()
		target := target
		target.Input, target.Attempts = input, 185 // longer than the Region is dark
		if err := s.AddSchedule(fakeaws.Schedule{Name: name, ARN: scheduleARN(name), Region: west, Disabled: disabled, Expression: expression, Target: target}); err != nil {
			t.Fatal(err)
		}
	}
	add("check", "rate(30 minutes)", `{"action":"check"}`, false)
	add("drill", "cron(15 10 ? * MON *)", `{"action":"drill","at":"<aws.scheduler.scheduled-time>"}`, false)
	add("off", "rate(1 minute)", `{}`, true)
	s.Pass(50 * time.Minute)
	if err := s.SetDark(west, true); err != nil { // what is due in a dark Region is missed
		t.Fatal(err)
	}
	s.Pass(15 * time.Minute)
	if err := s.SetDark(west, false); err != nil {
		t.Fatal(err)
	}
	s.Pass(40 * time.Minute)
	want := []string{`30m0s {"action":"check"}`, `1h15m0s {"action":"drill","at":"2026-03-02T10:15:00Z"}`, `1h30m0s {"action":"check"}`}
	if diff := cmp.Diff(want, inputs(s)); diff != "" {
		t.Errorf("executions (-want +got):\n%s", diff)
	}
}

func TestASchedulesDeadLetterNeedsItsRole(t *testing.T) {
	for _, c := range []struct {
		actions []string
		dead    int
	}{{[]string{"sqs:SendMessage"}, 1}, {[]string{"states:ListExecutions"}, 0}} {
		s, target := serveStarter(t, c.actions...)
		if err := s.AddSchedule(fakeaws.Schedule{Name: "check", ARN: scheduleARN("check"), Region: west, Expression: "rate(1 hour)", Target: target}); err != nil {
			t.Fatal(err)
		}
		s.Pass(90 * time.Minute)
		if got := len(s.QueueMessages(target.DeadLetterARN)); got != c.dead {
			t.Errorf("with %v: %d dead letters, want %d", c.actions, got, c.dead)
		}
	}
}
