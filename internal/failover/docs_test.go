package failover

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheStageInTheDocsIsOneOfTheDefaultPlan: docs/api.md shows the first of the two stages of a failover.
func TestTheStageInTheDocsIsOneOfTheDefaultPlan(t *testing.T) {
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`"stage": (\{.*\}),`).FindSubmatch(page)
	if shown == nil {
		t.Fatal("docs/api.md shows no stage")
	}
	var got Stage
	if err := json.Unmarshal(shown[1], &got); err != nil {
		t.Fatal(err)
	}
	plan := DefaultPlan()
	stages := PlanStages(plan, Input{Action: Failover}, plan.Primary, plan.Standby, []int{1, 2})
	for i := range stages {
		stages[i].Batches, stages[i].ShiftSeconds = 1, ShiftSeconds(1, i == len(stages)-1)
	}
	plan.Stretch(Run{Action: Failover}, func(Stage) Delays { return Delays{TTLSeconds: 60, PeriodSeconds: 10} }, stages, nil, nil, nil)
	if diff := cmp.Diff(stages[0], got); diff != "" {
		text, _ := json.Marshal(stages[0])
		t.Errorf("the stage in docs/api.md (-want +got):\n%s\nwant %s", diff, text)
	}
}
