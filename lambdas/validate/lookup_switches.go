package validate

import (
	"context"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
)

// switchTimeout bounds what is read and written about switches, and switchedTimeout each part that needs the Route 53 control
// plane in a failover whose users do not need it: it may be what is lost, and the run does not wait for it.
const (
	switchTimeout   = 2 * time.Second
	switchedTimeout = 1500 * time.Millisecond
)

// readSwitches reads the health checks and the state of the plan's switches. A switch that cannot be read leaves its
// applications to weights.
func (l *lookup) readSwitches(ctx context.Context) {
	if len(l.Plan.Switches) == 0 || l.run.Phase.Returns() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, switchTimeout)
	defer cancel()
	l.switches = map[string]registry.SwitchState{}
	if l.checks, l.switchesErr = l.clients.Registry.SwitchChecks(ctx); l.switchesErr != nil {
		return
	}
	for _, s := range l.Plan.Switches {
		state, err := l.clients.Registry.Switch(ctx, s.Name)
		if err != nil {
			l.switchesErr = err
			continue
		}
		l.switches[s.Name], l.floor = state, max(l.floor, state.Epoch)
	}
}

// readResets reads the switches that a phase before has reset.
func (l *lookup) readResets(ctx context.Context) (err error) {
	l.switches = map[string]registry.SwitchState{}
	for _, name := range l.run.Switches {
		if l.switches[name], err = l.clients.Registry.Switch(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// publishSwitches writes the ids of the health checks that this Region's stack has created. The next run or check does it if
// this one cannot.
func (v *validation) publishSwitches(ctx context.Context) {
	if v.input.DryRun || v.run.Phase.Returns() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, switchTimeout)
	defer cancel()
	for _, s := range v.Plan.Switches {
		if id := v.clients.SwitchChecks[s.Name]; id != "" {
			_ = v.clients.Registry.PublishSwitchCheck(ctx, registry.SwitchCheck{Switch: s.Name, Region: v.Plan.Other(v.Region), ID: id})
		}
	}
}

// anyEvacuated says whether a switch makes users leave the source Region. It is asked every few minutes, so before anything is
// read that costs more. A switch that cannot be read counts as one that does.
func (l *lookup) anyEvacuated(ctx context.Context) bool {
	return slices.ContainsFunc(l.Plan.Switches, func(s failover.Switch) bool {
		state, err := l.clients.Registry.Switch(ctx, s.Name)
		return err != nil || state.Evacuated == l.run.From
	})
}

// pendingBy says whether a switch makes its users leave the source Region, so that their weights are pending, or the switch is
// still to be reset. No schedule takes up a switch whose lever a failover could not write, as long as any of its users is where
// it was: only an operator moves users.
func (f *facts) pendingBy(s failover.Switch, users []failover.Application, state registry.SwitchState) bool {
	confirmed := s.Lever == failover.EndpointLever || state.Pulled == state.Evacuated
	stays := slices.ContainsFunc(users, func(app failover.Application) bool { return app.Live.Active != f.run.To })
	return state.Evacuated == f.run.From && (confirmed || !stays || !f.input.Scheduled())
}

// checksOf are the health checks of a switch.
func (f *facts) checksOf(s failover.Switch) failover.SwitchChecks { return s.ChecksOf(f.checks) }

// usersOf are those of some applications whose traffic a switch moves.
func (f *facts) usersOf(s failover.Switch, apps []failover.Application) []failover.Application {
	var users []failover.Application
	for _, app := range apps {
		if of, ok := f.Plan.SwitchOf(app); ok && of.Name == s.Name {
			users = append(users, app)
		}
	}
	return users
}

// evacuated is the Region that the switch of an application makes users leave, whatever the weights say; empty when it is reset,
// or when the application has none.
func (f *facts) evacuated(app failover.Application) failover.Region {
	s, _ := f.Plan.SwitchOf(app)
	away, _ := f.switches[s.Name].Leaves(s.Lever)
	return away
}

// bySwitch says whether users are in a place although its weights send them to the other Region.
func bySwitch(place failover.Place) bool { return place.Weights[place.Active] == 0 }

// switched says whether the users of all applications of the run move by switches.
func (f *facts) switched() bool {
	return len(f.apps) > 0 && !slices.ContainsFunc(f.apps, func(app failover.Application) bool { return !f.run.Switched(f.Plan, app) })
}
