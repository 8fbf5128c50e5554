package failover

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Application is what moves as a unit. It is data, kept in the registry; adding one needs no deploy.
type Application struct {
	// Name is unique in the plan.
	Name string `json:"name"`
	// Wave orders applications: wave 1 moves first, and a wave starts when the one before is verified.
	Wave int `json:"wave"`
	// Shard is which of the wave's partition keys in the registry it lies under; see the package registry.
	Shard int `json:"-"`
	// Records are the names whose weighted record sets move.
	Records []Record `json:"records"`
	// Databases are the Aurora global databases that are promoted with the application.
	Databases []Database `json:"databases,omitempty"`
	// Health are the rules that must hold in the target Region.
	Health []HealthRule `json:"health"`
	// Alarms are names of CloudWatch alarms that must exist, have data and not be in ALARM in the target Region.
	Alarms []string `json:"alarms,omitempty"`
	// Switch names the switch of the plan that moves its traffic in a failover: empty for the plan's first, [NoSwitch] for
	// weights alone.
	Switch string `json:"switch,omitempty"`
	// Live is what the runs have made of it. Registering again never changes it.
	Live Live `json:"live"`
	// Broken says why the registry's item of this name breaks the rules of the applications file, and is empty when it does
	// not. One that does has nothing but its name and its wave: no run moves any of it.
	Broken string `json:"-"`
}

// Record is one name in a hosted zone with one weighted record set per Region. A change deletes and creates a whole record
// set, so all of it is kept here.
type Record struct {
	// Name is the fully qualified name, without a trailing dot.
	Name string `json:"name"`
	// Type is one of those that package rules lists, such as A.
	Type string `json:"type"`
	// Zone is the hosted zone's id, without the /hostedzone/ prefix.
	Zone string `json:"zone"`
	// ZoneName is the hosted zone's name, without a trailing dot; the fence record lives under it.
	ZoneName string `json:"zoneName"`
	// Private says that the zone is private: the name servers of a public zone of the same name answer otherwise.
	Private bool `json:"private,omitempty"`
	// TTL is in seconds, 0 for alias records.
	TTL int64 `json:"ttl,omitempty"`
	// Endpoints holds the record set of each Region.
	Endpoints map[Region]Endpoint `json:"endpoints"`
}

// Identifier is the SetIdentifier of the record set of a Region: that of its endpoint, or else the Region's name.
func (r Record) Identifier(region Region) string {
	return cmp.Or(r.Endpoints[region].SetIdentifier, string(region))
}

// RegionOf is the Region whose record set has a SetIdentifier. Any other record set of the name and type is foreign.
func (r Record) RegionOf(identifier string) (region Region, registered bool) {
	for region := range r.Endpoints {
		if r.Identifier(region) == identifier {
			return region, true
		}
	}
	return "", false
}

// aliasTTL is the TTL of an alias to a load balancer, which has none of its own.
const aliasTTL = 60

// CacheSeconds is how long a resolver may keep an answer of the record.
func (r Record) CacheSeconds() int64 {
	if r.TTL == 0 {
		return aliasTTL
	}
	return r.TTL
}

// Endpoint is what a record set answers with: values or an alias, never both.
type Endpoint struct {
	// Value is the value of a record set that has one.
	Value string `json:"value,omitempty"`
	// Values are those of a record set that has several.
	Values []string `json:"values,omitempty"`
	// Alias is the alias target.
	Alias *Alias `json:"alias,omitempty"`
	// SetIdentifier is that of the record set if it is not the name of the Region.
	SetIdentifier string `json:"setIdentifier,omitempty"`
	// HealthCheck is the id of a Route 53 health check, or empty.
	HealthCheck string `json:"healthCheck,omitempty"`
	// SwitchCheck is the health check of a switch, where HealthCheck is a calculated one of the user's that has it among its
	// children. `drover switch attach` writes it.
	SwitchCheck string `json:"switchCheck,omitempty"`
}

// All are the values of the record set; an alias has none.
func (e Endpoint) All() []string {
	if e.Value != "" {
		return []string{e.Value}
	}
	return e.Values
}

// Alias is the target of an alias record set.
type Alias struct {
	// Name is the DNS name of the target.
	Name string `json:"name"`
	// Zone is the hosted zone id of the target, such as a load balancer's.
	Zone string `json:"zone"`
	// EvaluateTargetHealth makes the record set as healthy as its target.
	EvaluateTargetHealth bool `json:"evaluateTargetHealth,omitempty"`
}

// FewClusters is up to how many clusters are described one by one. Beyond, all of the account in the Region are listed,
// for which RDS asks for a permission on all of them.
const FewClusters = 20

// Database is one Aurora global database.
type Database struct {
	// GlobalCluster is the identifier of the global cluster.
	GlobalCluster string `json:"globalCluster"`
	// Clusters holds the ARN of the member cluster in each Region.
	Clusters map[Region]string `json:"clusters"`
}

// Live is the part of an application that runs change.
type Live struct {
	// Active is the Region that serves the application.
	Active Region `json:"active"`
	// Weights are the DNS weights of the application's record sets.
	Weights map[Region]int `json:"weights"`
	// Epoch is the epoch of the run that wrote last.
	Epoch int64 `json:"epoch"`
	// Stage is the index of the stage, inside that run, that wrote last.
	Stage int `json:"stage"`
	// Changed is when it was written.
	Changed time.Time `json:"changed,omitzero"`
	// Before is what the first write of that run found, nil when no run has written yet. A rollback restores it.
	Before *Place `json:"before,omitempty"`
	// Promoted are the global clusters whose promotion that run has set out to ask for, or, in a failover, has asked for.
	// What was written elsewhere before the run is not among them, and does not go back with it.
	Promoted []string `json:"promoted,omitempty"`
	// Lags is how many milliseconds the secondary of each of them was behind the writer before, where that was measured.
	Lags map[string]int64 `json:"lags,omitempty"`
}

// Place is where users of an application are sent.
type Place struct {
	// Active is the Region that serves the application.
	Active Region `json:"active"`
	// Weights are the DNS weights of the application's record sets.
	Weights map[Region]int `json:"weights"`
}

// SameShares says whether weights divide users in the same way: 1 and 0 are 100 and 0. A Region without a weight has 0.
func SameShares(a, b map[Region]int) bool {
	sum := func(weights map[Region]int) (n int) {
		for _, weight := range weights {
			n += weight
		}
		return n
	}
	sumA, sumB := sum(a), sum(b)
	if (sumA == 0) != (sumB == 0) {
		return false
	}
	for _, weights := range []map[Region]int{a, b} {
		for region := range weights {
			if a[region]*sumB != b[region]*sumA {
				return false
			}
		}
	}
	return true
}

// PlaceBefore is where the application was before the run of this epoch. A run that has not written it has not moved
// it either, as far as the registry knows.
func (l Live) PlaceBefore(epoch int64) Place {
	if l.Epoch == epoch && l.Before != nil {
		return *l.Before
	}
	return Place{Active: l.Active, Weights: l.Weights}
}

// oldTypes are the types of the records that release 0.1.0 moves.
var oldTypes = []string{"A", "AAAA", "CNAME"}

// UnknownTo010 names what of the application's configuration release 0.1.0 does not know: it would move the application in part,
// or not as registered. It is empty when there is nothing.
func (a Application) UnknownTo010() []string {
	var news []string
	for _, r := range a.Records {
		if !slices.Contains(oldTypes, r.Type) {
			news = append(news, "type "+r.Type)
		}
		for _, e := range r.Endpoints {
			if e.SetIdentifier != "" {
				news = append(news, "setIdentifier")
			}
			if len(e.Values) > 0 {
				news = append(news, "values")
			}
		}
	}
	for _, rule := range a.Health {
		news = append(news, rule.unknownTo010()...)
	}
	slices.Sort(news)
	return slices.Compact(news)
}

// HasDatabase says whether data can be lost when the application moves.
func (a Application) HasDatabase() bool { return len(a.Databases) > 0 }

// CanonicalName is the form of a DNS name for comparison: lower case, without the trailing dot, and with an asterisk where
// Route 53 writes \052.
func CanonicalName(n string) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(n), `\052`, "*"), ".")
}
