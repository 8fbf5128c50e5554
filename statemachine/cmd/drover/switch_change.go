package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/drover-dr/drover/internal/attach"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

type switchAttachCommand struct {
	switchChange `embed:""`
}

// Run puts the health checks on. A second call changes nothing; after an interruption it completes what is missing.
func (c *switchAttachCommand) Run(env environment) error { return c.run(env, false) }

type switchDetachCommand struct {
	switchChange `embed:""`
}

// Run takes the health checks off. A second call changes nothing; after an interruption it completes what is missing.
func (c *switchDetachCommand) Run(env environment) error { return c.run(env, true) }

// switchChange is what attach and detach have in common.
type switchChange struct {
	Switch string `help:"Name of the switch (default: all of the plan)." placeholder:"NAME"`
	Yes    bool   `help:"Do not ask."`
	deployment
}

func (c *switchChange) run(env environment, detach bool) error {
	s, list, err := c.load(env, func(p failover.Plan) failover.Region { return p.Primary }, c.Switch)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintf(env.stdout, "The plan %s has no switch that a Region has published.\n", s.plan.Name)
		return nil
	}
	todo, err := s.prepare(env, list, detach)
	if err != nil {
		return err
	}
	if todo.Done() {
		fmt.Fprintln(env.stdout, "Nothing to change.")
	} else if err := s.change(env, todo, detach, c.Yes); err != nil {
		return err
	}
	s.writeArmed(env, s.used(list))
	return nil
}

// prepare finds out what there is to do, if it may be done now.
func (s *switches) prepare(env environment, list []failover.Switch, detach bool) (attach.Todo, error) {
	if err := s.mayChange(env.ctx, list, detach); err != nil {
		return attach.Todo{}, err
	}
	return s.read(env.ctx, list, detach)
}

// partError is what kept a change from being done completely.
type partError struct{ error }

func (e partError) Unwrap() error { return e.error }

// change shows what there is to do, asks, and does it.
func (s *switches) change(env environment, todo attach.Todo, detach, yes bool) error {
	verb := "Attach"
	if detach {
		verb = "Detach"
	}
	fmt.Fprintf(env.stdout, "%s, in %s:\n", prose.Count(todo.Sets(), "record set"), prose.Count(len(todo.Zones), "hosted zone"))
	writeLines(env.stdout, todo.Lines())
	fmt.Fprintln(env.stdout, "Values, weights and TTLs stay as they are, and no answer changes.")
	if !yes {
		if err := confirm(env, verb+" health checks?", "no health check was changed", "to go on without a question, add --yes"); err != nil {
			return err
		}
	}
	if err := s.apply(env, todo); err != nil {
		return partError{fmt.Errorf("not all health checks are %sed; type the command again to complete it: %w", strings.ToLower(verb), err)}
	}
	return nil
}

// writeArmed says of each switch whether it is armed, as the registry has it.
func (s *switches) writeArmed(env environment, list []failover.Switch) {
	if apps, err := s.store.Applications(env.ctx); err == nil {
		s.apps = apps
	}
	for _, declared := range list {
		users, without := s.unarmed(declared.Name)
		if len(without) == 0 {
			fmt.Fprintf(env.stdout, "Switch %s is armed: a failover of all its applications (%d) moves their traffic without a call to %s.\n", declared.Name, len(users), s.control())
			continue
		}
		fmt.Fprintf(env.stdout, "Switch %s is not armed: record sets of %s do not carry its health checks. Until all do, %s. To arm it, type: %s\n",
			declared.Name, prose.Some(without, 3, ", "), s.byWeights(), s.plan.Drover("switch attach", s.region))
	}
}

// control is the Region of the Route 53 control plane.
func (s *switches) control() string { return string(s.plan.Primary.Partition().GlobalRegion) }

// byWeights is how failovers move the applications of a switch that is not armed.
func (s *switches) byWeights() string {
	return "failovers move its applications by weights, which needs the Route 53 control plane in " + s.control()
}

// unarmed are the applications of a switch, and the names of those whose record sets do not all carry its health checks.
func (s *switches) unarmed(name string) (users []failover.Application, without []string) {
	users = s.checks.Users(name, s.apps)
	for _, app := range users {
		if !s.checks.Of(name).Carried(app) {
			without = append(without, app.Name)
		}
	}
	return users, without
}

// attachRegistered attaches health checks after a registration. What keeps it from starting is no error: the applications are
// registered, and failovers move them by weights.
func (s *switches) attachRegistered(env environment, leave, yes bool) error {
	list := s.used(s.plan.Switches)
	if len(list) == 0 {
		return nil
	}
	var todo attach.Todo
	var err error
	if !leave {
		todo, err = s.prepare(env, s.plan.Switches, false)
	}
	if err == nil && !todo.Done() {
		err = s.change(env, todo, false, yes)
	}
	failed, denied := partError{}, smithy.APIError(nil)
	mayNot := errors.As(err, &denied) && denied.ErrorCode() == "AccessDenied" // a registrar need not be allowed to change record sets
	if errors.As(err, &failed) && !mayNot || env.ctx.Err() != nil {
		return err
	}
	if err != nil {
		fmt.Fprintf(env.stderr, "drover: the applications are registered, and no health check was attached: %v\n", err)
	}
	s.writeArmed(env, list)
	return nil
}
