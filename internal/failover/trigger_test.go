package failover

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestWhatAWSAddsToAnInputIsIgnored(t *testing.T) {
	for _, text := range []string{
		`{"action": "check", "Comment": "Insert your JSON here"}`,
		`{"Comment": {"any": ["thing"]}, "action": "check", "Comment": 1}`,
		`{"action": "check", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "arn:aws:states:us-east-1:111122223333:execution:parent:1"}`,
	} {
		if in, err := ParseInput([]byte(text)); err != nil || in.Action != Check {
			t.Errorf("%s: got %+v, %v", text, in, err)
		}
	}
	for _, text := range []string{`{"action": "check", "comment": "x"}`, `{"action": "check", "Comments": "x"}`, `{"Comment": "x"}`} {
		if _, err := ParseInput([]byte(text)); err == nil {
			t.Errorf("%s: is taken; want it refused", text)
		}
	}
}

func TestReadInputReturnsWhatCouldBeRead(t *testing.T) {
	in, err := ReadInput([]byte(`{"action": "failover", "allowDataLoss": true, "applications": "shop", "requestedBy": "schedule drover-x"}`))
	if err == nil || in.Action != Failover || !in.Consents() || in.Applications != nil || in.StartedBy() != "schedule drover-x" {
		t.Errorf("got %+v, %v", in, err)
	}
	if in, err := ParseInput([]byte(`{"action": "failover", "fast": true}`)); err == nil || in.Action != "" {
		t.Errorf("ParseInput: got %+v, %v; want nothing beside an error", in, err)
	}
}

func TestATriggerIsTheEventOfAnAlarm(t *testing.T) {
	for text, want := range map[string]string{
		`{"time": "2026-01-31T03:00:00Z", "detail": {"alarmName": "a b%[x], y"}, "more": 1}`: "alarm a b%[x], y",
		`{"time": "2026-01-31T03:00:00Z", "detail": {}}`:                                     "error",
		`{"detail": {"alarmName": "a"}}`:                                                     "error",
		`"the alarm"`:                                                                        "error",
	} {
		in, err := ParseInput([]byte(`{"action": "failover", "trigger": ` + text + `}`))
		if got := in.StartedBy(); (err != nil) != (want == "error") || err == nil && got != want {
			t.Errorf("%s: got %q, %v; want %s", text, got, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), "trigger") {
			t.Errorf("%s: the mistake is not named: %v", text, err)
		}
	}
}

// TestACommandNeverHasATrigger: an operator who types it is not the alarm.
func TestACommandNeverHasATrigger(t *testing.T) {
	in := Input{Action: Failover, Trigger: &Trigger{Time: time.Now(), Detail: AlarmChanged{AlarmName: "a", MuteDetail: json.RawMessage(`{}`)}}}
	if command := (Machine{}).Start("us-west-2", in); strings.Contains(command, "trigger") {
		t.Error(command)
	}
	if command := DefaultPlan().Start("us-west-2", in); command != "drover start failover --region us-west-2" {
		t.Error(command)
	}
}

func TestStartHasAFlagForEverythingThatIsAsked(t *testing.T) {
	plan := DefaultPlan()
	plan.Name = "shop"
	in := Input{
		Action: Failover, Applications: []string{"a", "it's"}, AllowDataLoss: new(true), Takeover: true, DryRun: true, Order: DatabaseFirst,
		Percents: []int{10, 100}, Approval: NoApproval, Since: time.Date(2026, 1, 31, 3, 0, 0, 5, time.UTC), Reason: "x", RequestedBy: "y",
	}
	want := `drover start failover --application a --application 'it'\''s' --allow-data-loss --takeover --dry-run --order database-first ` +
		`--percent 10 --percent 100 --approval none --since 2026-01-31T03:00:00Z --watch --region us-west-2 --plan shop`
	if got := plan.Start("us-west-2", in, "--watch"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	plan.AllowDataLoss = true
	if got := plan.Start("us-west-2", in); strings.Contains(got, "--allow-data-loss") {
		t.Errorf("got %s; want no consent beside the plan's", got)
	}
}

// TestTheEventSaysWhatTheAlarmWatches, in the form of "Alarm events and EventBridge" in the Amazon CloudWatch User Guide.
func TestTheEventSaysWhatTheAlarmWatches(t *testing.T) {
	in, err := ParseInput([]byte(`{"action": "failover", "trigger": {"time": "2026-01-31T03:00:00Z", "detail": {"alarmName": "a", "configuration": {"description": "d", "metrics": [
		{"id": "e1", "expression": "m1/2", "returnData": true},
		{"id": "m1", "metricStat": {"metric": {"namespace": "AWS/Route53", "name": "HealthCheckStatus", "dimensions": {"HealthCheckId": "x"}}, "period": 60, "stat": "Minimum"}, "returnData": false}]}}}}`))
	if err != nil || strings.Join(in.Trigger.Namespaces(), " ") != "AWS/Route53" {
		t.Errorf("got %v, %v", in.Trigger.Namespaces(), err)
	}
	if got := (*Trigger)(nil).Namespaces(); got != nil {
		t.Errorf("no trigger: got %v", got)
	}
}

// TestOnlyAChangeToAlarmStartsAFailover: each state before, with each reason for which its actions were suppressed.
func TestOnlyAChangeToAlarmStartsAFailover(t *testing.T) {
	for _, was := range []string{"OK", "ALARM", "INSUFFICIENT_DATA", ""} {
		for _, by := range []string{"", "WaitPeriod", "ExtensionPeriod", "Alarm"} {
			e := Trigger{Detail: AlarmChanged{AlarmName: "a", State: AlarmState{Value: "ALARM"}, PreviousState: AlarmState{Value: was, ActionsSuppressedBy: by}}}
			if starts, want := e.Skip() == "", was == "OK" || was == "ALARM" && by == "WaitPeriod"; starts != want {
				t.Errorf("from %q, suppressed by %q: starts %v (%s); want %v", was, by, starts, e.Skip(), want)
			}
		}
	}
}
