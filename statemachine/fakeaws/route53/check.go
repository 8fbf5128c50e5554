package route53

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// checkSet returns the mistakes of a single record set, in Route 53's words.
func (r *Service) checkSet(z *zone, s RecordSet) (problems []string) {
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	name := wireName(s.Name)
	if problem := checkName(s.Name); problem != "" {
		add("FATAL problem: %s encountered with '%s'", problem, s.Name)
		return problems
	}
	if !z.contains(s.Name) {
		add("RRSet with DNS name %s is not permitted in zone %s", name, wireName(z.name))
	}
	if s.Type == "CNAME" && s.Name == z.name {
		add("RRSet of type CNAME with DNS name %s is not permitted at apex in zone %s", name, wireName(z.name))
	}
	if s.policy() == policyWeighted && (s.Weight < 0 || s.Weight > 255) {
		add("Invalid request: Weight %d of %s; expected 0 to 255", s.Weight, name)
	}
	if problem := checkGeo(s.Geo); problem != "" {
		add("Invalid request: %s of %s %s", problem, name, s.Type)
	}
	if len(s.SetIdentifier) > 128 {
		add("Invalid request: SetIdentifier of %s has %d characters; expected up to 128", name, len(s.SetIdentifier))
	}
	if s.Alias == nil && len(s.Values) == 0 {
		add("Invalid request: %s %s has neither ResourceRecords nor an AliasTarget", name, s.Type)
	}
	if s.policy() == policyWeighted && len(s.Values) > 1 && r.settings.OneValue {
		add("Invalid request: %s %s with a routing policy has %d ResourceRecords; expected one", name, s.Type, len(s.Values))
	}
	if _, ok := r.checks[s.HealthCheck]; s.HealthCheck != "" && !ok {
		add("No health check exists with the specified ID %s", s.HealthCheck)
	}
	problems = append(problems, checkValues(s)...)
	return append(problems, r.checkAlias(z, s)...)
}

// checkValues checks each value of a record set, and that they can be together.
func checkValues(s RecordSet) (problems []string) {
	if s.Type == "CNAME" && len(s.Values) > 1 {
		problems = append(problems, "Invalid Resource Record: 'FATAL problem: CNAMEMultipleValues (A CNAME record set has one value)'")
	}
	seen := map[string]bool{}
	for _, v := range s.Values {
		if seen[v] {
			problems = append(problems, fmt.Sprintf("Duplicate Resource Record: '%s'", v))
		}
		seen[v] = true
		if problem := checkValue(s.Type, v); problem != "" {
			problems = append(problems, fmt.Sprintf("Invalid Resource Record: 'FATAL problem: %s encountered with '%s''", problem, v))
		}
	}
	return problems
}

// checkValue checks the types of records that a run writes; it accepts values of other types (R53-6).
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
		if strings.ContainsAny(value, " \"") {
			return "DomainLabelEmpty (Value is not a valid domain name)"
		}
		return checkName(normalizeName(value))
	case "TXT", "SPF":
		return checkText(value)
	case "MX", "SRV", "HTTPS", "SVCB":
		if r, err := dns.NewRR(". 0 IN " + recordType + " " + value); err != nil || r == nil {
			return recordType + "RRDATAIllegalValue (Value is not a valid value of this type)"
		}
	}
	return ""
}

// The limits of a domain name, from "DNS domain name format" in the Route 53 Developer Guide.
const (
	maxName  = 255
	maxLabel = 63
)

// checkName returns the mistake of a domain name whose escapes are resolved.
func checkName(name string) string {
	if len(name) > maxName {
		return "DomainNameTooLong (Domain name is too long)"
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "DomainLabelEmpty (Domain label is empty)"
		case len(label) > maxLabel:
			return "DomainLabelTooLong (Domain label is too long)"
		}
	}
	return ""
}

// checkRawName rejects characters that a name in a request may have only as an escape such as \040.
func checkRawName(name string) string {
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return "UnsupportedCharacter (Value contains unsupported characters)"
		}
	}
	return ""
}

// maxString is the longest string of a TXT value, between its quotation marks.
const maxString = 255

// checkText reads the value of a TXT record: strings in quotation marks, separated by spaces. Within them a quotation
// mark or backslash is escaped, and everything that is not printable ASCII is written as \ and three octal digits ("TXT
// record type" in the Developer Guide).
func checkText(value string) string {
	const unquoted = "InvalidCharacterString (Value should be enclosed in quotation marks)"
	rest := strings.TrimSpace(value)
	if rest == "" {
		return unquoted
	}
	for rest != "" {
		if rest[0] != '"' {
			return unquoted
		}
		length, end, problem := readText(rest)
		switch {
		case problem != "":
			return problem
		case length > maxString:
			return "CharacterStringTooLong (Value is too long)"
		case end < len(rest) && rest[end] != ' ' && rest[end] != '\t':
			return unquoted
		}
		rest = strings.TrimSpace(rest[end:])
	}
	return ""
}

// readText reads one string in quotation marks: how many characters it has, and where it ends.
func readText(text string) (length, end int, problem string) {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return length, i + 1, ""
		case c < ' ' || c > '~':
			return 0, 0, "UnsupportedCharacter (Value contains unsupported characters)"
		case c == '\\' && i+3 < len(text) && text[i+1] >= '0' && text[i+1] <= '7':
			i += 3
		case c == '\\':
			i++
		}
		length++
	}
	return 0, 0, "InvalidCharacterString (Value should be enclosed in quotation marks)"
}

// checkGroups returns the conflicts between record sets of the names that a batch changes. The rules apply to the zone
// as the batch leaves it, not to the steps in between (R53-5).
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

// checkTargets returns the changed aliases whose target in their own zone does not exist. The zone counts as the batch
// leaves it: a batch may create an alias and its target.
func checkTargets(z *zone, after, touched []*entry) (problems []string) {
	for _, e := range touched {
		i, there := position(after, e.key)
		if !there || after[i].set.Alias == nil || after[i].set.Alias.Zone != z.id {
			continue
		}
		set := after[i].set
		if len(group(after, set.Alias.Name, set.Type)) == 0 {
			problems = append(problems, aliasText(set)+", but that target was not found")
		}
	}
	return problems
}

// checkGroup checks the rules for record sets of one name and type.
func checkGroup(sets []*entry) string {
	if len(sets) < 2 {
		return ""
	}
	last := sets[len(sets)-1].set
	who := fmt.Sprintf("RRSet with DNS name %s, type %s, SetIdentifier %s",
		wireName(last.Name), last.Type, last.SetIdentifier)
	for _, e := range sets {
		if policy := last.policy(); e.set.policy() != policy {
			return fmt.Sprintf("%s cannot be created as a non-%s set exists with the same name and type.", who, policy)
		}
	}
	if last.policy() != policyWeighted {
		return checkRoles(sets)
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

// checkCNAME rejects other records of the same name as a CNAME.
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
