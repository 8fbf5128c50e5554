package conversion

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
)

// Conversion is one name and type to convert.
type Conversion struct {
	Application string `json:"application"`
	Zone        string `json:"zone"`
	ZoneName    string `json:"zoneName"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	// Before are the record sets as they are, After those that replace them.
	Before []estate.Set `json:"before"`
	After  []estate.Set `json:"after"`
	// Accepted is the difference in answers that the user accepts.
	Accepted *Difference `json:"-"`
}

// String is such as "www.example.com A".
func (c Conversion) String() string { return c.Name + " " + c.Type }

// Lines are the changes of a name.
func (c Conversion) Lines() []string {
	deleted, created := c.changes()
	lines := []string{fmt.Sprintf("%s (application %s)", c, c.Application)}
	for _, s := range deleted {
		lines = append(lines, "  DELETE "+line(s))
	}
	for _, s := range created {
		lines = append(lines, "  CREATE "+line(s))
	}
	if c.Accepted != nil {
		lines = append(lines, "  answers change, as accepted: "+c.Accepted.String())
	}
	return lines
}

func line(s estate.Set) string {
	text := s.String()
	if s.TTL != nil {
		text += fmt.Sprintf(", TTL %d", *s.TTL)
	}
	if s.HealthCheckID != "" {
		text += ", health check " + s.HealthCheckID
	}
	if s.AliasTarget != nil && s.AliasTarget.EvaluateTargetHealth {
		text += ", evaluates the target's health"
	}
	return text
}

// changes are the record sets to delete and to create: those that stay as they are are neither.
func (c Conversion) changes() (deleted, created []estate.Set) {
	for _, s := range c.Before {
		if !contains(c.After, s) {
			deleted = append(deleted, s)
		}
	}
	for _, s := range c.After {
		if !contains(c.Before, s) {
			created = append(created, s)
		}
	}
	return deleted, created
}

func contains(sets []estate.Set, s estate.Set) bool {
	return slices.ContainsFunc(sets, func(other estate.Set) bool { return same(s, other) })
}

// same compares two record sets as Route 53 does: values in any order.
func same(a, b estate.Set) bool { return form(a) == form(b) }

func form(s estate.Set) string {
	s.Name = failover.CanonicalName(s.Name)
	s.ResourceRecords = slices.Clone(s.ResourceRecords)
	slices.SortFunc(s.ResourceRecords, func(a, b estate.Value) int { return strings.Compare(a.Value, b.Value) })
	if s.AliasTarget != nil {
		target := *s.AliasTarget
		target.DNSName = failover.CanonicalName(target.DNSName)
		s.AliasTarget = &target
	}
	out, err := json.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%+v", s) // it has nothing that JSON cannot have
	}
	return string(out)
}

func sameAll(a, b []estate.Set) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s estate.Set) bool { return !contains(b, s) })
}

// Refusal is a name that is not converted, and why.
type Refusal struct{ Name, Reason string }

// String is such as "www.example.com A: has no record set".
func (r Refusal) String() string { return r.Name + ": " + r.Reason }

// Options are what the user says.
type Options struct {
	Plan failover.Plan
	// Serves is the Region that serves all clients from now on, where the record sets serve them from both.
	Serves failover.Region
	// Accept are names, or patterns, whose answers may change.
	Accept []string
}

func (o Options) accepts(name string) bool {
	return slices.ContainsFunc(o.Accept, func(pattern string) bool { return estate.Matches(pattern, name) })
}

// Todo is what there is to do.
type Todo struct {
	Conversions []Conversion
	// Done is how many names are as they are to be.
	Done    int
	Refused []Refusal
}

// planner is one [Plan].
type planner struct {
	Options
	groups map[string]estate.Group
	todo   Todo
}

func newPlanner(zones []estate.Zone, o Options) *planner {
	p := &planner{Options: o, groups: map[string]estate.Group{}}
	for _, z := range zones {
		for _, g := range z.Groups() {
			p.groups[key(z.ID, g.Name, g.Type)] = g
		}
	}
	return p
}

func key(zone, name, recordType string) string { return zone + " " + name + " " + recordType }

// Plan compares applications as a file has them with the zones, and returns what makes weighted pairs of their records.
func Plan(zones []estate.Zone, apps []failover.Application, o Options) Todo {
	p := newPlanner(zones, o)
	for _, app := range apps {
		for _, r := range app.Records {
			c := Conversion{Application: app.Name, Zone: r.Zone, ZoneName: r.ZoneName, Name: failover.CanonicalName(r.Name), Type: r.Type}
			g, there := p.groups[key(c.Zone, c.Name, c.Type)]
			if !there {
				p.refuse(c, "zone %s has no record set of it; create the weighted pair, or remove the record from the file", r.Zone)
				continue
			}
			c.Before = g.Sets
			p.record(c, g, r)
		}
	}
	return p.todo
}

func (p *planner) refuse(c Conversion, format string, args ...any) {
	p.todo.Refused = append(p.todo.Refused, Refusal{c.String(), fmt.Sprintf(format, args...)})
}

// record plans one record of the file.
func (p *planner) record(c Conversion, g estate.Group, r failover.Record) {
	switch g.Policy() {
	case estate.Multivalue, estate.Foreign:
		p.refuse(c, "its routing policy, %s, is none that Drover converts", g.Policy())
		return
	case estate.Weighted:
		if p.pair(c, g, r) {
			return
		}
	}
	serving, problem := p.serving(g, r)
	if problem != "" {
		p.refuse(c, "%s", problem)
		return
	}
	for _, region := range []failover.Region{p.Plan.Primary, p.Plan.Standby} {
		weight := int64(0)
		if region == serving {
			weight = max(weight, 100)
		}
		s := setOf(r, region, weight)
		s.Name = g.Sets[0].Name
		if there, ok := match(g, r, region); ok && there.Policy() == estate.Weighted && (*there.Weight > 0) == (weight > 0) {
			s.Weight = there.Weight
		}
		if problem := p.dangling(c, s); problem != "" {
			p.refuse(c, "%s", problem)
			return
		}
		c.After = append(c.After, s)
	}
	p.judge(c)
}

// judge adds a conversion if no answer changes, or the user accepts that one does.
func (p *planner) judge(c Conversion) {
	difference := Compare(p.resolved(c.Zone, c.Before), p.resolved(c.Zone, c.After))
	if difference != nil && !p.accepts(c.Name) {
		p.refuse(c, "it would change answers, %s; to convert it all the same, add --accept %s", difference, failover.Quote(c.Name))
		return
	}
	c.Accepted = difference
	p.todo.Conversions = append(p.todo.Conversions, c)
}

// pair handles a group that has a weighted record set for each Region of the record: it is done, or a third record set, which
// clients get, is deleted. handled is false for any other group.
func (p *planner) pair(c Conversion, g estate.Group, r failover.Record) (handled bool) {
	var own, idle, drawing []estate.Set
	weights := 0
	for _, s := range g.Sets {
		_, registered := r.RegionOf(s.SetIdentifier)
		switch {
		case registered:
			own = append(own, s)
			if *s.Weight > 0 {
				weights++
			}
		case *s.Weight > 0:
			drawing = append(drawing, s)
		default:
			idle = append(idle, s)
		}
	}
	switch {
	case len(own) != 2 || weights != 1:
		return false
	case len(drawing) == 0:
		p.todo.Done++
	default:
		c.After = append(own, idle...)
		p.judge(c)
	}
	return true
}

// setOf is the weighted record set of a Region, as the record has it.
func setOf(r failover.Record, region failover.Region, weight int64) estate.Set {
	e := r.Endpoints[region]
	s := estate.Set{Type: r.Type, SetIdentifier: r.Identifier(region), Weight: &weight, HealthCheckID: e.HealthCheck}
	if e.Alias != nil {
		s.AliasTarget = &estate.Target{HostedZoneID: e.Alias.Zone, DNSName: e.Alias.Name, EvaluateTargetHealth: e.Alias.EvaluateTargetHealth}
		return s
	}
	s.TTL = aws.Int64(r.TTL)
	for _, value := range e.All() {
		s.ResourceRecords = append(s.ResourceRecords, estate.Value{Value: value})
	}
	return s
}
