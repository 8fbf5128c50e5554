package validate

import (
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// warning is the first warning of a code.
func warning(answer failover.ValidateAnswer, code string) string {
	for _, f := range answer.Findings {
		if f.Code == code && f.Severity == failover.Warning {
			return f.String()
		}
	}
	return ""
}

// errorCount exists only while there are errors, which an idle standby has not.
func errorCount() failover.HealthRule {
	return failover.HealthRule{
		Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_ELB_5XX_Count", Statistic: "Sum", PeriodSeconds: 60, AtMost: new(10.0),
		Dimensions:       failover.Dimensions{"LoadBalancer": {In: map[failover.Region]string{east: "app/x/1", west: "app/x/2"}}},
		TreatMissingData: failover.MissingNotBreaching,
	}
}

// TestAnIdleStandbyIsNoBlockerWhereNoDataIsHealthy, and the run says when it has no evidence.
func TestAnIdleStandbyIsNoBlockerWhereNoDataIsHealthy(t *testing.T) {
	app := shop()
	app.Health = append(app.Health, errorCount())
	s := newScene(t, app)
	answer := s.validate(`{"action": "switchover", "dryRun": true}`)
	if got := codes(answer, failover.Blocker); len(got) > 0 || warning(answer, failover.CodeNoData) != "" {
		t.Errorf("another rule has data: %+v", answer.Findings)
	}
	app.Health = app.Health[1:]
	s = newScene(t, app)
	answer = s.validate(`{"action": "switchover", "dryRun": true}`)
	if got := codes(answer, failover.Blocker); len(got) > 0 {
		t.Errorf("blockers %v", got)
	}
	s.contains(warning(answer, failover.CodeNoData), "none of its health rules has data, and a run would take that as healthy, such as AWS/ApplicationELB HTTPCode_ELB_5XX_Count in us-west-2: no data in the last 5m0s, taken as healthy (treatMissingData: notBreaching); add a rule")
	s.world.PutMetric(string(west), "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", map[string]string{"LoadBalancer": "app/x/2"}, 50)
	s.world.AdvanceTo(s.world.Now().Add(time.Minute))
	answer = s.validate(`{"action": "switchover", "dryRun": true}`)
	if got := codes(answer, failover.Blocker); strings.Join(got, " ") != failover.CodeUnhealthy {
		t.Errorf("50 errors: blockers %v", got)
	}
}

// TestARuleOfAnotherRegionIsADependency, which a failover does not have: it reads in its target Region alone.
func TestARuleOfAnotherRegionIsADependency(t *testing.T) {
	app := shop()
	app.Health = append(app.Health, failover.HealthRule{
		Namespace: "AWS/CloudFront", Metric: "5xxErrorRate", Statistic: "Average", PeriodSeconds: 60, AtMost: new(1.0), ReadIn: east,
	})
	s := newScene(t, app)
	answer := s.validate(`{"action": "switchover", "dryRun": true}`)
	if got := codes(answer, failover.Blocker); strings.Join(got, " ") != failover.CodeNoData {
		t.Errorf("no data in us-east-1: blockers %v", got)
	}
	const about = "health metrics in us-east-1: health rules of shop, such as AWS/CloudFront 5xxErrorRate, have their metrics in us-east-1; "
	s.contains(warning(answer, failover.CodeHealthRegion), about+"this run depends on that Region, and a failover to us-west-2 does not read them")
	s.world.PutMetric(string(east), "AWS/CloudFront", "5xxErrorRate", nil, 0.1)
	if answer = s.validate(`{"action": "switchover", "dryRun": true}`); len(codes(answer, failover.Blocker)) > 0 {
		t.Errorf("with data: %+v", answer.Findings)
	}
	before := len(s.world.Calls())
	answer = s.validate(`{"action": "failover", "allowDataLoss": true, "dryRun": true}`)
	s.contains(warning(answer, failover.CodeHealthRegion), about+"a failover reads in us-west-2 alone, so they verify nothing of this run")
	for _, call := range s.world.Calls()[before:] {
		if call.Region == string(east) && call.Service == "monitoring" {
			t.Errorf("the failover calls %s in the Region that it leaves", call.Operation)
		}
	}
}

// TestARegisteredRuleThatCanHaveNoDataSaysWhere: release 0.1.0 took such a rule.
func TestARegisteredRuleThatCanHaveNoDataSaysWhere(t *testing.T) {
	app := shop()
	app.Health = append(app.Health, failover.HealthRule{Namespace: "AWS/Route53", Metric: "HealthCheckStatus", Statistic: "Minimum", PeriodSeconds: 60, AtLeast: new(1.0)})
	s := newScene(t, app)
	for _, f := range s.validate(`{"action": "check"}`).Findings {
		if f.Code == failover.CodeNoData {
			s.contains(f.String(), "AWS/Route53 has metrics in us-east-1 alone, so the rule would never have data; expected region: us-east-1")
			return
		}
	}
	t.Error("no finding")
}

// TestAnAlarmThatCanHaveNoDataStartsNoFailover: it went to ALARM because missing data is breaching.
func TestAnAlarmThatCanHaveNoDataStartsNoFailover(t *testing.T) {
	watches := func(namespaces ...string) func(*failover.Trigger) {
		return func(e *failover.Trigger) {
			for _, namespace := range namespaces {
				metric := failover.AlarmMetric{}
				metric.MetricStat.Metric.Namespace = namespace
				e.Detail.Configuration.Metrics = append(e.Detail.Configuration.Metrics, metric)
			}
		}
	}
	for _, c := range []struct {
		namespaces []string
		in         failover.Region
		skips      bool
	}{
		{[]string{"AWS/CloudFront"}, west, true}, {[]string{"AWS/Route53", ""}, west, true}, {[]string{"AWS/CloudFront"}, east, false},
		{[]string{"CloudWatchSynthetics"}, west, false}, {[]string{"AWS/CloudFront", "CloudWatchSynthetics"}, west, false}, {nil, west, false},
	} {
		s := newScene(t, shop())
		s.h.Region = c.in
		answer := s.validate(s.alarmEvent(watches(c.namespaces...)))
		if (answer.Verdict == failover.Skip && strings.Contains(answer.Summary, "never has data")) != c.skips {
			t.Errorf("%v in %s: %s %s; want it to be skipped: %v", c.namespaces, c.in, answer.Verdict, answer.Summary, c.skips)
		}
		if c.skips {
			s.contains(answer.Summary, "alarm other-region-lost watches "+c.namespaces[0]+", which has metrics in us-east-1 alone and never has data in us-west-2; watch a metric of us-west-2, such as that of a canary there which calls us-east-1")
			if len(s.mutations()) > 0 {
				t.Errorf("it changed %v", s.mutations())
			}
		}
	}
}
