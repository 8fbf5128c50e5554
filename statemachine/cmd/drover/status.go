package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/transcript"
)

type statusCommand struct {
	RunID string `arg:"" optional:"" name:"run" help:"Id of a run (default: the whole plan)."`
	deployment
}

// shownRuns is how many runs status shows.
const shownRuns = 10

// Run shows where the applications are, which run holds the lock, and the latest runs, from the registry of one Region.
func (c *statusCommand) Run(env environment) error {
	plan, err := c.plan(env.ctx)
	if err != nil {
		return err
	}
	if c.RunID != "" {
		return c.run(env, plan)
	}
	region, err := c.reading(plan, plan.Standby)
	if err != nil {
		return err
	}
	store, err := c.store(env.ctx, plan, region)
	if err != nil {
		return err
	}
	withSwitches(env.ctx, store)
	apps, err := store.Applications(env.ctx)
	if err != nil {
		return fmt.Errorf("status in %s: %w", region, err)
	}
	lock, err := store.Lock(env.ctx)
	if err != nil {
		return fmt.Errorf("status in %s: %w", region, err)
	}
	runs, err := store.Runs(env.ctx, shownRuns)
	if err != nil {
		return fmt.Errorf("status in %s: %w", region, err)
	}
	for _, v := range []any{&apps, &lock, &runs} {
		untrusted.Scrub(v)
	}
	table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "APPLICATION\tWAVE\tACTIVE\t%s\t%s\n", plan.Primary, plan.Standby)
	for _, app := range apps {
		fmt.Fprintf(table, "%s\t%d\t%s\t%d\t%d\n", app.Name, app.Wave, app.Live.Active,
			app.Live.Weights[plan.Primary], app.Live.Weights[plan.Standby])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if err := writeSwitches(env, plan, store, region); err != nil {
		return err
	}
	writeLock(env.stdout, lock)
	return writeRuns(env.stdout, runs)
}

// run shows the input of one run, its steps so far and its state.
func (c *statusCommand) run(env environment, plan failover.Plan) error {
	x, err := c.find(env, plan, c.RunID)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s in %s, started at %s\n%s\n", aws.ToString(x.Name), x.region,
		aws.ToTime(x.StartDate).UTC().Format(time.RFC3339), aws.ToString(x.Input))
	var text bytes.Buffer
	w := newWatcher(&transcript.Printer{W: &text, Width: width(env.terminal)}, x)
	if err := w.print(env, x); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "\n%s", text.Bytes())
	if x.outcome() != "" {
		writeEnd(env.stdout, x)
		return nil
	}
	fmt.Fprintf(env.stdout, "\nIt is in progress, in the state %s. To see the rest: %s\n", w.follower.State(), failover.CommandLine("drover", "watch", c.RunID))
	return nil
}

// writeSwitches prints the switches that make users leave a Region: the weights of their applications may still name it.
func writeSwitches(env environment, plan failover.Plan, store *registry.Store, region failover.Region) error {
	states, err := store.Switches(env.ctx)
	if err != nil {
		return fmt.Errorf("status in %s: %w", region, err)
	}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		state := states[name]
		if state.Evacuated == "" {
			continue
		}
		untrusted.Scrub(&state)
		to := plan.Other(state.Evacuated)
		fmt.Fprintf(env.stdout, "\nSwitch %s: users are in %s by health checks since %s, by run %s. A schedule writes the DNS weights within 10 minutes after the Route 53 control plane answers again.\nTo do it now: %s\n",
			untrusted.Line(name), to, state.At.UTC().Format(time.RFC3339), state.Run, plan.Start(to, failover.Input{Action: failover.Weights}))
	}
	return nil
}

func writeLock(w io.Writer, lock registry.Lock) {
	if lock.Held(now()) {
		fmt.Fprintf(w, "\nLock: held by %s until %s, unless renewed\n", lock.Run, lock.Expires.Format(time.RFC3339))
		return
	}
	fmt.Fprintln(w, "\nLock: free")
}

func writeRuns(w io.Writer, runs []registry.RunRecord) error {
	if len(runs) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nRUN\tACTION\tTO\tSTARTED\tTOOK\tOUTCOME")
	for _, r := range runs {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Run.ID, r.Run.Asked(), r.Run.To, r.Run.StartedAt.Format(time.RFC3339),
			r.ClosedAt.Sub(r.Run.StartedAt).Round(time.Second), r.Outcome)
	}
	return table.Flush()
}
