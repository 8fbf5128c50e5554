package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/drover-dr/drover/internal/registry/applicationsfile"
)

type registerCommand struct {
	File string `arg:"" help:"YAML file of applications (docs/applications.md)."`
	deployment
}

// Run checks the file and puts its applications into the registry. A second call with the same file changes nothing.
func (c *registerCommand) Run(env environment) error {
	plan, err := c.plan()
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
	apps, err := applicationsfile.Parse(c.File, text, plan)
	if err != nil {
		return usageError{err}
	}
	store, err := c.store(env.ctx, plan, region)
	if err != nil {
		return err
	}
	done, err := store.Register(env.ctx, plan, apps, now())
	for _, group := range []struct {
		what  string
		names []string
	}{{"added", done.Added}, {"changed", done.Changed}, {"moved to another wave", done.Moved}, {"unchanged", done.Unchanged}} {
		if len(group.names) > 0 {
			fmt.Fprintf(env.stdout, "%s: %s\n", group.what, strings.Join(group.names, ", "))
		}
	}
	if err != nil {
		return fmt.Errorf("register %s in %s: %w", c.File, region, err)
	}
	return nil
}
