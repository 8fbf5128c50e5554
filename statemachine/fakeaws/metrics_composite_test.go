package fakeaws_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestTheEventOfACompositeAlarmSaysWhatSuppressesItsActions follows the example in "Alarm events and EventBridge" of the
// CloudWatch User Guide.
func TestTheEventOfACompositeAlarmSaysWhatSuppressesItsActions(t *testing.T) {
	s, target := serveStarter(t, "states:StartExecution")
	target.Transformer = &fakeaws.Transformer{Template: `{"event":<aws.events.event.json>}`}
	addRule(t, s, alarmPattern, target)
	topic := s.AddTopic(west, "drover")
	alarm := fakeaws.Alarm{Region: west, Name: "region-lost", State: "OK", Actions: []string{topic}, Composite: &fakeaws.Composite{
		Rule: "ALARM(a) AND ALARM(b)", Suppressor: "maintenance", WaitSeconds: 60, ExtensionSeconds: 120,
	}}
	set := func(name, state string) {
		t.Helper()
		if err := s.SetAlarmState(west, name, state, "x"); err != nil {
			t.Fatal(err)
		}
		s.Pass(10 * time.Second)
	}
	for _, a := range []fakeaws.Alarm{alarm, {Region: west, Name: "maintenance", State: "OK"}} {
		if err := s.AddAlarm(a); err != nil {
			t.Fatal(err)
		}
	}
	set("region-lost", "ALARM") // waits for its suppressor
	set("region-lost", "OK")
	set("maintenance", "ALARM")
	set("region-lost", "INSUFFICIENT_DATA")
	set("region-lost", "ALARM") // suppressed
	set("maintenance", "OK")
	set("region-lost", "OK")
	set("region-lost", "ALARM") // for a while after the suppressor
	alarm.Composite.Suppressor = ""
	alarm.State, alarm.Muted = "OK", true
	if err := s.AddAlarm(alarm); err != nil {
		t.Fatal(err)
	}
	set("region-lost", "ALARM") // muted
	var got []string
	for _, e := range s.Executions() {
		var in struct {
			Event struct {
				Detail struct {
					State, PreviousState struct {
						Value                                        string
						ActionsSuppressedBy, ActionsSuppressedReason string
					}
					Configuration, MuteDetail map[string]any
				}
			}
		}
		if err := json.Unmarshal(e.Input, &in); err != nil {
			t.Fatal(err)
		}
		d := in.Event.Detail
		got = append(got, fmt.Sprintf("%s to %s by %q (%s), rule %v, wait %v, muted %v", d.PreviousState.Value, d.State.Value, d.State.ActionsSuppressedBy,
			d.State.ActionsSuppressedReason, d.Configuration["alarmRule"], d.Configuration["actionsSuppressorWaitPeriod"], d.MuteDetail != nil))
	}
	want := []string{
		`OK to ALARM by "WaitPeriod" (Actions suppressed by WaitPeriod), rule ALARM(a) AND ALARM(b), wait 60, muted false`,
		`INSUFFICIENT_DATA to ALARM by "Alarm" (Actions suppressed by maintenance), rule ALARM(a) AND ALARM(b), wait 60, muted false`,
		`OK to ALARM by "ExtensionPeriod" (Actions suppressed by ExtensionPeriod), rule ALARM(a) AND ALARM(b), wait 60, muted false`,
		`OK to ALARM by "" (), rule ALARM(a) AND ALARM(b), wait <nil>, muted true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages to the topic; want none, for the actions were suppressed or muted", n)
	}
}

func TestACompositeAlarmHasAState(t *testing.T) {
	s := serve(t)
	if err := s.AddAlarm(fakeaws.Alarm{Region: west, Name: "a", Composite: &fakeaws.Composite{Rule: "ALARM(b)"}}); err == nil {
		t.Error("one without a state was accepted; want an error, because its rule is not evaluated")
	}
}
