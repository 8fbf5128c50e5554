package fakeaws

import (
	"fmt"
	"net/netip"
	"strings"
)

// checkSet returns what is wrong with a record set by itself, in Route 53's words.
func (r *route53) checkSet(z *zone, s RecordSet) (problems []string) {
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	name := wireName(s.Name)
	if !z.contains(s.Name) {
		add("RRSet with DNS name %s is not permitted in zone %s", name, wireName(z.name))
	}
	if s.Type == "CNAME" && s.Name == z.name {
		add("RRSet of type CNAME with DNS name %s is not permitted at apex in zone %s", name, wireName(z.name))
	}
	if s.SetIdentifier != "" && (s.Weight < 0 || s.Weight > 255) {
		add("Invalid request: Weight %d of %s; expected 0 to 255", s.Weight, name)
	}
	if len(s.SetIdentifier) > 128 {
		add("Invalid request: SetIdentifier of %s has %d characters; expected up to 128", name, len(s.SetIdentifier))
	}
	if s.Alias == nil && len(s.Values) == 0 {
		add("Invalid request: %s %s has neither ResourceRecords nor an AliasTarget", name, s.Type)
	}
	if s.SetIdentifier != "" && len(s.Values) > 1 {
		add("Invalid request: weighted %s %s has %d ResourceRecords; expected one", name, s.Type, len(s.Values))
	}
	if _, ok := r.checks[s.HealthCheck]; s.HealthCheck != "" && !ok {
		add("No health check exists with the specified ID %s", s.HealthCheck)
	}
	for _, v := range s.Values {
		if problem := checkValue(s.Type, v); problem != "" {
			add("Invalid Resource Record: 'FATAL problem: %s encountered with '%s''", problem, v)
		}
	}
	return problems
}

// checkValue knows the types of records that a failover writes; values of other types pass (R53-6).
func checkValue(recordType, value string) string {
	addr, err := netip.ParseAddr(value)
	switch recordType {
	case "A":
		if err != nil || !addr.Is4() {
			return "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
		}
	case "AAAA":
		if err != nil || !addr.Is6() {
			return "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"
		}
	case "CNAME":
		if value == "" || strings.ContainsAny(value, " \"") {
			return "DomainLabelEmpty (Value is not a valid domain name)"
		}
	case "TXT":
		if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			return "InvalidCharacterString (Value should be enclosed in quotation marks)"
		}
	}
	return ""
}

// checkGroups returns what is wrong between the record sets of the names that a batch has touched: the rules hold for
// the zone as the batch leaves it, not for the steps in between (R53-5).
func checkGroups(after, touched []*entry) (problems []string) {
	seen := map[string]bool{}
	for _, e := range touched {
		key := groupKey(e.set.Name, e.set.Type)
		if seen[key] {
			continue
		}
		seen[key] = true
		if problem := checkGroup(withPrefix(after, key)); problem != "" {
			problems = append(problems, problem)
		}
		if problem := checkCNAME(withPrefix(after, nameKey(e.set.Name))); problem != "" && !seen[e.set.Name] {
			seen[e.set.Name] = true
			problems = append(problems, problem)
		}
	}
	return problems
}

// checkGroup holds the rules of weighted record sets of one name and type.
func checkGroup(sets []*entry) string {
	if len(sets) < 2 {
		return ""
	}
	first, last := sets[0].set, sets[len(sets)-1].set
	who := fmt.Sprintf("RRSet with DNS name %s, type %s, SetIdentifier %s",
		wireName(last.Name), last.Type, last.SetIdentifier)
	// A simple record set has an empty SetIdentifier, so it is the first in order.
	if first.SetIdentifier == "" {
		return who + " cannot be created as a non-weighted set exists with the same name and type."
	}
	if len(sets) > 100 {
		return who + " cannot be created: 100 weighted sets exist with the same name and type."
	}
	ttl := int64(-1)
	for _, e := range sets {
		if e.set.Alias != nil {
			continue // an alias has the TTL of its target
		}
		if ttl >= 0 && ttl != e.set.TTL {
			return who + " cannot be created as weighted sets must contain the same TTL."
		}
		ttl = e.set.TTL
	}
	return ""
}

// checkCNAME refuses any other record beside a CNAME of the same name.
func checkCNAME(sets []*entry) string {
	hasCNAME, hasOther := false, false
	for _, e := range sets {
		hasCNAME = hasCNAME || e.set.Type == "CNAME"
		hasOther = hasOther || e.set.Type != "CNAME"
	}
	if !hasCNAME || !hasOther {
		return ""
	}
	return fmt.Sprintf("RRSet of type CNAME with DNS name %s is not permitted as it conflicts with other records "+
		"with the same DNS name", wireName(sets[0].set.Name))
}
