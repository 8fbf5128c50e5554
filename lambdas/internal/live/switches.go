package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// switchReader is the part of the registry that has the plan's switches.
type switchReader interface {
	Switch(ctx context.Context, name string) (registry.SwitchState, error)
}

// Switches are the plan's switches as a replica of the registry has them.
type Switches struct {
	plan   failover.Plan
	states map[string]registry.SwitchState
	err    error
}

// ReadSwitches reads the switches of some applications. One that cannot be read does not count as reset: nothing is known of the
// users of its applications.
func ReadSwitches(ctx context.Context, registered switchReader, plan failover.Plan, apps []failover.Application) Switches {
	s := Switches{plan: plan, states: map[string]registry.SwitchState{}}
	for _, declared := range plan.Switches {
		if !plan.Uses(declared, apps) {
			continue
		}
		state, err := registered.Switch(ctx, declared.Name)
		if err != nil {
			s.err = errors.Join(s.err, err)
			continue
		}
		s.states[declared.Name] = state
	}
	return s
}

// Evacuated is the Region that the application's switch makes users leave, whatever the weights say; empty when it has no
// switch or the switch is reset. known is false when the switch could not be read, or its lever may do something else.
func (s Switches) Evacuated(app failover.Application) (region failover.Region, known bool) {
	declared, ok := s.plan.SwitchOf(app)
	if !ok {
		return "", true
	}
	state, known := s.states[declared.Name]
	if !known {
		return "", false
	}
	return state.Leaves(declared.Lever)
}

// WhyNotIn says why the application's switch keeps users out of region, or nothing.
func (s Switches) WhyNotIn(app failover.Application, region failover.Region) []string {
	declared, _ := s.plan.SwitchOf(app)
	if away, _ := s.Evacuated(app); away != region || away == "" {
		return nil
	}
	return []string{fmt.Sprintf("switch %s: its users leave %s", declared.Name, region)}
}

// WhyNotOut says why the application's switch does not keep users out of region, where the weights would send them, or nothing.
func (s Switches) WhyNotOut(app failover.Application, region failover.Region) []string {
	declared, _ := s.plan.SwitchOf(app)
	switch state, known := s.states[declared.Name]; {
	case !known:
		return []string{fmt.Sprintf("switch %s: not read", declared.Name)}
	case state.Evacuated != region:
		return []string{fmt.Sprintf("switch %s: its users do not leave %s", declared.Name, region)}
	}
	return nil
}

// whyNotLeft says why the application's switch is not as a run of this epoch has left it, which did not write it: a newer run makes its
// users leave a Region. Nothing otherwise.
func (s Switches) whyNotLeft(app failover.Application, epoch int64) []string {
	declared, _ := s.plan.SwitchOf(app)
	state := s.states[declared.Name]
	if state.Evacuated == "" || state.Epoch <= epoch {
		return nil
	}
	return []string{fmt.Sprintf("switch %s: run %s has made its users leave %s since", declared.Name, state.Run, state.Evacuated)}
}
