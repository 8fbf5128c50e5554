package applicationsfile

import (
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/registry/rules"
)

func readRecord(v value, seen *seen) failover.Record {
	o := v.object("name", "type", "zone", "zoneName", "private", "ttl", "endpoints")
	rec := failover.Record{
		Name:     readName(o.need("name", "a DNS name"), rules.OwnName),
		Type:     readType(o.need("type", prose.Or(rules.RecordTypes))),
		Zone:     readZone(o.need("zone", "the id of the hosted zone")),
		ZoneName: readName(o.need("zoneName", "the name of the hosted zone"), rules.ZoneName),
		Private:  o.may("private").yes(),
	}
	checkName(o, rec, seen)
	rec.Endpoints = perRegion(o.need("endpoints", "an endpoint in each Region"), func(e value, region failover.Region) failover.Endpoint {
		return readEndpoint(e, rec, region)
	})
	if wrong := rules.Endpoints(v.r.plan, rec); wrong != "" && len(rec.Endpoints) > 0 {
		o.may("endpoints").wrong("%s", wrong)
	}
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
		if len(e.All()) > 0 {
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

func readEndpoint(v value, rec failover.Record, region failover.Region) failover.Endpoint {
	o := v.object("value", "values", "alias", "setIdentifier", "healthCheck")
	one, several, alias := o.may("value"), o.may("values"), o.may("alias")
	switch {
	case one.given() && several.given():
		several.wrong("beside a value; expected one of the two")
	case (one.given() || several.given()) && alias.given():
		alias.wrong("beside a value; expected one of the two")
	case o.isMap() && !one.given() && !several.given() && !alias.given():
		o.wrong("neither value nor alias; expected value, values or alias")
	}
	var e failover.Endpoint
	switch {
	case one.isList():
		one.wrong("a list; expected one value, or values with a list of several")
	case one.given():
		e.Value = readValue(one, rec.Type)
	case several.given():
		e.Value, e.Values = readValues(several, rec.Type)
	}
	if alias.given() {
		e.Alias = readAlias(alias, rec)
	}
	if id := o.may("setIdentifier"); id.given() {
		e.SetIdentifier = id.hold(id.text(), func(text string) string { return rules.Identifier(v.r.plan, region, text) })
	}
	if e.SetIdentifier == string(region) { // the default
		e.SetIdentifier = ""
	}
	if check := o.may("healthCheck"); check.given() {
		e.HealthCheck = check.text()
		check.hold(e.HealthCheck, rules.HealthCheck)
	}
	return e
}

// readValues reads a list. A record set with one value has it in the form that release 0.1.0 reads too.
func readValues(v value, recordType string) (one string, several []string) {
	for _, element := range v.list("value") {
		several = append(several, readValue(element, recordType))
	}
	switch wrong := rules.Values(recordType, several); {
	case wrong != "":
		v.wrong("%s", wrong)
	case len(several) == 0 && v.isList():
		v.wrong("empty; expected at least one value")
	case len(several) == 1:
		return several[0], nil
	}
	return "", several
}

func readValue(v value, recordType string) string {
	text := v.text()
	if recordType == "CNAME" {
		text = strings.ToLower(strings.TrimSuffix(text, "."))
	}
	v.hold(text, func(text string) string { return rules.Value(recordType, text) })
	return text
}

func readAlias(v value, rec failover.Record) *failover.Alias {
	o := v.object("name", "zone", "evaluateTargetHealth")
	a := &failover.Alias{
		Name:                 readName(o.need("name", "the DNS name of the target"), rules.TargetName),
		Zone:                 readZone(o.need("zone", "the id of the target's hosted zone, such as a load balancer's")),
		EvaluateTargetHealth: o.may("evaluateTargetHealth").yes(),
	}
	if wrong := rules.Target(rec, *a); wrong != "" && a.Name != "" && a.Zone != "" && rec.Type != "" && rec.Zone != "" {
		o.may("name").wrong("%s", wrong)
	}
	return a
}
