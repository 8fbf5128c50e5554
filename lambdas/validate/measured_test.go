package validate

import (
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// TestALagIsMeasuredFromTheStartOfThePhaseOn in which its cluster became secondary; in other phases it has always been one.
func TestALagIsMeasuredFromTheStartOfThePhaseOn(t *testing.T) {
	for _, c := range []struct {
		phase failover.Phase
		known bool
		after time.Duration
		want  bool // it became secondary, and has no measurement since
	}{
		{failover.Return, false, 0, true}, {failover.Return, true, -time.Nanosecond, true}, {failover.Return, true, 0, false}, {failover.Return, true, time.Second, false},
		{failover.Outbound, false, 0, false}, {failover.Rollback, true, -time.Hour, false}, {failover.ReturnRollback, false, 0, false},
	} {
		f := facts{question: &question{run: failover.Run{Phase: c.phase}, req: failover.ValidateRequest{Run: &failover.Run{PhaseStartedAt: start}}}}
		if got := f.becameSecondary(live.ReplicationLag{Known: c.known, At: start.Add(c.after)}); got != c.want {
			t.Errorf("%s, known %v, %s after its start: %v; want %v", c.phase, c.known, c.after, got, c.want)
		}
	}
}

// TestALimitIsNoWarningYet: the latency of the registry, and the lag of a database, may be as much as the plan takes.
func TestALimitIsNoWarningYet(t *testing.T) {
	for over, want := range map[time.Duration]int{-time.Millisecond: 0, 0: 0, time.Millisecond: 1} {
		latency := 5*time.Second + over
		lag := live.ReplicationLag{GlobalCluster: "orders", Known: true, At: start, Millis: latency.Milliseconds()}
		f := facts{latency: &latency, lags: []live.ReplicationLag{lag}}
		plan := failover.DefaultPlan()
		plan.MaxLagSeconds = 5
		q := question{setting: setting{Plan: plan}, run: failover.Run{Action: failover.Switchover, To: west, From: east}, req: failover.ValidateRequest{Now: start}}
		j := judgementOf(q, f)
		if j.checkLatency(); len(j.findings) != want {
			t.Errorf("a latency of %s: %v; want %d findings", latency, j.findings, want)
		}
		j = judgementOf(q, f)
		if j.checkLag(); len(j.findings) != want {
			t.Errorf("a lag of %s: %v; want %d findings", latency, j.findings, want)
		}
	}
}

// TestEachApplicationWhoseMetricsAreElsewhereIsNamed, once, in one finding for each Region.
func TestEachApplicationWhoseMetricsAreElsewhereIsNamed(t *testing.T) {
	rule := func(region failover.Region) failover.HealthRule {
		return failover.HealthRule{Namespace: "N", Metric: "M", ReadIn: region}
	}
	f := facts{apps: []failover.Application{
		{Name: "a", Health: []failover.HealthRule{rule(east), rule(""), rule(east)}}, {Name: "b", Health: []failover.HealthRule{rule(east), rule("eu-west-1")}}, {Name: "c", Health: []failover.HealthRule{rule(west)}},
	}}
	j := judgementOf(question{run: failover.Run{Action: failover.Switchover, To: west, From: east}}, f)
	j.checkReadElsewhere()
	if len(j.findings) != 2 || !strings.HasPrefix(j.findings[0].Found, "health rules of a, b, such as N M, have their metrics in us-east-1") || !strings.HasPrefix(j.findings[1].Found, "health rules of b, such as") {
		t.Errorf("got %+v", j.findings)
	}
}
