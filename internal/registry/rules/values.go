package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

const (
	// maxIdentifier is the longest SetIdentifier that Route 53 takes.
	maxIdentifier = 128
	// maxValues is how many values both Regions of a record may have: a batch deletes and creates all of them behind the fence,
	// and has at most 1,000 elements.
	maxValues = 498
	// maxLetters is how many characters these values may have: a batch has at most 32,000, those of the fences among them.
	maxLetters = 13_000
	// cloudFrontZone is the hosted zone of all distributions.
	cloudFrontZone = "Z2FDTNDATAQYW2"
)

// examples are values of the types that are no address and no name, from "Supported DNS record types" in the Amazon Route 53
// Developer Guide.
var examples = map[string]string{
	"HTTPS": `1 . alpn="h2,h3" ipv4hint=192.0.2.10`,
	"SVCB":  `1 svc.example.com port=8443`,
	"MX":    "10 mail.example.com",
	"TXT":   `"text in quotation marks"`,
	"SRV":   "1 10 5269 xmpp.example.com",
}

// Value is that of the value of a record of a type, once that is known.
func Value(recordType, text string) string {
	address, err := netip.ParseAddr(text)
	switch {
	case recordType == "A" && (err != nil || !address.Is4()):
		return fmt.Sprintf("%q; expected an IPv4 address, because the record's type is A", text)
	case recordType == "AAAA" && (err != nil || !address.Is6() || address.Is4In6() || address.Zone() != ""):
		return fmt.Sprintf("%q; expected an IPv6 address, because the record's type is AAAA", text)
	case recordType == "CNAME" && err == nil:
		return fmt.Sprintf("%q; expected a DNS name, because the record's type is CNAME", text)
	case recordType == "CNAME":
		return TargetName(text)
	}
	if example, structured := examples[recordType]; structured && !validRecord(recordType, text) {
		return fmt.Sprintf("%q; expected a value of a record of type %s, such as %s", text, recordType, example)
	}
	return ""
}

// validRecord says whether a value can be that of a record with a structure. The names in it need a dot, as elsewhere.
func validRecord(recordType, text string) bool {
	record, err := parseValue(recordType, text)
	if err != nil {
		return false
	}
	switch r := record.(type) {
	case *dns.MX:
		return validTarget(r.Mx)
	case *dns.SRV:
		return validTarget(r.Target)
	case *dns.SVCB:
		return validService(*r)
	case *dns.HTTPS:
		return validService(r.SVCB)
	}
	return true
}

// validService: a record in AliasMode, which has the priority 0, has no parameters (RFC 9460, section 2.4.2).
func validService(r dns.SVCB) bool {
	return validTarget(r.Target) && (r.Priority > 0 || len(r.Value) == 0)
}

// validTarget allows the root, which stands for the record's own name or for no service.
func validTarget(name string) bool {
	return name == "." || TargetName(strings.ToLower(strings.TrimSuffix(name, "."))) == ""
}

// parseValue reads a value as Route 53 writes it.
func parseValue(recordType, text string) (dns.RR, error) {
	if recordType == "TXT" && !strings.HasPrefix(text, `"`) || !plainValue(text) {
		return nil, fmt.Errorf("value %q", text)
	}
	record, err := dns.NewRR(". 0 IN " + recordType + " " + decimalEscapes(text))
	if err != nil || record == nil || dns.TypeToString[record.Header().Rrtype] != recordType {
		return nil, fmt.Errorf("value %q: %w", text, err)
	}
	return record, nil
}

// plainValue refuses what has a meaning of its own in a zone file, outside of quotation marks: comments, lines and groups.
func plainValue(text string) bool {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c < ' ' || c > '~':
			return false
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(";()@$", c) >= 0:
			return false
		}
	}
	return !quoted && strings.TrimSpace(text) == text
}

// decimalEscapes writes Route 53's escapes, which are octal, as those of zone files, which are decimal. It resolves those of
// characters that need none.
func decimalEscapes(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		var c int
		if text[i] == '\\' && i+3 < len(text) && strings.Trim(text[i+1:i+4], "01234567") == "" {
			_, _ = fmt.Sscanf(text[i+1:i+4], "%o", &c)
			if i += 3; c >= ' ' && c <= '~' && c != '"' && c != '\\' {
				b.WriteByte(byte(c))
			} else {
				fmt.Fprintf(&b, `\%03d`, c)
			}
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// Values is that of all values of a record set.
func Values(recordType string, values []string) string {
	if recordType == "CNAME" && len(values) > 1 {
		return fmt.Sprintf("%d values; expected one, because the record's type is CNAME", len(values))
	}
	for i, value := range values {
		if slices.ContainsFunc(values[:i], func(before string) bool { return SameValue(recordType, before, value) }) {
			return fmt.Sprintf("%s is there twice; expected each value once", value)
		}
	}
	return ""
}

// Endpoints is that of the endpoints of a record together.
func Endpoints(plan failover.Plan, r failover.Record) string {
	if r.Identifier(plan.Primary) == r.Identifier(plan.Standby) {
		return fmt.Sprintf("both record sets have the setIdentifier %q; expected two", r.Identifier(plan.Primary))
	}
	values, letters := 0, 0
	for _, e := range r.Endpoints {
		values += len(e.All())
		for _, value := range e.All() {
			letters += len(value)
		}
	}
	if values > maxValues || letters > maxLetters {
		return fmt.Sprintf("%d values of %d characters in both Regions; expected at most %d of %d, because Route 53 has to change them in one batch", values, letters, maxValues, maxLetters)
	}
	return ""
}

// Identifier is that of the SetIdentifier of a Region.
func Identifier(plan failover.Plan, region failover.Region, text string) string {
	switch {
	case len(text) > maxIdentifier || !plainIdentifier(text):
		return fmt.Sprintf("%q; expected 1 to %d characters of printable ASCII", text, maxIdentifier)
	case text == string(plan.Other(region)):
		return fmt.Sprintf("%q is the name of the other Region; expected another", text)
	}
	return ""
}

func plainIdentifier(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}

// Target is that of the alias of a record, once its type and zone are known.
func Target(r failover.Record, a failover.Alias) string {
	switch own := a.Zone == r.Zone; {
	case own && a.Name == r.Name:
		return fmt.Sprintf("%s is the record itself; expected another name", a.Name)
	case own || r.Type == "A" || r.Type == "AAAA" || r.Type == "CNAME" || r.Type == "HTTPS" && a.Zone == cloudFrontZone:
		return ""
	}
	return fmt.Sprintf("%s is in zone %s; expected a name of the record's own zone %s, because its type is %s", a.Name, a.Zone, r.Zone, r.Type)
}

// SameValue compares two values as Route 53 does: an address has several spellings, and so have a name and a parameter.
func SameValue(recordType, a, b string) bool {
	switch recordType {
	case "A", "AAAA":
		x, errX := netip.ParseAddr(a)
		y, errY := netip.ParseAddr(b)
		return a == b || errX == nil && errY == nil && x == y
	case "CNAME":
		return failover.CanonicalName(a) == failover.CanonicalName(b)
	}
	x, errX := parseValue(recordType, a)
	y, errY := parseValue(recordType, b)
	return a == b || errX == nil && errY == nil && dns.IsDuplicate(x, y)
}

// SameValues compares the values of two record sets, in any order.
func SameValues(recordType string, a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	for _, value := range a {
		i := slices.IndexFunc(rest, func(other string) bool { return SameValue(recordType, value, other) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// Type is that of the type of a record.
func Type(text string) string {
	if slices.Contains(RecordTypes, text) {
		return ""
	}
	return fmt.Sprintf("%q; expected %s", text, prose.Or(RecordTypes))
}
