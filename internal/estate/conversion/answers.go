package conversion

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/prose"
)

// Difference is a client, and a state of the health checks, for which two groups of record sets answer differently.
type Difference struct {
	// Client is empty where it makes no difference, Unhealthy what is unhealthy in that state, empty for nothing.
	Client        string
	Unhealthy     []string
	Before, After string
}

// String is such as "for clients near us-west-2: today 198.51.100.1, then 192.0.2.1".
func (d Difference) String() string {
	var when []string
	if d.Client != "" {
		when = append(when, "for clients "+d.Client)
	}
	switch len(d.Unhealthy) {
	case 0:
	case 1:
		when = append(when, "while "+d.Unhealthy[0]+" is unhealthy")
	default:
		when = append(when, "while "+strings.Join(d.Unhealthy, " and ")+" are unhealthy")
	}
	text := fmt.Sprintf("today %s, then %s", d.Before, d.After)
	if len(when) > 0 {
		text = strings.Join(when, ", ") + ": " + text
	}
	return text
}

// Compare returns the first difference between the answers of two groups: for every client that their policies tell apart, and
// every state of what their health depends on. The state in which all is healthy is the first. It is nil when no answer differs.
func Compare(before, after []estate.Set) *Difference {
	for _, unhealthy := range states(before, after) {
		for _, c := range clients(before, after) {
			was, is := c.answers(before, unhealthy), c.answers(after, unhealthy)
			if !maps.EqualFunc(was, is, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
				return &Difference{Client: c.name, Unhealthy: unhealthy, Before: text(was), After: text(is)}
			}
		}
	}
	return nil
}

func text(answers map[string]float64) string {
	var parts []string
	for _, answer := range slices.Sorted(maps.Keys(answers)) {
		if share := answers[answer]; share < 1 {
			answer = fmt.Sprintf("%s (%.0f %%)", answer, 100*share)
		}
		parts = append(parts, answer)
	}
	if len(parts) == 0 {
		return "no answer"
	}
	return prose.Some(parts, 4, " and ")
}

// parts are what the health of a record set depends on: a health check, and the target of an alias that evaluates it.
func parts(s estate.Set) []string {
	var all []string
	if s.HealthCheckID != "" {
		all = append(all, "health check "+s.HealthCheckID)
	}
	if s.AliasTarget != nil && s.AliasTarget.EvaluateTargetHealth {
		all = append(all, "target "+strings.TrimSuffix(strings.ToLower(s.AliasTarget.DNSName), "."))
	}
	return all
}

// maxParts is up to how many parts every combination is compared; with more, each alone and all together.
const maxParts = 8

// states are what may be unhealthy at a time.
func states(groups ...[]estate.Set) [][]string {
	var all []string
	for _, sets := range groups {
		for _, s := range sets {
			all = append(all, parts(s)...)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	list := [][]string{nil}
	if len(all) > maxParts {
		for i := range all {
			list = append(list, all[i:i+1])
		}
		return append(list, all)
	}
	for _, part := range all {
		for _, state := range slices.Clone(list) {
			list = append(list, append(slices.Clone(state), part))
		}
	}
	slices.SortStableFunc(list, func(a, b []string) int { return len(a) - len(b) })
	return list
}

// client is one that routing policies tell apart: by the order in which Regions are near, or by the record sets whose places it
// is in, the most exact first.
type client struct {
	name  string
	near  []string
	place []string // role of the geolocation record sets, in order
}

// clients are all that the policies of two groups tell apart.
func clients(groups ...[]estate.Set) []client {
	var regions []string
	var places []estate.GeoLocation
	for _, sets := range groups {
		for _, s := range sets {
			if s.Region != "" && !slices.Contains(regions, s.Region) {
				regions = append(regions, s.Region)
			}
			if s.GeoLocation != nil && !slices.Contains(places, *s.GeoLocation) {
				places = append(places, *s.GeoLocation)
			}
		}
	}
	if len(regions)+len(places) == 0 {
		return []client{{}}
	}
	var all []client
	for _, order := range orders(regions) {
		all = append(all, client{name: "near " + order[0], near: order})
	}
	for _, p := range places {
		all = append(all, in(p, places)...)
	}
	if len(places) > 0 {
		all = append(all, client{name: "in any other place", place: []string{"default location"}})
	}
	return all
}

// orders are the orders in which Regions can be near: all of up to four, of more those that begin with each.
func orders(regions []string) [][]string {
	if len(regions) == 0 {
		return nil
	}
	if len(regions) > 4 {
		var all [][]string
		for i := range regions {
			all = append(all, append(slices.Clone(regions[i:]), regions[:i]...))
		}
		return all
	}
	if len(regions) == 1 {
		return [][]string{regions}
	}
	var all [][]string
	for i, first := range regions {
		rest := append(slices.Clone(regions[:i]), regions[i+1:]...)
		for _, order := range orders(rest) {
			all = append(all, append([]string{first}, order...))
		}
	}
	return all
}

// in are the clients in a place: which continent a country is in is not known, so there is one for each of the continents, and
// one in none.
func in(p estate.GeoLocation, places []estate.GeoLocation) []client {
	chain := []string{p.String()}
	if p.SubdivisionCode != "" {
		chain = append(chain, (&estate.GeoLocation{CountryCode: p.CountryCode}).String())
	}
	all := []client{{name: "in " + p.String(), place: append(slices.Clone(chain), "default location")}}
	if p.CountryCode == "" || p.CountryCode == "*" {
		return all
	}
	for _, other := range places {
		if other.ContinentCode != "" {
			all = append(all, client{name: "in " + p.String(), place: append(slices.Clone(chain), other.String(), "default location")})
		}
	}
	return all
}

// answers are what a client gets of a group, with the share of its questions.
func (c client) answers(sets []estate.Set, unhealthy []string) map[string]float64 {
	healthy := func(s estate.Set) bool {
		return !slices.ContainsFunc(parts(s), func(part string) bool { return slices.Contains(unhealthy, part) })
	}
	if len(sets) == 0 {
		return nil
	}
	switch sets[0].Policy() {
	case estate.Simple:
		return only(sets[0])
	case estate.Weighted:
		return weighted(sets, healthy)
	}
	order := c.order(sets)
	if len(order) == 0 {
		return nil
	}
	for _, s := range order {
		if healthy(s) {
			return only(s)
		}
	}
	return only(order[0])
}

func only(s estate.Set) map[string]float64 { return map[string]float64{s.Answer(): 1} }

// order are the record sets that may answer the client: the first healthy one does, and the first one when none is healthy.
func (c client) order(sets []estate.Set) []estate.Set {
	var all []estate.Set
	pick := func(is func(estate.Set) bool) {
		for _, s := range sets {
			if is(s) {
				all = append(all, s)
			}
		}
	}
	switch sets[0].Policy() {
	case estate.Failover:
		pick(func(s estate.Set) bool { return s.Failover == "PRIMARY" })
		pick(func(s estate.Set) bool { return s.Failover == "SECONDARY" })
	case estate.Latency:
		for _, region := range c.near {
			pick(func(s estate.Set) bool { return s.Region == region })
		}
	case estate.Geolocation:
		for _, place := range c.place {
			pick(func(s estate.Set) bool { return s.GeoLocation.String() == place })
		}
	}
	return all
}

// weighted follows "How Amazon Route 53 chooses records when health checking is configured": the healthy ones with a weight, or
// else the healthy ones without, or else all with a weight. When all weights are 0, all answer alike.
func weighted(sets []estate.Set, healthy func(estate.Set) bool) map[string]float64 {
	drawing := func(s estate.Set) bool { return *s.Weight > 0 }
	idle := func(s estate.Set) bool { return *s.Weight == 0 }
	both := func(a, b func(estate.Set) bool) func(estate.Set) bool {
		return func(s estate.Set) bool { return a(s) && b(s) }
	}
	for _, is := range []func(estate.Set) bool{both(drawing, healthy), both(idle, healthy), drawing, idle} {
		chosen := slices.DeleteFunc(slices.Clone(sets), func(s estate.Set) bool { return !is(s) })
		if len(chosen) > 0 {
			return shares(chosen)
		}
	}
	return nil
}

func shares(sets []estate.Set) map[string]float64 {
	sum := int64(0)
	for _, s := range sets {
		sum += *s.Weight
	}
	all := map[string]float64{}
	for _, s := range sets {
		if sum == 0 {
			all[s.Answer()] += 1 / float64(len(sets))
			continue
		}
		all[s.Answer()] += float64(*s.Weight) / float64(sum)
	}
	return all
}
