package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
	"github.com/drover-dr/drover/internal/registry/rules"
)

type registerCommand struct {
	File     string `arg:"" help:"YAML file of applications (docs/applications.md)."`
	NoAttach bool   `help:"Do not put the health checks of the plan's switches on the record sets."`
	Yes      bool   `help:"Register, deregister and put them on without asking."`
	Prune    bool   `help:"Deregister the applications that are not in the file. Without a terminal it needs --yes."`
	deployment
}

// Run checks the file, puts its applications into the registry, and puts the health checks of their switches on their record
// sets. A second call with the same file changes nothing.
func (c *registerCommand) Run(env environment) error {
	plan, err := c.plan(env.ctx)
	if err != nil {
		return err
	}
	region, err := c.region(plan, plan.Primary)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return usageError{err}
	}
	store, err := c.store(env.ctx, plan, region)
	if err != nil {
		return err
	}
	apps, err := applicationsfile.Parse(c.File, text, plan)
	if err != nil { // it may name a switch, which only the registry knows
		withSwitches(env.ctx, store)
		apps, err = applicationsfile.Parse(c.File, text, store.Plan)
	}
	if err != nil {
		return usageError{err}
	}
	for _, w := range rules.Warnings(plan, apps) {
		fmt.Fprintln(env.stdout, "warning: "+w)
	}
	s, err := c.switchesIn(env, store, region)
	if err != nil {
		return fmt.Errorf("register %s in %s: %w", c.File, region, err)
	}
	stale, err := c.preview(env, s, apps)
	if err != nil {
		return err
	}
	if err := c.register(env, s, apps); err != nil {
		return fmt.Errorf("register %s in %s: %w", c.File, region, err)
	}
	if err := c.prune(env, s, stale); err != nil {
		return fmt.Errorf("deregister in %s: %w", region, err)
	}
	return s.attachRegistered(env, c.NoAttach, c.Yes)
}

// register puts the applications into the registry, and says what has changed.
func (c *registerCommand) register(env environment, s *switches, apps []failover.Application) error {
	done, err := s.store.Register(env.ctx, s.plan, s.checks.Keep(s.apps, apps), now())
	for _, group := range []struct {
		what  string
		names []string
	}{{"added", done.Added}, {"changed", done.Changed}, {"moved to another wave", done.Moved}, {"unchanged", done.Unchanged}} {
		if len(group.names) > 0 {
			fmt.Fprintf(env.stdout, "%s: %s\n", group.what, strings.Join(group.names, ", "))
		}
	}
	if err != nil {
		return err
	}
	s.apps, err = s.store.Applications(env.ctx)
	return err
}
