package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/drover-dr/drover/internal/attach"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
)

type switchStatusCommand struct {
	Switch string `help:"Name of the switch (default: all of the plan)." placeholder:"NAME"`
	deployment
}

// Run shows the switches from the registry of one Region, and the live record sets if Route 53 answers.
func (c *switchStatusCommand) Run(env environment) error {
	s, list, err := c.load(env, func(p failover.Plan) failover.Region { return p.Standby }, c.Switch)
	if err != nil {
		return err
	}
	untrusted.Scrub(&s.apps)
	if len(list) == 0 {
		fmt.Fprintf(env.stdout, "The plan %s has no switch that a Region has published: failovers move traffic by weights, which needs the Route 53 control plane in %s.\n", s.plan.Name, s.control())
		return nil
	}
	for i, declared := range list {
		state, err := s.store.Switch(env.ctx, declared.Name)
		if err != nil {
			return fmt.Errorf("switch %s in %s: %w", declared.Name, s.region, err)
		}
		untrusted.Scrub(&state)
		if i > 0 {
			fmt.Fprintln(env.stdout)
		}
		if err := s.writeState(env.stdout, declared, state); err != nil {
			return err
		}
		todo, err := s.read(env.ctx, []failover.Switch{declared}, false)
		s.writeRecords(env.stdout, declared, todo, err)
		writePending(env.stdout, state, todo.Live)
	}
	var none []string
	for _, app := range s.apps {
		if _, ok := s.plan.SwitchOf(app); !ok && app.Broken == "" {
			none = append(none, app.Name)
		}
	}
	if len(none) > 0 && c.Switch == "" {
		fmt.Fprintf(env.stdout, "\nBy weights alone: %s\n", prose.Some(none, shownSets, ", "))
	}
	return nil
}

func (s *switches) writeState(w io.Writer, declared failover.Switch, state registry.SwitchState) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "Switch %s\n  lever\t%s\n", declared.Name, declared.Lever)
	for _, region := range []failover.Region{s.plan.Primary, s.plan.Standby} {
		id, from := s.checks.Of(declared.Name)[region], s.plan.Other(region)
		if id == "" {
			id = "not published yet; type: " + s.plan.Start(from, failover.Input{Action: failover.Check})
		}
		fmt.Fprintf(table, "  health check on the record sets of %s\t%s\n", region, id)
	}
	text := "reset: weights alone count"
	if state.Evacuated != "" {
		text = fmt.Sprintf("users leave %s", state.Evacuated)
	}
	if !state.At.IsZero() {
		text += fmt.Sprintf(" (run %s, epoch %d, at %s)", state.Run, state.Epoch, state.At.Format(time.RFC3339))
	}
	if declared.Lever != failover.EndpointLever && (state.Pulled != state.Evacuated || state.Stuck != "") {
		text += "; its lever could not be written, and makes users leave " + cmp.Or(string(cmp.Or(state.Pulled, state.Stuck)), "no Region")
	}
	fmt.Fprintf(table, "  state, as %s has it\t%s\n", s.region, text)
	var names []string
	for _, app := range s.checks.Users(declared.Name, s.apps) {
		names = append(names, app.Name)
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	fmt.Fprintf(table, "  applications\t%s\n", prose.Some(names, shownSets, ", "))
	return table.Flush()
}

// writeRecords says whether the switch is armed, and which record sets keep it from being so.
func (s *switches) writeRecords(w io.Writer, declared failover.Switch, todo attach.Todo, err error) {
	users, without := s.unarmed(declared.Name)
	conflict := (*attach.ConflictError)(nil)
	var lines []string
	switch {
	case len(s.checks.Unpublished(declared.Name)) > 0:
	case errors.As(err, &conflict):
		lines = conflict.Sets
	case err != nil:
		fmt.Fprintf(w, "  the live record sets cannot be read, so this is what the registry says: %s\n", prose.Line(err.Error()))
	default:
		lines = todo.Lines()
	}
	switch {
	case len(users) == 0 && len(lines) == 0:
		return
	case len(without)+len(lines) == 0:
		fmt.Fprintln(w, "  armed: all record sets carry its health checks")
		return
	}
	fmt.Fprintf(w, "  NOT ARMED: %s. To arm it, type: %s\n", s.byWeights(), s.plan.Drover("switch attach", s.region))
	if len(lines) == 0 {
		lines = []string{"without its health checks: " + prose.Some(without, shownSets, ", ")}
	}
	for i, line := range lines {
		lines[i] = "  " + line
	}
	writeLines(w, lines)
}

// writePending lists the zones with record sets of the Region that users leave which still have their weight.
func writePending(w io.Writer, state registry.SwitchState, live []attach.Set) {
	var zones []string
	for _, set := range live {
		if set.Region == state.Evacuated && set.Weight > 0 && !slices.Contains(zones, set.Record.Zone) {
			zones = append(zones, set.Record.Zone)
		}
	}
	if len(zones) > 0 {
		slices.Sort(zones)
		fmt.Fprintf(w, "  weights are still to be written in %s: %s\n", prose.Count(len(zones), "zone"), strings.TrimSpace(prose.Some(zones, shownSets, ", ")))
	}
}
