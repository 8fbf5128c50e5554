package applicationsfile

import (
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
)

func readRecord(v value, seen *seen) failover.Record {
	o := v.object("name", "type", "zone", "zoneName", "ttl", "endpoints")
	rec := failover.Record{
		Name:     readName(o.need("name", "a DNS name"), rules.OwnName),
		Type:     readType(o.need("type", prose.Or(rules.RecordTypes))),
		Zone:     readZone(o.need("zone", "the id of the hosted zone")),
		ZoneName: readName(o.need("zoneName", "the name of the hosted zone"), rules.ZoneName),
	}
	checkName(o, rec, seen)
	rec.Endpoints = perRegion(o.need("endpoints", "an endpoint in each Region"), func(e value, _ failover.Region) failover.Endpoint {
		return readEndpoint(e, rec.Type)
	})
	rec.TTL = readTTL(o, rec)
	return rec
}

// checkName checks what can be checked of a record only when name, type and zone are known together.
func checkName(o object, rec failover.Record, seen *seen) {
	if rec.Name == "" || rec.ZoneName == "" {
		return
	}
	name := o.may("name")
	if wrong := rules.Placed(name.r.plan, rec); wrong != nil {
		o.may(wrong.Field).wrong("%s", wrong.Text)
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
func readName(v value, rule func(string) string) string {
	return v.hold(strings.ToLower(strings.TrimSuffix(v.text(), ".")), rule)
}

func readType(v value) string { return v.hold(v.text(), rules.Type) }

func readZone(v value) string { return v.hold(v.text(), rules.Zone) }

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
	return int64(ttl.whole(1, rules.MaxTTL))
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
		check.hold(e.HealthCheck, rules.HealthCheck)
	}
	return e
}

func readValue(v value, recordType string) string {
	text := v.text()
	if recordType == "CNAME" {
		text = strings.ToLower(strings.TrimSuffix(text, "."))
	}
	v.hold(text, func(text string) string { return rules.Value(recordType, text) })
	return text
}

func readAlias(v value) *failover.Alias {
	o := v.object("name", "zone", "evaluateTargetHealth")
	return &failover.Alias{
		Name:                 readName(o.need("name", "the DNS name of the target"), rules.TargetName),
		Zone:                 readZone(o.need("zone", "the id of the target's hosted zone, such as a load balancer's")),
		EvaluateTargetHealth: o.may("evaluateTargetHealth").yes(),
	}
}
