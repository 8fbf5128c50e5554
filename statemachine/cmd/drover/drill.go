package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/drover-dr/drover/internal/registry/applicationsfile"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/report"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

type drillCommand struct {
	Scenario     string   `arg:"" optional:"" help:"Scenario: a name that --list shows, or the path of a YAML file (default: ${scenario})."`
	Named        string   `name:"scenario" help:"The scenario, as a flag." placeholder:"NAME"`
	List         bool     `help:"List the scenarios."`
	All          bool     `help:"Play all scenarios, one line for each; exit code 1 when one does not end as expected."`
	Out          string   `help:"Folder for report.html, transcript.txt, messages.txt and result.json (default: dist/drill/SCENARIO)." placeholder:"DIR"`
	Assembly     string   `help:"Synthesized stacks to deploy, such as cdk.out (default: those of the default plan)." placeholder:"DIR"`
	Applications string   `help:"Applications file to play the scenario with, in place of its own applications." placeholder:"FILE"`
	Serve        string   `help:"Keep the AWS simulator up at this address until Ctrl-C, for the aws command line; both Regions are healthy unless a scenario is named." placeholder:"ADDRESS"`
	Speed        *float64 `help:"With --serve: simulated seconds per real second (default: 1)." placeholder:"N"`
	Lambdas      string   `help:"Folder with the Lambdas that are built for this machine (default: dist/host)." placeholder:"DIR"`
}

// Run plays the scenario and writes the report. It fails when the outcome is not as expected or a guarantee was violated.
func (c *drillCommand) Run(env environment) error {
	if c.List {
		return c.list(env.stdout)
	}
	if c.Scenario != "" && c.Named != "" {
		return usageError{fmt.Errorf("two scenarios, %s and %s; expected one", c.Scenario, c.Named)}
	}
	c.Scenario += c.Named
	if c.All {
		if c.Scenario != "" || c.Serve != "" {
			return usageError{errors.New("--all plays every scenario that comes with Drover; expected no scenario and no --serve beside it")}
		}
		return c.all(env)
	}
	if err := c.checkServe(); err != nil {
		return usageError{err}
	}
	if c.Serve != "" {
		return c.serve(env)
	}
	scenario, err := c.load()
	if err != nil {
		return usageError{err}
	}
	deployed, err := c.read()
	if err != nil {
		return usageError{err}
	}
	var text bytes.Buffer
	out := &transcript.Printer{W: &text, Also: screen(env.terminal)}
	result, err := drill.Play(env.ctx, scenario, drill.Options{Assembly: deployed, Lambdas: c.lambdas(), Out: out})
	if err != nil {
		return err
	}
	dir := c.folder(scenario.Name)
	if err := report.Write(dir, result, text.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "\nReport: %s\n", filepath.Join(dir, report.Page))
	if !result.OK() {
		return errFailed
	}
	return nil
}

// folder is where the report of a scenario goes.
func (c *drillCommand) folder(name string) string {
	switch {
	case c.Out == "":
		return filepath.Join("dist", "drill", name)
	case c.All:
		return filepath.Join(c.Out, name)
	}
	return c.Out
}

// list prints the scenarios, in the terms of the plan, and why those cannot be played that are not applicable to it.
func (c *drillCommand) list(stdout io.Writer) error {
	deployed, err := c.read()
	if err != nil {
		return usageError{err}
	}
	terms, err := drill.TermsOf(deployed)
	if err != nil {
		return err
	}
	widest := widestName()
	for _, name := range drills.Names() {
		s, err := drills.Load(name)
		if err != nil {
			return err
		}
		if s, err = c.using(s); err != nil {
			return usageError{err}
		}
		in, err := s.In(terms)
		mark, title := " ", ""
		if name == drills.Default {
			mark = "*"
		}
		var not *scenario.NotApplicableError
		switch {
		case errors.As(err, &not):
			title = "not applicable: " + not.Reason
		case err != nil:
			return err
		default:
			title = in.Title
		}
		fmt.Fprintf(stdout, "%s %-*s  %s\n", mark, widest, name, title)
	}
	fmt.Fprintln(stdout, "\nWithout a name, the scenario marked * is played.")
	return nil
}

// load finds the scenario: one of those that are built in, or a file; with the user's applications, if they are named.
func (c *drillCommand) load() (*scenario.Scenario, error) {
	s, err := c.find()
	if err != nil {
		return nil, err
	}
	return c.using(s)
}

// using puts the user's applications in the place of the scenario's.
func (c *drillCommand) using(s *scenario.Scenario) (*scenario.Scenario, error) {
	if c.Applications == "" {
		return s, nil
	}
	text, err := os.ReadFile(c.Applications)
	if err != nil {
		return nil, err
	}
	return s.Using(c.Applications, text), nil
}

func (c *drillCommand) find() (*scenario.Scenario, error) {
	name := c.Scenario
	if name == "" {
		name = drills.Default
	}
	s, err := drills.Load(name)
	var unknown *drills.UnknownError
	if !errors.As(err, &unknown) {
		return s, err
	}
	if s, fileErr := scenario.Load(os.DirFS(filepath.Dir(name)), filepath.Base(name)); !errors.Is(fileErr, fs.ErrNotExist) {
		return s, fileErr
	}
	return nil, err
}

func (c *drillCommand) read() (*assembly.Assembly, error) {
	if c.Assembly == "" {
		return c.builtIn()
	}
	a, err := assembly.Read(os.DirFS(c.Assembly), assembly.Placeholder)
	if err != nil {
		return nil, fmt.Errorf("read the assembly in %s: %w", c.Assembly, err)
	}
	return a, nil
}

// builtIn is the default plan's assembly. Its context lists the zones and clusters of the user's applications, if they are named.
func (c *drillCommand) builtIn() (*assembly.Assembly, error) {
	a, err := assembly.Default()
	if err != nil || c.Applications == "" {
		return a, err
	}
	plan, err := drill.PlanOf(a)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(c.Applications)
	if err != nil {
		return nil, err
	}
	apps, err := applicationsfile.Parse(c.Applications, text, plan)
	if err != nil {
		return nil, fmt.Errorf("%w\n(for a plan of your own: make synth, then add --assembly cdk.out)", err)
	}
	return a.WithEstate(scenario.Estate(apps))
}

// lambdas is the folder of the binaries: as named, below the working directory, or beside the folder of this program.
func (c *drillCommand) lambdas() string {
	dir := filepath.Join("dist", "host")
	if c.Lambdas != "" {
		return c.Lambdas
	}
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if program, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(filepath.Dir(program)), dir)
		if _, err := os.Stat(beside); err == nil {
			return beside
		}
	}
	return dir
}
