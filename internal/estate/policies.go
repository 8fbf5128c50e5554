package estate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// pairing is which record sets of a group are those of the plan's Regions.
type pairing struct {
	of   map[failover.Region]Set
	rest []Set
	// unknown is why a record set could not be placed, empty when all could or are removed.
	unknown string
	// twice is why a Region has two record sets; empty when none has.
	twice string
}

// pair places the record sets of a group. Those that the user removes are the rest.
func (d *decider) pair(g Group, said Answer) pairing {
	p := pairing{of: map[failover.Region]Set{}}
	for _, s := range g.Sets {
		if slices.Contains(said.Remove, s.SetIdentifier) {
			p.rest = append(p.rest, s)
			continue
		}
		region, reason := d.regionOf(s, said.Sets)
		if there, taken := p.of[region]; reason == "" && taken {
			reason = fmt.Sprintf("both %s and %s are in %s", there, s, region)
			p.twice = reason
		}
		if reason != "" {
			p.rest = append(p.rest, s)
			if p.unknown == "" {
				p.unknown = reason
			}
			continue
		}
		p.of[region] = s
	}
	return p
}

// whole says whether each Region of the plan has one record set.
func (d *decider) whole(p pairing) bool { return len(p.of) == 2 && p.twice == "" }

// record is the record of a pair; endpoints that do not exist yet are given.
func (d *decider) record(g Group, of map[failover.Region]failover.Endpoint, ttl int64) *failover.Record {
	r := failover.Record{Name: g.Name, Type: g.Type, Zone: g.Zone.ID, ZoneName: g.Zone.Name, Endpoints: of}
	for _, e := range of {
		if e.Alias == nil {
			r.TTL = ttl
		}
	}
	return &r
}

func endpointsOf(of map[failover.Region]Set) map[failover.Region]failover.Endpoint {
	endpoints := map[failover.Region]failover.Endpoint{}
	for region, s := range of {
		endpoints[region] = s.endpoint(region)
	}
	return endpoints
}

// ttlOf is the TTL of the first of the record sets that has one.
func ttlOf(sets ...Set) int64 {
	for _, s := range sets {
		if s.TTL != nil {
			return *s.TTL
		}
	}
	return 0
}

// weighted decides about a weighted group.
func (d *decider) weighted(out *Decision, said Answer) {
	p := d.pair(out.Group, said)
	switch {
	case len(out.Sets) == 1 && len(p.of) == 1:
		d.alone(out, said, p)
		return
	case !d.whole(p):
		d.unplaced(out, said, p)
		return
	}
	primary, standby := p.of[d.Plan.Primary], p.of[d.Plan.Standby]
	out.Record = d.record(out.Group, endpointsOf(p.of), ttlOf(primary, standby))
	drawing := d.besidePair(out, said, p)
	switch {
	case drawing != "":
		out.undecided(drawing, out.choice("remove: [%s]", quotedList(p.rest))+d.thenAccept(out.Group, ""))
	case *primary.Weight > 0 && *standby.Weight == 0:
		out.Active = d.Plan.Primary
	case *primary.Weight == 0 && *standby.Weight > 0:
		out.Active = d.Plan.Standby
	case said.Serves != "":
		out.Active, out.Convert = said.Serves, fmt.Sprintf("weights %d and %d: both Regions serve", *primary.Weight, *standby.Weight)
	default:
		out.undecided(fmt.Sprintf("its weights are %d in %s and %d in %s: both Regions serve, and Drover moves all clients at once",
			*primary.Weight, d.Plan.Primary, *standby.Weight, d.Plan.Standby), d.serves(out.Group)...)
	}
}

// besidePair is about the record sets of a weighted group beside the pair. One that clients get, whatever Drover does, is why the
// group cannot be decided.
func (d *decider) besidePair(out *Decision, said Answer, p pairing) (why string) {
	var drawing, idle, removed []string
	for _, s := range p.rest {
		switch {
		case slices.Contains(said.Remove, s.SetIdentifier) && *s.Weight > 0:
			removed = append(removed, s.String())
		case *s.Weight > 0:
			drawing = append(drawing, s.String())
		default:
			idle = append(idle, s.SetIdentifier)
		}
	}
	if len(removed) > 0 {
		out.Convert = "deletes " + prose.Some(removed, 3, "; ")
	}
	if len(idle) > 0 {
		out.Notes = append(out.Notes, "beside the pair, with weight 0: "+prose.Some(idle, 3, ", "))
	}
	if len(drawing) > 0 {
		why = "beside the pair, clients get " + prose.Some(drawing, 3, "; ") + ", whatever Drover does"
	}
	return why
}

func quotedList(sets []Set) string {
	var ids []string
	for _, s := range sets {
		ids = append(ids, fmt.Sprintf("%q", s.SetIdentifier))
	}
	return strings.Join(ids, ", ")
}

// serves are the choices of a group that serves from both Regions.
func (d *decider) serves(g Group) []string {
	return []string{
		g.choice("serves: %s", d.Plan.Primary) + d.thenAccept(g, d.Plan.Primary),
		g.choice("serves: %s", d.Plan.Standby) + d.thenAccept(g, d.Plan.Standby),
	}
}

// thenAccept is what the conversion needs after such an answer, because answers change.
func (d *decider) thenAccept(g Group, serves failover.Region) string {
	flags := "  # then: drover import --convert FILE"
	if serves != "" {
		flags += " --serves " + string(serves)
	}
	return flags + " --accept " + failover.Quote(g.Name)
}

// unplaced is a group whose record sets could not all be placed in a Region.
func (d *decider) unplaced(out *Decision, said Answer, p pairing) {
	var ids, choices []string
	for _, s := range out.Sets {
		ids = append(ids, s.SetIdentifier)
	}
	if len(ids) >= 2 {
		choices = append(choices,
			out.choice("sets: {%q: %s, %q: %s}", ids[0], d.Plan.Primary, ids[1], d.Plan.Standby),
			out.choice("sets: {%q: %s, %q: %s}", ids[1], d.Plan.Primary, ids[0], d.Plan.Standby))
	} else {
		choices = append(choices, out.choice("sets: {%q: %s}, other: {value: ENDPOINT IN %s}", ids[0], d.Plan.Primary, d.Plan.Standby))
	}
	reason := cmp.Or(p.twice, p.unknown)
	if reason == "" {
		reason = fmt.Sprintf("no record set is in %s", d.missing(p))
	}
	out.undecided(reason, choices...)
}

// missing is the Region of the plan that has no record set.
func (d *decider) missing(p pairing) failover.Region {
	if _, ok := p.of[d.Plan.Primary]; ok {
		return d.Plan.Standby
	}
	return d.Plan.Primary
}

// alone is a group with one record set, which answers every client. The endpoint in the other Region is what the user says.
func (d *decider) alone(out *Decision, said Answer, p pairing) {
	other := d.missing(p)
	region := d.Plan.Other(other)
	s := p.of[region]
	if said.Other == nil {
		out.undecided(fmt.Sprintf("the endpoint in %s is not known; there is one record set, %s", other, s), d.otherChoices(out.Group, other, region)...)
		return
	}
	e, problem := d.endpoint(out.Group, *said.Other)
	if problem != "" {
		out.undecided(problem)
		return
	}
	endpoints := endpointsOf(p.of)
	if s.Policy() == Simple {
		endpoints[region] = out.steady(endpoints[region], other)
	}
	endpoints[other] = e
	out.Record, out.Active = d.record(out.Group, endpoints, max(ttlOf(s), defaultTTL(s))), region
	out.Convert = fmt.Sprintf("one %s record set; the one of %s is created with weight 0", s.Policy(), other)
}

// steady is the endpoint of a simple record without what would make Route 53 answer with the other Region on its own.
func (out *Decision) steady(e failover.Endpoint, other failover.Region) failover.Endpoint {
	const had = ", so that Route 53 does not answer with %s on its own; in a simple record it had no effect"
	if e.HealthCheck != "" {
		out.Notes = append(out.Notes, fmt.Sprintf("without the health check %s"+had, e.HealthCheck, other))
		e.HealthCheck = ""
	}
	if e.Alias != nil && e.Alias.EvaluateTargetHealth {
		out.Notes = append(out.Notes, fmt.Sprintf("evaluateTargetHealth is false"+had, other))
		one := *e.Alias
		one.EvaluateTargetHealth = false
		e.Alias = &one
	}
	return e
}

// defaultTTL is the TTL of a value beside an alias, which has none: that of a load balancer.
func defaultTTL(s Set) int64 {
	if s.TTL == nil {
		return 60
	}
	return 0
}

// simple decides about a record without a routing policy.
func (d *decider) simple(out *Decision, said Answer) {
	s := out.Sets[0]
	region, reason := said.Region, ""
	if region == "" {
		region, reason = d.regionOf(s, nil)
	}
	if reason != "" {
		choices := d.otherChoices(out.Group, d.Plan.Standby, d.Plan.Primary)
		out.undecided(reason+"; and it has no record set in a second Region", choices...)
		return
	}
	d.alone(out, said, pairing{of: map[failover.Region]Set{region: s}})
}

// siblings are how estates name the record of the other Region, of a name without it.
var siblings = []string{"{label}-dr.{rest}", "{label}-standby.{rest}", "{label}-secondary.{rest}", "{label}-{region}.{rest}", "{region}.{name}", "{label}.{region}.{rest}", "dr-{label}.{rest}"}

// otherChoices are the endpoints that a name may have in the other Region: those of records that are named alike.
func (d *decider) otherChoices(g Group, other, region failover.Region) []string {
	var choices []string
	for _, form := range siblings {
		name := g.expand(strings.ReplaceAll(form, "{region}", string(other)))
		if there, ok := d.find(g.Zone.ID, name, g.Type); ok && there.Policy() == Simple && len(choices) < 3 {
			choices = append(choices, g.choice("region: %s, other: {record: %q}", region, name)+"  # "+there.Sets[0].Answer())
		}
	}
	form := "{value: ENDPOINT IN %s}"
	if g.Sets[0].AliasTarget != nil {
		form = "{alias: {name: LOAD BALANCER IN %s, zone: ITS ZONE}}"
	}
	return append(choices, g.choice("region: %s, other: %s", region, fmt.Sprintf(form, other)))
}

// failover decides about a group with a primary and a secondary record set.
func (d *decider) failover(out *Decision, said Answer) {
	p := d.pair(out.Group, said)
	if len(out.Sets) == 1 && len(p.of) == 1 {
		d.alone(out, said, p)
		return
	}
	if !d.whole(p) {
		d.unplaced(out, said, p)
		return
	}
	for region, s := range p.of {
		if s.Failover == "PRIMARY" {
			out.Active = region
		}
	}
	serving := p.of[out.Active]
	out.Record = d.record(out.Group, endpointsOf(p.of), ttlOf(serving, p.of[d.Plan.Other(out.Active)]))
	out.Convert = "failover: the primary record set becomes weight 100, the secondary 0"
}

// byClient decides about latency and geolocation: which record set answers depends on the client.
func (d *decider) byClient(out *Decision, said Answer) {
	p := d.pair(out.Group, said)
	if len(out.Sets) == 1 && len(p.of) == 1 {
		d.alone(out, said, p)
		return
	}
	switch {
	case !d.whole(p) || p.unknown != "":
		d.unplaced(out, said, p)
		return
	case p.of[d.Plan.Primary].Answer() == p.of[d.Plan.Standby].Answer():
		out.undecided(fmt.Sprintf("its record sets of %s and %s have the same answer", d.Plan.Primary, d.Plan.Standby))
		return
	case said.Serves == "":
		out.undecided(fmt.Sprintf("%s: clients near %s and near %s get different answers, and Drover moves all clients at once", out.Policy(), d.Plan.Primary, d.Plan.Standby),
			d.serves(out.Group)...)
		return
	}
	out.Active = said.Serves
	out.Record = d.record(out.Group, endpointsOf(p.of), ttlOf(p.of[said.Serves], p.of[d.Plan.Other(said.Serves)]))
	out.Convert = fmt.Sprintf("%s: every client gets %s, whose answer some do not get today", out.Policy(), said.Serves)
}
