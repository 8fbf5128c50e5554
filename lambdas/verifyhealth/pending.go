package verifyhealth

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// The Route 53 control plane may be lost after it has accepted a change, and before it has said that the name servers have it.
// Users whose switch has moved them do not depend on the change: the weights of such a zone become pending, and a later run
// writes them or finds them written.

// mayPend are the zones of a failover whose records all belong to applications that a switch has moved, by id with their names. A
// run that only writes weights waits for all of them.
func (h Handler) mayPend(req failover.VerifyRequest, apps []failover.Application) map[string]string {
	zones := map[string]string{}
	if req.Run.Action != failover.Failover || req.Run.OnlyWeights {
		return zones
	}
	for _, app := range apps {
		for _, r := range app.Records {
			if req.Run.Switched(h.Registry.Plan, app) {
				zones[r.Zone] = r.ZoneName
			}
		}
	}
	for _, app := range apps {
		for _, r := range app.Records {
			if !req.Run.Switched(h.Registry.Plan, app) {
				delete(zones, r.Zone)
			}
		}
	}
	return zones
}

// pend makes the weights of all these zones pending that are not yet: the control plane would answer about none of them.
func (l *attempt) pend(req failover.VerifyRequest, zones map[string]string) {
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		if req.SetAside.Pending(zone) {
			continue
		}
		l.newlyPending = append(l.newlyPending, failover.SetAside{
			Kind: failover.PendingKind, Object: zones[zone], Zone: zone, Error: failover.Unreachable,
			Cause: "the Route 53 control plane did not say whether the name servers have the weights",
		})
	}
}

// pendUnanswered makes the weights pending that the control plane does not answer about. It returns the error if a record remains
// whose users depend on it.
func (h Handler) pendUnanswered(l *attempt, req failover.VerifyRequest, apps []failover.Application, err error) error {
	zones := h.mayPend(req, apps)
	depends := func(app failover.Application) bool {
		return slices.ContainsFunc(app.Records, func(r failover.Record) bool { return zones[r.Zone] == "" })
	}
	if err == nil || entry.ConditionOf(err) != failover.Unreachable || slices.ContainsFunc(apps, depends) {
		return err
	}
	l.pend(req, zones)
	l.inventory.Position, l.inventory.Complete = failover.Position{}, true
	return nil
}

// pendingParts are the zones that this check has made pending, or one part for all if the run's list has no room for them.
func (l *attempt) pendingParts(before failover.Aside) failover.Aside {
	if len(l.newlyPending) <= failover.MaxSetAside-len(before) {
		return l.newlyPending
	}
	first := l.newlyPending[0]
	first.Object, first.Zone = fmt.Sprintf("%d zones", len(l.newlyPending)), failover.AllZones
	return failover.Aside{first}
}

// oneAttempt makes one attempt of a call: users do not wait for its answer.
func oneAttempt(o *route53.Options) { o.RetryMaxAttempts = 1 }
