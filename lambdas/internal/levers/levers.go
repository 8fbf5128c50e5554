// Package levers makes users of a switch leave a Region, or takes that back: first in the registry, then by the lever of the
// switch.
//
// The registry's item is the state of record, and its condition is the fence: an older run that wakes up late fails there, and
// writes no lever. An [failover.EndpointLever] reads the item itself. A metric and routing controls are outside of it; the item
// keeps what they have been made to do.
//
// Everything is idempotent: a second identical call writes nothing, and one after a lever that failed tries the lever again.
package levers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/route53recoverycluster"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// Registry keeps the switches.
type Registry interface {
	Switch(ctx context.Context, name string) (registry.SwitchState, error)
	WriteSwitch(ctx context.Context, name string, state registry.SwitchState) (changed bool, err error)
	ConfirmLever(ctx context.Context, name string, state registry.SwitchState) error
}

// Clients are those of the levers outside of the registry.
type Clients struct {
	// Metrics returns the client for metrics of a Region; a failover asks for that of its own Region alone.
	Metrics func(failover.Region) Metrics
	// Cluster is the client for all endpoints of clusters of routing controls.
	Cluster Cluster
}

// ClientsOf makes the clients of a function.
func ClientsOf(env entry.Environment) Clients {
	return Clients{
		Metrics: func(region failover.Region) Metrics { return cloudwatch.NewFromConfig(env.In(region)) },
		Cluster: route53recoverycluster.NewFromConfig(env.Config),
	}
}

// Switches are those of a plan.
type Switches struct {
	Clients
	Plan     failover.Plan
	Registry Registry
}

// Writer is the run that writes switches.
type Writer struct {
	Run failover.Run
	Now time.Time
	// Round counts the calls for a stage: each starts with another endpoint of a cluster.
	Round int
	// Moved says that all users of the switches are where the run moves them: it only writes weights, and resets the switches.
	Moved bool
	// Ends says that the run ends with what it writes.
	Ends bool
}

// ErrRefused means that a safety rule does not allow what was asked for. It is an answer, and no endpoint gives another one.
var ErrRefused = errors.New("refused by a safety rule")

// change is what a lever is to do.
type change struct {
	of failover.Switch
	// leaves is the Region that users are to leave, empty to reset the lever.
	leaves failover.Region
	// before is the state before the call, after what the registry keeps of it when it is done.
	before, after registry.SwitchState
}

// lever is a lever outside of the registry. It returns an error for each change that it could not make.
type lever interface {
	pull(ctx context.Context, w Writer, changes []*change) map[*change]error
}

func (s Switches) lever(of failover.Switch) lever {
	switch of.Lever {
	case failover.MetricLever:
		return metrics{s}
	case failover.RoutingControlLever:
		return routingControls{s}
	}
	return nil
}

// Evacuate makes users of the switches leave a Region. The errors of levers come by the name of their switch: users of such
// a switch do not move by it. One that a safety rule has refused matches [ErrRefused], and is as before.
//
// The last error is that of the registry: FenceLost when a newer run has written a switch.
func (s Switches) Evacuate(ctx context.Context, w Writer, leaves failover.Region, names []string) (map[string]error, error) {
	var changes []*change
	for _, name := range names {
		c, err := s.record(ctx, w, leaves, name)
		if err != nil {
			return nil, err
		}
		if c != nil {
			changes = append(changes, c)
		}
	}
	failed := map[string]error{}
	for c, err := range s.pull(ctx, w, changes) {
		failed[c.of.Name] = err
	}
	for _, c := range changes {
		err, name := failed[c.of.Name], c.of.Name
		switch {
		case errors.Is(err, ErrRefused):
			err = s.Write(ctx, w, name, c.before.Evacuated)
		case err == nil:
			if err = s.confirm(ctx, name, c.after); c.after.Stuck != "" {
				failed[name] = failover.Fail(failover.Busy, fmt.Errorf("its health check makes users leave %s too, and the metric of that is in %s", c.after.Stuck, leaves))
			}
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	return failed, nil
}

// record writes the registry, and returns what the lever has to do: nil when it has done it for this run already. What it has
// done for a run before is done once more, for an operator may have changed it meanwhile, but not where users have moved
// already.
func (s Switches) record(ctx context.Context, w Writer, leaves failover.Region, name string) (*change, error) {
	of, _ := s.Plan.SwitchNamed(name)
	external := s.lever(of) != nil
	c := &change{of: of, leaves: leaves}
	if external {
		var err error
		if c.before, err = s.Registry.Switch(ctx, name); err != nil {
			return nil, err
		}
	}
	if err := s.Write(ctx, w, name, leaves); err != nil {
		return nil, err
	}
	confirmed := c.before.Pulled == leaves && c.before.Stuck == "" && !c.before.LeverAt.Before(c.before.At)
	if !external || w.Moved || confirmed && c.before.Evacuated == leaves && c.before.Epoch == w.Run.Epoch {
		return nil, nil
	}
	return c, nil
}

// Reset makes weights alone count for a switch again: the lever first, so that the registry says "evacuated" until it is done,
// but only after the fence. It fails with FenceLost when a newer run has written the switch.
func (s Switches) Reset(ctx context.Context, w Writer, name string) error {
	of, declared := s.Plan.SwitchNamed(name)
	if declared && s.lever(of) != nil {
		state, err := s.Registry.Switch(ctx, name)
		if err != nil {
			return err
		}
		if state.Stuck != "" && !w.Run.Action.Planned() {
			return failover.Fail(failover.Busy, fmt.Errorf("switch %s: the metric that makes users leave %s is in %s, which a failover does not use", name, state.Stuck, s.Plan.Other(state.Stuck)))
		}
		fence := w
		fence.Ends = false
		if err := s.Write(ctx, fence, name, state.Evacuated); err != nil {
			return err
		}
		if state.Evacuated != "" || state.Pulled != "" || state.Stuck != "" {
			c := &change{of: of, before: state}
			if err := s.pull(ctx, w, []*change{c})[c]; err != nil {
				return failover.Doing("reset", "switch "+name, err)
			}
			if err := s.confirm(ctx, name, c.after); err != nil {
				return err
			}
		}
	}
	return s.Write(ctx, w, name, "")
}

// Write writes the registry alone, and leaves the lever as it is.
func (s Switches) Write(ctx context.Context, w Writer, name string, evacuated failover.Region) error {
	_, err := s.Registry.WriteSwitch(ctx, name, registry.SwitchState{Evacuated: evacuated, Epoch: w.Run.Epoch, Run: w.Run.ID, At: w.Now, Over: w.Ends})
	return fenced(err)
}

// confirm keeps what a lever does. Where that fails, the next call writes the lever once more; but a newer run has the switch.
func (s Switches) confirm(ctx context.Context, name string, state registry.SwitchState) error {
	if err := s.Registry.ConfirmLever(ctx, name, state); errors.Is(err, registry.ErrOvertaken) {
		return fenced(err)
	}
	return nil
}

func fenced(err error) error {
	if errors.Is(err, registry.ErrOvertaken) || errors.Is(err, registry.ErrRunOver) {
		return failover.Fail(failover.FenceLost, err)
	}
	return err
}

// pull writes the levers of all changes, each kind of lever once.
func (s Switches) pull(ctx context.Context, w Writer, changes []*change) map[*change]error {
	failed := map[*change]error{}
	for _, kind := range failover.Levers {
		var of []*change
		for _, c := range changes {
			if c.of.Lever == kind {
				c.after = registry.SwitchState{Epoch: w.Run.Epoch, Run: w.Run.ID, Pulled: c.leaves, LeverAt: w.Now}
				of = append(of, c)
			}
		}
		if len(of) == 0 {
			continue
		}
		for c, err := range s.lever(of[0].of).pull(ctx, w, of) {
			failed[c] = err
		}
	}
	return failed
}
