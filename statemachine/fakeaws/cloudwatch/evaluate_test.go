package cloudwatch

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
)

// world is the service on a kernel of its own, with the control surfaces of both.
type world struct {
	kernel.Control
	control
	*Service
}

type control = Control

func newWorld(start time.Time, regions ...string) *world {
	k := kernel.New("111122223333", start, regions...)
	s := New(k, nil, silentBus{})
	return &world{k.Control(), s.Control(), s}
}

// silentBus has no rules.
type silentBus struct{}

func (silentBus) ServiceEvent(_, _, _, _ string, _ json.RawMessage) {}

// TestMissingDataCountAsDocumented is the two tables of "Configuring how CloudWatch alarms treat missing data" in the
// CloudWatch User Guide: five periods are read to evaluate three, the newest last.
func TestMissingDataCountAsDocumented(t *testing.T) {
	const retained = "(current)"
	for _, c := range []struct {
		periods                                  string // 0 is not breaching, X breaching, - missing
		needed                                   int
		missing, ignore, breaching, notBreaching string
	}{
		{"0 - X - X", 3, "OK", "OK", "OK", "OK"},
		{"0 - - - -", 3, "OK", "OK", "OK", "OK"},
		{"- - - - -", 3, "INSUFFICIENT_DATA", retained, "ALARM", "OK"},
		{"0 X X - X", 3, "ALARM", "ALARM", "ALARM", "ALARM"},
		{"- - X - -", 3, "ALARM", retained, "ALARM", "OK"},
		{"0 - X - X", 2, "ALARM", "ALARM", "ALARM", "ALARM"},
		{"0 0 X 0 X", 2, "ALARM", "ALARM", "ALARM", "ALARM"},
		{"0 - X - -", 2, "OK", "OK", "ALARM", "OK"},
		{"- - - - 0", 2, "OK", "OK", "ALARM", "OK"},
		{"- - - X -", 2, "ALARM", retained, "ALARM", "OK"},
	} {
		for treat, want := range map[string]string{"missing": c.missing, "ignore": c.ignore, "breaching": c.breaching, "notBreaching": c.notBreaching} {
			w := newWorld(time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1")
			a := Alarm{Region: "us-east-1", Name: "a", Rule: AlarmRule{
				Namespace: "Shop", Metric: "m", Statistic: "Sum", PeriodSeconds: 60, Comparison: "GreaterThanThreshold",
				Periods: 3, Datapoints: c.needed, TreatMissing: treat,
			}}
			if err := w.AddAlarm(a); err != nil {
				t.Fatal(err)
			}
			if err := w.SetDark("us-east-1", true); err != nil { // alarms of a dark Region are not evaluated
				t.Fatal(err)
			}
			for _, value := range strings.Fields(c.periods) {
				switch value {
				case "0":
					w.PutMetric("us-east-1", "Shop", "m", nil, 0)
				case "X":
					w.PutMetric("us-east-1", "Shop", "m", nil, 1)
				}
				w.AdvanceTo(w.Now().Add(time.Minute))
			}
			w.states[w.arn(a)].value = retained
			if got := w.stateOf(a); got != want {
				t.Errorf("%d of 3, %s, missing data %s: %s; want %s", c.needed, c.periods, treat, got, want)
			}
		}
	}
}

func TestAlarmsOnDynamoDBIgnoreMissingData(t *testing.T) {
	w := newWorld(time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1")
	err := w.AddAlarm(Alarm{Region: "us-east-1", Name: "a", Rule: AlarmRule{
		Namespace: "AWS/DynamoDB", Metric: "m", Statistic: "Sum", PeriodSeconds: 60, Comparison: "GreaterThanThreshold", TreatMissing: "notBreaching",
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.PutMetric("us-east-1", "AWS/DynamoDB", "m", nil, 1)
	w.AdvanceTo(w.Now().Add(10 * time.Minute))
	if got := w.states[w.arn(w.alarms["us-east-1"][0])].value; got != AlarmInAlarm {
		t.Errorf("after ten minutes without data: %s; want that it stays in ALARM", got)
	}
}
