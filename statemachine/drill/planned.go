package drill

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// deploymentOf is the assembly as a scenario wants it deployed: with some settings of its plan changed, and without
// schedules if they would only disturb.
func deploymentOf(s *scenario.Scenario, a *assembly.Assembly) (*assembly.Assembly, error) {
	changed := *a
	if s.NoSchedules {
		changed.Schedules = nil
	}
	if len(s.Plan) == 0 {
		return &changed, nil
	}
	changed.Functions = nil
	for _, f := range a.Functions {
		if text := f.Environment[failover.PlanVariable]; text != "" {
			plan, err := override(text, s.Plan)
			if err != nil {
				return nil, s.Mistake("plan", "%v", err)
			}
			f.Environment = maps.Clone(f.Environment)
			f.Environment[failover.PlanVariable] = plan
		}
		changed.Functions = append(changed.Functions, f)
	}
	return &changed, nil
}

func override(text string, settings map[string]any) (string, error) {
	plan := map[string]any{}
	if err := json.Unmarshal([]byte(text), &plan); err != nil {
		return "", fmt.Errorf("read the plan of the assembly: %w", err)
	}
	maps.Copy(plan, settings)
	out, err := json.Marshal(plan)
	if err != nil {
		return "", fmt.Errorf("plan: %w", err)
	}
	if _, err := failover.ParsePlan(out); err != nil {
		return "", err
	}
	return string(out), nil
}
