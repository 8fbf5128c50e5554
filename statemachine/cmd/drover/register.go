package main

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/drover-dr/drover/internal/adopt"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
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
	warn(env, plan, apps)
	s, err := c.switchesIn(env, store, region)
	if err != nil {
		return fmt.Errorf("register %s in %s: %w", c.File, region, err)
	}
	found := s.readLive(env, apps)
	stale, err := c.preview(env, s, found.Applications, apps)
	if err != nil {
		return err
	}
	if err := c.register(env, s, found); err != nil {
		return fmt.Errorf("register %s in %s: %w", c.File, region, err)
	}
	if err := c.prune(env, s, stale); err != nil {
		return fmt.Errorf("deregister in %s: %w", region, err)
	}
	if err := s.attachRegistered(env, c.NoAttach, c.Yes); err != nil {
		return err
	}
	return unsettled(env, found.Findings)
}

// warn prints what is right by the rules and still surprises in a run.
func warn(env environment, plan failover.Plan, apps []failover.Application) {
	for _, w := range rules.Warnings(plan, apps) {
		fmt.Fprintln(env.stdout, "warning: "+w)
	}
}

// readLive reads the record sets of applications, and says what was taken from them.
func (s *switches) readLive(env environment, apps []failover.Application) adopt.Found {
	found := adopt.Read(env.ctx, s.dns, s.plan, s.apps, apps)
	for _, note := range found.Notes {
		fmt.Fprintln(env.stdout, note)
	}
	return found
}

// unswitched are the places that were read, without those of applications whose users a switch has moved: their weights do not
// say where users are.
func (s *switches) unswitched(env environment, found adopt.Found) map[string]failover.Place {
	places := maps.Clone(found.Places)
	for _, app := range found.Applications {
		if declared, ok := s.plan.SwitchOf(app); ok && s.isReset(env.ctx, declared, s.region) != nil {
			delete(places, app.Name)
		}
	}
	return places
}

// unsettled prints the applications that were not registered because their users are not in one Region, with the batches that
// settle it. Which Region is to serve them, and whether it can, the operator decides.
func unsettled(env environment, findings []adopt.Finding) error {
	for _, f := range findings {
		fmt.Fprintf(env.stdout, "not registered: %s\n", f.Text)
		fmt.Fprintln(env.stdout, "  Choose the Region, make sure that it is healthy and can serve all users, type its commands, then register again.")
		for _, choice := range f.Choices {
			fmt.Fprintf(env.stdout, "  all users to %s:\n", choice.Region)
			for _, command := range choice.Commands {
				fmt.Fprintf(env.stdout, "    %s\n", command)
			}
		}
	}
	if len(findings) > 0 {
		return fmt.Errorf("%s not registered: users are not in one Region", prose.Count(len(findings), "application"))
	}
	return nil
}

// register puts the applications into the registry, and says what has changed.
func (c *registerCommand) register(env environment, s *switches, found adopt.Found) error {
	done, err := s.store.RegisterRead(env.ctx, s.plan, s.checks.Keep(s.apps, found.Applications), s.unswitched(env, found), now())
	for _, group := range []struct {
		what  string
		names []string
	}{{"added", done.Added}, {"changed", done.Changed}, {"moved to another wave", done.Moved}, {"unchanged", done.Unchanged}, {"weights and active Region taken from Route 53", done.Taken}} {
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
