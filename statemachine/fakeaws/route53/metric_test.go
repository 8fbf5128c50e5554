package route53_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// evacuated is an alarm in us-west-2 on a metric that says that users are to leave.
func evacuated(change func(*fakeaws.AlarmRule)) fakeaws.Alarm {
	rule := fakeaws.AlarmRule{
		Namespace: "Drover", Metric: "Evacuated", Statistic: "Maximum", PeriodSeconds: 60,
		Comparison: "GreaterThanOrEqualToThreshold", Threshold: 1, Datapoints: 1, TreatMissing: "ignore",
	}
	if change != nil {
		change(&rule)
	}
	return fakeaws.Alarm{Region: west, Name: "evacuated", Rule: rule}
}

func onAlarm(id, missing string) fakeaws.HealthCheck {
	return fakeaws.HealthCheck{ID: id, Type: fakeaws.CheckMetric, Alarm: "evacuated", AlarmRegion: west, InsufficientData: missing}
}

func (s served) putEvacuated(t testing.TB, value float64) {
	t.Helper()
	_, err := cloudwatch.NewFromConfig(s.Config(west, fakeaws.Administrator)).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Drover"), MetricData: []types.MetricDatum{{MetricName: aws.String("Evacuated"), Value: &value}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestACheckOnAnAlarmFollowsTheDataOfItsMetric(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	if err := s.AddAlarm(evacuated(nil)); err != nil {
		t.Fatal(err)
	}
	for _, missing := range []string{fakeaws.MissingHealthy, fakeaws.MissingUnhealthy, fakeaws.MissingLastKnown} {
		s.addCheck(t, onAlarm(missing, missing))
	}
	all := func(when, want string) {
		t.Helper()
		if got := s.healthy(t, fakeaws.MissingHealthy, fakeaws.MissingUnhealthy, fakeaws.MissingLastKnown); got != want {
			t.Errorf("%s: %s; want %s for Healthy, Unhealthy and LastKnownStatus", when, got, want)
		}
	}
	s.Pass(time.Minute)
	all("without any data", "true false true")
	s.putEvacuated(t, 1)
	s.Pass(2 * time.Minute)
	all("a minute after the end of the minute, at the earliest", "true false true")
	s.Pass(70 * time.Second)
	all("two minutes after the end of the minute, at the latest", "false false false")
	s.Pass(10 * time.Minute)
	all("without data for ten minutes", "true false false")
	s.putEvacuated(t, 0)
	s.Pass(3*time.Minute + 10*time.Second)
	all("after the opposite", "true true true")
	s.putEvacuated(t, 1)
	s.Pass(3*time.Minute + 10*time.Second)
	all("evacuated again", "false false false")
	if err := s.SetDark(west, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(10 * time.Second)
	all("in the dark", "true false false")
}

func TestSetAlarmStateDoesNotReachACheck(t *testing.T) {
	s := served{fakeawstest.Serve(t)}
	if err := s.AddAlarm(evacuated(nil)); err != nil {
		t.Fatal(err)
	}
	s.addCheck(t, onAlarm("check", fakeaws.MissingLastKnown))
	_, err := cloudwatch.NewFromConfig(s.Config(west, fakeaws.Administrator)).SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String("evacuated"), StateValue: types.StateValueAlarm, StateReason: aws.String("test"),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(15 * time.Second)
	if got := s.healthy(t, "check"); got != "true" {
		t.Errorf("healthy %s although only the alarm's state was set", got)
	}
}

// An alarm that is changed after the check was made does not change the check, until it is updated.
func TestACheckKeepsTheRuleOfItsAlarm(t *testing.T) {
	s := served{fakeawstest.ServePromptly(t)}
	if err := s.AddAlarm(evacuated(nil)); err != nil {
		t.Fatal(err)
	}
	s.addCheck(t, onAlarm("check", fakeaws.MissingLastKnown))
	if err := s.AddAlarm(evacuated(func(r *fakeaws.AlarmRule) { r.Threshold = 5 })); err != nil {
		t.Fatal(err)
	}
	s.putEvacuated(t, 2)
	s.Pass(70 * time.Second)
	if got := s.healthy(t, "check"); got != "false" {
		t.Errorf("healthy %s: the check has the changed rule", got)
	}
}

func TestAlarmsThatHealthChecksCannotReadAreRefused(t *testing.T) {
	for name, change := range map[string]func(*fakeaws.AlarmRule){
		"percentile":     func(r *fakeaws.AlarmRule) { r.Statistic = "p99" },
		"ten seconds":    func(r *fakeaws.AlarmRule) { r.PeriodSeconds = 10 },
		"one out of two": func(r *fakeaws.AlarmRule) { r.Periods = 2 },
	} {
		s := served{fakeawstest.Serve(t)}
		if err := s.AddAlarm(evacuated(change)); err != nil {
			t.Fatal(err)
		}
		if err := s.AddHealthCheck(onAlarm("check", fakeaws.MissingHealthy)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s := served{fakeawstest.Serve(t)}
	s.PutMetric(west, "Drover", "Evacuated", nil, 0) // of high resolution
	if err := s.AddAlarm(evacuated(nil)); err != nil {
		t.Fatal(err)
	}
	if err := s.AddHealthCheck(onAlarm("check", fakeaws.MissingHealthy)); err == nil {
		t.Error("metric of high resolution: no error")
	}
	if err := s.AddHealthCheck(onAlarm("check", "")); err == nil {
		t.Error("no InsufficientDataHealthStatus: no error")
	}
}
