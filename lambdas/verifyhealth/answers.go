package verifyhealth

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
	"github.com/drover-dr/drover/lambdas/internal/nameservers"
)

// nameServers are those of hosted zones.
type nameServers interface {
	// Of returns the addresses of a zone's name servers.
	Of(ctx context.Context, zoneName string) ([]string, error)
	// Ask returns the values of a record set, as the first of the servers has them that answers.
	Ask(ctx context.Context, servers []string, name, recordType string) ([]string, error)
	// Resolve returns the addresses of a name of any zone.
	Resolve(ctx context.Context, name, recordType string) ([]string, error)
}

// namesOfZone is how many names of a zone a check asks about: all record sets of a switch carry the same two health checks,
// so what holds for the first, the middle and the last of them holds for all.
const namesOfZone = 3

// answers asks the zones' own name servers where the names resolve to whose users a switch has moved. The control plane cannot
// say so: health checks change no record set, and it may be what is lost. A zone whose name servers cannot be reached, such as
// a private one, is judged by the metrics of its applications alone.
func (h Handler) answers(ctx context.Context, l *attempt, req failover.VerifyRequest, apps []failover.Application) error {
	if h.NameServers == nil || len(req.Run.Switches) == 0 || req.Stage.Percent == nil && !req.Stage.Closing() {
		return nil
	}
	zones := h.switchedZones(req, apps)
	if err := h.askZones(ctx, l, zones, req.Stage.To); err != nil {
		return err
	}
	open := func(z switchedZone) bool { return l.zones[z.id] || l.unasked[z.id] }
	switch {
	case slices.ContainsFunc(zones, open):
		l.answeredAt = nil // also if they did before: the lever may have failed meanwhile
	case l.answeredAt == nil && len(zones) > 0:
		l.answeredAt = &req.Now
	}
	return nil
}

// askZones asks for a sample of the names of each zone.
func (h Handler) askZones(ctx context.Context, l *attempt, zones []switchedZone, to failover.Region) error {
	if h.NameServers == nil {
		return nil
	}
	for _, zone := range zones {
		if zone.private() { // its name may be that of a public zone too, whose name servers answer otherwise
			l.unasked[zone.id] = true
			continue
		}
		servers, err := h.NameServers.Of(ctx, zone.name)
		if errors.Is(err, nameservers.ErrNoAnswer) {
			l.unasked[zone.id] = true
			continue
		}
		if err != nil {
			return err
		}
		for _, r := range sample(zone.records) {
			seen, err := h.resolves(ctx, l, servers, r, to)
			if err != nil {
				return err
			}
			if !seen {
				l.unasked[zone.id] = true
				break
			}
		}
	}
	return nil
}

// switchedZone is a hosted zone with those of its records whose users a switch has moved.
type switchedZone struct {
	id, name string
	records  []failover.Record
}

// private says whether the zone is registered as private.
func (z switchedZone) private() bool {
	return slices.ContainsFunc(z.records, func(r failover.Record) bool { return r.Private })
}

func (h Handler) switchedZones(req failover.VerifyRequest, apps []failover.Application) []switchedZone {
	return zonesOf(slices.DeleteFunc(slices.Clone(apps), func(app failover.Application) bool { return !req.Run.Switched(h.Registry.Plan, app) }))
}

// zonesOf are the hosted zones of applications, in their order.
func zonesOf(apps []failover.Application) []switchedZone {
	var zones []switchedZone
	for _, app := range apps {
		for _, r := range app.Records {
			i := slices.IndexFunc(zones, func(z switchedZone) bool { return z.id == r.Zone })
			if i < 0 {
				i, zones = len(zones), append(zones, switchedZone{id: r.Zone, name: r.ZoneName})
			}
			zones[i].records = append(zones[i].records, r)
		}
	}
	return zones
}

// sample are the first, the middle and the last of the records.
func sample(records []failover.Record) []failover.Record {
	if len(records) <= namesOfZone {
		return records
	}
	return []failover.Record{records[0], records[len(records)/2], records[len(records)-1]}
}

// resolves notes when a name does not resolve to its endpoint in the target Region. It says whether a name server answered.
func (h Handler) resolves(ctx context.Context, l *attempt, servers []string, r failover.Record, to failover.Region) (seen bool, err error) {
	got, err := h.NameServers.Ask(ctx, servers, r.Name, r.Type)
	if errors.Is(err, nameservers.ErrNoAnswer) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	want, expected, err := h.endpoint(ctx, servers, r, to)
	if err != nil {
		return false, nil //nolint:nilerr // what the alias stands for cannot be known from here
	}
	if !anyOf(r, got, want) {
		l.wait("record %s %s: the name servers of %s answer %s; expected %s of %s", r.Name, r.Type, r.ZoneName, orNothing(got), expected, to)
		l.zones[r.Zone] = true
	}
	return true, nil
}

// endpoint are the values with which a name of its zone answers for the endpoint of a record in a Region, and how that endpoint is called. The
// error is that of an alias, whose values only its name servers know.
func (h Handler) endpoint(ctx context.Context, servers []string, r failover.Record, region failover.Region) (values []string, called string, err error) {
	endpoint := r.Endpoints[region]
	a := endpoint.Alias
	switch {
	case a == nil:
		values = endpoint.All()
		return values, strings.Join(values, ", "), nil
	case a.Zone == r.Zone:
		values, err = h.NameServers.Ask(ctx, servers, a.Name, r.Type)
	default:
		values, err = h.NameServers.Resolve(ctx, a.Name, r.Type)
	}
	return values, a.Name, err
}

// anyOf says whether any of the answers is one of the values.
func anyOf(r failover.Record, answers, values []string) bool {
	return slices.ContainsFunc(answers, func(answer string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return rules.SameValue(r.Type, v, answer) })
	})
}

func orNothing(values []string) string {
	if len(values) == 0 {
		return "nothing"
	}
	return strings.Join(values, ", ")
}
