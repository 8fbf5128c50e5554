package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/attach"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry"
)

type switchCommand struct {
	Status switchStatusCommand `cmd:"" help:"Show the switches of the plan: lever, health checks, state, and whether all record sets carry the health checks."`
	Attach switchAttachCommand `cmd:"" help:"Put the health checks of the switches on the record sets of their applications; no answer of Route 53 changes."`
	Detach switchDetachCommand `cmd:"" help:"Take the health checks of the switches off all record sets; failovers then move traffic by weights."`
}

// switches are the plan's switches as the registry of a Region has them.
type switches struct {
	deployment
	plan   failover.Plan
	region failover.Region
	store  *registry.Store
	checks attach.Checks
	apps   []failover.Application
	dns    *route53.Client
}

// withSwitches gives a store the plan's switches, which the functions publish: the command line knows only the plan's name. In
// what cannot be read there are none.
func withSwitches(ctx context.Context, store *registry.Store) {
	if declared, err := declaredSwitches(ctx, store); err == nil {
		store.Plan.Switches = declared
	}
}

// declaredSwitches are the plan's switches as both Regions have published them.
func declaredSwitches(ctx context.Context, store *registry.Store) ([]failover.Switch, error) {
	releases, err := store.Releases(ctx)
	if err != nil {
		return nil, err
	}
	primary, standby := releases[store.Plan.Primary], releases[store.Plan.Standby]
	switch {
	case len(primary.Switches) == 0:
		return standby.Switches, nil
	case len(standby.Switches) == 0 || reflect.DeepEqual(primary.Switches, standby.Switches):
		return primary.Switches, nil
	}
	return nil, fmt.Errorf("%s and %s have published different switches of the plan %s: deploy the same plan to both Regions, then type in each: drover start check --region REGION",
		store.Plan.Primary, store.Plan.Standby, store.Plan.Name)
}

// switchesIn reads the plan's switches and applications from the registry of a Region.
func (d deployment) switchesIn(env environment, store *registry.Store, region failover.Region) (*switches, error) {
	declared, err := declaredSwitches(env.ctx, store)
	if err != nil {
		return nil, err
	}
	store.Plan.Switches = declared
	s := &switches{deployment: d, plan: store.Plan, region: region, store: store}
	var published []registry.SwitchCheck
	if len(declared) > 0 {
		if published, err = store.PublishedChecks(env.ctx); err != nil {
			return nil, err
		}
	}
	if s.apps, err = store.Applications(env.ctx); err != nil {
		return nil, err
	}
	cfg, err := d.config(env.ctx, region)
	if err != nil {
		return nil, err
	}
	s.checks, s.dns = attach.NewChecks(s.plan, published), route53.NewFromConfig(cfg)
	return s, nil
}

// load reads the switches that a command is about: all of the plan, or the one that was named.
func (d deployment) load(env environment, otherwise func(failover.Plan) failover.Region, name string) (*switches, []failover.Switch, error) {
	plan, err := d.plan(env.ctx)
	if err != nil {
		return nil, nil, err
	}
	region, err := d.region(plan, otherwise(plan))
	if err != nil {
		return nil, nil, err
	}
	store, err := d.store(env.ctx, plan, region)
	if err != nil {
		return nil, nil, err
	}
	s, err := d.switchesIn(env, store, region)
	if err != nil {
		return nil, nil, fmt.Errorf("switches in %s: %w", region, err)
	}
	if name == "" {
		return s, s.plan.Switches, nil
	}
	var names []string
	for _, declared := range s.plan.Switches {
		if declared.Name == name {
			return s, []failover.Switch{declared}, nil
		}
		names = append(names, declared.Name)
	}
	if len(names) == 0 {
		return nil, nil, usageError{fmt.Errorf("--switch %s: the plan %s has no switch", name, plan.Name)}
	}
	return nil, nil, usageError{fmt.Errorf("--switch %s is not a switch of the plan %s; expected %s", name, plan.Name, prose.Or(names))}
}

// used are those of the switches that an application names.
func (s *switches) used(list []failover.Switch) []failover.Switch {
	return slices.DeleteFunc(slices.Clone(list), func(declared failover.Switch) bool { return len(s.checks.Users(declared.Name, s.apps)) == 0 })
}

// mayChange returns an error when health checks must not be put on or taken off now: while a run holds the lock, while a switch
// makes users leave a Region, and, to put them on, before they are published.
func (s *switches) mayChange(ctx context.Context, list []failover.Switch, detach bool) error {
	lock, err := s.store.Lock(ctx)
	if err != nil {
		return err
	}
	if lock.Held(now()) {
		return &registry.LockedError{Owner: lock.Owner, Run: lock.Run, Until: lock.Expires}
	}
	for _, declared := range list {
		name := declared.Name
		if missing := s.checks.Unpublished(name); len(missing) > 0 && !detach && len(s.checks.Users(name, s.apps)) > 0 {
			return s.unpublished(name, missing)
		}
		for _, region := range []failover.Region{s.plan.Primary, s.plan.Standby} {
			if err := s.isReset(ctx, declared, region); err != nil {
				return err
			}
		}
	}
	return nil
}

// isReset returns an error unless a Region's replica has the switch reset: the health check on the other Region's record sets
// follows that replica.
func (s *switches) isReset(ctx context.Context, declared failover.Switch, region failover.Region) error {
	store, err := s.deployment.store(ctx, s.plan, region)
	if err != nil {
		return err
	}
	state, err := store.Switch(ctx, declared.Name)
	if err != nil {
		return fmt.Errorf("switch %s in %s: %w", declared.Name, region, err)
	}
	leaves := state.Evacuated
	if outside := declared.Lever != failover.EndpointLever; leaves == "" && outside { // the lever may not do yet what the registry says
		leaves = cmp.Or(state.Pulled, state.Stuck)
	}
	if leaves != "" {
		return fmt.Errorf("switch %s makes users leave %s (run %s, since %s): its health check there is unhealthy, so to put it on or take it off would move users. "+
			"Its weights are written and it is reset as soon as the Route 53 control plane answers; to do it now, type: %s",
			declared.Name, leaves, state.Run, state.At.Format(time.RFC3339), s.plan.Start(s.plan.Other(leaves), failover.Input{Action: failover.Weights}))
	}
	return nil
}

// unpublished says how the health checks of a switch are published: by a run or check in the Region that drives them.
func (s *switches) unpublished(name string, missing []failover.Region) error {
	var commands []string
	for _, region := range missing {
		commands = append(commands, s.plan.Start(s.plan.Other(region), failover.Input{Action: failover.Check}))
	}
	return fmt.Errorf("the health checks of switch %s are not all published; once the stacks are deployed, type: %s", name, strings.Join(commands, "; "))
}

// read finds out what there is to do for some switches.
func (s *switches) read(ctx context.Context, list []failover.Switch, detach bool) (attach.Todo, error) {
	var names []string
	for _, declared := range list {
		names = append(names, declared.Name)
	}
	return attach.Read(ctx, s.dns, attach.Request{Checks: s.checks, Switches: names, Detach: detach, Applications: s.apps})
}

// apply does it.
func (s *switches) apply(env environment, todo attach.Todo) error {
	return attach.Applier{
		DNS: s.dns, Registry: s.store, Now: now,
		Pause: func(ctx context.Context) error { return pause(ctx, changeEvery) },
		Say:   func(format string, args ...any) { fmt.Fprintf(env.stdout, format+"\n", args...) },
	}.Apply(env.ctx, todo)
}

// changeEvery is how often Route 53 is asked whether a change is known to all name servers. Tests shorten it.
var changeEvery = 2 * time.Second

// shownSets is how many record sets a list shows.
const shownSets = 20

func writeLines(w io.Writer, lines []string) {
	shown, more := prose.Limit(lines, shownSets)
	for _, line := range shown {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if more > 0 {
		fmt.Fprintf(w, "  %s\n", prose.More(more))
	}
}
