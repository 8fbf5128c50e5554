package validate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// alarmEvent is the input with which the alarm rule starts a failover.
func (s *scene) alarmEvent(change func(*failover.Trigger)) string {
	s.t.Helper()
	trigger := failover.Trigger{Time: s.world.Now().Add(-time.Second), Detail: failover.AlarmChanged{
		AlarmName: "other-region-lost", State: failover.AlarmState{Value: "ALARM"}, PreviousState: failover.AlarmState{Value: "OK"},
	}}
	if change != nil {
		change(&trigger)
	}
	input, err := json.Marshal(failover.Input{Action: failover.Failover, AllowDataLoss: new(true), Trigger: &trigger})
	must(s.t, err)
	return string(input)
}

const scheduledDrill = `{"action": "drill", "requestedBy": "schedule drover-drill"}`

// everythingIn says that the shop, its writer and its weights are in us-west-2.
func everythingIn(s *scene) {
	s.t.Helper()
	s.putWeights(shop().Records[0], 0, 100)
	_, err := s.store.SetLive(s.t.Context(), mustApplications(s)[0], failover.Live{Active: west, Weights: map[failover.Region]int{east: 0, west: 100}, Epoch: 1})
	must(s.t, err)
	_, err = s.h.RDS(east).SwitchoverGlobalCluster(s.t.Context(), &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String("orders"), TargetDbClusterIdentifier: aws.String(clusterARN(west)),
	})
	must(s.t, err)
	s.pass(10 * time.Minute)
}

func TestAnAlarmStartsAFailoverOnlyWhenItGoesFromOKToALARM(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*failover.Trigger)
		why    string
	}{
		"from OK": {nil, ""},
		"after the suppressor was waited for in vain": {func(e *failover.Trigger) {
			e.Detail.PreviousState = failover.AlarmState{Value: "ALARM", ActionsSuppressedBy: "WaitPeriod"}
		}, ""},
		"after maintenance": {func(e *failover.Trigger) {
			e.Detail.PreviousState = failover.AlarmState{Value: "ALARM", ActionsSuppressedBy: "ExtensionPeriod"}
		}, "went from ALARM to ALARM"},
		"from INSUFFICIENT_DATA": {func(e *failover.Trigger) { e.Detail.PreviousState.Value = "INSUFFICIENT_DATA" },
			"alarm other-region-lost went from INSUFFICIENT_DATA to ALARM; only a change from OK to ALARM starts a failover"},
		"without a previous state": {func(e *failover.Trigger) { e.Detail.PreviousState.Value = "" }, "has no previous state"},
		"suppressed":               {func(e *failover.Trigger) { e.Detail.State.ActionsSuppressedBy = "Alarm" }, "are suppressed (Alarm)"},
		"suppressed for now":       {func(e *failover.Trigger) { e.Detail.State.ActionsSuppressedBy = "WaitPeriod" }, "are suppressed (WaitPeriod)"},
		"muted":                    {func(e *failover.Trigger) { e.Detail.MuteDetail = json.RawMessage(`{"rule":"night"}`) }, "are muted"},
		"not muted":                {func(e *failover.Trigger) { e.Detail.MuteDetail = json.RawMessage(`null`) }, ""},
		"back to OK":               {func(e *failover.Trigger) { e.Detail.State.Value = "OK" }, `is in the state "OK"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, shop())
			input := s.alarmEvent(c.change)
			before := len(s.world.Calls())
			answer := s.validate(input)
			if c.why == "" {
				if answer.Verdict != failover.Proceed || answer.Run.StartedBy != "alarm other-region-lost" || answer.Run.Since.Equal(answer.Run.StartedAt) {
					t.Errorf("got %s (%s), run %+v; want it to proceed, with the alarm's name and time", answer.Verdict, answer.Summary, answer.Run)
				}
				return
			}
			if answer.Verdict != failover.Skip || !answer.Notify || len(s.world.Calls()) != before {
				t.Errorf("got %s, notified: %v, %d calls; want it skipped and notified, without a call", answer.Verdict, answer.Notify, len(s.world.Calls())-before)
			}
			s.contains(answer.Summary, "Skipped: failover to us-west-2 by alarm other-region-lost")
			s.contains(answer.Summary, c.why)
			s.contains(answer.Next, "drover start failover --allow-data-loss --since ")
		})
	}
}

func TestAWholeEventOfEventBridgeIsRead(t *testing.T) {
	s := newScene(t, shop())
	event := `{"version": "0", "id": "d3dfc86d", "detail-type": "CloudWatch Alarm State Change", "source": "aws.cloudwatch", "account": "111122223333",
		"time": "` + s.world.Now().Format(time.RFC3339) + `", "region": "us-west-2", "resources": ["arn"], "detail": {"alarmName": "say \"down\" <now> 50 %, [prod]",
		"configuration": {"alarmRule": "ALARM(x)"}, "previousState": {"value": "OK", "timestamp": "2026-01-31T02:55:00.000+0000"}, "state": {"value": "ALARM", "reason": "x"}}}`
	answer := s.validate(`{"action": "failover", "allowDataLoss": true, "trigger": ` + event + `}`)
	if answer.Verdict != failover.Proceed || answer.Run.StartedBy != `alarm say "down" <now> 50 %, [prod]` {
		t.Errorf("got %s by %q: %s", answer.Verdict, answer.Run.StartedBy, answer.Summary)
	}
	answer = s.validate(`{"action": "failover", "trigger": {"detail": {}}}`)
	if answer.Verdict != failover.Refuse || !answer.Notify {
		t.Errorf("an event that is none: got %s", answer.Verdict)
	}
}

// TestAfterAnAutomaticFailoverNoAlarmStartsAnother holds in both directions; an operator is never held up.
func TestAfterAnAutomaticFailoverNoAlarmStartsAnother(t *testing.T) {
	for name, c := range map[string]struct {
		startedBy string
		action    failover.Action
		to        failover.Region
		ago       time.Duration
		cooldown  int
		skipped   bool
	}{
		"to the other Region":   {"alarm west-lost", failover.Failover, east, 59 * time.Minute, 3600, true},
		"to this Region":        {"alarm east-lost", failover.Failover, west, time.Minute, 3600, true},
		"long ago":              {"alarm west-lost", failover.Failover, east, 60 * time.Minute, 3600, false},
		"without a cooldown":    {"alarm west-lost", failover.Failover, east, time.Minute, 0, false},
		"by an operator":        {"", failover.Failover, east, time.Minute, 3600, false},
		"a drill by a schedule": {"schedule drover-drill", failover.Drill, east, time.Minute, 3600, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, shop())
			s.h.Plan.CooldownSeconds = c.cooldown
			ended := s.world.Now().Add(-c.ago)
			must(t, s.store.PutRun(t.Context(), registry.RunRecord{
				Run:     failover.Run{ID: "run-0", Action: c.action, Phase: failover.Outbound, From: s.h.Plan.Other(c.to), To: c.to, StartedBy: c.startedBy, StartedAt: ended.Add(-time.Minute)},
				Outcome: failover.Completed, ClosedAt: ended,
			}))
			answer := s.validate(s.alarmEvent(nil))
			if skipped := answer.Verdict == failover.Skip; skipped != c.skipped || answer.Notify != c.skipped {
				t.Errorf("got %s: %s", answer.Verdict, answer.Summary)
			}
			if c.skipped {
				s.contains(answer.Summary, "the cooldown of 1h0m0s lasts until "+ended.Add(time.Hour).Format(timeLayout))
				if lock, err := s.store.Lock(t.Context()); err != nil || lock.Epoch != 0 {
					t.Errorf("the lock: %+v, %v; want it never taken", lock, err)
				}
			}
			s2 := newScene(t, shop())
			if answer := s2.validate(consenting); answer.Verdict != failover.Proceed {
				t.Errorf("an operator's failover: got %s", answer.Summary)
			}
		})
	}
}

func TestAnAutomaticStartDuringARunIsSkipped(t *testing.T) {
	for i, input := range []func(*scene) string{
		func(s *scene) string { return s.alarmEvent(nil) },
		func(*scene) string { return scheduledDrill },
	} {
		s := newScene(t, shop())
		_, err := s.store.TakeLock(t.Context(), failover.Run{ID: "run-0", ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:run-0"}, s.world.Now(), s.world.Now().Add(time.Hour))
		must(t, err)
		answer := s.validate(input(s))
		if answer.Verdict != failover.Skip || !answer.Notify || len(answer.Findings) != 0 {
			t.Errorf("got %s, notified: %v, findings %v", answer.Verdict, answer.Notify, answer.Findings)
		}
		s.contains(answer.Summary, "another run is in progress: lock: run run-0 holds it")
		if outage := i == 0; strings.Contains(answer.Next, "--takeover") != outage {
			t.Errorf("next: %s; want that only a failover takes the lock over", answer.Next)
		}
	}
}

func TestARunWithNothingToMoveTakesNoLock(t *testing.T) {
	for name, c := range map[string]struct {
		input    func(*scene) string
		notified bool
	}{
		"drill":           {func(*scene) string { return `{"action": "drill"}` }, false},
		"scheduled drill": {func(*scene) string { return scheduledDrill }, false},
		"switchover":      {func(*scene) string { return `{"action": "switchover"}` }, false},
		"failover":        {func(*scene) string { return consenting }, false},
		"no consent":      {func(*scene) string { return `{"action": "failover"}` }, false},
		"by an alarm":     {func(s *scene) string { return s.alarmEvent(nil) }, true},
		"to be approved":  {func(*scene) string { return `{"action": "switchover", "approval": "before-start"}` }, false},
	} {
		for _, spoil := range map[string]func(*scene){"all is well": nil, "an alarm is on": alarmIn("ALARM")} {
			t.Run(name, func(t *testing.T) {
				s := newScene(t, shop())
				everythingIn(s)
				if spoil != nil {
					spoil(s)
				}
				before := len(s.mutations())
				answer := s.validate(c.input(s))
				if answer.Verdict != failover.NothingToMove || answer.Notify != c.notified || len(codes(answer, failover.Blocker)) != 0 {
					t.Errorf("got %s, notified %v: %s", answer.Verdict, answer.Notify, answer.Summary)
				}
				s.contains(answer.Summary, "Nothing to move: 1 application in us-west-2 already; no lock was taken")
				if got := s.mutations()[before:]; len(got) != 0 {
					t.Errorf("mutating calls: %v", got)
				}
			})
		}
	}
}

// TestTheOtherRegionsDrillIsNoReasonForAnAlarm: both Regions' schedules fire at the same second, and only one of them has
// something to move.
func TestTheOtherRegionsDrillIsNoReasonForAnAlarm(t *testing.T) {
	s := newScene(t, shop())
	everythingIn(s)
	lockOf("drill-elsewhere")(s)
	if answer := s.validate(scheduledDrill); answer.Verdict != failover.NothingToMove || answer.Notify {
		t.Errorf("before the other one has moved anything: got %s: %s", answer.Verdict, answer.Summary)
	}
	if answer := s.validate(`{"action": "drill"}`); answer.Verdict != failover.Refuse {
		t.Errorf("an operator's: got %s; want it refused, because that run may move what is here", answer.Verdict)
	}
}

func TestARunWithNothingToMoveIsStillAskedForRightly(t *testing.T) {
	for _, input := range []string{`{"action": "drill", "applications": ["shop", "shoo"]}`, `{"action": "failback"}`, `{"action": "drill", "since": "2030-01-01T00:00:00Z"}`} {
		s := newScene(t, shop())
		everythingIn(s)
		if answer := s.validate(input); answer.Verdict != failover.Refuse {
			t.Errorf("%s: got %s", input, answer.Verdict)
		}
	}
}

// TestARetryThatIsSkippedGivesTheLockBack: a run that is skipped is never closed.
func TestARetryThatIsSkippedGivesTheLockBack(t *testing.T) {
	s := newScene(t, shop())
	input := s.alarmEvent(nil)
	if answer := s.validate(input); answer.Verdict != failover.Proceed { // its answer is lost
		t.Fatal(answer.Summary)
	}
	must(t, s.store.PutRun(t.Context(), registry.RunRecord{
		Run:     failover.Run{ID: "run-0", Action: failover.Failover, Phase: failover.Outbound, From: west, To: east, StartedBy: "alarm west-lost", StartedAt: s.world.Now()},
		Outcome: failover.Completed, ClosedAt: s.world.Now(),
	}))
	answer := s.validate(input)
	if lock, err := s.store.Lock(t.Context()); err != nil || answer.Verdict != failover.Skip || lock.Owner != "" {
		t.Errorf("got %s, lock %+v, %v", answer.Verdict, lock, err)
	}
}

func TestOneCommandClearsEveryBlocker(t *testing.T) {
	since := "--since 2026-03-14T03:00:00Z"
	for name, c := range map[string]struct {
		input string
		spoil func(*scene)
		want  string
	}{
		"consent and the lock": {`{"action": "failover", "order": "database-first", "approval": "before-promotion", "percents": [10, 100]}`, lockIn(west),
			"drover start failover --allow-data-loss --takeover --order database-first --percent 10 --percent 100 --approval before-promotion " + since + " --region us-west-2"},
		"an application that is not there": {`{"action": "failover", "applications": ["shop", "shoo"]}`, nil,
			"drover start failover --application shop --allow-data-loss " + since + " --region us-west-2"},
		"none that is there": {`{"action": "failover", "applications": ["shoo"]}`, nil, "drover status --region us-west-2"},
		"the wrong Region":   {`{"action": "failback"}`, nil, "drover start failback --region us-east-1"},
		"a field that is not known": {`{"action": "failover", "allowDataLoss": true, "application": ["shop"]}`, nil,
			"drover start failover --allow-data-loss --dry-run --watch --region us-west-2"},
		"no action": {`{"allowDataLoss": true}`, nil, "drover start check --watch --region us-west-2"},
		"an alarm and the lock": {`{"action": "switchover"}`, func(s *scene) { alarmIn("ALARM")(s); lockIn(west)(s) },
			"aws cloudwatch describe-alarms --region us-west-2 --alarm-types MetricAlarm CompositeAlarm --alarm-names shop-5xx && drover start switchover --takeover --region us-west-2"},
		"an empty registry": {`{"action": "failover"}`, func(s *scene) { s.h.Registry = newScene(s.t).store },
			"drover register applications.yaml --region us-west-2 && drover start failover " + since + " --region us-west-2"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, shop())
			if c.spoil != nil {
				c.spoil(s)
			}
			answer := s.validate(c.input)
			got := strings.ReplaceAll(answer.Next, answer.Run.Since.UTC().Format(time.RFC3339), "2026-03-14T03:00:00Z")
			if answer.Verdict != failover.Refuse || got != c.want {
				t.Errorf("got %s: %s\nnext %s\nwant %s", answer.Verdict, answer.Summary, got, c.want)
			}
		})
	}
}

// TestWhoeverIsNotThereIsNotified: of whatever a failover is refused for, and of everything that no operator waits for.
func TestWhoeverIsNotThereIsNotified(t *testing.T) {
	for input, want := range map[string]bool{
		`{"action": "failover"}`:                                                                true,
		`{"action": "failover", "dryRun": true}`:                                                false,
		`{"action": "failover", "fast": true}`:                                                  true,
		`{"action": "failover", "applications": ["shoo"]}`:                                      true,
		`{"action": "switchover", "applications": ["shoo"]}`:                                    false,
		`{"action": "check", "applications": ["shoo"]}`:                                         false,
		`{"action": "explode", "requestedBy": "schedule drover-explode"}`:                       true,
		`{"action": "drill", "applications": ["shoo"], "requestedBy": "schedule drover-drill"}`: true,
		`{"action": "check", "applications": ["shoo"], "requestedBy": "schedule drover-check"}`: true,
	} {
		s := newScene(t, shop())
		if answer := s.validate(input); answer.Verdict != failover.Refuse || answer.Notify != want || answer.Next == "" {
			t.Errorf("%s: got %s, notified %v, next %q; want refused, %v", input, answer.Verdict, answer.Notify, answer.Next, want)
		}
	}
}

func lockIn(region failover.Region) func(*scene) {
	return func(s *scene) {
		other := failover.Run{ID: "run-0", ARN: fmt.Sprintf("arn:aws:states:%s:111122223333:execution:drover:run-0", region)}
		_, err := s.store.TakeLock(s.t.Context(), other, s.world.Now(), s.world.Now().Add(time.Hour))
		must(s.t, err)
	}
}
