package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

func (a answers) planFile() []byte {
	return fmt.Appendf(nil, "# The plan that the commands of drover are about: docs/operating.md.\nplan: %s\nregions: [%s, %s]   # the primary, then the standby\n", a.plan.Name, a.plan.Primary, a.plan.Standby)
}

// applications is a file with one application: with the first zone, and all clusters.
func (a answers) applications(schema string) []byte {
	var b bytes.Buffer
	zone := a.zones[0]
	fmt.Fprintf(&b, `# yaml-language-server: $schema=%s
# What Drover moves: docs/applications.md. Replace the name, the addresses and the metric by your own; drover import writes this
# file from the record sets that you have.
applications:
  - name: www
    records:
      - name: www.%s
        type: A
        zone: %s
        zoneName: %[2]s
        ttl: 60
        endpoints:
          %[4]s: {value: 192.0.2.10}
          %[5]s: {value: 198.51.100.10}
`, schema, zone[1], zone[0], a.plan.Primary, a.plan.Standby)
	for i, cluster := range a.clusters {
		if i == 0 {
			fmt.Fprintln(&b, "    databases:")
		}
		fmt.Fprintf(&b, "      - globalCluster: %s\n        clusters:\n", cluster)
		for _, region := range []failover.Region{a.plan.Primary, a.plan.Standby} {
			fmt.Fprintf(&b, "          %[1]s: arn:%[2]s:rds:%[1]s:%[3]s:cluster:%[4]s-%[1]s\n", region, region.Partition().ID, a.account, cluster)
		}
	}
	fmt.Fprintln(&b, `    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: www, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}`)
	return b.Bytes()
}

// scenario is the outage of the primary, in terms of the plan.
func (a answers) scenario(schema string) []byte {
	consent := ""
	if len(a.clusters) > 0 {
		consent = " allowDataLoss: true,"
	}
	return fmt.Appendf(nil, `# yaml-language-server: $schema=%s
# How a scenario is written: docs/rehearsing.md.
name: %s
title: "{primary} goes dark"
description: The applications fail over to {standby} while their primary Region does not answer.

applicationsFile: %s

timeline:
  - at: 2m
    regionDark: primary
  - at: 2m45s
    start:
      region: standby
      input: {action: failover,%s since: "2026-01-31T03:02:00Z", reason: "{primary} is dark"}
      outcome: Completed
until: 9m
expect:
  active: {www: standby}
`, schema, strings.TrimSuffix(scenarioName, ".yaml"), applicationsName, consent)
}

// context is a cdk.json with the answers in the object drover of its context. All other text stays as it is.
func (a answers) context(text []byte) ([]byte, error) {
	start, end, err := objectAt(text, "context", "drover")
	if err != nil {
		return nil, err
	}
	members, err := membersOf(text[start:end])
	if err != nil {
		return nil, err
	}
	var zones []string
	for _, zone := range a.zones {
		zones = append(zones, zone[0])
	}
	for _, set := range []struct {
		key   string
		value any
	}{
		{"name", a.plan.Name}, {"primary", a.plan.Primary}, {"standby", a.plan.Standby}, {"hostedZones", zones},
		{"globalClusters", append([]string{}, a.clusters...)}, {"trafficMetrics", []string{}},
	} {
		value, err := json.Marshal(set.value)
		if err != nil {
			return nil, err
		}
		members = withMember(members, set.key, bytes.ReplaceAll(value, []byte(","), []byte(", ")))
	}
	var b bytes.Buffer
	b.Write(text[:start])
	b.WriteString("{\n")
	for i, m := range members {
		comma := ","
		if i == len(members)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "      %q: %s%s\n", m.key, m.value, comma)
	}
	b.WriteString("    }")
	b.Write(text[end:])
	return b.Bytes(), nil
}

// member is a key of an object, and its value as it is written.
type member struct {
	key   string
	value []byte
}

func withMember(members []member, key string, value []byte) []member {
	for i := range members {
		if members[i].key == key {
			members[i].value = value
			return members
		}
	}
	return append(members, member{key, value})
}

// membersOf are the members of an object, in its order.
func membersOf(text []byte) ([]member, error) {
	var all []member
	_, _, err := walkObject(text, func(key string, value json.RawMessage) bool {
		all = append(all, member{key, value})
		return false
	})
	if errors.Is(err, errNoKey) {
		err = nil
	}
	return all, err
}

// objectAt is where the value of a key in an object lies, by the keys from the outside to the inside.
func objectAt(text []byte, keys ...string) (start, end int, err error) {
	end = len(text)
	for _, key := range keys {
		from, to, err := walkObject(text[start:end], func(k string, _ json.RawMessage) bool { return k == key })
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", key, err)
		}
		start, end = start+from, start+to
	}
	return start, end, nil
}

var errNoKey = errors.New("the key is missing")

// walkObject reads the members of an object until found says yes, and returns where the value of that one lies.
func walkObject(text []byte, found func(key string, value json.RawMessage) bool) (start, end int, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return 0, 0, errors.Join(errors.New("expected an object"), err)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return 0, 0, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return 0, 0, err
		}
		if found(fmt.Sprint(key), value) {
			end := int(dec.InputOffset())
			return end - len(value), end, nil
		}
	}
	return 0, 0, errNoKey
}
