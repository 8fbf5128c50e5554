package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// moreStream separates what more draws from the rest: a situation in which it draws nothing is what it was without it.
const moreStream = stream + 2

// more adds, to two situations of five, what needs circumstances that independent draws do not meet: faults at the time of a run, two
// runs that meet, a registry that is changed between two steps.
func (s *Situation) more(of *dice) {
	d := &dice{Rand: rand.New(rand.NewPCG(s.Seed, moreStream)), names: of.names, databases: of.databases, waves: of.waves}
	if !d.chance(0.4) {
		return
	}
	kinds := []func(*dice, *Situation){
		clocks, redriven, callers, itemsByHand, emptied, strangerItem, siblingRecord, newerFence, newerRelease, unreserved, manySteps, sharedDatabase,
		longFailures, longFailures, unheardOf, contended, contended, opposed, opposed, lostChange, lostChange, cancelledPromotion, cancelledPromotion, busyForLong, notStarted, taskFailed,
		lateAlarms, alarmOfApplication, slowRegion, noDatabaseControl, unreadChecks, otherRegionsRule, deployments, endedByQuota, closedByNone, unknownErrors, takenOver, afterEnd,
	}
	kinds[d.IntN(len(kinds))](d, s)
}

// begin is when a run that was drawn starts, and its number.
func (s *Situation) begin(d *dice) (at time.Duration, run int) {
	var starts []time.Duration
	for _, e := range s.Events {
		if strings.HasPrefix(e.Text, "start: ") {
			starts = append(starts, e.At)
		}
	}
	slices.Sort(starts)
	run = d.IntN(len(starts))
	return starts[run], run + 1
}

// soon is a moment in the first part of a run: between its first steps, in most runs.
func (d *dice) soon() time.Duration {
	return one(d, d.between(time.Second, 8*time.Second), d.between(time.Second, 20*time.Second), d.between(5*time.Second, 90*time.Second))
}

// clocks are those of Regions that differ, from the beginning or from some time on, by seconds to minutes.
func clocks(d *dice, s *Situation) {
	for _, region := range one(d, []string{east}, []string{west}, []string{east, west}) {
		at := one(d, 0, d.at())
		s.add(at, "clock: {region: %s, %s: %s}", region, one(d, "ahead", "behind"), one(d, d.between(time.Second, 10*time.Second), d.between(10*time.Second, 5*time.Minute)))
		if d.chance(0.4) {
			s.add(at+d.between(10*time.Second, 8*time.Minute), "clock: {region: %s}", region)
		}
	}
}

// world adds a setting of the simulated AWS.
func (s *Situation) world(setting string) { s.extend("world", setting) }

// plan adds a setting of the plan, or replaces it.
func (s *Situation) plan(key string, value any) { s.extend("plan", fmt.Sprintf("%s: %v", key, value)) }

func (s *Situation) extend(line, setting string) {
	key, _, _ := strings.Cut(setting, ":")
	for i, text := range s.Settings {
		inner, ok := strings.CutPrefix(text, line+": {")
		if !ok {
			continue
		}
		kept := slices.DeleteFunc(split(strings.TrimSuffix(inner, "}")), func(part string) bool { return strings.HasPrefix(part, key+":") })
		s.Settings[i] = line + ": {" + strings.Join(append(kept, setting), ", ") + "}"
	}
}

// newerRelease is a Region that runs another release, which has another format or the same.
func newerRelease(d *dice, s *Situation) {
	s.add(d.between(0, 3*time.Minute), "published: {region: %s, version: %q, format: %d}", one(d, east, west), one(d, "0.1.0", "9.0.0"), one(d, 1, 2, 3))
}

// unreserved are functions that reserve no concurrency, in an account whose other functions may need it all.
func unreserved(d *dice, s *Situation) {
	s.plan("reservedConcurrency", 0)
	if d.chance(0.5) {
		at, _ := s.begin(d)
		s.add(max(0, at-time.Second), "lambdaSurge: {region: %s, executions: 1000, for: %s}", west, d.between(10*time.Second, 7*time.Minute))
	}
}

// manySteps is a dry run of more traffic steps, with more checks, than the history of an execution has room for. The runs of the
// situation would take days with these settings: it has no others.
func manySteps(d *dice, s *Situation) {
	s.plan("attempts", 1000)
	s.plan("settleSeconds", 1)
	s.plan("bakeSeconds", 3600)
	s.Events = slices.DeleteFunc(s.Events, func(e Event) bool {
		return strings.HasPrefix(e.Text, "start: ") || strings.HasPrefix(e.Text, "alarm: ")
	})
	s.add(d.at(), "start: {region: %s, input: {action: %s, dryRun: true, percents: [1, 2, 5, 10, 20, 40, 60, 80, 90, 100]}}", west, one(d, "drill", "switchover"))
}

// sharedDatabase is a planned run of one of two applications with the same database.
func sharedDatabase(d *dice, s *Situation) {
	if len(d.databases) == 0 || len(s.Applications) < 2 {
		itemsByHand(d, s)
		return
	}
	cluster := d.databases[0]
	own := fmt.Sprintf(database, cluster)
	i := slices.IndexFunc(s.Applications, func(text string) bool { return !strings.Contains(text, "databases:") })
	if i >= 0 {
		s.Applications = slices.Clone(s.Applications)
		s.Applications[i] += own
		s.Applications[i] = waveOf.ReplaceAllString(s.Applications[i], fmt.Sprintf("wave: %d", d.waves[0]))
	}
	var sharing []string
	for i, text := range s.Applications {
		if strings.Contains(text, "globalCluster: "+cluster) {
			sharing = append(sharing, s.block(i).name)
		}
	}
	s.add(d.at(), "start: {region: %s, input: {action: %s, applications: [%s]}}", west, one(d, "switchover", "drill", "failover, allowDataLoss: true"), one(d, sharing...))
}

// longFailures are a function, or two, that fail for longer than the retries of a state take, while a run needs them.
func longFailures(d *dice, s *Situation) {
	at, _ := s.begin(d)
	for range 1 + d.IntN(2) {
		kind := one(d, "throttle", "crash-before", "crash-after-effect", "timeout", "denied", "deleted")
		s.add(at+d.between(0, 100*time.Second), "invocations: {function: %s, fail: %s, for: %s}", one(d, steps...), kind, d.between(15*time.Second, 2*time.Minute))
	}
}

// unheardOf is a run whose notification cannot be sent, at first or in the end, and sometimes neither can its alarm.
func unheardOf(d *dice, s *Situation) {
	at, _ := s.begin(d)
	at += d.between(0, 2*time.Minute)
	lasts := d.between(time.Minute, 6*time.Minute)
	s.add(at, "invocations: {function: notify, fail: %s, for: %s}", one(d, "throttle", "crash-before", "denied"), lasts)
	if d.chance(0.6) {
		s.add(at+lasts/2, "invocations: {function: updateregistry, fail: %s, times: %d}", one(d, "throttle", "crash-before", "crash-after-effect"), 1+d.IntN(6))
	}
}

// lostChange is a change that Route 53 has accepted and loses before its name servers have it; sometimes Route 53 throttles then.
func lostChange(d *dice, s *Situation) {
	at, _ := s.begin(d)
	s.world("dnsPropagation: " + one(d, "60s", "150s"))
	for range 1 + d.IntN(3) {
		s.add(at+d.between(4*time.Second, 100*time.Second), "loseChange: %s", zones[one(d, d.names...)])
	}
	if d.chance(0.5) {
		s.add(at+d.between(5*time.Second, 2*time.Minute), "%s", operation{"route53", "ChangeResourceRecordSets"}.fails(one(d, "throttled", "request lost", "unavailable"), ", for: "+d.between(10*time.Second, 3*time.Minute).String()))
	}
}

// cancelledPromotion is a promotion that Aurora cancels or that is stuck.
func cancelledPromotion(d *dice, s *Situation) {
	if len(d.databases) == 0 {
		lostChange(d, s)
		return
	}
	if d.chance(0.5) {
		at, _ := s.begin(d)
		for range 1 + d.IntN(2) {
			s.add(max(0, at+d.between(0, 40*time.Second)-20*time.Second), "switchoverCancelled: %s", one(d, d.databases...))
		}
		return
	}
	at := d.between(20*time.Second, 29*time.Second) // before all others: a failover finds a switchover in progress, which then loses the old writer
	s.add(at, "start: {region: %s, input: {action: switchover}}", west)
	s.add(at, "stop: {run: 1, in: VerifyHealth}")
	s.add(at+d.between(8*time.Second, 20*time.Second), "start: {region: %s, input: {action: failover, allowDataLoss: true, takeover: true}}", west)
	s.add(at+d.between(15*time.Second, 40*time.Second), "regionDark: %s", east)
}

// busyForLong are objects with another change in progress, and requests that AWS rejects, while a run needs them.
func busyForLong(d *dice, s *Situation) {
	at, _ := s.begin(d)
	for range 1 + d.IntN(2) {
		s.add(at+d.between(0, 20*time.Second), "%s", one(d, busy...)+one(d, fmt.Sprintf("times: %d", 1+d.IntN(12)), "for: "+d.between(5*time.Second, 3*time.Minute).String())+"}")
	}
}

// notStarted is a failover whose first step is throttled or denied for longer than its retries take.
func notStarted(d *dice, s *Situation) {
	at := d.between(30*time.Second, 3*time.Minute)
	lasts := d.between(10*time.Second, 6*time.Minute)
	s.add(at-time.Second, "%s", one(d,
		fmt.Sprintf("invocations: {function: validate, fail: throttle, for: %s}", lasts),
		operation{"dynamodb", "UpdateItem"}.fails("denied", ", for: "+lasts.String()),
		operation{"dynamodb", "Query"}.fails("denied", ", for: "+lasts.String())))
	s.add(at, "start: {region: %s, input: {action: failover, allowDataLoss: true}}", west)
}

// lateAlarms are events of an alarm that arrive late, in another order, or again after a long time.
func lateAlarms(d *dice, s *Situation) {
	at := d.between(time.Minute, 4*time.Minute)
	region := one(d, west, west, west, east)
	s.add(at, "alarm: {region: %s, name: other-region-lost, state: ALARM}", region)
	s.add(at+d.between(10*time.Second, 2*time.Minute), "alarm: {region: %s, name: other-region-lost, state: OK}", region)
	for range 1 + d.IntN(2) {
		s.add(at+d.between(2*time.Minute, 15*time.Minute), "alarm: {region: %s, name: other-region-lost, state: %s, from: %s}", region, one(d, "ALARM", "ALARM", "OK"), region)
	}
}

// alarmOfApplication is an alarm that an application lists, and that is not OK.
func alarmOfApplication(d *dice, s *Situation) {
	i := d.IntN(len(s.Applications))
	s.Applications = slices.Clone(s.Applications)
	text, _, _ := strings.Cut(s.Applications[i], "\n    alarms: ")
	s.Applications[i] = strings.TrimRight(text, "\n") + "\n    alarms: [of-the-application]"
	s.add(d.between(0, 3*time.Minute), "alarm: {region: %s, name: of-the-application, state: %s}", one(d, west, west, east), one(d, "ALARM", "INSUFFICIENT_DATA"))
}

// slowRegion is a Region that answers a part of the requests only after the callers have given up: before their effect or after it.
func slowRegion(d *dice, s *Situation) {
	at, region := d.at(), one(d, east, west)
	lasts := d.between(20*time.Second, 4*time.Minute)
	for _, service := range []string{"dynamodb", "rds", "monitoring", "sns", "s3", "states"} {
		s.add(at, "apiFault: {service: %s, region: %s, %s: true, share: %v, for: %s}", service, region, one(d, "loseRequest", "loseAnswer"), one(d, 0.1, 0.3, 0.6), lasts)
	}
}

// noDatabaseControl is a Region whose RDS control plane is unavailable: databases go on, and cannot be described or promoted.
func noDatabaseControl(d *dice, s *Situation) {
	at, _ := s.begin(d)
	s.add(at+d.between(0, time.Minute), "apiFault: {service: rds, region: %s, code: ServiceUnavailable, status: 503, message: service unavailable, for: %s}", one(d, east, west, west), d.between(20*time.Second, 8*time.Minute))
}

// unreadChecks are health checks whose settings cannot be read.
func unreadChecks(d *dice, s *Situation) {
	at, _ := s.begin(d)
	s.add(max(0, at-time.Second), "%s", operation{"route53", "GetHealthCheck"}.fails(one(d, "denied", "unavailable"), ", for: "+d.between(10*time.Second, time.Minute).String()))
}

// otherRegionsRule is a health rule whose metric one Region publishes.
func otherRegionsRule(d *dice, s *Situation) {
	i := d.IntN(len(s.Applications))
	b := s.block(i)
	region := one(d, east, west)
	rule := fmt.Sprintf(`      - {namespace: Application, metric: ServedPercent, dimensions: {Application: %s, Region: %s}, region: %s, statistic: Average, periodSeconds: 10, atLeast: 50, treatMissingData: notBreaching}`, b.name, region, region)
	s.Applications = slices.Clone(s.Applications)
	s.Applications[i] = strings.Replace(b.text, "    health:\n", "    health:\n"+rule+"\n", 1)
}

// deployments replace the functions of a Region while runs are in progress: by a release that is broken, and by the current one again.
func deployments(d *dice, s *Situation) {
	at, _ := s.begin(d)
	region := one(d, west, west, east)
	at += d.between(0, 90*time.Second)
	if d.chance(0.5) {
		s.add(at, "deploy: {region: %s, release: broken}", region)
		at += d.between(10*time.Second, 3*time.Minute)
	}
	s.add(at, "deploy: {region: %s, release: current}", region)
}

// unknownErrors are answers that no code of Drover knows.
func unknownErrors(d *dice, s *Situation) {
	at, _ := s.begin(d)
	o := one(d, operations...)
	s.add(at+d.between(0, 30*time.Second), "apiFault: {service: %s, operation: %s, code: SomethingElse, status: %d, message: this is new, %s}", o.service, o.name, one(d, 400, 409), one(d, "times: 6", "for: 40s"))
}
