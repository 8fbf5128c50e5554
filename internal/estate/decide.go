package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

// Options are what the user says.
type Options struct {
	Plan     failover.Plan
	Words    Words
	Answers  Answers
	Grouping Grouping
	// Registered are the applications that the plan has already. Their records are left out.
	Registered []failover.Application
	// Health are rules of a file, as text, for applications for which no rule can be proposed.
	Health *Rules
}

// Decision is what becomes of one group: a record of an application, or undecided with a reason, or left out with one.
type Decision struct {
	Group
	// Record is the record as the applications file has it, nil when it is undecided or left out. Active is the Region that
	// serves it.
	Record *failover.Record
	Active failover.Region
	// Convert says what a conversion has to do before the record can be registered; empty for a weighted pair.
	Convert string
	// Notes are what the user may want to know of it.
	Notes []string
	// Application is the name that an answer gives it.
	Application string

	// Undecided is why it could not be decided, Choices are what the user can do.
	Undecided string
	Choices   []string

	// LeftOut is why it is no record that moves.
	LeftOut string
}

// decider decides about the groups of zones.
type decider struct {
	Options
	groups []Group
	at     map[string]int // by zone, name and type
	names  map[string]string
	// endpoints are the names in the zones that record sets with a routing policy point to, with the name of these.
	endpoints map[string]string
	// registered are the applications of registered records, by zone, name and type.
	registered map[string]string
}

// Decide decides about every name and type of the zones.
func Decide(zones []Zone, o Options) []Decision {
	d := &decider{Options: o, at: map[string]int{}, names: map[string]string{}, endpoints: map[string]string{}, registered: map[string]string{}}
	for _, app := range o.Registered {
		for _, r := range app.Records {
			d.registered[r.Zone+" "+failover.CanonicalName(r.Name)+" "+r.Type] = app.Name
		}
	}
	for _, z := range zones {
		d.groups = append(d.groups, z.Groups()...)
	}
	for i, g := range d.groups {
		d.at[g.key()] = i
		d.names[g.Name] = g.Zone.ID
	}
	for _, g := range d.groups {
		if o := d.Answers.Of(g).Other; o != nil && o.Record != "" {
			d.endpoints[failover.CanonicalName(g.expand(o.Record))] = g.String()
		}
		for _, s := range g.Sets {
			for _, target := range s.targets() {
				if d.names[target] != "" && g.Policy() != Simple {
					d.endpoints[target] = g.String()
				}
			}
		}
	}
	decisions := make([]Decision, len(d.groups))
	for i, g := range d.groups {
		decisions[i] = d.decide(g)
	}
	return decisions
}

func (g Group) key() string { return g.Zone.ID + " " + g.Name + " " + g.Type }

// find is the group of a name and type in a zone, or else in any zone.
func (d *decider) find(zone, name, recordType string) (Group, bool) {
	for _, id := range []string{zone, d.names[name]} {
		if i, ok := d.at[id+" "+name+" "+recordType]; ok {
			return d.groups[i], true
		}
	}
	return Group{}, false
}

// decide decides about one group.
func (d *decider) decide(g Group) Decision {
	said := d.Answers.Of(g)
	out := Decision{Group: g, Application: said.Application}
	if out.LeftOut = d.leftOut(g, said); out.LeftOut != "" {
		return out
	}
	switch g.Policy() {
	case Weighted:
		d.weighted(&out, said)
	case Simple:
		d.simple(&out, said)
	case Failover:
		d.failover(&out, said)
	case Latency, Geolocation:
		d.byClient(&out, said)
	default:
		out.undecided(fmt.Sprintf("its routing policy is %s, which Drover does not convert", policyText(g)))
	}
	if out.Record != nil {
		out.hold(d.Plan)
	}
	return out
}

func policyText(g Group) string {
	if g.Policy() == Foreign {
		for _, s := range g.Sets {
			if s.Other != "" {
				return s.Other
			}
		}
	}
	return string(g.Policy())
}

// undecided says why, and what the user can do. The first choices are the given ones; the last is always to leave the name.
func (out *Decision) undecided(reason string, choices ...string) {
	out.Record, out.Undecided = nil, reason
	out.Choices = append(choices, fmt.Sprintf("{name: %q, type: %s, skip: true}  # leave it as it is", out.Name, out.Type))
}

// choice is a line of an answers file for the group.
func (g Group) choice(format string, args ...any) string {
	return fmt.Sprintf("{name: %q, type: %s, ", g.Name, g.Type) + fmt.Sprintf(format, args...) + "}"
}

// hold checks a record by the rules of the applications file. What breaks one is undecided.
func (out *Decision) hold(plan failover.Plan) {
	for _, wrong := range rules.Check(plan, failover.Application{Name: "x", Wave: 1, Records: []failover.Record{*out.Record}}) {
		if text, ok := strings.CutPrefix(wrong, "records[0]."); ok {
			out.undecided("the applications file does not take it: " + text)
			return
		}
	}
}

// unmoved are the types that say something of the zone or of the owner and not of a Region.
var unmoved = []string{"NS", "SOA", "CAA", "DS", "PTR", "NAPTR", "SPF", "SSHFP", "TLSA"}

// bound are the types that move only where the zone or the user says so: mail, texts and services.
var bound = []string{"TXT", "MX", "SRV"}

// leftOut is why a group is nothing that moves, empty when it may be.
func (d *decider) leftOut(g Group, said Answer) string {
	label, _, _ := strings.Cut(g.Name, ".")
	switch {
	case d.registered[g.key()] != "":
		return "it is registered, in application " + d.registered[g.key()]
	case said.Skip:
		return "the answers say to leave it"
	case slices.Contains(unmoved, g.Type):
		return g.Type + " records do not move"
	case failover.IsFenceName(g.Name):
		return "it is a record of Drover's own"
	case g.Policy() != Simple || said.Other != nil:
		return ""
	case slices.Contains(bound, g.Type):
		return g.Type + " records have no Region, unless an answer gives the other endpoint"
	case strings.HasPrefix(label, "_") || strings.Contains(g.Name, "._domainkey."):
		return "its name is that of a proof or a service, not of an endpoint"
	case d.endpoints[g.Name] != "":
		return "it is an endpoint of " + d.endpoints[g.Name]
	}
	return d.follows(g)
}

// follows is why a simple record needs no move of its own: its target is in the zones, and moves or not, or in no Region.
func (d *decider) follows(g Group) string {
	s := g.Sets[0]
	if service := globalService(s); service != "" {
		return service + " is in no Region: it serves while its origin does"
	}
	for _, target := range s.targets() {
		if s.AliasTarget != nil && s.AliasTarget.HostedZoneID != g.Zone.ID {
			continue
		}
		if d.names[target] != "" {
			return "it follows " + target
		}
	}
	return ""
}
