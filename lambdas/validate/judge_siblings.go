package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/live"
)

// leadingTypes are the types that lead a client of one name to an address: it may follow any of them (RFC 9460, section 7.3, for
// the hints).
var leadingTypes = []string{"A", "AAAA", "HTTPS", "SVCB"}

// siblings are the record sets of the record's name that lead the same clients and that no application of the plan moves.
func (f *facts) siblings(r failover.Record) []failover.Record {
	if !slices.Contains(leadingTypes, r.Type) {
		return nil
	}
	var all []failover.Record
	for _, kind := range leadingTypes {
		sibling := failover.Record{Zone: r.Zone, Name: live.CanonicalName(r.Name), Type: kind}
		if kind != r.Type && !f.registered(sibling) {
			all = append(all, sibling)
		}
	}
	return all
}

// registered says whether an application has a record.
func (f *facts) registered(r failover.Record) bool {
	has := func(app failover.Application) bool {
		return slices.ContainsFunc(app.Records, func(other failover.Record) bool {
			return other.Zone == r.Zone && live.CanonicalName(other.Name) == r.Name && other.Type == r.Type
		})
	}
	return slices.ContainsFunc(f.apps, has) || slices.ContainsFunc(f.others, has)
}

// checkSiblings warns of record sets that stay when the record moves, each once.
func (j *judgement) checkSiblings(object string, r failover.Record, noted map[string]bool) {
	for _, sibling := range j.siblings(r) {
		key := sibling.Zone + " " + sibling.Name + " " + sibling.Type
		sets := j.sets.Of(sibling)
		if noted[key] || !slices.ContainsFunc(sets, func(set live.RecordSet) bool { return leads(sibling.Type, set) }) {
			continue
		}
		noted[key] = true
		shown := strings.Join(sets[0].Values, ", ")
		if a := sets[0].Alias; a != nil {
			shown = "alias " + a.Name
		}
		j.warn(failover.CodeConfiguration, object, fmt.Sprintf("its name has a record set of type %s too (%s), which no application has: clients that use it stay where it leads", sibling.Type, shown),
			"register it with the application, or, if it may stay, leave it")
	}
}

// leads says whether a record set leads a client to an address of its own. An HTTPS or SVCB record with no other target and without
// hints does not: the client asks for the addresses of the name.
func leads(kind string, set live.RecordSet) bool {
	if kind == "A" || kind == "AAAA" || set.Alias != nil {
		return true
	}
	return slices.ContainsFunc(set.Values, func(value string) bool {
		fields := strings.Fields(value)
		return len(fields) > 1 && fields[1] != "." || strings.Contains(value, "ipv4hint") || strings.Contains(value, "ipv6hint")
	})
}
