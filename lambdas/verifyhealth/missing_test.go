package verifyhealth

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// errors5xx is about a count that exists only while there are errors.
var errors5xx = failover.HealthRule{
	Namespace: "AWS/ApplicationELB", Metric: "HTTPCode_ELB_5XX_Count", Statistic: "Sum", PeriodSeconds: 60, AtMost: new(10.0),
	Dimensions:       failover.Dimensions{"LoadBalancer": {In: map[failover.Region]string{east: "app/x/1", west: "app/x/2"}}},
	TreatMissingData: failover.MissingNotBreaching,
}

// edge is about a metric of us-east-1.
var edge = failover.HealthRule{
	Namespace: "AWS/CloudFront", Metric: "5xxErrorRate", Statistic: "Average", PeriodSeconds: 60, AtMost: new(1.0), ReadIn: east,
}

// ruled sets up one application with these rules beside, or instead of, that of the others.
func ruled(t *testing.T, alone bool, rules ...failover.HealthRule) *stand {
	t.Helper()
	s := newStand(t, "checkout")
	for _, region := range []failover.Region{east, west} {
		s.must(s.Registry.PublishRelease(t.Context(), registry.Release{Region: region, Version: "1", Format: failover.Format, Since: begin.Add(-time.Hour)}))
	}
	if s.apps[0].Health = append(s.apps[0].Health, rules...); alone {
		s.apps[0].Health = rules
	}
	_, err := s.Registry.Register(t.Context(), failover.DefaultPlan(), s.apps, begin)
	s.must(err)
	return s
}

// TestNoDataCountsOnlyForAPeriodAfterTheShift, and each period once: it is held to what datapoints are held to.
func TestNoDataCountsOnlyForAPeriodAfterTheShift(t *testing.T) {
	s := ruled(t, true, errors5xx)
	shift := begin // at a whole minute: with the TTL of 60 s and delivery of 120 s the first period counts from 240 s on
	var streak *failover.Streak
	healthy := 0
	for _, c := range []struct {
		at   time.Duration
		want failover.VerifyAnswer
	}{
		{170 * time.Second, pending("checkout: AWS/ApplicationELB HTTPCode_ELB_5XX_Count in us-west-2: no data up to " + begin.Add(-time.Minute).Format(time.TimeOnly) +
			"; expected a datapoint from " + begin.Add(time.Minute).Format(time.TimeOnly) + " on, or none when CloudWatch must have delivered it")},
		{239 * time.Second, pending("checkout: AWS/ApplicationELB HTTPCode_ELB_5XX_Count in us-west-2: no data up to " + begin.Format(time.TimeOnly) +
			"; expected a datapoint from " + begin.Add(time.Minute).Format(time.TimeOnly) + " on, or none when CloudWatch must have delivered it")},
		{240 * time.Second, failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, check 1 of 2"}}},
		{299 * time.Second, failover.VerifyAnswer{Verdict: failover.Pending, Healthy: 1, Reasons: []string{"healthy, check 1 of 2; waiting for newer datapoints"}}},
		{300 * time.Second, passed(2)},
	} {
		s.world.AdvanceTo(begin.Add(c.at))
		got := s.attempt(func(req *failover.VerifyRequest) {
			req.ShiftedAt, req.Stage.Passes, req.Healthy, req.Streak = shift, 2, healthy, streak
		})
		check(t, c.at.String(), c.want, got)
		healthy, streak = got.Healthy, got.Streak
	}
}

// TestErrorsAfterTheShiftAreNotMissing: they keep the stage from passing, and fail a planned one.
func TestErrorsAfterTheShiftAreNotMissing(t *testing.T) {
	s := ruled(t, true, errors5xx)
	s.world.AdvanceTo(begin.Add(4 * time.Minute))
	s.world.PutMetric(string(west), "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", map[string]string{"LoadBalancer": "app/x/2"}, 50)
	s.world.AdvanceTo(begin.Add(5 * time.Minute))
	got := s.attempt(gradual(0, 0), func(req *failover.VerifyRequest) { *req.Stage.Percent, req.ShiftedAt = 100, begin })
	if got.Verdict != failover.Pending || got.Unhealthy != 1 || !strings.Contains(got.Reasons[0], "is 50; expected at most 10") {
		t.Errorf("%+v; want it unhealthy", got)
	}
}

// TestWhatWasVerifiedWithoutDataIsPassedOn to the report, which names it.
func TestWhatWasVerifiedWithoutDataIsPassedOn(t *testing.T) {
	text := "no health rule had data, such as AWS/ApplicationELB HTTPCode_ELB_5XX_Count in us-west-2: no data in the last 5m0s, taken as healthy (treatMissingData: notBreaching)"
	noData := []failover.Unproven{{Application: "checkout", Region: west, NoData: true, Why: text}}
	notRead := []failover.Unproven{{Application: "checkout", Region: west, Why: "AWS/CloudFront 5xxErrorRate was not read: its metric is in us-east-1, and a failover reads in us-west-2 alone"}}
	for _, c := range []struct {
		name  string
		alone bool
		rules []failover.HealthRule
		want  []failover.Unproven
	}{
		{"none had data", true, []failover.HealthRule{errors5xx}, noData},
		{"another had", false, []failover.HealthRule{errors5xx}, nil},
		{"one is in us-east-1", false, []failover.HealthRule{edge}, notRead},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := ruled(t, c.alone, c.rules...)
			s.world.AdvanceTo(begin.Add(10 * time.Minute))
			s.serve("checkout", 100)
			s.must(s.world.SetDark(string(east), true))
			got := s.checkOnce(shiftedAgo(5*time.Minute), func(req *failover.VerifyRequest) { req.ShiftedAt = begin })
			if got.Verdict != failover.Passed {
				t.Fatalf("%+v; want it passed", got)
			}
			if diff := cmp.Diff(c.want, got.Inventory.Unproven); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, call := range s.world.Calls() {
				if call.Service == "monitoring" && call.Region == string(east) {
					t.Errorf("%s in the Region that the failover leaves", call.Operation)
				}
			}
		})
	}
}

func TestAPlannedRunReadsARuleOfAnotherRegion(t *testing.T) {
	s := ruled(t, false, edge)
	s.world.AdvanceTo(begin.Add(10 * time.Minute))
	s.serve("checkout", 100)
	planned := func(req *failover.VerifyRequest) { req.Run.Action, req.ShiftedAt = failover.Switchover, begin }
	if got := s.attempt(planned); got.Verdict != failover.Pending || !strings.Contains(strings.Join(got.Reasons, " "), "AWS/CloudFront 5xxErrorRate in us-east-1: no data") {
		t.Errorf("%+v; want it to miss the data of us-east-1", got)
	}
	s.world.PutMetric(string(east), "AWS/CloudFront", "5xxErrorRate", nil, 0.1)
	s.world.PutMetric(string(west), "AWS/CloudFront", "5xxErrorRate", nil, 99)
	check(t, "with data in us-east-1", passed(1), s.attempt(planned))
}

// TestAPendingCheckProvesNothingOfTheData: what the stage before was verified without stays, and nothing is added.
func TestAPendingCheckProvesNothingOfTheData(t *testing.T) {
	s := ruled(t, true, errors5xx)
	s.world.AdvanceTo(begin.Add(10 * time.Minute))
	before := []failover.Unproven{{Application: "checkout", Region: west, Why: "of the stage before"}}
	change := s.change()
	got := s.checkOnce(func(req *failover.VerifyRequest) {
		req.ShiftedAt, req.Changes = begin, []failover.Change{{Zone: zone, ID: change}}
		req.Inventory = &failover.Inventory{Stage: 7, Complete: true, Unproven: before}
	})
	if got.Verdict != failover.Pending || got.Inventory == nil {
		t.Fatalf("%+v; want it pending, with what the stage before has found", got)
	}
	if diff := cmp.Diff(before, got.Inventory.Unproven); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
