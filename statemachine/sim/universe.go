package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// definition is what of a state machine's text says which way an execution can go.
type definition struct {
	States map[string]struct {
		Next    string
		Default string
		Choices []struct{ Next string }
		Catch   []struct{ Next string }
		Retry   []json.RawMessage
	}
}

// Universe is everything that a simulation should reach at some time: each state of the definition, each transition between
// two, each state that is tried again, each condition, outcome and kind of fault, and each code of a finding.
func Universe(deployed *assembly.Assembly) ([]string, error) {
	var d definition
	if err := json.Unmarshal([]byte(deployed.StateMachines[0].Definition), &d); err != nil {
		return nil, fmt.Errorf("read the definition: %w", err)
	}
	all := map[string]bool{}
	for name, s := range d.States {
		all["state "+name] = true
		if len(s.Retry) > 0 {
			all["retry "+name] = true
		}
		next := []string{s.Next, s.Default}
		for _, c := range s.Choices {
			next = append(next, c.Next)
		}
		for _, c := range s.Catch {
			next = append(next, c.Next)
		}
		for _, to := range next {
			if to != "" {
				all["transition "+name+" → "+to] = true
			}
		}
	}
	for _, c := range failover.Conditions {
		all["condition "+string(c)] = true
	}
	for _, o := range []failover.Outcome{failover.Completed, failover.RolledBack, failover.Held, failover.Refused, scenario.Stopped} {
		all["outcome "+string(o)] = true
	}
	for _, code := range failover.FindingCodes {
		all["finding "+code] = true
	}
	return slices.Sorted(maps.Keys(all)), nil
}
