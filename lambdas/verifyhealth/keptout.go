package verifyhealth

import (
	"context"
	"errors"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/nameservers"
)

// keptOut asks the name servers whether a switch that the run has not written makes its users stay in the Region that the run leaves,
// whatever the weights say: this Region's registry cannot say so while the Regions are disconnected. It asks about one zone of each
// switch, for all record sets of a switch carry the same two health checks.
func (h Handler) keptOut(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	if h.NameServers == nil || req.Stage.Restore || req.Run.OnlyWeights || !req.Stage.Full() {
		return nil
	}
	for _, s := range h.Registry.Plan.Switches {
		users := slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool {
			of, _ := h.Registry.Plan.SwitchOf(app)
			return of.Name != s.Name || req.Run.Switched(h.Registry.Plan, app)
		})
		public := slices.DeleteFunc(zonesOf(users), switchedZone.private)
		if len(public) == 0 {
			continue
		}
		if err := h.stay(ctx, l, req.Stage, s, public[0]); err != nil {
			return err
		}
	}
	return nil
}

// stay notes a name that resolves to its endpoint in the Region that the stage leaves. Any other answer is no effect of a switch. What the
// name servers do not answer is judged by the weights.
func (h Handler) stay(ctx context.Context, l *attempt, stage failover.Stage, of failover.Switch, zone switchedZone) error {
	servers, err := h.NameServers.Of(ctx, zone.name)
	for i, r := 0, sample(zone.records); err == nil && i < len(r); i++ {
		var got []string
		if got, err = h.NameServers.Ask(ctx, servers, r[i].Name, r[i].Type); err != nil {
			break
		}
		left, called, unknown := h.endpoint(ctx, servers, r[i], stage.From)
		reached, _, unknownToo := h.endpoint(ctx, servers, r[i], stage.To)
		if errors.Join(unknown, unknownToo) == nil && anyOf(r[i], got, left) && !anyOf(r[i], got, reached) {
			l.wait("record %s %s: the name servers of %s answer %s of %s, whose weight is 0: switch %s keeps users there",
				r[i].Name, r[i].Type, r[i].ZoneName, called, stage.From, of.Name)
		}
	}
	if errors.Is(err, nameservers.ErrNoAnswer) {
		return nil
	}
	return err
}
