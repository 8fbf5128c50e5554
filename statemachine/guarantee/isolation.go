package guarantee

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// isolation is guarantee 12: in a failover, every record and every database without a fault of its own is in the target
// Region in the end, whatever is wrong with the others. Faults are attributed by the requests that AWS has rejected and by
// the state of the simulated AWS, and never by what the run reports. An application whose item was changed meanwhile has one.
func isolation(e Evidence) finding {
	f := finding{basis: "no failover gave occasion"}
	moved, faults := 0, 0
	for _, run := range e.Runs {
		if e.needNotBeRefused(run) {
			f.check(run)
			f.violate("%s: was refused, although consent was given, the lock was free, and the registry answered; expected it to move everything without a fault of its own", run.Name)
		}
		if !e.showsIsolation(run) {
			continue
		}
		f.check(run)
		j := journal{e, run}
		for _, app := range e.selected(run) {
			for _, record := range app.Records {
				switch {
				case j.recordMoved(record):
					moved++
				case e.itemChanged(run, app) || j.recordFault(app, record) != "":
					faults++
				default:
					got, _ := Weights(run.After.of(record), record)
					f.violate("%s: record %s %s of %s had no fault of its own, but has not moved: %s", run.Name, record.Name, record.Type, app.Name, show(e.Plan, got))
				}
			}
			for _, database := range app.Databases {
				switch {
				case j.promoted(database):
					moved++
				case e.itemChanged(run, app) || j.databaseFault(app, database) != "":
					faults++
				default:
					f.violate("%s: database %s of %s had no fault of its own, but no promotion in %s was accepted", run.Name, database.GlobalCluster, app.Name, run.To())
				}
			}
		}
	}
	if f.checked() {
		f.basis = fmt.Sprintf("%d records and databases moved, %d had a fault of their own", moved, faults)
	}
	return f
}

// showsIsolation says whether a run is a failover that only faults could prevent from moving everything: it has taken
// the lock and ended by itself, no approver rejected it, and no other run took the lock from it or moved anything meanwhile.
func (e Evidence) showsIsolation(run RunEvidence) bool {
	if run.Asked == nil || run.Asked.Action != failover.Failover || !run.moves() || run.declined() || run.hadNothing() || !run.tookLock() || run.Paused > 0 {
		return false
	}
	if o := run.Outcome(); o != failover.Completed && o != failover.Held {
		return false
	}
	if slices.Contains(run.Path, "AwaitApproval") && run.Outcome() != failover.Completed {
		return false
	}
	if n := len(run.Asked.Percents); n > 0 && run.Asked.Percents[n-1] != 100 {
		return false
	}
	return !slices.ContainsFunc(e.Runs, func(other RunEvidence) bool {
		return other.moves() && other.overlaps(run) && (other.tookFrom(run) || other.wroteLock() || slices.ContainsFunc(e.effects(other), run.during))
	})
}

// wroteLock says whether Validate of a run has written the lock, and has never answered: it may have taken the lock.
func (r RunEvidence) wroteLock() bool {
	_, answered := r.validated()
	return !answered && r.anyCall(func(state string) bool { return state == "Validate" }, func(c fakeaws.Call) bool { return isLockWrite(c) && c.Mutating && c.Code == "" })
}

// unchanged is the code of a conditional write that finds that there is nothing to change.
const unchanged = "ConditionalCheckFailedException"

// needNotBeRefused says whether a failover of all applications was refused although only their own faults were blockers:
// its input is valid and consents to data loss, the registry was read, no other run had the lock, and none was in progress.
func (e Evidence) needNotBeRefused(run RunEvidence) bool {
	if run.Outcome() != failover.Refused || !run.moves() || run.Asked.Action != failover.Failover || !e.mayLose(run) || len(e.selected(run)) == 0 {
		return false
	}
	if in, err := failover.ParseInput(run.Input); err != nil || in.Trigger != nil || len(in.Applications)+len(in.Percents) > 0 || in.Since.After(run.StartedAt) || len(e.Plan.Loosened(in)) > 0 {
		return false
	}
	if slices.Contains(run.Path, "AwaitApproval") || run.Before.Lock.Held(run.StartedAt) {
		return false
	}
	if !slices.ContainsFunc(e.selected(run), func(app failover.Application) bool { return len(notMoved(e.Plan, run.To(), run.Before, app)) > 0 }) {
		return false // all that it can read is there already
	}
	if slices.ContainsFunc(e.CutOffs, func(at time.Time) bool { return at.Before(run.StartedAt) }) {
		return false // a run of the other Region, whose end it cannot see, may have moved the zones
	}
	for _, inv := range run.Invocations {
		failed := func(c fakeaws.Call) bool { return c.Service == "dynamodb" && c.Code != "" && c.Code != unchanged }
		lost := inv.Result.ErrorType == string(failover.FenceLost) // against whom? No other run is in progress
		if inv.Result.ErrorType != "" && !lost || slices.ContainsFunc(inv.Calls, failed) {
			return false
		}
	}
	return !slices.ContainsFunc(e.Runs, func(other RunEvidence) bool { return other.moves() && other.overlaps(run) })
}

// journal is what the simulated AWS has recorded of one failover.
type journal struct {
	Evidence
	run RunEvidence
}

// recordMoved says whether the run's Region has all of a record's traffic.
func (j journal) recordMoved(record failover.Record) bool {
	got, _ := j.run.After.shares(record)
	return got[j.run.To()] > 0 && got[j.run.from(j.Plan)] == 0
}

// promoted says whether the writer of a database is in the run's Region, or RDS has accepted its promotion there: how long
// that takes is up to Aurora. One that was cancelled must be started again.
func (j journal) promoted(database failover.Database) bool {
	to := string(j.run.To())
	return j.run.After.database(database.GlobalCluster).Writer == to || slices.ContainsFunc(j.Promotions, func(p fakeaws.Promotion) bool {
		return p.GlobalCluster == database.GlobalCluster && p.To == to && !p.Cancelled && (p.Finished.IsZero() || !p.Finished.Before(j.run.StartedAt))
	})
}

// recordFault is why a record could not move: Route 53 has rejected it alone or by its name, has denied or failed the change
// of its zone, the step that moves its wave has failed, or a safety rule has refused its switch. Empty when there is no such fault.
func (j journal) recordFault(app failover.Application, record failover.Record) string {
	if why := cmp.Or(j.stepFault("ShiftTraffic", app.Wave), j.ruleFault(app), j.waveNotVerified(app.Wave)); why != "" {
		return why
	}
	for _, h := range j.Manual {
		if h.Zone == record.Zone && j.run.during(h.At) {
			return "its zone was changed manually meanwhile"
		}
	}
	if why := j.switchFault(app); why != "" {
		return why
	}
	if code := j.zoneRejected(record.Zone); code != "" {
		return code
	}
	if j.foreignFence(record.Zone) {
		return "the fence of its zone is not Drover's"
	}
	var last *fakeaws.Call // that changes its zone, or else that reads it
	changes := false
	for _, call := range j.callsOf("ShiftTraffic", "route53", app.Wave) {
		if call.Object != "hosted zone "+record.Zone {
			continue
		}
		if call.Mutating || !changes {
			last, changes = &call, call.Mutating
		}
		switch {
		case call.Code == "" || waitingCures(call):
		case !isRefusedBatch(call):
			return call.Code // of the whole zone
		case isAbout(call, record), onlyMarks(call): // without the mark, no batch of the zone can be written
			return call.Message
		}
	}
	switch {
	case last != nil && (waitingCures(*last) || last.Lost):
		return cmp.Or(last.Code, "no answer")
	case j.lostLast(j.run, record.Zone):
		return "Route 53 lost the change" // while it did not say so, or too late to make it again
	case !changes && j.controlPlaneDown():
		return "Route 53 accepted no change, and the run ended before this zone's batch"
	}
	return ""
}

// waveNotVerified is why all traffic of a wave was never shifted with the databases first, or in the steps that the input asks
// for: more users move only to where what has moved before is verified. Empty when it was shifted.
func (j journal) waveNotVerified(wave int) string {
	why := ""
	for _, inv := range j.run.Invocations {
		var payload struct {
			Stage failover.Stage `json:"stage"`
		}
		if failover.Decode(inv.Payload, &payload) != nil || payload.Stage.Wave != 0 && payload.Stage.Wave != wave {
			continue
		}
		percent := 0
		if payload.Stage.Percent != nil {
			percent = *payload.Stage.Percent
		}
		var answer failover.VerifyAnswer
		switch {
		case inv.State == "ShiftTraffic" && percent == 100:
			return ""
		case inv.State == "VerifyHealth" && (payload.Stage.Promote || percent > 0) && failover.Decode(inv.Result.Payload, &answer) == nil && answer.Verdict != failover.Passed:
			why = "its wave was not verified before all of its traffic was to move"
		case inv.State == "VerifyHealth" && inv.Result.ErrorType != "":
			why = inv.Result.ErrorType
		}
	}
	return why
}

// isRefusedBatch says whether Route 53 has rejected a batch for its content.
func isRefusedBatch(call fakeaws.Call) bool {
	return slices.Contains([]string{"InvalidChangeBatch", "InvalidInput", "NoSuchHealthCheck"}, call.Code)
}

// onlyMarks says whether a batch writes the fence of its zone and nothing else.
func onlyMarks(call fakeaws.Call) bool {
	return call.Mutating && call.Parts != "" && !slices.ContainsFunc(strings.Split(call.Parts, "\n"), func(part string) bool {
		name, kind, _ := strings.Cut(part, " ")
		return kind != "TXT" || !failover.IsFenceName(name)
	})
}

// isAbout says whether a record is the cause of a rejected batch: it was the only one in it, or Route 53 has named it.
func isAbout(call fakeaws.Call, record failover.Record) bool {
	key := record.Name + " " + record.Type
	parts := strings.Split(call.Parts, "\n")
	if !slices.Contains(parts, key) {
		return false
	}
	alone := !slices.ContainsFunc(parts, func(part string) bool { return part != key && !strings.HasSuffix(part, " TXT") })
	return alone || strings.Contains(call.Message, "'"+record.Name+"'") || strings.Contains(call.Message, "'"+record.Name+".'")
}

// controlPlaneDown says whether the last request to change any zone failed with an error that may pass.
func (j journal) controlPlaneDown() bool {
	calls := slices.DeleteFunc(j.calls("ShiftTraffic", "route53"), func(c fakeaws.Call) bool { return !c.Mutating })
	return len(calls) > 0 && calls[len(calls)-1].Code != "" && waitingCures(calls[len(calls)-1])
}

// databaseFault is why a database could not be promoted: its own state, an error of RDS about it, or a failure of the step
// that promotes its wave. Empty when there is no such fault.
func (j journal) databaseFault(app failover.Application, database failover.Database) string {
	target := database.Clusters[j.run.To()]
	if target == "" {
		return "it has no cluster registered in the Region"
	}
	if !j.mayLose(j.run) {
		return "no consent to data loss"
	}
	if why := cmp.Or(j.stepFault("PromoteDatabase", app.Wave), j.ruleFault(app)); why != "" {
		return why
	}
	for _, s := range []Snapshot{j.run.Before, j.run.After} {
		if why := s.database(database.GlobalCluster).Hindrance; why != "" {
			return why
		}
	}
	if len(j.run.Asked.Percents) > 1 && j.waveNotVerified(app.Wave) != "" {
		return "its wave was not verified before the last traffic step, which promotes it"
	}
	if slices.ContainsFunc(j.Promotions, func(p fakeaws.Promotion) bool {
		return p.GlobalCluster == database.GlobalCluster && p.To != string(j.run.To()) && p.At.Before(j.run.end()) && (p.Finished.IsZero() || p.Finished.After(j.run.StartedAt))
	}) {
		return "another promotion was in progress"
	}
	var last *fakeaws.Call
	for _, call := range j.calls("PromoteDatabase", "rds") {
		if call.Object != "" && call.Object != database.GlobalCluster && !strings.HasSuffix(target, call.Object) {
			continue
		}
		last = &call
		if call.Operation == "FailoverGlobalCluster" && call.Code != "" && !waitingCures(call) {
			return call.Code
		}
	}
	if last != nil && last.Code != "" {
		return last.Code
	}
	return ""
}

// stepFault is why a step failed for a wave as a whole, the last time that it was invoked for it in one of its stages: Lambda did not
// run it, or the registry did not answer. What is set aside then, no later stage moves.
func (j journal) stepFault(state string, wave int) string {
	why := map[int]string{}
	for _, inv := range j.run.Invocations {
		var payload struct {
			Stage failover.Stage `json:"stage"`
		}
		if inv.State != state || failover.Decode(inv.Payload, &payload) != nil || payload.Stage.Wave != 0 && payload.Stage.Wave != wave {
			continue
		}
		if state == "PromoteDatabase" && !payload.Stage.Promote || state == "ShiftTraffic" && payload.Stage.Percent == nil {
			continue // the stage moves the other part of the wave alone
		}
		of := payload.Stage.Index
		why[of] = ""
		if brokenOff(inv) {
			why[of] = inv.Result.ErrorType
		}
		for _, call := range inv.Calls {
			if call.Service == "dynamodb" && (call.Code != "" || call.Lost) && !call.Mutating {
				why[of] = "the registry answered " + cmp.Or(call.Code, "nothing")
			}
		}
	}
	for _, stage := range slices.Sorted(maps.Keys(why)) {
		if why[stage] != "" {
			return why[stage]
		}
	}
	return ""
}

// calls are the requests to a service that a step has made.
func (j journal) calls(state, service string) []fakeaws.Call { return j.callsOf(state, service, 0) }

// callsOf are those that it has made for a wave; 0 stands for all waves.
func (j journal) callsOf(state, service string, wave int) []fakeaws.Call {
	var all []fakeaws.Call
	for _, inv := range j.run.Invocations {
		var payload struct {
			Stage failover.Stage `json:"stage"`
		}
		if inv.State != state || failover.Decode(inv.Payload, &payload) != nil || payload.Stage.Wave != 0 && wave != 0 && payload.Stage.Wave != wave {
			continue
		}
		for _, call := range inv.Calls {
			if call.Service == service {
				all = append(all, call)
			}
		}
	}
	return all
}

// waitingCures says whether a retry may succeed: the request was throttled, unanswered, or came too early.
func waitingCures(call fakeaws.Call) bool {
	for _, p := range []string{"Throttl", "PriorRequest", "ServiceUnavailable", "Internal", "Unreachable", "TooManyRequests", "RequestLimit", "SlowDown"} {
		if strings.HasPrefix(call.Code, p) {
			return true
		}
	}
	return strings.HasPrefix(call.Code, "Invalid") && strings.HasSuffix(call.Code, "StateFault")
}
