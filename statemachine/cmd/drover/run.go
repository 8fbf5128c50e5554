package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/term"
	"github.com/drover-dr/drover/internal/release"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/drills"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// commandLine is everything that can be typed.
type commandLine struct {
	Version kong.VersionFlag `help:"Show the version of Drover."`

	Drill drillCommand `cmd:"" help:"Rehearse a disaster on the AWS simulator: no account, no network, no Docker."`

	Forecast forecastCommand `cmd:"" help:"Play a failover many times under a fault model; show RTO, RPO and outcomes with their percentiles."`

	Init     initCommand     `cmd:"" help:"Write the context of a plan of your own, an applications file and a first scenario; asks at a terminal for what no flag says."`
	Validate validateCommand `cmd:"" help:"Check applications files and scenarios without an account; exit code 2 when one has a mistake."`

	Schema schemaCommand `cmd:"" help:"Print the JSON Schema of applications files or of scenarios, for editors."`

	Register registerCommand `cmd:"" help:"Put the applications of a file into the registry of a deployed plan."`
	Import   importCommand   `cmd:"" help:"Read hosted zones and write an applications file; make weighted pairs of other record sets, and undo it."`
	Start    startCommand    `cmd:"" help:"Start a run of a deployed plan."`
	Approve  approveCommand  `cmd:"" help:"Approve a run that waits for an approval."`
	Reject   rejectCommand   `cmd:"" help:"Reject a run that waits for an approval."`
	Watch    watchCommand    `cmd:"" help:"Show each step of a run until it ends; exit code 0 Completed, 3 Held, 4 RolledBack, 5 Refused."`
	Status   statusCommand   `cmd:"" help:"Show where the applications are, the lock and the latest runs; or what one run has done."`
	Report   reportCommand   `cmd:"" help:"Show the report of a run."`
	Switch   switchCommand   `cmd:"" help:"Show the switches that move traffic without us-east-1, and arm them."`

	Preflight preflightCommand `cmd:"" help:"Before the stacks are deployed or removed: show what runs, and ask."`
}

// environment is what a command works with.
type environment struct {
	ctx context.Context
	// stdout and stderr remove what a terminal would obey.
	stdout, stderr io.Writer
	// stdin is where the operator answers; person says that it is a terminal.
	stdin  io.Reader
	person bool
	// terminal is what stdout writes to. Transcripts go there: they have colours, and remove control characters themselves.
	terminal io.Writer
	// progress is stderr when that is a terminal, nil otherwise.
	progress io.Writer
}

// usageError is a mistake in what was typed.
type usageError struct{ error }

// errFailed says that a command has already printed what went wrong.
var errFailed = errors.New("failed")

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	terminal, progress := stdout, terminalOf(stderr)
	stdout, stderr = untrusted.Writer(stdout), untrusted.Writer(stderr)
	var cli commandLine
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("drover"),
		kong.Description("Drover moves applications from one AWS Region to another and back, and rehearses it."),
		kong.Vars{"version": release.Version, "scenario": drills.Default},
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintf(stderr, "drover: %v\n", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help was asked for, and given
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "drover: %s\n", explain(parser, err))
		return exitUsage
	}
	return exitCode(ctx, parsed.Run(environment{
		ctx: ctx, stdout: stdout, stderr: stderr, terminal: terminal, stdin: os.Stdin, person: term.IsTerminal(os.Stdin.Fd()), progress: progress,
	}), stderr)
}

// terminalOf is what progress is shown on: w, if that is a terminal.
func terminalOf(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && term.IsTerminal(f.Fd()) {
		return f
	}
	return nil
}

// exitCode prints an error, in one line, and returns the exit code for it.
func exitCode(ctx context.Context, err error, stderr io.Writer) int {
	var usage usageError
	var ended outcomeError
	var mistake *scenario.MistakeError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &ended):
		return ended.code()
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "drover: interrupted")
		return exitInterrupted
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.As(err, &usage), errors.As(err, &mistake):
		fmt.Fprintf(stderr, "drover: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "drover: %v\n", err)
	return exitFailed
}

// explain adds the commands and flags that exist to a mistake in the command line.
func explain(parser *kong.Kong, err error) string {
	text := err.Error()
	node := parser.Model.Node
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		node = parse.Context.Selected()
	}
	text += "; expected one of:"
	for _, child := range node.Children {
		if child.Type == kong.CommandNode {
			text += " " + child.Name
		}
	}
	for _, flag := range node.Flags {
		text += " --" + flag.Name
	}
	return text
}
