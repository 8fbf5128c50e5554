package drill

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// TermsOf are what the words of a scenario stand for in the plan of an assembly.
func TermsOf(a *assembly.Assembly) (scenario.Terms, error) {
	plan, err := PlanOf(a)
	if err != nil {
		return scenario.Terms{}, err
	}
	t := scenario.Terms{Plan: plan, Account: a.Account, Zones: a.HostedZones(), Clusters: a.GlobalClusters(), Default: a.BuiltIn}
	t.Alarm, t.AlarmConsents = a.FailoverAlarm()
	return t, nil
}

// prepare puts a scenario into the terms of an assembly's plan, and deploys what the scenario wants.
func prepare(s *scenario.Scenario, a *assembly.Assembly) (*scenario.Scenario, *assembly.Assembly, error) {
	terms, err := TermsOf(a)
	if err != nil {
		return nil, nil, err
	}
	in, err := s.In(terms)
	if err != nil {
		return nil, nil, &scenario.MistakeError{Err: err}
	}
	deployed, err := deploymentOf(in, a)
	if err != nil {
		return nil, nil, &scenario.MistakeError{Err: err}
	}
	plan, err := PlanOf(deployed)
	if err != nil {
		return nil, nil, err
	}
	if err := in.Fits(plan); err != nil {
		return nil, nil, &scenario.MistakeError{Err: err}
	}
	return in, deployed, nil
}

// deploymentOf is the assembly as a scenario wants it deployed: with some settings of its plan changed, and without
// schedules if they would only disturb. A scenario of a switch that the assembly's plan lacks plays the one that has every lever.
func deploymentOf(s *scenario.Scenario, a *assembly.Assembly) (*assembly.Assembly, error) {
	if !declares(a, s.World.Switch) {
		var err error
		if a, err = withLevers(s, a); err != nil {
			return nil, err
		}
	}
	changed := *a
	if s.NoSchedules {
		changed.Schedules = nil
	}
	if len(s.Plan) == 0 {
		return &changed, nil
	}
	changed.Functions = nil
	plans := map[string]string{} // most functions have the same
	for _, f := range a.Functions {
		if text := f.Environment[failover.PlanVariable]; text != "" {
			if plans[text] == "" {
				var err error
				if plans[text], err = override(text, s.Plan); err != nil {
					return nil, s.Mistake("plan", "%v", err)
				}
			}
			f.Environment = maps.Clone(f.Environment)
			f.Environment[failover.PlanVariable] = plans[text]
		}
		changed.Functions = append(changed.Functions, f)
	}
	return &changed, nil
}

// withLevers is the plan of the drills with every lever, with the estate of an assembly that comes with Drover.
func withLevers(s *scenario.Scenario, a *assembly.Assembly) (*assembly.Assembly, error) {
	if !a.BuiltIn {
		return nil, s.Mistake("world.switch", "%q is not a switch of the plan", s.World.Switch)
	}
	levers, err := assembly.Levers()
	if err != nil || slices.Equal(levers.HostedZones(), a.HostedZones()) && slices.Equal(levers.GlobalClusters(), a.GlobalClusters()) {
		return levers, err
	}
	return levers.WithEstate(a.HostedZones(), a.GlobalClusters())
}

// declares says whether the plan of the assembly has a switch of the name; an empty name is that of the first.
func declares(a *assembly.Assembly, name string) bool {
	if name == "" || name == failover.NoSwitch {
		return true
	}
	for _, f := range a.Functions {
		if text := f.Environment[failover.PlanVariable]; text != "" {
			plan, err := failover.ParsePlan([]byte(text))
			_, ok := plan.SwitchNamed(name)
			return ok || err != nil // what is wrong with the plan is found later
		}
	}
	return true
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
