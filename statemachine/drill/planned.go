package drill

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// withPlan is the assembly with some settings of its plan changed, as if they had been deployed.
func withPlan(a *assembly.Assembly, settings map[string]any) (*assembly.Assembly, error) {
	if len(settings) == 0 {
		return a, nil
	}
	changed := *a
	changed.Functions = nil
	for _, f := range a.Functions {
		if text := f.Environment[failover.PlanVariable]; text != "" {
			plan, err := override(text, settings)
			if err != nil {
				return nil, err
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
