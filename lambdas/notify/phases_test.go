package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/google/go-cmp/cmp"
)

// drillRun is a drill to us-west-2 that is on the given phase of the return. The way out took three minutes.
func drillRun(phase failover.Phase, out failover.PhaseEnd) failover.Run {
	run := sampleRun()
	run.Action, run.Phase, run.From, run.To = failover.Drill, phase, west, east
	run.StartedAt, run.Since = outage, outage
	run.Phases = []failover.PhaseRecord{{Phase: failover.Outbound, From: east, To: west, StartedAt: outage, PhaseEnd: out}}
	run.PhaseStartedAt = outage.Add(5 * time.Minute)
	return run
}

func wentWell(stages int) failover.PhaseEnd {
	return failover.PhaseEnd{EndedAt: outage.Add(3 * time.Minute), StagesDone: stages, Stages: stages, LagMillis: 900}
}

func drillRequest(outcome failover.Outcome, phase failover.Phase, out failover.PhaseEnd) failover.NotifyRequest {
	return failover.NotifyRequest{
		Run: drillRun(phase, out), Outcome: outcome, StagesDone: 1, Stages: 1, LagMillis: -1, Now: outage.Add(7 * time.Minute),
	}
}

func TestADrillHasAnRTOForEachPhaseAndItsStayIsNoOutage(t *testing.T) {
	req := drillRequest(failover.Completed, failover.Return, wentWell(2))
	r := failover.Report{Run: req.Run, Outcome: req.Outcome, Phases: phases(req)}
	want := []failover.PhaseResult{
		{Phase: failover.Outbound, From: east, To: west, Passed: true, StagesDone: 2, Stages: 2, RTOSeconds: 180, RPOSeconds: new(0.0), LagSeconds: new(0.9)},
		{Phase: failover.Return, From: west, To: east, Passed: true, StagesDone: 1, Stages: 1, RTOSeconds: 120, RPOSeconds: new(0.0)},
	}
	if diff := cmp.Diff(want, r.Phases); diff != "" {
		t.Errorf("phases (-want +got)\n%s", diff)
	}
	if recovery(&r, req); r.RTOSeconds != 180 || *r.LagSeconds != 0.9 {
		t.Errorf("got RTO %v, lag %v; want the worst of the phases, 180 and 0.9", r.RTOSeconds, *r.LagSeconds)
	}
	r.Outcome = failover.Held
	if recovery(&r, req); r.RTOSeconds != 420 || r.RTOMet {
		t.Errorf("held: got %v, met %v; want all that has passed, 420, and not met", r.RTOSeconds, r.RTOMet)
	}
}

func TestTheOutPhaseOfAFailoverCountsFromTheOutage(t *testing.T) {
	if got := phases(request(failover.Completed)); len(got) != 1 || got[0].RTOSeconds != 432 {
		t.Errorf("got %+v; want one phase of 432 seconds", got)
	}
}

func TestADrillIsRememberedAndComparedWithTheOnesBefore(t *testing.T) {
	h, world := newHandler(t, "checkout")
	for i := range 7 {
		req := drillRequest(failover.Completed, failover.Return, wentWell(1))
		req.Run.ID = fmt.Sprintf("drill-%d", i)
		req.Run.StartedAt = outage.AddDate(0, 0, i-7)
		handle(t, h, req)
	}
	req := drillRequest(failover.Completed, failover.Return, wentWell(1))
	handle(t, h, req)
	handle(t, h, req)
	var trend []string
	for _, d := range readReport(t, world).Trend {
		trend = append(trend, d.Run)
		if d.Outcome != failover.Completed || len(d.Phases) != 2 {
			t.Errorf("got %+v; want a completed drill with two phases", d)
		}
	}
	if diff := cmp.Diff([]string{"drill-6", "drill-5", "drill-4", "drill-3", "drill-2"}, trend); diff != "" {
		t.Errorf("trend (-want +got)\n%s", diff)
	}
	if drills, err := h.Registry.Drills(t.Context(), "", 10); err != nil || len(drills) != 8 {
		t.Errorf("the registry keeps %d drills, %v; want 8", len(drills), err)
	}
}

func TestAFailoverIsNoDrill(t *testing.T) {
	h, _ := newHandler(t, "checkout")
	handle(t, h, request(failover.Completed))
	if drills, err := h.Registry.Drills(t.Context(), "", 10); err != nil || len(drills) != 0 {
		t.Errorf("the registry keeps %v, %v; want no drill", drills, err)
	}
}

func TestTextOfACompletedDrill(t *testing.T) {
	req := drillRequest(failover.Completed, failover.Return, wentWell(1))
	r := sampleReport(failover.Completed)
	r.Run, r.Phases, r.Moved, r.RTOSeconds = req.Run, phases(req), []string{"checkout", "search"}, 180
	past := func(outcome failover.Outcome, day int, out, back float64) failover.PastDrill {
		d := failover.PastDrill{Run: fmt.Sprintf("drill-%d", day), StartedAt: outage.AddDate(0, 0, -day), Outcome: outcome}
		for phase, rto := range map[failover.Phase]float64{failover.Outbound: out, failover.Return: back} {
			d.Phases = append(d.Phases, failover.PhaseResult{Phase: phase, Passed: rto > 0, RTOSeconds: rto})
		}
		if d.Phases[0].Phase == failover.Return {
			d.Phases[0], d.Phases[1] = d.Phases[1], d.Phases[0]
		}
		return d
	}
	r.Trend = []failover.PastDrill{past(failover.RolledBack, 1, 0, 0), past(failover.Completed, 8, 166, 125)}
	want := `
Completed: drill to us-west-2 and back, 2 of 2 applications moved and returned in 3m0s

Moved and returned (2): checkout, search

No action is needed.

Outbound to us-west-2: 3m0s; RTO target 10m0s, met
Return to us-east-1: 2m0s; RTO target 10m0s, met
Data (RPO): no writes lost, the move was planned; replication lagged 0.8 s before
Compared with drill drill-8: outbound 14s slower, return 5s faster
Earlier drills:
- 2026-03-13 03:00 UTC: RolledBack
- 2026-03-06 03:00 UTC: Completed, outbound 2m46s, return 2m5s
Run run-1, plan drover
Report: s3://reports/runs/run-1/report.json
`[1:]
	if diff := cmp.Diff(want, render(r)); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
}

func TestTextOfARunThatWasRolledBack(t *testing.T) {
	req := drillRequest(failover.RolledBack, failover.Rollback, failover.PhaseEnd{
		EndedAt: outage.Add(3 * time.Minute), StagesDone: 1, Stages: 3, LagMillis: 900,
		Failures: []failover.StepFailure{unhealthy("checkout: Application ServedPercent in us-west-2 is 61; expected at least 99")},
	})
	req.Run.Action = failover.Switchover
	r := sampleReport(failover.RolledBack)
	r.Run, r.Phases, r.Reasons = req.Run, phases(req), reasons(req)
	r.RTOSeconds = 420
	r.NotMoved = []failover.NotMoved{{Application: "checkout", Why: []string{"registry: active in us-east-1"}}}
	r.Restored = []string{"checkout"}
	want := `
RolledBack: switchover to us-west-2, 1 of 1 applications as before the run; checkout: Application ServedPercent in us-west-2 is 61; expe …

Why:
- checkout: Application ServedPercent in us-west-2 is 61; expected at least 99

As before the run (1): checkout

To see the blockers:
  aws stepfunctions start-execution --region us-west-2 --state-machine-arn arn:aws:states:us-west-2:111122223333:stateMachine:drover --input '{"action":"check"}'

Outbound to us-west-2: 3m0s, not finished: 1 of 3 stages done
Rollback to us-east-1: 2m0s
Not moved (RTO): everything is as before the run after 7m0s since 03:00:00 UTC; target 10m0s, missed
Data (RPO): no writes lost, the move was planned; replication lagged 0.8 s before
Run run-1, plan drover
Report: s3://reports/runs/run-1/report.json
`[1:]
	if diff := cmp.Diff(want, render(r)); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
}

func TestTextOfARollbackThatCouldNotFinish(t *testing.T) {
	req := drillRequest(failover.Held, failover.Rollback, failover.PhaseEnd{
		EndedAt: outage.Add(3 * time.Minute), Stages: 1, LagMillis: -1, Failures: []failover.StepFailure{unhealthy("checkout: unhealthy")},
	})
	req.Run.Action, req.StagesDone = failover.Switchover, 0
	req.Failures = []failover.StepFailure{{State: "PromoteDatabase", Wave: 1, Error: "Denied", Cause: `{"errorMessage":"could not promote checkout in us-east-1: not allowed"}`}}
	r := sampleReport(failover.Held)
	r.Run, r.Phases, r.Reasons, r.RPOSeconds = req.Run, phases(req), reasons(req), new(0.0)
	r.LagSeconds = nil
	r.NotMoved = []failover.NotMoved{{Application: "checkout", Why: []string{"registry: active in us-east-1"}}, {Application: "search", Why: []string{"registry: active in us-east-1"}}}
	r.Restored = []string{"search"}
	r.NotRestored = []failover.NotMoved{{Application: "checkout", Why: []string{"database checkout: writer in us-west-2"}}}
	want := `
Held: switchover to us-west-2, 1 of 2 applications as before the run; checkout: unhealthy

Why:
- checkout: unhealthy
- PromoteDatabase (wave 1) was denied a permission: could not promote checkout in us-east-1: not allowed.

Not as before the run (1):
- checkout: database checkout: writer in us-west-2

As before the run (1): search

When the cause is fixed, move everything back to us-east-1:
  aws stepfunctions start-execution --region us-east-1 --state-machine-arn arn:aws:states:us-east-1:111122223333:stateMachine:drover --input '{"action":"failback"}'

Outbound to us-west-2: 3m0s, not finished: 0 of 1 stages done
Rollback to us-east-1: 2m0s, not finished: 0 of 1 stages done
Not recovered (RTO): 7m12s since 03:00:00 UTC; target 10m0s, missed unless recovered by 03:10:00 UTC
Data (RPO): no database was promoted, no writes lost
Run run-1, plan drover
Report: s3://reports/runs/run-1/report.json
`[1:]
	if diff := cmp.Diff(want, render(r, req.Failures...)); diff != "" {
		t.Errorf("message (-want +got)\n%s", diff)
	}
}

// TestTextOfADrillThatWentBackToTheStandby: first the cause, which is the return's, then where everything is.
func TestTextOfADrillThatWentBackToTheStandby(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	promote(t, h, world, "checkout") // and the writer of search is at home
	req := drillRequest(failover.Held, failover.ReturnRollback, wentWell(2))
	req.Run.From, req.Run.To = east, west
	req.Run.Phases = append(req.Run.Phases, failover.PhaseRecord{
		Phase: failover.Return, From: west, To: east, StartedAt: outage.Add(4 * time.Minute),
		PhaseEnd: failover.PhaseEnd{
			EndedAt: outage.Add(5 * time.Minute), Stages: 2, LagMillis: -1,
			Failures: []failover.StepFailure{unhealthy("checkout: Application ServedPercent in us-east-1 is 61; expected at least 99")},
		},
	})
	req.StagesDone = 1
	handle(t, h, req)
	r := readReport(t, world)
	if r.Target != west || len(r.Moved)+len(r.NotMoved) != 2 || len(r.Restored)+len(r.NotRestored) != 0 {
		t.Errorf("target %s, moved %v, not moved %v; want both counted in us-west-2", r.Target, r.Moved, r.NotMoved)
	}
	message := theMessage(t, world).Message
	for _, want := range []string{
		"Held: drill to us-west-2 and back, 0 of 2 applications in us-west-2; checkout: Application ServedPercent in us-east-1 is 61;",
		"Why:\n- checkout: Application ServedPercent in us-east-1 is 61; expected at least 99\n",
		"\nNot in us-west-2 (2):\n",
		"\nWhen the cause is fixed, move everything back to us-east-1:\n",
		"\nOutbound to us-west-2: 3m0s; RTO target 10m0s, met\nReturn to us-east-1: 1m0s, not finished: 0 of 2 stages done\nReturn-rollback to us-west-2: 2m0s\n",
	} {
		if !strings.Contains(message, want) {
			t.Errorf("the message lacks %q:\n%s", want, message)
		}
	}
}

func TestTheInventoryOfADrillHeldInItsReturnIsOfTheSourceRegion(t *testing.T) {
	h, world := newHandler(t, "checkout", "search")
	promote(t, h, world, "checkout") // it went there, and its writer did not come back
	req := drillRequest(failover.Held, failover.Return, wentWell(1))
	req.StagesDone, req.Failures = 0, []failover.StepFailure{unhealthy("checkout: global cluster checkout: still switching-over to us-east-1")}
	handle(t, h, req)
	r := readReport(t, world)
	if r.Target != east || len(r.Moved) != 1 || len(r.NotMoved) != 1 {
		t.Errorf("target %s, moved %v, not moved %v; want search in us-east-1 alone", r.Target, r.Moved, r.NotMoved)
	}
	const summary = "Held: drill to us-west-2 and back, 1 of 2 applications back in us-east-1; checkout: global cluster checkout: still switching-over to us- …"
	if r.Summary != summary {
		t.Errorf("summary\ngot  %s\nwant %s", r.Summary, summary)
	}
	const lists = `
Not returned (1):
- checkout: database checkout: writer in us-west-2

Returned (1): search

When the cause is fixed, move everything back to us-east-1:
`
	if got := theMessage(t, world).Message; !strings.Contains(got, lists) {
		t.Errorf("the message lacks %q:\n%s", lists, got)
	}
}
