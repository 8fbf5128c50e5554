package guarantee

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// weightsConsistent is guarantee 1: after every accepted batch, each application has exactly the intended weights in both
// Regions. A record that the batch has written has the weights of one of the run's traffic steps, or in a rollback those
// of before; everything else of it is as registered, because a batch replaces whole record sets. Any other record has the
// weights that it had before the batch, even if they were changed manually.
func weightsConsistent(e Evidence) finding {
	f := finding{basis: "no batch was accepted"}
	batches := 0
	last, since := map[string]setIndex{}, map[string]time.Time{} // by zone
	for _, batch := range e.Batches {
		run, phase := e.runOf(batch)
		if run == nil {
			f.violate("%s: batch %s in zone %s belongs to no run", e.clock(batch.At), batch.ChangeID, batch.Zone)
			continue
		}
		batches++
		f.check(*run)
		for _, h := range e.Manual {
			if h.Zone == batch.Zone && h.At.After(since[h.Zone]) && !h.At.After(batch.At) {
				last[h.Zone] = indexOf(h.Sets)
			}
		}
		shares := intendedWeights(e.Plan, *run, phase)
		written, after := writtenNames(batch), indexOf(batch.After)
		for _, app := range e.Applications {
			for _, record := range app.Records {
				if record.Zone != batch.Zone {
					continue
				}
				if hadLostARegion(last[batch.Zone], record) && !written[record.Name+" "+record.Type] {
					continue
				}
				allowed := shares
				if before, _ := Weights(run.Before.of(record), record); !written[record.Name+" "+record.Type] {
					allowed = unwritten(record, before, last[batch.Zone])
				} else if phase == failover.Rollback {
					allowed = []map[failover.Region]int{before}
				}
				e.checkRecord(&f, batch, app, record, after.of(record), allowed, phase == failover.Rollback)
				if written[record.Name+" "+record.Type] {
					e.checkRest(&f, batch, app, record, after.of(record))
				}
			}
		}
		last[batch.Zone], since[batch.Zone] = after, batch.At
	}
	if batches > 0 {
		f.basis = prose.Count(batches, "batch") + ", every record in both Regions after each"
	}
	return f
}

// unwritten are the weights that a record may have that a batch has not written: those from before the run, and those
// that the previous batch has left.
func unwritten(record failover.Record, before map[failover.Region]int, last setIndex) []map[failover.Region]int {
	allowed := []map[failover.Region]int{before}
	if last != nil {
		prior, _ := Weights(last.of(record), record)
		allowed = append(allowed, prior)
	}
	return allowed
}

// hadLostARegion says whether the record lacked a Region before the batch, so that the batch has not taken it away.
func hadLostARegion(before setIndex, record failover.Record) bool {
	if before == nil {
		return false
	}
	_, complete := Weights(before.of(record), record)
	return !complete
}

// checkRecord: the record has the weights of one of those allowed; before says that these are the weights from before the run.
func (e Evidence) checkRecord(f *finding, batch fakeaws.Batch, app failover.Application, record failover.Record, sets []fakeaws.RecordSet, allowed []map[failover.Region]int, before bool) {
	got, complete := Weights(sets, record)
	if !complete {
		f.violate("%s: %s: record %s %s lacks a Region: %s; expected both", e.clock(batch.At), app.Name, record.Name, record.Type, show(e.Plan, got))
		return
	}
	for _, want := range allowed { // an operator may have written other weights with the same shares before the run
		if maps.Equal(got, want) || before && sameShares(got, want) {
			return
		}
	}
	wanted := "no change in a check or a dry run"
	if len(allowed) > 0 {
		wanted = show(e.Plan, allowed[len(allowed)-1])
	}
	f.violate("%s: %s: record %s %s has %s; expected %s", e.clock(batch.At), app.Name, record.Name, record.Type, show(e.Plan, got), wanted)
}

// checkRest: a record that was written is as registered, except for its weights.
func (e Evidence) checkRest(f *finding, batch fakeaws.Batch, app failover.Application, record failover.Record, sets []fakeaws.RecordSet) {
	for _, set := range sets {
		region, registered := record.RegionOf(set.SetIdentifier)
		if set.Name != record.Name || set.Type != record.Type || !registered {
			continue
		}
		if want := RecordSet(record, region, set.Weight); !set.Same(want) {
			f.violate("%s: %s: record %s %s in %s is written as %s; registered %s", e.clock(batch.At), app.Name, record.Name, record.Type,
				region, rest(set), rest(want))
		}
	}
}

// rest shows a record set without its weight.
func rest(set fakeaws.RecordSet) string {
	target := strings.Join(set.Values, " ")
	if set.Alias != nil {
		target = fmt.Sprintf("alias %+v", *set.Alias)
	}
	return fmt.Sprintf("%s, TTL %d, health check %q", target, set.TTL, set.HealthCheck)
}

// intendedWeights are the weights of a run's traffic steps in a phase, other than a rollback.
func intendedWeights(plan failover.Plan, run RunEvidence, phase failover.Phase) []map[failover.Region]int {
	if !run.moves() {
		return nil
	}
	percents := run.Asked.Percents
	if len(percents) == 0 || phase == failover.ReturnRollback { // what is unhealthy returns in one step
		percents = []int{100}
	}
	to := run.target(plan, phase)
	var all []map[failover.Region]int
	for _, percent := range percents {
		all = append(all, map[failover.Region]int{to: percent, plan.Other(to): 100 - percent})
	}
	return all
}

func writtenNames(batch fakeaws.Batch) map[string]bool {
	written := map[string]bool{}
	for _, change := range batch.Changes {
		written[change.Set.Name+" "+change.Set.Type] = true
	}
	return written
}
