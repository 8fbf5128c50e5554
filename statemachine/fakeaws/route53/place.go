package route53

import (
	"cmp"
	"slices"
	"strings"
)

// Place is where the resolver of a question is. Route 53 takes it from the resolver's address, or from the client's, which the
// resolver may pass on.
type Place struct {
	// Region is the Region of AWS that is nearest in latency.
	Region string
	// Continent, Country and Subdivision are codes such as NA, US and CA.
	Continent, Country, Subdivision string
}

// somewhere is the place of a resolver of which nothing is known (R53-14).
var somewhere = Place{Region: "us-east-1", Continent: "NA", Country: "US", Subdivision: "VA"}

// GeoLocation is the place of a geolocation record set: a continent, or a country, or a subdivision of a country. The country
// * is every place that has no record set of its own.
type GeoLocation struct{ Continent, Country, Subdivision string }

// anywhere is the country of the default record set.
const anywhere = "*"

// levels are how exactly a geolocation record set may match a place, the most exact first.
var levels = []func(GeoLocation, Place) bool{
	func(g GeoLocation, p Place) bool {
		return g.Subdivision != "" && g.Country == p.Country && g.Subdivision == p.Subdivision
	},
	func(g GeoLocation, p Place) bool {
		return g.Subdivision == "" && g.Country != "" && g.Country == p.Country
	},
	func(g GeoLocation, p Place) bool { return g.Continent != "" && g.Continent == p.Continent },
	func(g GeoLocation, _ Place) bool { return g.Country == anywhere },
}

// locate chooses among geolocation record sets: the most exact one for the place that is healthy; when none of those that match
// is healthy, the most exact one. It returns nothing when none matches.
func (r *Service) locate(sets []*entry, p Place) []candidate {
	var matching []candidate
	for _, level := range levels {
		matching = append(matching, choose(sets, func(s RecordSet) bool { return s.Geo != nil && level(*s.Geo, p) })...)
	}
	if healthy := r.healthy(matching); len(healthy) > 0 {
		return only(healthy[0])
	}
	if len(matching) > 0 {
		return only(matching[0])
	}
	return nil
}

// nearest chooses among latency record sets: the healthy one that is nearest to the place; when none is healthy, the nearest one.
func (r *Service) nearest(sets []*entry, p Place) []candidate {
	all := choose(sets, func(RecordSet) bool { return true })
	if healthy := r.healthy(all); len(healthy) > 0 {
		all = healthy
	}
	return only(slices.MinFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(distance(a.set.Latency, p.Region), distance(b.set.Latency, p.Region)), cmp.Compare(a.set.Latency, b.set.Latency))
	}))
}

// distance is 0 for the same Region, 1 for one of the same area, such as us or eu, and 2 for any other (R53-14).
func distance(a, b string) int {
	areaOfA, _, _ := strings.Cut(a, "-")
	areaOfB, _, _ := strings.Cut(b, "-")
	switch {
	case a == b:
		return 0
	case areaOfA == areaOfB:
		return 1
	}
	return 2
}

// failOver chooses among failover record sets: the primary when it is healthy; or else the secondary when that is; or else the
// primary.
func (r *Service) failOver(sets []*entry) []candidate {
	primary := choose(sets, func(s RecordSet) bool { return s.Failover == "PRIMARY" })
	secondary := choose(sets, func(s RecordSet) bool { return s.Failover == "SECONDARY" })
	for _, candidates := range [][]candidate{r.healthy(primary), r.healthy(secondary), primary, secondary} {
		if len(candidates) > 0 {
			return only(candidates[0])
		}
	}
	return nil
}

// only is a candidate that gets every query.
func only(c candidate) []candidate {
	c.share = 1
	return []candidate{c}
}

// checkGeo is what is wrong with the place of a geolocation record set, if anything is.
func checkGeo(g *GeoLocation) string {
	switch {
	case g == nil:
		return ""
	case (g.Continent == "") == (g.Country == ""):
		return "GeoLocation needs either a ContinentCode or a CountryCode"
	case g.Subdivision != "" && (g.Country == "" || g.Country == anywhere):
		return "a SubdivisionCode needs the CountryCode of its country"
	}
	return ""
}

// role is what may be only once in a group: a Region, PRIMARY or SECONDARY, or a place. It is empty for the other policies.
func (s RecordSet) role() string {
	switch {
	case s.Geo != nil:
		return strings.Join([]string{"location", s.Geo.Continent, s.Geo.Country, s.Geo.Subdivision}, " ")
	case s.Latency != "":
		return "region " + s.Latency
	case s.Failover != "":
		return "failover " + s.Failover
	}
	return ""
}

// checkRoles rejects two record sets of a group with the same Region, failover role or place.
func checkRoles(sets []*entry) string {
	seen := map[string]bool{}
	for _, e := range sets {
		role := e.set.role()
		if role != "" && seen[role] {
			return "RRSet with DNS name " + wireName(e.set.Name) + ", type " + e.set.Type + ", SetIdentifier " + e.set.SetIdentifier + ", and " +
				strings.TrimSpace(role) + " cannot be created because a record set with the same name, type and " + strings.Fields(role)[0] + " exists."
		}
		seen[role] = true
	}
	return ""
}
