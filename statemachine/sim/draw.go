package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The Regions of the plan that is deployed: primary and standby.
const east, west = "us-east-1", "us-west-2"

// dice draw. The same seed gives the same situation.
type dice struct {
	*rand.Rand
	// names are the applications of the situation, databases their global clusters.
	names, databases []string
	// waves are those of the applications that own the databases.
	waves []int
}

// stream separates the simulation's numbers from those of any other use of the same seeds.
const stream = 0x64726f766572

// Draw draws the situation of a seed.
func Draw(seed uint64) Situation {
	d := &dice{Rand: rand.New(rand.NewPCG(seed, stream))}
	s := Situation{Seed: seed, Rest: d.between(4*time.Minute, 8*time.Minute)}
	s.Settings = append(s.Settings, d.plan(), d.world())
	if d.chance(0.7) {
		s.Settings = append(s.Settings, "noSchedules: true")
	}
	s.Applications = d.applications()
	runs := d.runs(&s)
	d.outages(&s)
	for range d.IntN(6) {
		s.add(d.at(), "%s", d.fault())
	}
	for range d.IntN(3) {
		s.add(d.at(), "%s", d.operator(runs))
	}
	if d.chance(0.12) {
		d.alarms(&s)
	}
	s.rare(d.names)
	s.more(d)
	s.meeting(d)
	return s
}

func (s *Situation) add(at time.Duration, format string, args ...any) {
	s.Events = append(s.Events, Event{at.Truncate(time.Second), fmt.Sprintf(format, args...)})
}

func (d *dice) chance(p float64) bool { return d.Float64() < p }

func (d *dice) between(low, high time.Duration) time.Duration {
	return (low + time.Duration(d.Int64N(int64(high-low)+1))).Truncate(100 * time.Millisecond)
}

// at is when something happens beside the runs, most of which start in the second minute.
func (d *dice) at() time.Duration { return d.between(0, 8*time.Minute) }

func one[T any](d *dice, of ...T) T { return of[d.IntN(len(of))] }

// plan overrides settings of the plan.
func (d *dice) plan() string {
	settings := []string{
		fmt.Sprintf("order: %s", one(d, "traffic-first", "traffic-first", "database-first")),
		fmt.Sprintf("wavesAtOnce: %t", d.chance(0.5)),
		fmt.Sprintf("approval: %s", one(d, "none", "none", "none", "before-start", "before-promotion")),
		fmt.Sprintf("soakSeconds: %d", one(d, 1, 30, 90)),
		fmt.Sprintf("bakeSeconds: %d", one(d, 0, 20, 60)),
		fmt.Sprintf("passes: %d", one(d, 1, 2, 3)),
		fmt.Sprintf("attempts: %d", one(d, 12, 24, 40)),
		fmt.Sprintf("settleSeconds: %d", one(d, 5, 5, 10)),
		fmt.Sprintf("allowDataLoss: %t", d.chance(0.3)),
		"approvalSeconds: 240",
		one(d, "mayLoosen: [allowDataLoss, approval, order, takeover]", "mayLoosen: [allowDataLoss, approval, order, takeover]", "mayLoosen: [allowDataLoss, takeover]"),
	}
	return "plan: {" + strings.Join(settings, ", ") + "}"
}

// world are the settings of the simulated AWS.
func (d *dice) world() string {
	return fmt.Sprintf("world: {traffic: %s, dnsPropagation: %s, replicationLag: %s, aurora: {lag: %s, switchover: %s, failover: %s}, clients: {requestsPerSecond: %d, writes: 0.2}%s}",
		one(d, "switch", "switch", "weighted", "detached"), one(d, "10s", "30s", "60s", "150s"), one(d, "200ms", "1s", "4s"), one(d, "100ms", "900ms", "5s", "20s"),
		one(d, "20s", "40s", "2m"), one(d, "30s", "60s", "3m"), one(d, 3, 10), one(d, "", "", ", controlPlane: stays"))
}

// database is the block of a database.
const database = `
    databases:
      - globalCluster: %[1]s
        clusters:
          us-east-1: arn:aws:rds:us-east-1:111122223333:cluster:%[1]s-us-east-1
          us-west-2: arn:aws:rds:us-west-2:111122223333:cluster:%[1]s-us-west-2`

// zones are the hosted zones that the plan may change.
var zones = map[string]string{"checkout": "Z0000000000EXAMPLE", "orders": "Z0000000001EXAMPLE", "catalog": "Z0000000001EXAMPLE"}

var zoneNames = map[string]string{"Z0000000000EXAMPLE": "example.com", "Z0000000001EXAMPLE": "example.org"}

// clusters are the global clusters that the plan may promote, by application.
var clusters = map[string]bool{"checkout": true, "orders": true}

// names are those of the applications.
var names = []string{"checkout", "orders", "catalog"}

// applications are one to three of them.
func (d *dice) applications() []string {
	var blocks []string
	order := d.Perm(len(names))
	for i, n := range order[:1+d.IntN(len(names))] {
		name := names[n]
		d.names = append(d.names, name)
		zone := zones[name]
		wave := one(d, 1, 1, 2)
		block := fmt.Sprintf("  - name: %s\n    wave: %d%s\n    records:\n", name, wave, one(d, "", "", "", "\n    switch: none"))
		for record := range one(d, 1, 1, 2) {
			block += fmt.Sprintf("      - {name: r%d.%s.%s, type: A, zone: %s, zoneName: %s, ttl: %d, endpoints: {us-east-1: {value: 192.0.2.%d}, us-west-2: {value: 198.51.100.%d}}}\n",
				record, name, zoneNames[zone], zone, zoneNames[zone], one(d, 30, 60, 60, 60, 60, 60, 3600), 10*(i+1)+record, 10*(i+1)+record)
		}
		block += fmt.Sprintf(`    health:
      - {namespace: Application, metric: ServedPercent, dimensions: {Application: %s, Region: "{region}"}, statistic: Average, periodSeconds: 10, atLeast: 99}`, name)
		if cluster := d.cluster(name, wave); cluster != "" {
			block += fmt.Sprintf(database, cluster)
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// cluster is the global cluster of an application, if it has one. Some share that of another one, in the same wave.
func (d *dice) cluster(name string, wave int) string {
	if len(d.databases) > 0 && d.waves[0] == wave && d.chance(0.1) {
		return d.databases[0]
	}
	if !clusters[name] || d.chance(0.3) {
		return ""
	}
	d.databases, d.waves = append(d.databases, name), append(d.waves, wave)
	return name
}

// runs starts one to four, and returns how many.
func (d *dice) runs(s *Situation) int {
	at := d.between(30*time.Second, 2*time.Minute)
	n := one(d, 1, 1, 1, 2, 2, 3, 4)
	for i := range n {
		action := one(d, "failover", "failover", "failover", "failover", "switchover", "switchover", "drill", "drill", "failback", "check", "weights")
		region := west
		if action == "failback" || i > 0 && d.chance(0.3) {
			region = east
		}
		name := ""
		if d.chance(0.06) {
			name = "name: twice, "
		}
		s.add(at, "start: {region: %s, %sinput: {%s}}", region, name, strings.Join(d.input(action), ", "))
		if d.chance(0.3) {
			s.add(at+d.between(5*time.Second, 220*time.Second), "answer: {run: %d, by: alice, approved: %t}", i+1, d.chance(0.75))
		}
		at += one(d, d.between(0, 2*time.Second), d.between(0, 90*time.Second), d.between(2*time.Minute, 8*time.Minute))
	}
	return n
}

func (d *dice) input(action string) []string {
	in := []string{"action: " + action}
	add := func(p float64, text string) {
		if d.chance(p) {
			in = append(in, text)
		}
	}
	switch action {
	case "failover":
		add(0.8, "allowDataLoss: true")
		add(0.03, "percents: [50, 100]")
	case "switchover", "drill", "failback":
		add(0.3, one(d, "percents: [10, 100]", "percents: [50, 100]", "percents: [1, 25, 100]"))
	default:
		return in
	}
	if d.chance(0.04) {
		return one(d, []string{"action: evacuate"}, []string{"action: " + action, "applications: [no-such-application]"},
			[]string{"action: " + action, "percents: [100, 10]"}, []string{"action: " + action, `since: "2030-01-01T00:00:00Z"`})
	}
	add(0.1, "applications: ["+one(d, d.names...)+"]")
	add(0.15, "order: "+one(d, "traffic-first", "database-first"))
	add(0.1, "approval: "+one(d, "none", "before-start", "before-promotion"))
	add(0.08, "takeover: true")
	add(0.05, "dryRun: true")
	return in
}
