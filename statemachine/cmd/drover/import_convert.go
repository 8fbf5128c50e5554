package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/changebatch"
	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/conversion"
	"github.com/drover-dr/drover/internal/estate/survey"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/registry/applicationsfile"
)

// converter is one conversion, or the undoing of one.
type converter struct {
	*importCommand
	env    environment
	plan   failover.Plan
	reader *survey.Reader
	client *route53.Client
	zones  []estate.Zone
}

// convert makes weighted pairs of the records of an applications file.
func (c *importCommand) convert(env environment, plan failover.Plan) error {
	text, err := os.ReadFile(c.Convert)
	if err != nil {
		return usageError{err}
	}
	apps, err := c.parse(env, plan, text)
	if err != nil {
		return usageError{err}
	}
	if c.Serves != "" && !plan.Has(failover.Region(c.Serves)) {
		return usageError{fmt.Errorf("--serves %s is not one of the plan's Regions, %s and %s", c.Serves, plan.Primary, plan.Standby)}
	}
	var ids []string
	for i := range apps {
		apps[i].Records = slices.DeleteFunc(apps[i].Records, func(r failover.Record) bool { return !c.wants(r.Name) })
		for _, r := range apps[i].Records {
			ids = append(ids, r.Zone)
		}
	}
	if len(ids) == 0 {
		return c.noName(c.Convert)
	}
	k, err := c.converter(env, plan, ids)
	if err != nil {
		return err
	}
	todo := conversion.Plan(k.zones, apps, conversion.Options{Plan: plan, Serves: failover.Region(c.Serves), Accept: c.Accept})
	return k.change(todo, "Convert", func() error {
		name := c.UndoFile
		if name == "" {
			name = fmt.Sprintf("%s.undo-%s.json", c.Convert, now().Format("20060102-150405"))
		}
		return k.keep(name, todo.Conversions)
	})
}

// parse reads the applications file. It may name a switch, which only the registry knows.
func (c *importCommand) parse(env environment, plan failover.Plan, text []byte) ([]failover.Application, error) {
	apps, err := applicationsfile.Parse(c.Convert, text, plan)
	if err == nil {
		return apps, nil
	}
	store, unread := c.deployment().store(env.ctx, plan, plan.Primary)
	if unread != nil {
		return nil, err
	}
	withSwitches(env.ctx, store)
	return applicationsfile.Parse(c.Convert, text, store.Plan)
}

// undo makes the record sets of an undo file what they were.
func (c *importCommand) undo(env environment, plan failover.Plan) error {
	text, err := os.ReadFile(c.Undo)
	if err != nil {
		return usageError{err}
	}
	file, err := conversion.ReadFile(c.Undo, text)
	if err != nil {
		return usageError{err}
	}
	if file.Plan != plan.Name {
		return usageError{fmt.Errorf("%s is of the plan %s, and --plan is %s; expected --plan %[2]s, whose lock keeps runs out", c.Undo, file.Plan, plan.Name)}
	}
	var ids []string
	file.Conversions = slices.DeleteFunc(file.Conversions, func(done conversion.Conversion) bool { return !c.wants(done.Name) })
	for _, done := range file.Conversions {
		ids = append(ids, done.Zone)
	}
	if len(ids) == 0 {
		return c.noName(c.Undo)
	}
	k, err := c.converter(env, plan, ids)
	if err != nil {
		return err
	}
	return k.change(conversion.Undo(k.zones, file, conversion.Options{Plan: plan, Accept: c.Accept}), "Undo", func() error { return nil })
}

// wants says whether a name is one of --only.
func (c *importCommand) wants(name string) bool {
	return len(c.Only) == 0 || slices.ContainsFunc(c.Only, func(pattern string) bool { return estate.Matches(pattern, name) })
}

func (c *importCommand) noName(file string) error {
	return usageError{fmt.Errorf("no name of %s matches --only %s; expected a name that is in it, or a pattern", file, strings.Join(c.Only, " --only "))}
}

// converter reads the zones of these ids, if no run holds the lock.
func (c *importCommand) converter(env environment, plan failover.Plan, ids []string) (*converter, error) {
	reader, client, err := c.reader(env, plan)
	if err != nil {
		return nil, err
	}
	k := &converter{importCommand: c, env: env, plan: plan, reader: reader, client: client}
	if err := k.free(env.ctx); err != nil {
		return nil, err
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		z, err := reader.Zone(env.ctx, id)
		if err != nil {
			return nil, err
		}
		k.zones = append(k.zones, z)
	}
	env.say("")
	return k, nil
}

// free is an error while a run of the plan holds the lock. Without a registry there is no plan, and no run.
func (k *converter) free(ctx context.Context) error {
	store, err := k.deployment().store(ctx, k.plan, k.plan.Primary)
	if err != nil {
		return err
	}
	lock, err := store.Lock(ctx)
	var none *types.ResourceNotFoundException
	if errors.As(err, &none) {
		return nil
	}
	if err == nil && lock.Held(now()) {
		err = &registry.LockedError{Owner: lock.Owner, Run: lock.Run, Until: lock.Expires}
	}
	return err
}

// keep writes the undo file.
func (k *converter) keep(name string, conversions []conversion.Conversion) error {
	text, err := json.MarshalIndent(conversion.NewFile(k.plan.Name, now(), conversions), "", " ")
	if err != nil {
		return err
	}
	if err := create(name, string(text)+"\n"); err != nil {
		return fmt.Errorf("write the undo file: %w; nothing was changed", err)
	}
	fmt.Fprintf(k.env.stdout, "To undo: drover import --undo %s\n", failover.Quote(name))
	return nil
}

// change shows what there is to do, asks, and does it; first runs before the first batch.
func (k *converter) change(todo conversion.Todo, verb string, first func() error) error {
	batches := conversion.Batches(k.plan.Name, k.zones, todo.Conversions)
	k.show(todo, batches)
	if len(batches) == 0 {
		if len(todo.Refused) > 0 {
			return fmt.Errorf("nothing was changed: %s refused", prose.Count(len(todo.Refused), "name"))
		}
		fmt.Fprintln(k.env.stdout, "Nothing to change.")
		return nil
	}
	if !k.Yes {
		question := fmt.Sprintf("%s %s?", verb, prose.Count(len(todo.Conversions), "name"))
		if err := confirm(k.env, question, "no record set was changed", "to go on without a question, add --yes"); err != nil {
			return err
		}
	}
	if err := first(); err != nil {
		return err
	}
	done := k.apply(batches)
	return k.result(todo, done)
}

// show prints the batches and what is not among them.
func (k *converter) show(todo conversion.Todo, batches []conversion.Batch) {
	for i, b := range batches {
		fmt.Fprintf(k.env.stdout, "Batch %d of %d, zone %s %s: %s, %s\n", i+1, len(batches), b.ZoneName, b.Zone,
			prose.Count(len(b.Conversions), "name"), prose.Count(b.Changes(), "change"))
		for _, c := range b.Conversions {
			for _, line := range c.Lines() {
				fmt.Fprintf(k.env.stdout, "  %s\n", line)
			}
		}
	}
	if todo.Done > 0 {
		fmt.Fprintf(k.env.stdout, "%s as it is to be, and not changed.\n", prose.Count(todo.Done, "name"))
	}
	for _, r := range todo.Refused {
		fmt.Fprintf(k.env.stdout, "refused: %s\n", r)
	}
}

func (k *converter) apply(batches []conversion.Batch) conversion.Report {
	say := func(format string, args ...any) { fmt.Fprintf(k.env.stdout, format+"\n", args...) }
	return conversion.Applier{
		Submitter: changebatch.Submitter{
			DNS: k.client, Comment: "Drover: weighted pairs", Say: say,
			Pause: func(ctx context.Context) error { return pause(ctx, changeEvery) },
		},
		Read: k.reader.Sets, Free: k.free, Say: say, Plan: k.plan.Name,
	}.Apply(k.env.ctx, batches)
}

// byReason are names that failed, those of one batch in one line, each with the reason.
func byReason(failures []conversion.Failure) []string {
	var reasons []string
	names := map[string][]string{}
	for _, f := range failures {
		reason := prose.Line(f.Err.Error())
		if names[reason] == nil {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], f.Conversion.String())
	}
	for i, reason := range reasons {
		reasons[i] = prose.Some(names[reason], 10, ", ") + ": " + reason
	}
	return reasons
}

// result says what was done and what was not.
func (k *converter) result(todo conversion.Todo, r conversion.Report) error {
	known := "all name servers of Route 53 know it"
	if r.Stopped != nil {
		known = "it is not known whether all name servers know it"
	}
	fmt.Fprintf(k.env.stdout, "Done: %s; %s.\n", prose.Count(len(r.Done), "name"), known)
	for _, failed := range byReason(r.Failed) {
		fmt.Fprintf(k.env.stdout, "failed: %s\n", failed)
	}
	var left []string
	for _, c := range r.NotDone {
		left = append(left, c.String())
	}
	if len(left) > 0 {
		fmt.Fprintf(k.env.stdout, "not done: %s\n", prose.Some(left, 10, ", "))
	}
	missing := len(r.Failed) + len(r.NotDone)
	if k.env.ctx.Err() != nil && missing > 0 { // the error is not printed
		fmt.Fprintln(k.env.stdout, "Type the command again to go on.")
	}
	switch {
	case r.Stopped != nil:
		return fmt.Errorf("stopped with %s of %d not done; type the command again to go on: %w", prose.Count(missing, "name"), len(todo.Conversions), r.Stopped)
	case missing > 0:
		return fmt.Errorf("%s of %d not done; type the command again to go on", prose.Count(missing, "name"), len(todo.Conversions))
	case len(todo.Refused) > 0:
		return fmt.Errorf("%s refused", prose.Count(len(todo.Refused), "name"))
	}
	return nil
}
