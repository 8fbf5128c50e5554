package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/forecast"
)

type forecastCommand struct {
	Assembly     string        `help:"Synthesized stacks, such as cdk.out (default: those of the default plan)." placeholder:"DIR"`
	Applications string        `help:"Applications file (default: the applications of the scenario ${scenario})." placeholder:"FILE"`
	Runs         int           `help:"How many failovers to play." default:"1000"`
	Seed         uint64        `help:"What they are drawn from: the same seed is the same forecast." default:"1"`
	Detection    time.Duration `help:"Median of the time from the outage to the start of the run." default:"3m"`
	JSON         string        `name:"json" help:"File for the forecast as JSON, with every run." placeholder:"FILE"`
	Out          string        `help:"Folder for scenario files of single runs." placeholder:"DIR" default:"dist/forecast"`
}

// maxForecastRuns bounds how many runs are kept in memory.
const maxForecastRuns = 100_000

// maxWrongRuns is how many runs are printed in which a guarantee was violated.
const maxWrongRuns = 10

// Run plays many failovers and prints how they ended and how long they took. It fails when a guarantee was violated.
func (c *forecastCommand) Run(env environment) error {
	options, err := c.options()
	if err != nil {
		return usageError{err}
	}
	erase := func() {}
	if width(env.terminal) > 0 {
		options.Progress, erase = progress(env.terminal, c.Runs)
	}
	f, err := forecast.Play(env.ctx, options)
	erase()
	if err != nil {
		return err
	}
	printer := forecast.Printer{W: coloured(env.terminal), Columns: width(env.terminal), Paint: paint}
	printer.Print(f)
	if err := errors.Join(c.write(f, printer), c.writeJSON(env.stdout, f)); err != nil {
		return err
	}
	if len(f.Runs) < c.Runs {
		return env.ctx.Err()
	}
	if len(f.Wrong()) > 0 {
		return errFailed
	}
	return nil
}

// options checks what was typed, and reads the files that it names.
func (c *forecastCommand) options() (forecast.Options, error) {
	o := forecast.Options{Runs: c.Runs, Seed: c.Seed}
	if c.Runs < 1 || c.Runs > maxForecastRuns {
		return o, fmt.Errorf("--runs %d; expected 1 to %d", c.Runs, maxForecastRuns)
	}
	if c.Detection < time.Second || c.Detection > time.Hour {
		return o, fmt.Errorf("--detection %s; expected 1s to 1h", c.Detection)
	}
	var err error
	if o.Assembly, err = (&drillCommand{Assembly: c.Assembly}).read(); err != nil {
		return o, err
	}
	plan, err := drill.PlanOf(o.Assembly)
	if err != nil {
		return o, err
	}
	apps, err := c.applications(plan, o.Assembly)
	if err != nil {
		return o, err
	}
	o.Model = forecast.DefaultModel(plan, c.Detection)
	o.Applications, err = forecast.Prepare(plan, o.Assembly.Account, apps)
	return o, err
}

func (c *forecastCommand) applications(plan failover.Plan, a *assembly.Assembly) ([]failover.Application, error) {
	if c.Applications != "" {
		text, err := os.ReadFile(c.Applications)
		if err != nil {
			return nil, err
		}
		return applicationsfile.Parse(c.Applications, text, plan)
	}
	s, err := drills.Load(drills.Default)
	if err != nil {
		return nil, err
	}
	terms, err := drill.TermsOf(a)
	if err != nil {
		return nil, err
	}
	in, err := s.In(terms)
	if err != nil {
		return nil, fmt.Errorf("the applications of the scenario %s do not fit the plan %s; name yours with --applications FILE: %w", drills.Default, plan.Name, err)
	}
	return in.Applications(), nil
}

// write writes the scenario files of single runs, and prints the commands that play them.
func (c *forecastCommand) write(f *forecast.Forecast, printer forecast.Printer) error {
	examples := f.Examples()
	for i := range examples {
		var err error
		if examples[i].Command, err = c.keep(examples[i].Run); err != nil {
			return err
		}
	}
	printer.Examples(examples)
	wrong := f.Wrong()
	for _, run := range wrong[:min(len(wrong), maxWrongRuns)] {
		command, err := c.keep(run)
		if err != nil {
			return err
		}
		printer.Wrong(run, command)
	}
	printer.WrongCount(len(wrong))
	return nil
}

// keep writes the scenario file of a run, and returns the command that plays it.
func (c *forecastCommand) keep(run *forecast.Run) (command string, err error) {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return "", err
	}
	file := filepath.Join(c.Out, run.Drawn.Name+".yaml")
	if err := os.WriteFile(file, run.Drawn.YAML, 0o644); err != nil {
		return "", err
	}
	words := []string{"drover", "drill", file}
	if c.Assembly != "" {
		words = append(words, "--assembly", c.Assembly)
	}
	return failover.CommandLine(words...), nil
}

func (c *forecastCommand) writeJSON(stdout io.Writer, f *forecast.Forecast) error {
	if c.JSON == "" {
		return nil
	}
	text, err := f.JSON()
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.JSON, append(text, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nJSON: %s\n", c.JSON)
	return nil
}

// progress shows on a terminal how many runs have been played; erase removes the line.
func progress(terminal io.Writer, runs int) (show func(played int), erase func()) {
	var mu sync.Mutex
	most := 0
	show = func(played int) {
		mu.Lock()
		defer mu.Unlock()
		if played > most { // workers may come in another order
			most = played
			fmt.Fprintf(terminal, "\r%d of %d runs", played, runs)
		}
	}
	return show, func() { fmt.Fprint(terminal, "\r\x1b[K") }
}
