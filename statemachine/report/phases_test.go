package report

import (
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/failover"
)

func TestADrillIsComparedWithTheOnesBefore(t *testing.T) {
	r := sample()
	phase := func(phase failover.Phase, rto float64) failover.PhaseResult {
		return failover.PhaseResult{Phase: phase, From: "us-east-1", To: "us-west-2", Passed: true, StagesDone: 2, Stages: 2, RTOSeconds: rto}
	}
	r.Evidence.Runs[0].Report = &failover.Report{
		Phases: []failover.PhaseResult{phase(failover.Outbound, 91), phase(failover.Return, 700)},
		Trend:  []failover.PastDrill{{Run: "drill-of-may", Phases: []failover.PhaseResult{phase(failover.Outbound, 80)}}},
	}
	r.Evidence.Runs[0].Texts = []string{"Completed: <all> is well"}
	html, err := Render(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	page := string(html)
	for _, want := range []string{
		"outbound, us-east-1 to us-west-2", "91 s", `class="number bad">700 s`, "compares with drill-of-may", "2 of 2", "not measured",
		"Completed: &lt;all&gt; is well", "<h2>Phases, and those of earlier drills</h2>", "<h2>Notifications</h2>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestEachTargetHasItsOwnFigure: the time to recover is compared with its target, the loss of data with the other one.
func TestEachTargetHasItsOwnFigure(t *testing.T) {
	plan := failover.DefaultPlan()
	plan.TargetRTOSeconds, plan.TargetRPOSeconds = 600, 60
	for _, c := range []struct {
		rto         float64
		rpo         float64 // negative: not measured
		slow, lossy bool
	}{
		{600, 60, false, false}, {601, 60, true, false}, {600, 61, false, true}, {61, -1, false, false}, {59, 599, false, true}, {700, 700, true, true},
	} {
		phase := failover.PhaseResult{Phase: failover.Outbound, RTOSeconds: c.rto}
		if c.rpo >= 0 {
			phase.RPOSeconds = &c.rpo
		}
		if row := phasesIn(plan, "run", []failover.PhaseResult{phase})[0]; row.Slow != c.slow || row.Lossy != c.lossy {
			t.Errorf("%.0f s, %.0f s: slow %v, lossy %v; want %v, %v", c.rto, c.rpo, row.Slow, row.Lossy, c.slow, c.lossy)
		}
	}
}

func TestARunOfOnePhaseIsNotCompared(t *testing.T) {
	if page := render(t); strings.Contains(page, "Phases, and those of earlier drills") || strings.Contains(page, "Notifications") {
		t.Error("the page compares a run of one phase, or shows notifications that were not sent")
	}
}
