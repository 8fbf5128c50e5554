package cloudwatch

import (
	"testing"
	"time"
)

func TestAnAlarmThatIgnoresMissingDataStaysAsItIs(t *testing.T) {
	start := time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)
	w := newWorld(start, "us-east-1")
	err := w.AddAlarm(Alarm{Region: "us-east-1", Name: "not-ready", Rule: AlarmRule{
		Namespace: "Drover", Metric: "Ready", Statistic: "Minimum", PeriodSeconds: 60, Comparison: "LessThanThreshold", Threshold: 1,
		TreatMissing: "ignore",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ready float64 // -1 for no data
		want  string
	}{{-1, AlarmInsufficientData}, {0, AlarmInAlarm}, {-1, AlarmInAlarm}, {-1, AlarmInAlarm}, {1, AlarmOK}, {-1, AlarmOK}} {
		if c.ready >= 0 {
			w.PutMetric("us-east-1", "Drover", "Ready", nil, c.ready)
		}
		w.AdvanceTo(w.Now().Add(time.Minute))
		w.k.Lock()
		got := w.states[w.arn(w.alarms["us-east-1"][0])].value
		w.k.Unlock()
		if got != c.want {
			t.Errorf("after Ready %v: %s; want %s", c.ready, got, c.want)
		}
	}
}
