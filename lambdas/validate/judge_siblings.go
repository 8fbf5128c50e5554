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
func siblings(r failover.Record, registered map[string]bool) []failover.Record {
	if !slices.Contains(leadingTypes, r.Type) {
		return nil
	}
	var all []failover.Record
	for _, kind := range leadingTypes {
		sibling := failover.Record{Zone: r.Zone, Name: live.CanonicalName(r.Name), Type: kind}
		if !registered[nameOf(sibling)] {
			all = append(all, sibling)
		}
	}
	return all
}

// registered are the names and types that an application has.
func (f *facts) registered() map[string]bool {
	all := map[string]bool{}
	for _, apps := range [][]failover.Application{f.apps, f.others} {
		for _, app := range apps {
			for _, r := range app.Records {
				all[nameOf(r)] = true
			}
		}
	}
	return all
}

func nameOf(r failover.Record) string {
	return r.Zone + " " + live.CanonicalName(r.Name) + " " + r.Type
}

// checkSiblings warns of record sets that stay when the record moves, each once.
func (j *judgement) checkSiblings(object string, r failover.Record, registered, noted map[string]bool) {
	for _, sibling := range siblings(r, registered) {
		key := nameOf(sibling)
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
