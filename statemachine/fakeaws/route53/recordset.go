package route53

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

// RecordSet is one resource record set: a simple one, or, with a SetIdentifier, one of a weighted group.
type RecordSet struct {
	// Name is fully qualified. A trailing dot and capital letters make no difference; returned names have neither.
	Name string
	// Type is A, AAAA, CNAME, TXT, …
	Type string
	// SetIdentifier distinguishes the record sets of a weighted group; empty for a simple record set.
	SetIdentifier string
	// Weight is 0 to 255; it has no meaning for a simple record set.
	Weight int
	// TTL is in seconds, 0 for an alias.
	TTL int64
	// Values are the resource records; nil for an alias.
	Values []string
	// Alias is the alias target, if it is one.
	Alias *AliasTarget
	// HealthCheck is the id of a health check, or empty.
	HealthCheck string
	// Latency is the Region of a latency record set, Failover the role of a failover record set, PRIMARY or SECONDARY.
	// Geo is the place of a geolocation record set. With any of them, Weight has no meaning.
	Latency, Failover string
	Geo               *GeoLocation
	// MultiValue marks a multivalue answer record set. It is kept and listed, and the name servers here never answer with it
	// (R53-14).
	MultiValue bool
}

// The routing policies, as Route 53's messages name them.
const (
	policySimple   = "simple"
	policyWeighted = "weighted"
	policyLatency  = "latency"
	policyFailover = "failover"
	policyGeo      = "geolocation"
)

// policy is the routing policy of a record set.
func (s RecordSet) policy() string {
	switch {
	case s.Latency != "":
		return policyLatency
	case s.Failover != "":
		return policyFailover
	case s.Geo != nil:
		return policyGeo
	case s.MultiValue:
		return "multivalue"
	case s.SetIdentifier != "":
		return policyWeighted
	}
	return policySimple
}

// AliasTarget is what an alias record set points to.
type AliasTarget struct {
	// Name is the DNS name of the target.
	Name string
	// Zone is the hosted zone id of the target.
	Zone string
	// EvaluateTargetHealth makes the record set as healthy as its target.
	EvaluateTargetHealth bool
}

// entry is a record set with its sort key. Entries and the slices of a zone's states are immutable.
type entry struct {
	key string
	set RecordSet
}

func newEntry(set RecordSet) *entry {
	set.Name = normalizeName(set.Name)
	set.Values = slices.Clone(set.Values)
	if set.Alias != nil {
		alias := *set.Alias
		alias.Name = normalizeName(alias.Name)
		set.Alias = &alias
	}
	return &entry{key: sortKey(set.Name, set.Type, set.SetIdentifier), set: set}
}

// normalizeName is a DNS name in lower case, without a trailing dot and with octal escapes such as \052 resolved.
func normalizeName(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if !strings.Contains(name, `\`) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '\\' && i+3 < len(name) {
			if c, err := strconv.ParseUint(name[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

// escapeName is a normalized name as Route 53 writes it, without the trailing dot: everything but a-z, 0-9, -, _ and
// the dots in octal.
func escapeName(name string) string {
	plain := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
	}
	var b strings.Builder
	for i := range len(name) {
		if plain(name[i]) {
			b.WriteByte(name[i])
		} else {
			b.WriteString(`\` + leftPad(strconv.FormatUint(uint64(name[i]), 8), 3))
		}
	}
	return b.String()
}

func leftPad(digits string, n int) string { return strings.Repeat("0", max(0, n-len(digits))) + digits }

// wireName is a normalized name as answers and error messages have it.
func wireName(name string) string { return escapeName(name) + "." }

// sortKey orders record sets as ListResourceRecordSets does: by name with the labels reversed and a trailing dot, then
// by type, then by SetIdentifier.
func sortKey(name, recordType, setIdentifier string) string {
	return groupKey(name, recordType) + setIdentifier
}

// groupKey is the prefix of the keys of all record sets of one name and type.
func groupKey(name, recordType string) string {
	labels := strings.Split(escapeName(name), ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + ".\x00" + recordType + "\x00"
}

// nameKey is the prefix of the keys of all record sets of one name.
func nameKey(name string) string { return strings.TrimSuffix(groupKey(name, ""), "\x00") }

// position returns the index of a key in a zone's state, or where it would be inserted.
func position(state []*entry, key string) (int, bool) {
	return sort.Find(len(state), func(i int) int { return strings.Compare(key, state[i].key) })
}

// withPrefix returns the entries whose keys begin with prefix.
func withPrefix(state []*entry, prefix string) []*entry {
	from, _ := position(state, prefix)
	to := from
	for to < len(state) && strings.HasPrefix(state[to].key, prefix) {
		to++
	}
	return state[from:to]
}

// group returns the record sets of one name and type.
func group(state []*entry, name, recordType string) []*entry {
	return withPrefix(state, groupKey(normalizeName(name), recordType))
}

// upsert returns the state with e in it, and does not change the given state.
func upsert(state []*entry, e *entry) []*entry {
	i, found := position(state, e.key)
	next := slices.Clone(state)
	if found {
		next[i] = e
		return next
	}
	return slices.Insert(next, i, e)
}

func setsOf(state []*entry) []RecordSet {
	sets := make([]RecordSet, len(state))
	for i, e := range state {
		sets[i] = e.set
		sets[i].Values = slices.Clone(e.set.Values)
	}
	return sets
}

// Same says whether two record sets are equal, as a DELETE must equal what it deletes.
func (s RecordSet) Same(other RecordSet) bool {
	a, b := newEntry(s), newEntry(other)
	return a.key == b.key && sameSet(a.set, b.set)
}

// sameSet says whether a DELETE of b deletes a: all values must be equal, in any order.
func sameSet(a, b RecordSet) bool {
	if (a.Alias == nil) != (b.Alias == nil) || a.Alias != nil && *a.Alias != *b.Alias {
		return false
	}
	if (a.Geo == nil) != (b.Geo == nil) || a.Geo != nil && *a.Geo != *b.Geo {
		return false
	}
	if a.Latency != b.Latency || a.Failover != b.Failover || a.MultiValue != b.MultiValue {
		return false
	}
	return a.Weight == b.Weight && a.TTL == b.TTL && a.HealthCheck == b.HealthCheck &&
		slices.Equal(slices.Sorted(slices.Values(a.Values)), slices.Sorted(slices.Values(b.Values)))
}
