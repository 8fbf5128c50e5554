package sim

import (
	"fmt"
	"strings"
	"time"
)

// callers are callers of the HTTP API who start runs, answer them and read them, and one who may not.
func callers(d *dice, s *Situation) {
	s.world(`callers: [{name: portal, may: ["POST /runs", "GET /runs", "GET /runs/*", "POST /runs/*"]}, {name: reader, may: ["GET /runs", "GET /runs/*"]}]`)
	call := func(at time.Duration, as, region, method, path, body string) {
		if body != "" {
			body = ", body: " + body
		}
		s.add(at, "call: {as: %s, region: %s, method: %s, path: %s%s, status: 200}", as, region, method, path, body)
	}
	at := d.between(30*time.Second, 4*time.Minute)
	region := one(d, west, west, west, east)
	body := fmt.Sprintf("{name: asked, %s}", strings.Join(d.input(one(d, "failover", "switchover", "drill", "check")), ", "))
	call(at, "portal", region, "POST", "/runs", body)
	if d.chance(0.4) { // a client that has not had the answer sends the request again
		call(at+d.between(0, 20*time.Second), "portal", one(d, region, region, east), "POST", "/runs", body)
	}
	if d.chance(0.6) {
		call(at+d.between(5*time.Second, 4*time.Minute), one(d, "portal", "portal", "reader"), one(d, region, west, east), "POST", "/runs/asked/approval", fmt.Sprintf("{approved: %t}", d.chance(0.8)))
	}
	for range d.IntN(3) {
		call(at+d.between(0, 6*time.Minute), one(d, "portal", "reader"), one(d, east, west), "GET", one(d, "/runs", "/runs/asked", "/runs/none"), "")
	}
}

// redriven is an operator who redrives a run, after it was stopped or whatever it is doing.
func redriven(d *dice, s *Situation) {
	at, run := s.begin(d)
	if d.chance(0.5) {
		s.add(at+d.soon(), "stop: {run: %d}", run)
	}
	s.add(at+d.between(20*time.Second, 8*time.Minute), "redrive: %d", run)
}

// contended are two runs of which the second takes over while a step of the first is tried again.
func contended(d *dice, s *Situation) {
	at := d.between(30*time.Second, 3*time.Minute)
	first := one(d, "failover, allowDataLoss: true", "switchover", "drill")
	s.add(at, "start: {region: %s, input: {action: %s}}", west, first)
	s.add(at+d.between(0, 4*time.Second), "invocations: {function: %s, fail: %s, times: %d}", one(d, "updateregistry", "updateregistry", "promotedatabase", "promotedatabase", "shifttraffic", "verifyhealth"),
		one(d, "throttle", "crash-before", "crash-after-effect", "crash-after-effect", "timeout"), 1+d.IntN(3))
	s.add(at+d.between(3*time.Second, 16*time.Second), "start: {region: %s, input: {action: %s, takeover: true}}", one(d, west, west, west, east), one(d, "failover, allowDataLoss: true", "switchover", "failback"))
	if d.chance(0.4) {
		s.add(at+d.between(time.Second, 15*time.Second), "pause: {run: 1, for: %s}", d.between(10*time.Second, 2*time.Minute))
	}
}

// opposed are two runs in both Regions at the same time, each of which has something to move: before, the applications were parted.
func opposed(d *dice, s *Situation) {
	at := d.between(time.Minute, 2*time.Minute)
	s.add(at, "start: {region: %s, input: {action: switchover, applications: [%s]}}", west, d.names[0])
	at += d.between(4*time.Minute, 6*time.Minute)
	regions := one(d, []string{east, west}, []string{west, east})
	for i, region := range regions {
		action := map[string]string{east: "failback", west: one(d, "switchover", "switchover", "drill", "failover, allowDataLoss: true")}[region]
		s.add(at+time.Duration(i)*d.between(0, 3*time.Second), "start: {region: %s, input: {action: %s}}", region, action)
	}
	if d.chance(0.3) {
		s.add(at-time.Second, "cutOff: [%s, %s]", east, west)
		s.add(at+d.between(time.Minute, 6*time.Minute), "seeAgain: [%s, %s]", east, west)
	}
}

// takenOver is a run that takes over from one that was stopped, also where nothing is left to move.
func takenOver(d *dice, s *Situation) {
	at, run := s.begin(d)
	stopped := at + d.between(5*time.Second, 5*time.Minute)
	s.add(at, "loseEvents: {region: %s, for: 8m}", one(d, west, west, east))
	s.add(stopped, "stop: {run: %d%s}", run, one(d, "", "", ", in: CloseRun", ", in: VerifyHealth"))
	s.add(stopped+d.between(2*time.Second, 3*time.Minute), "start: {region: %s, input: {action: %s, takeover: true}}", one(d, west, west, east), one(d, "failover, allowDataLoss: true", "switchover", "failback"))
}

// endedByQuota is an execution that its time limit or the quota of its history ends.
func endedByQuota(d *dice, s *Situation) {
	at, run := s.begin(d)
	s.add(at+d.between(time.Second, 3*time.Minute), "stop: {run: %d%s, by: %s}", run, one(d, "", ", in: "+one(d, states...)), one(d, "timeout", "history"))
}

// closedByNone is a run that was stopped, and whose end no function can write.
func closedByNone(d *dice, s *Situation) {
	at, run := s.begin(d)
	at += d.soon()
	s.add(at, "stop: {run: %d}", run)
	s.add(at, "invocations: {function: %s, fail: %s, times: %d}", one(d, "updateregistry", "notify"), one(d, "throttle", "crash-before", "crash-after-effect"), 1+d.IntN(5))
}

// taskFailed is an approver who fails the task that waits for the approval.
func taskFailed(d *dice, s *Situation) {
	at, run := s.begin(d)
	s.plan("approval", one(d, "before-start", "before-promotion"))
	s.add(at+d.between(3*time.Second, 3*time.Minute), "answer: {run: %d, by: alice, fails: true, comment: no}", run)
}

// afterEnd are steps of a run that are delivered once more after its end, and while another one moves.
func afterEnd(d *dice, s *Situation) {
	at, run := s.begin(d)
	for range 1 + d.IntN(3) {
		s.add(at+d.between(4*time.Minute, 14*time.Minute), "repeatStep: {run: %d, state: %s, number: %d}", run, one(d, "Validate", "Validate", one(d, states...)), 1+d.IntN(2))
	}
	if d.chance(0.5) {
		s.add(at+d.between(4*time.Minute, 8*time.Minute), "start: {region: %s, input: {action: %s}}", one(d, east, west), one(d, "failback", "switchover", "failover, allowDataLoss: true"))
	}
}
