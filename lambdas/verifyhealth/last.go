package verifyhealth

import (
	"context"
	"fmt"
	"maps"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// lastLook asks, at the look that would pass, whether everything is still as the stages have left it: what the name
// servers have, who writes, and in the stage that closes a leg what the registry says. Not at every look: a zone has
// dozens of pages, and the account 10 calls a second. For the same reason the zones are spread over the looks in a row
// that it takes, the last one first.
func (h Handler) lastLook(ctx context.Context, l *look, req failover.VerifyRequest, apps []failover.Application) error {
	if !l.healthy() {
		return nil
	}
	last := newLook()
	before := req.Stage.Passes - 1 - max(req.Passes, 0) // the looks that are still to come after this one
	if before > 0 {
		err := h.weights(ctx, last, req, inZones(apps, before, req.Stage.Passes))
		l.changed = last.pending
		return err
	}
	if req.Stage.Closing() {
		registered(last, req, apps)
	}
	if databaseFirst := req.Stage.Full() && !req.Stage.Promote && !req.Stage.WriterFollows; databaseFirst && !req.Stage.Closing() {
		if err := h.writers(ctx, last, req, ownDatabases(req.Run, apps)); err != nil {
			return err
		}
	}
	if err := h.weights(ctx, last, req, inZones(apps, 0, req.Stage.Passes)); err != nil {
		return err
	}
	l.changed, l.hopeless = last.pending, last.hopeless
	return nil
}

// inZones are the applications with those of their records that are in zone number from, counted as they come, and in
// each that is a multiple of every after it.
func inZones(apps []failover.Application, from, every int) []failover.Application {
	zones := map[string]int{}
	var kept []failover.Application
	for _, app := range apps {
		var records []failover.Record
		for _, r := range app.Records {
			n, seen := zones[r.Zone]
			if !seen {
				n = len(zones)
				zones[r.Zone] = n
			}
			if n%max(every, 1) == from {
				records = append(records, r)
			}
		}
		if app.Records = records; len(records) > 0 {
			kept = append(kept, app)
		}
	}
	return kept
}

// registered asks whether the registry says of each application what the leg has made of it. A stage that moves traffic
// needs no such look: it has just written that itself.
func registered(l *look, req failover.VerifyRequest, apps []failover.Application) {
	for _, app := range apps {
		want := failover.Place{Active: req.Stage.To, Weights: req.Stage.WeightsOf(app, req.Run.Epoch)}
		if req.Stage.Restore {
			want = app.Live.PlaceBefore(req.Run.Epoch)
		}
		if app.Live.Active != want.Active || !maps.Equal(app.Live.Weights, want.Weights) {
			l.wait("%s: registry: active in %s, weight %d in %s; expected active in %s, weight %d", app.Name,
				app.Live.Active, app.Live.Weights[want.Active], want.Active, want.Active, want.Weights[want.Active])
		}
	}
}

// weights asks whether the records are as the stage, or those before it, have set them.
func (h Handler) weights(ctx context.Context, l *look, req failover.VerifyRequest, apps []failover.Application) error {
	if req.Stage.Percent == nil && !req.Stage.Closing() {
		return nil
	}
	sets, err := live.Records(ctx, h.Route53, apps)
	if err != nil {
		return err
	}
	for _, app := range apps {
		for _, r := range app.Records {
			got, want := sets.Weights(r), req.Stage.WeightsOf(app, req.Run.Epoch)
			for _, region := range []failover.Region{req.Stage.From, req.Stage.To} {
				if weight, ok := got[region]; !ok || weight != want[region] {
					l.wait("%s: record %s %s: %s; expected weight %d", app.Name, r.Name, r.Type, weightText(got, region), want[region])
				}
			}
		}
	}
	return nil
}

func weightText(weights map[failover.Region]int, region failover.Region) string {
	if weight, ok := weights[region]; ok {
		return fmt.Sprintf("weight %d in %s", weight, region)
	}
	return fmt.Sprintf("no weighted record set in %s", region)
}
