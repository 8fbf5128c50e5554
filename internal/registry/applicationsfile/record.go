package applicationsfile

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

var (
	recordTypes = []string{"A", "AAAA", "CNAME"}
	zoneID      = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
	healthCheck = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	dnsLabel    = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
)

// maxTTL is a day: with more, nobody follows a failover, and it is likely a slipped key.
const maxTTL = 86400

func readRecord(v value, seen *seen) failover.Record {
	o := v.object("name", "type", "zone", "zoneName", "ttl", "endpoints")
	rec := failover.Record{
		Name:     readName(o.need("name", "a DNS name"), isOwnName),
		Type:     readType(o.need("type", orList(recordTypes))),
		Zone:     readZone(o.need("zone", "the id of the hosted zone")),
		ZoneName: readName(o.need("zoneName", "the name of the hosted zone"), isDNSName),
	}
	checkName(o, rec, seen)
	rec.Endpoints = perRegion(o.need("endpoints", "an endpoint in each Region"), func(e value, _ failover.Region) failover.Endpoint {
		return readEndpoint(e, rec.Type)
	})
	rec.TTL = readTTL(o, rec)
	return rec
}

// checkName checks what can be told of a record only when name, type and zone are known together.
func checkName(o object, rec failover.Record, seen *seen) {
	if rec.Name == "" || rec.ZoneName == "" {
		return
	}
	name := o.may("name")
	apex := rec.Name == rec.ZoneName
	switch {
	case !apex && !strings.HasSuffix(rec.Name, "."+rec.ZoneName):
		name.wrong("%s is not in the zone %s; expected that name or one below it", rec.Name, rec.ZoneName)
	case apex && rec.Type == "CNAME":
		o.may("type").wrong("CNAME at %s, the top of its zone, where DNS does not allow one; expected A or AAAA, with an alias", rec.Name)
	case failover.IsFenceName(rec.Name):
		name.wrong("%s is a name of Drover's own records; expected another", rec.Name)
	}
	if rec.Zone != "" && rec.Type != "" {
		seen.same(o.may("zoneName"), "zone "+rec.Zone, "the name "+rec.ZoneName)
		seen.same(o.may("type"), rec.Name+" of zone "+rec.Zone, kind(rec.Type))
		seen.once(name, "record "+rec.Name+" "+rec.Type+" of zone "+rec.Zone)
	}
}

// kind tells apart what cannot stand beside each other under one name.
func kind(recordType string) string {
	if recordType == "CNAME" {
		return "a CNAME"
	}
	return "an address"
}

// readName reads a name as Route 53 keeps it: in lower case, and here without the trailing dot.
func readName(v value, valid func(string) bool) string {
	name := strings.ToLower(strings.TrimSuffix(v.text(), "."))
	if name != "" && !valid(name) {
		v.wrong("%q; expected a DNS name such as www.example.com", name)
		return ""
	}
	return name
}

// isDNSName allows one label, because private zones have such names.
func isDNSName(name string) bool {
	return len(name) <= 253 &&
		!slices.ContainsFunc(strings.Split(name, "."), func(label string) bool { return !dnsLabel.MatchString(label) })
}

func isOwnName(name string) bool { return isDNSName(strings.TrimPrefix(name, "*.")) }

// isTarget wants a dot: a word alone is a slip.
func isTarget(name string) bool { return isDNSName(name) && strings.Contains(name, ".") }

func readType(v value) string {
	text := v.text()
	if text != "" && !slices.Contains(recordTypes, text) {
		v.wrong("%q; expected %s", text, orList(recordTypes))
		return ""
	}
	return text
}

func readZone(v value) string {
	id := v.text()
	if id != "" && !zoneID.MatchString(id) {
		v.wrong("%q; expected the id of a hosted zone, such as Z0000000000EXAMPLE, without /hostedzone/", id)
		return ""
	}
	return id
}

// readTTL knows that a record set with values must have a TTL, and one with an alias cannot have one.
func readTTL(o object, rec failover.Record) int64 {
	ttl := o.may("ttl")
	values, aliases := 0, 0
	for _, e := range rec.Endpoints {
		if e.Value != "" {
			values++
		}
		if e.Alias != nil {
			aliases++
		}
	}
	switch {
	case values > 0 && !ttl.given():
		o.wrong("ttl is missing; expected seconds, 60 or less for clients to follow soon")
	case aliases == 2 && ttl.given():
		ttl.wrong("both endpoints are aliases, which have the TTL of their targets; expected no ttl")
		return 0
	}
	return int64(ttl.whole(1, maxTTL))
}

func readEndpoint(v value, recordType string) failover.Endpoint {
	o := v.object("value", "alias", "healthCheck")
	plain, alias := o.may("value"), o.may("alias")
	switch {
	case plain.given() && alias.given():
		alias.wrong("beside a value; expected one of the two")
	case o.isMap() && !plain.given() && !alias.given():
		o.wrong("neither value nor alias; expected one of the two")
	}
	var e failover.Endpoint
	if plain.given() {
		e.Value = readValue(plain, recordType)
	}
	if alias.given() {
		e.Alias = readAlias(alias)
	}
	if check := o.may("healthCheck"); check.given() {
		e.HealthCheck = check.text()
		if e.HealthCheck != "" && !healthCheck.MatchString(e.HealthCheck) {
			check.wrong("%q; expected the id of a Route 53 health check", e.HealthCheck)
		}
	}
	return e
}

func readValue(v value, recordType string) string {
	text := v.text()
	address, err := netip.ParseAddr(text)
	switch {
	case text == "":
	case recordType == "A" && (err != nil || !address.Is4()):
		v.wrong("%q; expected an IPv4 address, because the record's type is A", text)
	case recordType == "AAAA" && (err != nil || !address.Is6() || address.Is4In6() || address.Zone() != ""):
		v.wrong("%q; expected an IPv6 address, because the record's type is AAAA", text)
	case recordType == "CNAME" && err == nil:
		v.wrong("%q; expected a DNS name, because the record's type is CNAME", text)
	case recordType == "CNAME":
		return readName(v, isTarget)
	}
	return text
}

func readAlias(v value) *failover.Alias {
	o := v.object("name", "zone", "evaluateTargetHealth")
	return &failover.Alias{
		Name:                 readName(o.need("name", "the DNS name of the target"), isTarget),
		Zone:                 readZone(o.need("zone", "the id of the target's hosted zone, such as a load balancer's")),
		EvaluateTargetHealth: o.may("evaluateTargetHealth").yes(),
	}
}
