package sim

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// block is an application of the situation: its name, its wave, and its text.
type block struct{ name, wave, text string }

var (
	nameOf    = regexp.MustCompile(`- name: (\S+)`)
	waveOf    = regexp.MustCompile(`wave: (\d+)`)
	clusterOf = regexp.MustCompile(`globalCluster: (\S+)`)
	recordOf  = regexp.MustCompile(`(?m)^      - \{name: .*\}$`)
)

func (s *Situation) block(i int) block {
	text := s.Applications[i]
	return block{nameOf.FindStringSubmatch(text)[1], waveOf.FindStringSubmatch(text)[1], text}
}

// item is an event that writes the item of an application in the registry: its configuration, with a change.
func (b block) item(region, change string) string {
	var records []string
	for _, line := range recordOf.FindAllString(b.text, -1) {
		records = append(records, strings.TrimPrefix(line, "      - "))
	}
	all := strings.Join(records, ", ")
	switch change {
	case "broken":
		all = strings.ReplaceAll(all, "type: A", "type: CAA")
	case "address":
		all = strings.ReplaceAll(all, "198.51.100.", "203.0.113.")
	case "ttl":
		all = regexp.MustCompile(`ttl: \d+`).ReplaceAllString(all, "ttl: 45")
	case "removed":
		return fmt.Sprintf("registryItem: {region: %s, application: %s, wave: %s, remove: true}", region, b.name, b.wave)
	}
	more := ""
	if strings.Contains(b.text, "switch: none") {
		more += ", switch: none"
	}
	if found := clusterOf.FindStringSubmatch(b.text); found != nil {
		more += fmt.Sprintf(", databases: [{globalCluster: %[1]s, clusters: {us-east-1: \"arn:aws:rds:us-east-1:111122223333:cluster:%[1]s-us-east-1\", us-west-2: \"arn:aws:rds:us-west-2:111122223333:cluster:%[1]s-us-west-2\"}}]", found[1])
	}
	return fmt.Sprintf(`registryItem: {region: %s, application: %s, wave: %s, config: {records: [%s], health: [{namespace: Application, metric: ServedPercent, dimensions: {Application: %s, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}]%s}}`,
		region, b.name, b.wave, all, b.name, more)
}

// itemsByHand change an item of the registry, break it or delete it: before a run, between two of its steps, or in the soak time of a
// drill.
func itemsByHand(d *dice, s *Situation) {
	at, _ := s.begin(d)
	b := s.block(d.IntN(len(s.Applications)))
	if d.chance(0.4) { // the first step after Validate is tried again, and the item changes meanwhile
		s.add(at, "invocations: {function: shifttraffic, fail: %s, times: %d}", one(d, "throttle", "crash-before", "crash-after-effect"), 2+d.IntN(2))
		at += d.between(time.Second, 8*time.Second)
	} else {
		at += one(d, -min(at, d.between(time.Second, 30*time.Second)), d.soon(), d.between(time.Minute, 6*time.Minute))
	}
	s.add(at, "%s", b.item(one(d, east, west, west), one(d, "broken", "address", "ttl", "removed")))
}

// emptied is a registry whose items were all deleted.
func emptied(d *dice, s *Situation) {
	at := one(d, d.between(5*time.Second, 30*time.Second), d.at())
	for i := range s.Applications {
		s.add(at, "%s", s.block(i).item(west, "removed"))
	}
}

// strangerItem is an item of an application that no applications file has.
func strangerItem(d *dice, s *Situation) {
	zone := one(d, zones["checkout"], zones["orders"])
	record := fmt.Sprintf("{name: %s.%s, type: %s, zone: %s, zoneName: %s, ttl: 60, endpoints: {us-east-1: {value: 203.0.113.66}, us-west-2: {value: 203.0.113.66}}}",
		one(d, "login", "_acme-challenge", "r0"), zoneNames[zone], one(d, "A", "A", "CAA"), zone, zoneNames[zone])
	s.add(d.between(5*time.Second, 3*time.Minute), `registryItem: {region: %s, application: stranger, wave: %d, config: {records: [%s], health: [{namespace: Application, metric: ServedPercent, dimensions: {Application: %s}, statistic: Average, periodSeconds: 10, atLeast: 0}]}}`,
		one(d, east, west), one(d, 1, 3), record, one(d, d.names...))
}

// siblingRecord is a record set of another type under the name of an application.
func siblingRecord(d *dice, s *Situation) {
	name := one(d, d.names...)
	zone := zones[name]
	s.add(d.between(0, 3*time.Minute), `recordSet: {zone: %s, name: r0.%s.%s, type: AAAA, ttl: 60, values: ["2001:db8::1"]}`, zone, name, zoneNames[zone])
}

// newerFence is the fence of a zone as another version of Drover, or no version, has written it.
func newerFence(d *dice, s *Situation) {
	at, run := s.begin(d)
	zone := zones[one(d, d.names...)]
	fence := one(d, "format=9 epoch=1 run=newer", "format=9 epoch=1 run=newer", "format=2 epoch=1 run=edited")
	after := one(d, -min(at, d.between(time.Second, 20*time.Second)), d.soon())
	if d.chance(0.5) { // while the run waits for its approval: Validate has not read it, and ShiftTraffic does
		s.plan("approval", "before-start")
		after = d.between(5*time.Second, 20*time.Second)
		s.add(at+d.between(30*time.Second, 90*time.Second), "answer: {run: %d, by: alice, approved: true}", run)
	}
	s.add(at+after, `recordSet: {zone: %s, name: %s.%s, type: TXT, ttl: 60, values: ['"%s"']}`, zone, one(d, "_drover-drover", "_drover"), zoneNames[zone], fence)
}
