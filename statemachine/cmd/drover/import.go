package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/survey"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

type importCommand struct {
	Zones   []string          `arg:"" optional:"" name:"zone" help:"Hosted zones: names, ids, or patterns such as '*.example.com' (default: all)."`
	Tag     map[string]string `help:"Only hosted zones with this tag (may be repeated)." placeholder:"KEY=VALUE"`
	Regions []string          `name:"region" help:"A word that stands for a Region in set identifiers and targets, such as us-east-1=blue,us-west-2=dr. With two Regions, they are the plan's, the primary first." placeholder:"REGION=WORD"`
	Group   string            `help:"Which application a name belongs to: name (one each), label (the first label), label:N, or match:EXPRESSION with one group." default:"name"`
	Answers string            `help:"YAML file of answers to what an import could not decide (docs/importing.md)." placeholder:"FILE"`
	Health  string            `help:"YAML file with a list of health rules, for applications for which none can be proposed." placeholder:"FILE"`
	Out     string            `short:"o" help:"Write the applications file there (default: standard output)." placeholder:"FILE"`

	Convert  string   `help:"Make weighted pairs of the records of this applications file; shows the batches and asks." placeholder:"FILE"`
	Undo     string   `help:"Undo the conversions of this undo file; shows the batches and asks." placeholder:"FILE"`
	UndoFile string   `help:"Where --convert writes the undo file, before its first batch (default: beside the applications file)." placeholder:"FILE"`
	Serves   string   `help:"With --convert: the Region that serves all clients from now on, where latency or location decides today." placeholder:"REGION"`
	Accept   []string `help:"With --convert or --undo: convert this name although answers change (may be repeated; patterns with *)." placeholder:"NAME"`
	Only     []string `help:"With --convert or --undo: only this name (may be repeated; patterns with *)." placeholder:"NAME"`
	Yes      bool     `help:"With --convert or --undo: do not ask."`

	Plan        string `help:"Name of the plan (default: $DROVER_PLAN, that of drover.yaml, or the only plan that is found)." placeholder:"NAME"`
	Primary     string `hidden:""`
	Standby     string `hidden:""`
	Table       string `help:"The registry's table (default: PLAN-registry)." placeholder:"NAME"`
	EndpointURL string `name:"endpoint-url" help:"Address to call instead of AWS, such as that of the simulator." placeholder:"URL"`
}

// Run reads hosted zones and writes an applications file, and changes nothing; with --convert or --undo it changes record sets.
// A second import of the same zones writes the same file; a second conversion changes nothing, or completes the first.
func (c *importCommand) Run(env environment) error {
	if err := c.check(); err != nil {
		return usageError{err}
	}
	words, err := estate.ParseWords(c.Regions)
	if err != nil {
		return usageError{fmt.Errorf("--region: %w", err)}
	}
	plan, err := c.plan(env.ctx)
	if err != nil {
		return err
	}
	for region := range words {
		if !plan.Has(region) {
			return usageError{fmt.Errorf("--region %s=…: not a Region of the plan; expected %s or %s; name both Regions with --region", region, plan.Primary, plan.Standby)}
		}
	}
	switch {
	case c.Convert != "":
		return c.convert(env, plan)
	case c.Undo != "":
		return c.undo(env, plan)
	}
	o, err := c.options(plan, words)
	if err != nil {
		return usageError{err}
	}
	return c.read(env, o)
}

// check rejects flags that would be ignored.
func (c *importCommand) check() error {
	changes := c.Convert != "" || c.Undo != ""
	switch {
	case c.Convert != "" && c.Undo != "":
		return errors.New("--convert and --undo cannot be combined; expected one of them")
	case changes && (len(c.Zones) > 0 || len(c.Tag) > 0 || c.Out != "" || c.Answers != "" || c.Health != "" || c.Group != "name"):
		return errors.New("--convert and --undo take their names from their file; zones, --tag, --group, --answers, --health and --out belong to an import: drover import ZONE --out FILE")
	case !changes && (c.Yes || c.Serves != "" || len(c.Accept) > 0 || len(c.Only) > 0 || c.UndoFile != ""):
		return errors.New("--yes, --serves, --accept, --only and --undo-file need --convert FILE or --undo FILE: an import changes nothing")
	case c.Undo != "" && (c.Serves != "" || c.UndoFile != ""):
		return errors.New("--serves and --undo-file belong to --convert; --undo makes record sets what its file says they were")
	}
	return nil
}

// plan is the plan that the applications are for. An import may come before the deployment: with two Regions in --region it is
// known, the primary first, unless drover.yaml or the default plan has them in the other order.
func (c *importCommand) plan(ctx context.Context) (failover.Plan, error) {
	var named []failover.Region
	for _, text := range c.Regions {
		region, _, _ := strings.Cut(text, "=")
		if !slices.Contains(named, failover.Region(region)) {
			named = append(named, failover.Region(region))
		}
	}
	d := c.deployment()
	plan := failover.DefaultPlan()
	if len(named) != 2 || c.Primary != "" || c.Standby != "" {
		found, err := d.plan(ctx)
		if usage := (usageError{}); err == nil || errors.As(err, &usage) || ctx.Err() != nil {
			return found, err
		}
		named = []failover.Region{plan.Primary, plan.Standby} // it is not deployed yet
	}
	file, err := readPlanFile()
	if err != nil {
		return failover.Plan{}, usageError{err}
	}
	if reversed := []failover.Region{named[1], named[0]}; slices.Equal(file.Regions, reversed) || named[0] == plan.Standby && named[1] == plan.Primary {
		named = reversed
	}
	plan.Name = cmp.Or(c.Plan, planVariable(), file.Plan, plan.Name)
	plan.Primary, plan.Standby = named[0], named[1]
	if err := plan.Validate(); err != nil {
		return plan, usageError{err}
	}
	return plan, nil
}

func (c *importCommand) deployment() deployment {
	return deployment{Plan: c.Plan, Primary: c.Primary, Standby: c.Standby, Table: c.Table, EndpointURL: c.EndpointURL}
}

// options reads the files that the user gives.
func (c *importCommand) options(plan failover.Plan, words estate.Words) (o estate.Options, err error) {
	o = estate.Options{Plan: plan, Words: words}
	if o.Grouping, err = estate.ParseGrouping(c.Group); err != nil {
		return o, fmt.Errorf("--group %w", err)
	}
	if c.Answers != "" {
		text, err := os.ReadFile(c.Answers)
		if err != nil {
			return o, err
		}
		if o.Answers, err = estate.ParseAnswers(c.Answers, text, plan); err != nil {
			return o, err
		}
	}
	if c.Health != "" {
		text, err := os.ReadFile(c.Health)
		if err != nil {
			return o, err
		}
		if o.Health, err = estate.ParseRules(c.Health, text); err != nil {
			return o, err
		}
	}
	return o, nil
}

// reader reads zones, in real time.
func (c *importCommand) reader(env environment, plan failover.Plan) (*survey.Reader, *route53.Client, error) {
	cfg, err := c.deployment().config(env.ctx, plan.Primary)
	if err != nil {
		return nil, nil, err
	}
	client := route53.NewFromConfig(cfg)
	return &survey.Reader{DNS: client, Clock: importClock, Progress: env.say}, client, nil
}

// say shows progress, if a person sees it.
func (env environment) say(format string, args ...any) {
	if env.progress != nil {
		fmt.Fprintf(env.progress, "\r\x1b[K"+format, args...)
	}
}

// importClock is the time of imports. Tests shorten it.
var importClock survey.Clock = wallClock{}

// wallClock is the time of the command line.
type wallClock struct{}

// Now is the time.
func (wallClock) Now() time.Time { return now() }

// Sleep waits.
func (wallClock) Sleep(ctx context.Context, d time.Duration) error { return pause(ctx, d) }

// read writes the applications file of the wanted zones.
func (c *importCommand) read(env environment, o estate.Options) error {
	reader, _, err := c.reader(env, o.Plan)
	if err != nil {
		return err
	}
	zones, err := reader.Zones(env.ctx, survey.Wanted{Names: c.Zones, Tags: c.Tag})
	if none := (*survey.NoZoneError)(nil); errors.As(err, &none) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	metrics, notes := c.metrics(env, o.Plan)
	registered, note := c.registered(env, o.Plan)
	o.Registered = registered
	if note != "" {
		notes = append(notes, note)
	}
	env.say("")
	result := estate.Import(zones, metrics, o)
	result.Notes = notes
	if err := c.write(env, result.YAML()); err != nil {
		return err
	}
	ready, convert, undecided := result.Count()
	fmt.Fprintf(env.stderr, "drover: %s\n", result.Summary())
	switch {
	case ready == 0:
		return fmt.Errorf("no record can be registered yet: %s; the reasons and the choices are in the file", prose.Count(undecided, "name")+" not decided")
	case convert > 0 && c.Out != "":
		fmt.Fprintf(env.stderr, "Next: drover import --convert %s, and then: drover register %[1]s\n", failover.Quote(c.Out))
	case c.Out != "":
		fmt.Fprintf(env.stderr, "Next: drover register %s\n", failover.Quote(c.Out))
	}
	return nil
}

// registered are the applications of the plan, none where it is not deployed. What keeps them from being read is a note.
func (c *importCommand) registered(env environment, plan failover.Plan) (apps []failover.Application, note string) {
	store, err := c.deployment().store(env.ctx, plan, plan.Primary)
	if err == nil {
		apps, err = store.Applications(env.ctx)
	}
	var none *types.ResourceNotFoundException
	if err == nil || errors.As(err, &none) {
		return apps, ""
	}
	return nil, "the registry could not be read, so records that are registered may be in this file: " + prose.Line(err.Error())
}

// write writes the file, or prints it. A file that is there is not replaced: it may have been edited.
func (c *importCommand) write(env environment, text string) error {
	if c.Out == "" {
		_, err := io.WriteString(env.stdout, text)
		return err
	}
	return create(c.Out, text)
}

// create writes a file that is not there yet.
func create(name, text string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists, and may have been edited; expected a name that is not in use: rename it, or choose another name", name)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// metrics reads what health rules can be proposed of. A Region that does not answer costs proposals and nothing else.
func (c *importCommand) metrics(env environment, plan failover.Plan) (metrics estate.Metrics, notes []string) {
	metrics = estate.Metrics{}
	for _, region := range []failover.Region{plan.Primary, plan.Standby} {
		env.say("reading the metrics of %s", region)
		cfg, err := c.deployment().config(env.ctx, region)
		if err == nil {
			metrics[region], err = survey.Metrics(env.ctx, cloudwatch.NewFromConfig(cfg))
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("the metrics of %s could not be read, so no health rule is proposed of them: %s", region, prose.Line(err.Error())))
		}
	}
	return metrics, notes
}
