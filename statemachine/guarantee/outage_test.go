package guarantee

import (
	"testing"
	"time"
)

// TestARegionThatStaysDarkExcusesWhatCannotHappenInIt: no run ends there, and no alarm goes off.
func TestARegionThatStaysDarkExcusesWhatCannotHappenInIt(t *testing.T) {
	dark := func(region string, from, to time.Duration) func(*Evidence) {
		return func(e *Evidence) {
			o := Outage{Region: region, From: at(from)}
			if to > 0 {
				o.To = at(to)
			}
			e.Outages, e.Until = append(e.Outages, o), at(time.Hour)
		}
	}
	running := func() Evidence {
		e := completed()
		run := &e.Runs[0]
		run.Status, run.StoppedAt, run.Messages, run.Report = "RUNNING", time.Time{}, 0, nil
		return e
	}
	silent := func() Evidence { // stopped at 4:00, and no alarm within three minutes
		e := stopped()
		e.Alarms = nil
		return e
	}
	refused := func() Evidence { // by itself, in silence
		e := completed()
		e.Runs[0].Messages = 0
		return e
	}
	for _, c := range []history{
		{"a run that cannot end", 8, running, dark(west, 3*time.Minute, 0), NotChecked, ""},
		{"a run that cannot notify", 11, running, dark(west, 3*time.Minute, 0), NotChecked, ""},
		{"a run that was late before", 8, running, dark(west, 6*time.Minute, 0), Violated, "has not ended"},
		{"a run whose Region came back", 8, running, dark(west, 3*time.Minute, 4*time.Minute), Violated, "has not ended"},
		{"a run beside a dark Region", 8, running, dark(east, 3*time.Minute, 0), Violated, "has not ended"},

		{"an alarm that cannot go off", 11, silent, dark(west, 5*time.Minute, 0), NotChecked, ""},
		{"an alarm that had time", 11, silent, dark(west, 8*time.Minute, 0), Violated, "no alarm went to ALARM"},
		// An alarm reads its evaluation range, which has passed by then: "Configuring how CloudWatch alarms treat missing data"
		// in the Amazon CloudWatch User Guide.
		{"an alarm that missed its evaluation", 11, silent, dark(west, 5*time.Minute, 10*time.Minute), NotChecked, ""},
		{"an alarm after the Region came back", 11, silent, dark(west, 3*time.Minute, 4*time.Minute), Violated, "no alarm went to ALARM"},
		{"an alarm of a Region that came back at the end", 11, silent, dark(west, 5*time.Minute, 59*time.Minute), NotChecked, ""},
		{"an alarm beside a dark Region", 11, silent, dark(east, 5*time.Minute, 0), Violated, "no alarm went to ALARM"},
		{"an alarm after the end of the scenario", 11, silent, func(e *Evidence) { e.Until = at(5 * time.Minute) }, NotChecked, ""},
		{"a notification before the Region went dark", 11, refused, dark(west, 4*time.Minute, 0), Violated, "although publishing would have succeeded"},
	} {
		t.Run(c.name, c.isJudged)
	}
}
