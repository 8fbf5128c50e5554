package rules

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
)

// maxMistakes bounds what is said of one application.
const maxMistakes = 3

// Check is what is wrong with an application of a plan that was read from the registry, at most three mistakes, each with
// the field that it is in. Whoever may write the table may have written it: nothing of it is believed.
func Check(plan failover.Plan, app failover.Application) []string {
	if quick := (&checker{plan: plan, quick: true}); quick.finds(app) {
		c := &checker{plan: plan}
		c.finds(app)
		return c.mistakes
	}
	return nil
}

// finds says whether there are mistakes.
func (c *checker) finds(app failover.Application) bool {
	c.wrong("name", ApplicationName(app.Name))
	c.within("wave", app.Wave, 1, MaxWave)
	c.least("records", len(app.Records))
	for i, r := range app.Records {
		c.record(c.element("records", i), r)
	}
	for i, db := range app.Databases {
		c.database(c.element("databases", i), db)
	}
	c.least("health", len(app.Health))
	for i, rule := range app.Health {
		c.health(c.element("health", i), rule)
	}
	c.wrong("health", Unreadable(app.Health))
	for i, name := range app.Alarms {
		c.named(c.element("alarms", i), name, Alarm)
	}
	c.wrong("switch", Switch(c.plan, app.Switch))
	c.live(app.Live)
	return len(c.mistakes) > 0
}

// maxWeight is the largest weight of a record set.
const maxWeight = 255

// checker collects mistakes.
type checker struct {
	plan     failover.Plan
	mistakes []string
	// quick says that only whether there are any matters: then fields have no names. Nearly every application has none, and thousands
	// are read.
	quick bool
}

// element is the name of an element of a list.
func (c *checker) element(list string, i int) string {
	if c.quick {
		return ""
	}
	return fmt.Sprintf("%s[%d]", list, i)
}

// member is the name of the value of a map.
func (c *checker) member(of, key string) string {
	if c.quick {
		return ""
	}
	return of + "." + key
}

// names are the keys of a map, in their order if it matters.
func names[K cmp.Ordered, V any](c *checker, of map[K]V) iter.Seq[K] {
	if c.quick {
		return maps.Keys(of)
	}
	return slices.Values(slices.Sorted(maps.Keys(of)))
}

// wrong notes a mistake, if there is one.
func (c *checker) wrong(field, text string) {
	if text != "" && len(c.mistakes) < maxMistakes {
		c.mistakes = append(c.mistakes, field+": "+text)
	}
}

// named is a rule about a text that is not empty.
func (c *checker) named(field, text string, rule func(string) string) {
	if text == "" {
		c.wrong(field, "empty; expected a string")
		return
	}
	c.wrong(field, rule(text))
}

func (c *checker) within(field string, n, lo, hi int) {
	if n < lo || n > hi {
		c.wrong(field, fmt.Sprintf("%d; expected %d to %d", n, lo, hi))
	}
}

func (c *checker) least(field string, n int) {
	if n == 0 {
		c.wrong(field, "empty; expected at least one")
	}
}

// regions holds the keys of a map to the Regions of the plan, each once.
func regions[T any](c *checker, field string, of map[failover.Region]T) {
	for region := range names(c, of) {
		if !c.plan.Has(region) {
			c.wrong(field, fmt.Sprintf("%q is not a Region of the plan %s; expected %s and %s", region, c.plan.Name, c.plan.Primary, c.plan.Standby))
		}
	}
	for _, region := range []failover.Region{c.plan.Primary, c.plan.Standby} {
		if _, ok := of[region]; !ok {
			c.wrong(field, fmt.Sprintf("%s is missing; expected %s and %s", region, c.plan.Primary, c.plan.Standby))
		}
	}
}

func (c *checker) record(field string, r failover.Record) {
	before := len(c.mistakes)
	c.wrong(field+".name", OwnName(r.Name))
	c.wrong(field+".type", Type(r.Type))
	c.wrong(field+".zone", Zone(r.Zone))
	c.wrong(field+".zoneName", ZoneName(r.ZoneName))
	if len(c.mistakes) == before {
		if m := Placed(c.plan, r); m != nil {
			c.wrong(field+"."+m.Field, m.Text)
		}
	}
	regions(c, field+".endpoints", r.Endpoints)
	c.wrong(field+".endpoints", Endpoints(c.plan, r))
	values := 0
	for region := range names(c, r.Endpoints) {
		if c.endpoint(c.member(field+".endpoints", string(region)), r, region); r.Endpoints[region].Alias == nil {
			values++
		}
	}
	lo, hi := 1, MaxTTL
	if values == 0 {
		lo, hi = 0, 0
	}
	c.within(field+".ttl", int(r.TTL), lo, hi)
}

func (c *checker) endpoint(field string, r failover.Record, region failover.Region) {
	e := r.Endpoints[region]
	switch a := e.Alias; {
	case a != nil && len(e.All()) > 0:
		c.wrong(field, "an alias beside a value; expected one of the two")
	case a != nil:
		c.named(field+".alias.name", a.Name, TargetName)
		c.named(field+".alias.zone", a.Zone, Zone)
		c.wrong(field+".alias", Target(r, *a))
	case e.Value != "" && len(e.Values) > 0:
		c.wrong(field, "values beside a value; expected one of the two")
	case len(e.Values) > 0:
		for i, value := range e.Values {
			c.named(fmt.Sprintf("%s.values[%d]", field, i), value, func(text string) string { return Value(r.Type, text) })
		}
		c.wrong(field+".values", Values(r.Type, e.Values))
	default:
		c.named(field+".value", e.Value, func(text string) string { return Value(r.Type, text) })
	}
	if e.SetIdentifier != "" {
		c.wrong(field+".setIdentifier", Identifier(c.plan, region, e.SetIdentifier))
	}
	if e.HealthCheck != "" {
		c.wrong(field+".healthCheck", HealthCheck(e.HealthCheck))
	}
	if e.SwitchCheck != "" {
		c.wrong(field+".switchCheck", HealthCheck(e.SwitchCheck))
	}
}

func (c *checker) database(field string, db failover.Database) {
	c.named(field+".globalCluster", db.GlobalCluster, GlobalCluster)
	regions(c, field+".clusters", db.Clusters)
	for region := range names(c, db.Clusters) {
		c.named(c.member(field+".clusters", string(region)), db.Clusters[region], func(arn string) string { return ClusterARN(arn, region) })
	}
}

// live is what runs have written, or another writer in their place: a rollback goes back there.
func (c *checker) live(l failover.Live) {
	c.place("", failover.Place{Active: l.Active, Weights: l.Weights})
	if l.Before != nil {
		c.place("before.", *l.Before)
	}
	if l.Epoch < 0 || l.Stage < 0 {
		c.wrong("epoch", fmt.Sprintf("%d, stage %d; expected counts", l.Epoch, l.Stage))
	}
}

func (c *checker) place(prefix string, p failover.Place) {
	if !c.plan.Has(p.Active) {
		c.wrong(prefix+"active", fmt.Sprintf("%q is not a Region of the plan %s", p.Active, c.plan.Name))
	}
	regions(c, prefix+"weights", p.Weights)
	heaviest := 0
	for _, weight := range p.Weights {
		heaviest = max(heaviest, weight)
	}
	if heaviest == 0 {
		c.wrong(prefix+"weights", "none above 0, which Route 53 answers with every Region alike; expected traffic in one")
	}
	for region := range names(c, p.Weights) {
		c.within(c.member(prefix+"weights", string(region)), p.Weights[region], 0, maxWeight)
	}
}
