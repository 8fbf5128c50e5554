package conversion

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// match is the record set that is the endpoint of a Region: the one with its identifier if it has the same answer, or else the
// first one with the same answer.
func match(g estate.Group, r failover.Record, region failover.Region) (estate.Set, bool) {
	want := setOf(r, region, 0)
	var found []estate.Set
	for _, s := range g.Sets {
		if s.Answer() == want.Answer() {
			found = append(found, s)
		}
	}
	for _, s := range found {
		if s.SetIdentifier == want.SetIdentifier {
			return s, true
		}
	}
	if len(found) > 0 {
		return found[0], true
	}
	return estate.Set{}, false
}

// serving is the Region whose endpoint answers today.
func (p *planner) serving(g estate.Group, r failover.Record) (region failover.Region, problem string) {
	g.Sets = p.resolved(g.Zone.ID, g.Sets)
	today, one := theAnswer(g)
	switch {
	case one:
	case g.Policy() == estate.Failover:
		today = g.Sets[max(0, slices.IndexFunc(g.Sets, func(s estate.Set) bool { return s.Failover == "PRIMARY" }))]
	case p.Serves == "":
		return "", fmt.Sprintf("it is %s, and clients get different answers: %s; say which Region is to serve all of them, with --serves %s or --serves %s",
			g.Policy(), some(g.Sets), p.Plan.Primary, p.Plan.Standby)
	default:
		return p.Serves, ""
	}
	for _, region := range []failover.Region{p.Plan.Primary, p.Plan.Standby} {
		if p.resolved(g.Zone.ID, []estate.Set{setOf(r, region, 0)})[0].Answer() == today.Answer() {
			return region, ""
		}
	}
	return "", fmt.Sprintf("it answers with %s today, which is neither endpoint of the file (%s: %s, %s: %s); expected one of them: correct the file, or import again",
		today.Answer(), p.Plan.Primary, setOf(r, p.Plan.Primary, 0).Answer(), p.Plan.Standby, setOf(r, p.Plan.Standby, 0).Answer())
}

// resolved are record sets of a zone with what clients get in place of an alias: an alias to a simple record of the own zone has
// that record's values, and its health check where it evaluates its health.
func (p *planner) resolved(zone string, sets []estate.Set) []estate.Set {
	all := slices.Clone(sets)
	for i, s := range all {
		if s.AliasTarget == nil || s.AliasTarget.HostedZoneID != zone {
			continue
		}
		g, there := p.groups[key(zone, failover.CanonicalName(s.AliasTarget.DNSName), s.Type)]
		if !there || g.Policy() != estate.Simple || g.Sets[0].AliasTarget != nil {
			continue
		}
		target := g.Sets[0]
		if s.AliasTarget.EvaluateTargetHealth && target.HealthCheckID != "" && s.HealthCheckID != "" {
			continue // its health depends on two health checks
		}
		if s.AliasTarget.EvaluateTargetHealth && s.HealthCheckID == "" {
			all[i].HealthCheckID = target.HealthCheckID
		}
		all[i].AliasTarget, all[i].TTL, all[i].ResourceRecords = nil, target.TTL, target.ResourceRecords
	}
	return all
}

// theAnswer is the record set that answers every client today, if all that may answer have the same answer: of a weighted group,
// those with a weight.
func theAnswer(g estate.Group) (s estate.Set, one bool) {
	sets := g.Sets
	if drawing := slices.DeleteFunc(slices.Clone(sets), func(s estate.Set) bool { return s.Weight != nil && *s.Weight == 0 }); len(drawing) > 0 {
		sets = drawing
	}
	for _, other := range sets[1:] {
		if other.Answer() != sets[0].Answer() {
			return s, false
		}
	}
	return sets[0], true
}

func some(sets []estate.Set) string {
	var all []string
	for _, s := range sets {
		all = append(all, s.String())
	}
	return prose.Some(all, 4, "; ")
}

// dangling is why the alias of a record set has no target: one in the own zone must exist.
func (p *planner) dangling(c Conversion, s estate.Set) string {
	if s.AliasTarget == nil || s.AliasTarget.HostedZoneID != c.Zone {
		return ""
	}
	target := failover.CanonicalName(s.AliasTarget.DNSName)
	if _, there := p.groups[key(c.Zone, target, c.Type)]; there && target != c.Name {
		return ""
	}
	return fmt.Sprintf("the alias of %s points to %s %s, which zone %s does not have; Route 53 would reject the batch", cmp.Or(s.SetIdentifier, "it"), target, c.Type, c.Zone)
}
