package forecast

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Drawn is one run of a forecast before it is played.
type Drawn struct {
	Number int
	Name   string
	Cause  string
	// Outage is when the disaster strikes, from the start of the scenario on.
	Outage time.Duration
	// YAML is the scenario file.
	YAML []byte
}

// drawing draws one run.
type drawing struct {
	*rand.Rand
	plan   failover.Plan
	apps   Applications
	events []event
	// outage and start are when the disaster strikes and when the run starts.
	outage, start time.Duration
}

// event is one line of a timeline.
type event struct {
	at   time.Duration
	text string
}

// Draw draws a run of a forecast.
func Draw(m Model, plan failover.Plan, apps Applications, seed uint64, number int) Drawn {
	d := &drawing{Rand: rand.New(rand.NewPCG(seed, uint64(number))), plan: plan, apps: apps}
	d.outage = d.between(time.Minute, 3*time.Minute)
	d.start = d.outage + m.Detection.draw(d.Rand).Truncate(time.Second)
	cause := d.cause(m)
	world := d.world(m, cause)
	d.disaster(cause)
	d.run(m)
	for _, f := range m.faults(apps) {
		if d.Float64() < f.Share {
			f.add(d)
		}
	}
	drawn := Drawn{Number: number, Name: fmt.Sprintf("forecast-%d-%d", seed, number), Cause: cause.Name, Outage: d.outage}
	drawn.YAML = d.yaml(drawn.Name, fmt.Sprintf("run %d of the forecast with seed %d", number, seed), cause.Name, world)
	return drawn
}

func (d *drawing) add(at time.Duration, format string, args ...any) {
	d.events = append(d.events, event{at, fmt.Sprintf(format, args...)})
}

// between is a whole number of seconds.
func (d *drawing) between(low, high time.Duration) time.Duration {
	return (low + time.Duration(d.Int64N(int64(high-low)+1))).Truncate(time.Second)
}

func one[T any](d *drawing, of ...T) T { return of[d.IntN(len(of))] }

func (d *drawing) cause(m Model) Cause {
	at := d.Float64()
	for _, c := range m.Causes {
		if at -= c.Share; at < 0 {
			return c
		}
	}
	return m.Causes[len(m.Causes)-1]
}

// world are the settings of the simulated AWS.
func (d *drawing) world(m Model, c Cause) string {
	text := fmt.Sprintf("dnsPropagation: %s, replicationLag: %s, aurora: {lag: %s, failover: %s}, clients: {requestsPerSecond: 100, writes: 0.2}",
		m.Propagation.draw(d.Rand), m.Replication.draw(d.Rand), m.Lag.draw(d.Rand), m.Promotion.draw(d.Rand))
	if c.kind == dark {
		text += ", controlPlane: " + scenario.ControlPlaneStays
	}
	if late := d.between(time.Minute, 2*time.Minute); d.apps.standard {
		text += fmt.Sprintf(", metricDelay: {highResolution: %s}", late)
	}
	return "world: {" + text + "}"
}

func (d *drawing) disaster(c Cause) {
	if c.kind == failing {
		share := float64(30+d.IntN(71)) / 100
		for _, name := range d.apps.Names {
			d.add(d.outage, "errors: {region: %s, application: %s, share: %v}", d.plan.Primary, name, share)
		}
		return
	}
	d.add(d.outage, "regionDark: %s", d.plan.Primary)
	if c.kind == darkWithControlPlane && d.plan.Primary != d.plan.Primary.Partition().GlobalRegion {
		d.add(d.outage, "controlPlane: %s", scenario.ControlPlaneGone)
	}
}

// An approver answers again and again: which of these times the run waits at is not known before.
const answers, answerEvery = 40, 30 * time.Second

// run starts the failover, and has an approver answer it.
func (d *drawing) run(m Model) {
	d.add(d.start, "start: {region: %s, input: {action: failover, allowDataLoss: true, since: %q, reason: forecast}}",
		d.plan.Standby, scenario.Start.Add(d.outage).Format(time.RFC3339))
	answered := d.start + m.Approval.draw(d.Rand).Truncate(time.Second)
	for range answers {
		if d.apps.approval {
			d.add(answered, "answer: {run: 1, by: an approver, approved: true}")
		}
		answered += answerEvery
	}
}

// services are those that a failover calls, with their code for too many requests.
var services = []struct{ name, throttled string }{
	{"route53", "Throttling, status: 400"}, {"rds", "Throttling, status: 400"}, {"monitoring", "Throttling, status: 400"},
	{"dynamodb", "ThrottlingException, status: 400"}, {"sns", "Throttled, status: 429"}, {"s3", "SlowDown, status: 503"},
}

// calls makes a part of the calls to a service fail.
func (d *drawing) calls(how func(throttled string) string) {
	s := one(d, services...)
	region := ""
	if s.name != "route53" { // which is called in its own Region
		region = fmt.Sprintf("region: %s, ", d.plan.Standby)
	}
	share := float64(5+d.IntN(26)) / 100
	d.add(d.soon(), "apiFault: {service: %s, %s%s, share: %v, for: %s}", s.name, region, how(s.throttled), share, d.between(10*time.Second, 3*time.Minute))
}

// soon is a time around the start of the run.
func (d *drawing) soon() time.Duration { return d.start + d.between(-30*time.Second, 90*time.Second) }

func (d *drawing) throttled() {
	d.calls(func(code string) string { return "code: " + code + ", message: rate exceeded" })
}

func (d *drawing) unanswered() {
	d.calls(func(string) string { return one(d, "loseRequest: true", "loseAnswer: true") })
}

func (d *drawing) crash() {
	d.add(d.soon(), "invocations: {function: %s, fail: %s, times: 1}",
		one(d, "validate", "shifttraffic", "updateregistry", "promotedatabase", "verifyhealth", "notify"), one(d, "throttle", "crash-before", "timeout"))
}

func (d *drawing) tooSmall() {
	d.add(d.outage, "errors: {region: %s, application: %s, share: 0.5, fromPercent: 50}", d.plan.Standby, one(d, d.apps.Names...))
}

func (d *drawing) stuck() {
	d.add(d.outage, "databaseHang: %s", one(d, d.apps.databases...))
}

// rest is how long a scenario goes on after its last event, unless the run takes longer: longer than any promotion, so that a run
// is not judged while one that it has started is in progress.
const rest = 15 * time.Minute

func (d *drawing) yaml(name, title, description, world string) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "name: %s\ntitle: %s\ndescription: %s\nnoSchedules: true\n%s\napplications:\n%s\ntimeline:\n",
		name, title, description, world, strings.Join(d.apps.blocks, "\n"))
	slices.SortStableFunc(d.events, func(a, b event) int { return int(a.at - b.at) })
	for _, e := range d.events {
		fmt.Fprintf(&out, "  - {at: %s, %s}\n", e.at, e.text)
	}
	fmt.Fprintf(&out, "until: %s\nexpect: {any: true}\n", d.events[len(d.events)-1].at+rest)
	return []byte(out.String())
}
