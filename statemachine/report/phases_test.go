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

func TestARunOfOnePhaseIsNotCompared(t *testing.T) {
	if page := render(t); strings.Contains(page, "Phases, and those of earlier drills") || strings.Contains(page, "Notifications") {
		t.Error("the page compares a run of one phase, or shows notifications that were not sent")
	}
}
