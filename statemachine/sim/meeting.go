package sim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// meetingStream separates what meeting draws from the rest.
const meetingStream = stream + 3

// meeting adds, to one situation of eight, a run of its own, before all others, with what must meet one of its steps: most of it lasts
// only seconds.
func (s *Situation) meeting(of *dice) {
	d := &dice{Rand: rand.New(rand.NewPCG(s.Seed, meetingStream)), names: of.names, databases: of.databases, waves: of.waves}
	if !d.chance(0.125) {
		return
	}
	at := d.between(20*time.Second, 29*time.Second)
	one(d, stuckStep, supersededStep, supersededStep, partlySuperseded, supersededRollback, changedBetween, changedBetween, lostSwitchover, returnBlocked, unheardTwice)(d, s, at)
}

// run starts the run of its own, which is number 1.
func (s *Situation) run(at time.Duration, action string) {
	s.plan("approval", "none")
	s.add(at, "start: {region: %s, input: {action: %s}}", west, action)
}

// stuckStep is a failover of which one step fails for longer than its retries take.
func stuckStep(d *dice, s *Situation, at time.Duration) {
	s.run(at, "failover, allowDataLoss: true")
	s.add(at, "invocations: {function: %s, fail: %s, for: %s}", one(d, "shifttraffic", "updateregistry", "promotedatabase", "promotedatabase"), one(d, "throttle", "crash-before", "denied"),
		d.between(16*time.Second, 90*time.Second))
}

// supersededStep is a run whose lock is taken over while one of its steps is tried again.
func supersededStep(d *dice, s *Situation, at time.Duration) {
	s.run(at, one(d, "failover, allowDataLoss: true", "switchover"))
	s.add(at, "invocations: {function: %s, fail: %s, times: 3}", one(d, "updateregistry", "promotedatabase"), one(d, "throttle", "crash-before"))
	s.add(at+d.between(7*time.Second, 13*time.Second), "start: {region: %s, input: {action: failover, allowDataLoss: true, takeover: true%s}}", west, d.some())
}

// some are the applications of an input: all, or one of them, so that it leaves what the others have alone.
func (d *dice) some() string {
	if d.chance(0.4) {
		return ""
	}
	return ", applications: [" + one(d, d.names...) + "]"
}

// partlySuperseded is a run whose lock is taken over after a step has done a part of its work and crashed.
func partlySuperseded(d *dice, s *Situation, at time.Duration) {
	s.run(at, one(d, "failover, allowDataLoss: true", "switchover"))
	s.add(at, "invocations: {function: %s, fail: crash-midway, calls: %d, times: 1}", one(d, "shifttraffic", "shifttraffic", "promotedatabase"), 2+d.IntN(12))
	s.add(at+time.Second, "start: {region: %s, input: {action: failover, allowDataLoss: true, takeover: true%s}}", west, d.some())
}

// supersededRollback is a run whose lock is taken over while the plan of its rollback is tried again.
func supersededRollback(d *dice, s *Situation, at time.Duration) {
	s.run(at, "switchover")
	s.add(at, "invocations: {function: %s, fail: %s, for: 16s}", one(d, "shifttraffic", "updateregistry", "promotedatabase"), one(d, "throttle", "crash-before"))
	s.add(at+5*time.Second, "invocations: {function: validate, fail: %s, times: 3}", one(d, "throttle", "crash-before"))
	s.add(at+d.between(22*time.Second, 27*time.Second), "start: {region: %s, input: {action: failover, allowDataLoss: true, takeover: true%s}}", west, d.some())
}

// changedBetween is an item of the registry that changes after Validate, while the next step is tried again, or in the soak time of a
// drill.
func changedBetween(d *dice, s *Situation, at time.Duration) {
	b := s.block(d.IntN(len(s.Applications)))
	change := b.item(west, one(d, "address", "ttl", "broken", "removed"))
	if d.chance(0.4) {
		s.plan("soakSeconds", 240)
		s.run(at, "drill")
		s.add(at+d.between(3*time.Minute, 7*time.Minute), "%s", change)
		return
	}
	s.run(at, one(d, "switchover", "switchover", "drill", "failover, allowDataLoss: true"))
	s.add(at, "invocations: {function: shifttraffic, fail: %s, times: 3}", one(d, "throttle", "crash-before"))
	s.add(at+d.between(time.Second, 12*time.Second), "%s", change)
}

// lostSwitchover is a failover that finds a switchover in progress, which then loses the old writer.
func lostSwitchover(d *dice, s *Situation, at time.Duration) {
	s.world(fmt.Sprintf("aurora: {lag: 900ms, switchover: %s, failover: 60s}", one(d, "60s", "2m", "3m")))
	s.run(at, "switchover")
	s.add(at, "stop: {run: 1, in: VerifyHealth}")
	s.add(at+d.between(10*time.Second, 20*time.Second), "start: {region: %s, input: {action: failover, allowDataLoss: true}}", west)
	s.add(at+d.between(21*time.Second, 50*time.Second), "regionDark: %s", east)
}

// returnBlocked is a drill whose return is not possible, or not yet.
func returnBlocked(d *dice, s *Situation, at time.Duration) {
	s.plan("soakSeconds", one(d, 1, 240))
	s.run(at, "drill")
	at += d.between(2*time.Minute, 6*time.Minute)
	if len(d.databases) > 0 && d.chance(0.6) {
		s.add(at, "databaseLag: {globalCluster: %s, lag: 10m}", one(d, d.databases...))
		return
	}
	s.add(at, "%s", one(d, fmt.Sprintf("errors: {region: %s, application: %s, share: 1}", east, one(d, d.names...)), fmt.Sprintf("noMetrics: {region: %s, application: %s}", east, one(d, d.names...))))
}

// unheardTwice is a run whose notification cannot be sent, nor its alarm at first.
func unheardTwice(d *dice, s *Situation, at time.Duration) {
	s.run(at, one(d, "failover, allowDataLoss: true", "check", "switchover, applications: [no-such-application]"))
	lasts := d.between(2*time.Minute, 20*time.Minute)
	for _, function := range []string{"notify", "updateregistry"} {
		s.add(at+d.between(0, 3*time.Second), "invocations: {function: %s, fail: %s, for: %s}", function, one(d, "throttle", "crash-before"), lasts)
	}
}
