package verifyhealth

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// listBudget is how many calls of ListResourceRecordSets a check makes at most. Route 53 lets an account make 50 calls at
// once and 10 a second after that; a check comes after a wait of seconds, and needs some of them to follow its changes.
const listBudget = 40

// lastCheck checks that everything is still as the stages have set it: the weights, the writers and, in the stage that closes a
// phase, the registry. A zone may have dozens of pages. So the reading takes several checks ([failover.Inventory]), and starts
// that many checks before the one that may pass.
//
// A weighted record set of no Region of the application is a difference too: it answers users. When there is no difference, the check
// that may pass asks whether users follow the weights ([Handler.keptOut]).
func (h Handler) lastCheck(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	healthy := req.Healthy + 1
	inventory := inventoryOf(req, apps)
	weighted := h.withoutPending(l, req, apps)
	checks := max(1, (live.Calls(weighted)+listBudget-1)/listBudget)
	started := inventory.Differs || inventory.Position != (failover.Position{})
	if !l.healthy() || !started && healthy <= req.Stage.Passes-checks {
		return nil
	}
	l.inventory = &inventory
	if healthy >= req.Stage.Passes || inventory.Differs {
		if err := h.closing(ctx, l, req, apps); err != nil {
			return err
		}
	}
	if req.Stage.Percent == nil && !req.Stage.Closing() {
		inventory.Differs = len(l.changed) > 0
		return nil
	}
	if err := h.pendUnanswered(l, req, weighted, h.weights(ctx, l, req, weighted)); err != nil || healthy < req.Stage.Passes || len(l.changed) > 0 || !inventory.Complete {
		return err
	}
	return h.keptOut(ctx, l, req, apps)
}

// withoutPending are the applications without the records whose weights are pending: they are as they were, and known to be.
func (h Handler) withoutPending(l *attempt, req failover.VerifyRequest, apps []failover.Application) []failover.Application {
	apps = slices.Clone(apps)
	for i, app := range apps {
		if req.Run.Switched(h.Registry.Plan, app) {
			apps[i].Records = slices.DeleteFunc(slices.Clone(app.Records), func(r failover.Record) bool { return req.SetAside.Pending(r.Zone) || l.newlyPending.Pending(r.Zone) })
		}
	}
	return apps
}

// inventoryOf is what earlier checks of the stage have verified, or a new one.
func inventoryOf(req failover.VerifyRequest, apps []failover.Application) failover.Inventory {
	if i := req.Inventory; i != nil && i.Stage == req.Stage.Index && !i.Complete {
		return *i
	}
	waves := req.Stage.Waves
	if !req.Stage.Closing() {
		waves = []int{req.Stage.Wave}
	}
	return failover.Inventory{Stage: req.Stage.Index, At: req.Now, Applications: len(apps), Waves: waves}
}

// closing checks what only the check that may pass needs: the registry, and the writers if the stage itself has promoted
// nothing.
func (h Handler) closing(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	last := newAttempt(nil)
	h.switches(ctx, last, req, apps)
	if req.Stage.Closing() {
		registered(last, h.Registry.Plan, req, slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool { return l.unwritten[app.Name] }))
	}
	if databaseFirst := req.Stage.Full() && !req.Stage.Promote && !req.Stage.WriterFollows; databaseFirst && !req.Stage.Closing() {
		if err := h.writers(ctx, last, req, ownDatabases(req.Run, apps)); err != nil {
			return err
		}
	}
	l.changed, l.hopeless = append(l.changed, last.pending...), append(l.hopeless, last.hopeless...)
	return nil
}

// switches checks that the switches still do what the weights do not: users stay out of the Region that pending weights name, also
// after the rollback of a run that has reset the switch. The report asks the same.
func (h Handler) switches(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) {
	pending := slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool {
		return !req.Run.WeightsPending(h.Registry.Plan, req.SetAside, app) && !(req.Run.Phase == failover.Rollback && req.Run.Switched(h.Registry.Plan, app))
	})
	switches := live.ReadSwitches(ctx, h.Registry, h.Registry.Plan, pending)
	for _, app := range pending {
		for _, why := range switches.WhyNotOut(app, req.Stage.From) {
			l.wait("%s: %s", app.Name, why)
		}
	}
}

// registered checks that the registry has each application as the phase has moved it. A stage that moves traffic needs no such
// check: it has just written the registry.
func registered(l *attempt, plan failover.Plan, req failover.VerifyRequest, apps []failover.Application) {
	for _, app := range apps {
		want := failover.Place{Active: req.Stage.To, Weights: req.Stage.WeightsOf(app, req.Run.Epoch)}
		if req.Stage.Restore {
			want = app.Live.PlaceBefore(req.Run.Epoch)
		}
		if req.Run.WeightsPending(plan, req.SetAside, app) {
			want.Weights = app.Live.Weights
		}
		if app.Live.Active != want.Active || !maps.Equal(app.Live.Weights, want.Weights) {
			l.wait("%s: registry: active in %s, weight %d in %s; expected active in %s, weight %d", app.Name,
				app.Live.Active, app.Live.Weights[want.Active], want.Active, want.Active, want.Weights[want.Active])
		}
	}
}

// weights continues the reading, and checks that the records have the weights that this stage, or the stages before, have set.
// The next check reads a difference again. When it is gone, everything is read once more: by then minutes may have passed.
func (h Handler) weights(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	i := l.inventory
	part, err := live.ReadSome(ctx, h.Route53, apps, i.Position, listBudget)
	if err != nil && (entry.ConditionOf(err) != failover.Throttled || part.At == i.Position) {
		return err
	}
	l.changed = append(l.changed, unlike(req, part)...)
	switch {
	case len(l.changed) > 0:
		i.Differs = true
		if !i.Position.Done { // a zone that was partly read is read from its start
			i.Position = failover.Position{Zone: i.Position.Zone}
		}
	case i.Differs && part.Done:
		i.Differs, i.At, i.Position = false, req.Now, failover.Position{}
		l.unfinished = "the records are as expected again; all of them are read once more"
	case part.Done:
		i.Position, i.Complete = failover.Position{}, true
	default:
		i.Position = part.At
		l.unfinished = fmt.Sprintf("the records are as expected up to zone %s; the rest is read within Route 53's request quota", part.At.Zone)
	}
	return nil
}

// unlike says which of the records that were read differ from the weights of the stage.
func unlike(req failover.VerifyRequest, part live.Part) []string {
	found := newAttempt(nil)
	for _, app := range part.Applications {
		want := req.Stage.WeightsOf(app, req.Run.Epoch)
		for _, r := range app.Records {
			got := part.Sets.Weights(r)
			for _, region := range []failover.Region{req.Stage.From, req.Stage.To} {
				if weight, ok := got[region]; !ok || weight != want[region] {
					found.wait("%s: record %s %s: %s; expected weight %d", app.Name, r.Name, r.Type, weightText(got, region), want[region])
				}
			}
			for _, set := range part.Sets.Foreign(r) {
				found.wait("%s: record %s %s: record set %q is not registered and answers users with weight %d; expected weight 0",
					app.Name, r.Name, r.Type, set.Identifier, set.Weight)
			}
		}
	}
	for _, zone := range part.Missing {
		found.wait("zone %s: a registered record has no record sets; expected two weighted ones", zone)
	}
	return found.pending
}

func weightText(weights map[failover.Region]int, region failover.Region) string {
	if weight, ok := weights[region]; ok {
		return fmt.Sprintf("weight %d in %s", weight, region)
	}
	return fmt.Sprintf("no weighted record set in %s", region)
}
