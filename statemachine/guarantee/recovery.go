package guarantee

import (
	"fmt"
	"slices"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Recovery is how long it took to recover by one run, and what it cost.
type Recovery struct {
	Run string `json:"run"`
	// From is when the outage started, or when the run started if nothing had failed; To is when the run ended.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// RTO is the time between them, TargetRTO the plan's. Users is the time until every request was served again, 0
	// when no request failed.
	RTO       time.Duration `json:"rto"`
	Users     time.Duration `json:"users"`
	TargetRTO time.Duration `json:"targetRTO"`
	// RPO is what was lost, in seconds of writes; ReportedRPO is what the run reported, nil when it had not measured it.
	// ReportedLag is the replication lag that a planned run has waited for, nil when there was none.
	RPO         float64       `json:"rpo"`
	Planned     bool          `json:"planned"`
	ReportedRPO *float64      `json:"reportedRPO,omitempty"`
	ReportedLag *float64      `json:"reportedLag,omitempty"`
	TargetRPO   time.Duration `json:"targetRPO"`
	// Parts are where the time went. They may overlap: DNS changes while a writer comes up.
	Parts []Part `json:"parts"`
	// Overhead is Drover's own: the time that no part covers.
	Overhead time.Duration `json:"overhead"`
}

// Part is a part of the recovery time with its cause.
type Part struct {
	Name string    `json:"name"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Took is the length of the part.
func (p Part) Took() time.Duration { return p.To.Sub(p.From) }

// recover measures one completed run. outage is when the Region that it leaves went dark, or zero; next is when the
// next run was started, or zero.
func (e Evidence) recover(run RunEvidence, outage, next time.Time) Recovery {
	r := Recovery{
		Run: run.Name, From: run.StartedAt, To: run.StoppedAt,
		TargetRTO: time.Duration(e.Plan.TargetRTOSeconds) * time.Second,
		TargetRPO: time.Duration(e.Plan.TargetRPOSeconds) * time.Second,
	}
	if !outage.IsZero() {
		r.From = outage
		r.Parts = append(r.Parts, Part{Name: "detection, until the run started", From: outage, To: run.StartedAt})
	}
	r.RTO = r.To.Sub(r.From)
	r.Parts = append(r.Parts, e.switchParts(run)...)
	r.Parts = append(r.Parts, e.dnsParts(run)...)
	r.Parts = append(r.Parts, e.promotionParts(run)...)
	r.Parts = append(r.Parts, bakeParts(run)...)
	for _, loss := range e.Losses {
		if by := e.loserOf(loss); by != nil && by.ARN == run.ARN && run.during(loss.At) {
			r.RPO = max(r.RPO, loss.Seconds)
		}
	}
	for _, second := range e.Traffic {
		if second.Failed() && second.At.After(r.From) && (next.IsZero() || second.At.Before(next)) {
			r.Users = second.At.Add(time.Second).Sub(r.From) // a sample stands for the second that starts with it
		}
	}
	if run.Report != nil {
		r.ReportedRPO, r.ReportedLag, r.Planned = run.Report.RPOSeconds, run.Report.LagSeconds, run.Report.Run.Action.Planned()
	}
	r.Overhead = uncovered(r.From, r.To, r.Parts)
	return r
}

// dnsParts is the time from the first batch until the last answer from before it has expired at every client.
func (e Evidence) dnsParts(run RunEvidence) []Part {
	var part Part
	for _, batch := range e.Batches {
		if by, _ := e.runOf(batch); by == nil || by.ARN != run.ARN || !run.during(batch.At) {
			continue
		}
		if part.Name == "" {
			part = Part{Name: fmt.Sprintf("DNS, in sync after %s and TTL %s", scenario.Span(e.Propagation), scenario.Span(e.longestTTL(run))), From: batch.At}
		}
		part.To = batch.At.Add(e.Propagation + e.longestTTL(run))
	}
	if part.Name == "" {
		return nil
	}
	return []Part{part}
}

// switchParts is the time from the write of the first switch until the last answer from before it has expired at every client.
func (e Evidence) switchParts(run RunEvidence) []Part {
	var part Part
	for _, inv := range run.Invocations {
		var answer failover.ShiftAnswer
		if inv.State != "ShiftTraffic" || failover.Decode(inv.Result.Payload, &answer) != nil {
			continue
		}
		for _, s := range e.Plan.Switches {
			if !slices.Contains(answer.Switched, s.Name) {
				continue
			}
			if part.Name == "" {
				part = Part{Name: fmt.Sprintf("DNS by switch, unhealthy within %s and TTL %s", scenario.Span(s.Delay()), scenario.Span(e.longestTTL(run))), From: inv.At}
				part.To = inv.At.Add(s.Delay() + e.longestTTL(run)) // a later call finds it written
			}
		}
	}
	if part.Name == "" {
		return nil
	}
	return []Part{part}
}

// longestTTL is the longest TTL of the records that the run moves.
func (e Evidence) longestTTL(run RunEvidence) time.Duration {
	longest := int64(0)
	for _, app := range e.selected(run) {
		for _, record := range app.Records {
			longest = max(longest, record.CacheSeconds())
		}
	}
	return time.Duration(longest) * time.Second
}

func (e Evidence) promotionParts(run RunEvidence) []Part {
	var part Part
	for _, p := range e.Promotions {
		if by, _ := e.promoterOf(p); by == nil || by.ARN != run.ARN || !run.during(p.At) {
			continue
		}
		done := p.Finished
		if done.IsZero() {
			done = run.StoppedAt
		}
		if part.Name == "" {
			part = Part{Name: "Aurora, until the new writer was available", From: p.At}
		}
		if done.After(part.To) {
			part.To = done
		}
	}
	if part.Name == "" {
		return nil
	}
	return []Part{part}
}

// bakeParts is the bake time of a planned run, at one traffic step after the other: it is configured, and no delay.
func bakeParts(run RunEvidence) []Part {
	if run.Asked == nil || !run.Asked.Action.Planned() {
		return nil
	}
	part := Part{Name: "bake time of the traffic steps"}
	var baking time.Time
	for _, inv := range run.Invocations {
		var asked failover.VerifyRequest
		var found failover.VerifyAnswer
		if inv.State != "VerifyHealth" || !run.during(inv.At) || failover.Decode(inv.Payload, &asked) != nil ||
			failover.Decode(inv.Result.Payload, &found) != nil || asked.Stage.Percent == nil {
			continue
		}
		switch {
		case found.Healthy == 0:
			baking = time.Time{}
		case baking.IsZero():
			baking = inv.At
		}
		if found.Verdict == failover.Passed && !baking.IsZero() {
			if part.From.IsZero() {
				part.From = baking
			}
			part.To, baking = inv.At, time.Time{}
		}
	}
	if part.To.IsZero() || part.To.Equal(part.From) {
		return nil
	}
	return []Part{part}
}

// uncovered is the time between from and to that lies in none of the parts.
func uncovered(from, to time.Time, parts []Part) time.Duration {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b Part) int { return a.From.Compare(b.From) })
	var total time.Duration
	at := from
	for _, p := range parts {
		if p.From.After(to) {
			break
		}
		if p.From.After(at) {
			total += p.From.Sub(at)
		}
		if p.To.After(at) {
			at = p.To
		}
	}
	if to.After(at) {
		total += to.Sub(at)
	}
	return total
}

// Beside is the time of the recovery that neither its parts nor these cover.
func (r Recovery) Beside(others []Part) time.Duration {
	return uncovered(r.From, r.To, slices.Concat(r.Parts, others))
}

// Reported is what the run itself reported about its databases.
func (r Recovery) Reported() string {
	switch {
	case r.ReportedRPO == nil:
		return "the run measured no replication lag"
	case r.Planned && r.ReportedLag == nil:
		return "the run promoted no database"
	case r.Planned:
		return fmt.Sprintf("the run waited for a lag of %.1f s", *r.ReportedLag)
	}
	return fmt.Sprintf("the run reported %.1f s", *r.ReportedRPO)
}

// Recoveries measures every completed run that moved something. An outage counts for the first such run after it.
func (e Evidence) Recoveries(outages []time.Time) []Recovery {
	var all []Recovery
	for i, run := range e.Runs {
		if !run.played() || run.Outcome() != failover.Completed {
			continue
		}
		var outage, next time.Time
		if after := slices.IndexFunc(e.Runs[i+1:], RunEvidence.played); after >= 0 {
			next = e.Runs[i+1+after].StartedAt
		}
		if len(outages) > 0 && !outages[0].After(run.StartedAt) && run.Asked.Action == failover.Failover {
			outage, outages = outages[0], outages[1:]
		}
		if run.Asked.Action == failover.Drill {
			all = append(all, e.recoverPhases(run, next)...)
			continue
		}
		all = append(all, e.recover(run, outage, next))
	}
	return all
}

// recoverPhases measures the phases of a drill, each on its own; after is when the next run started.
func (e Evidence) recoverPhases(run RunEvidence, after time.Time) []Recovery {
	var all []Recovery
	phases := run.phases()
	for i, phase := range phases {
		phaseRun := run
		phaseRun.Name += map[failover.Phase]string{failover.Outbound: ", outbound", failover.Return: ", return"}[phase.Phase]
		phaseRun.StartedAt, phaseRun.StoppedAt = phase.From, phase.To
		next := after
		if i+1 < len(phases) {
			next = phases[i+1].From
		}
		r := e.recover(phaseRun, time.Time{}, next)
		if run.Report != nil {
			for _, result := range run.Report.Phases {
				if result.Phase == phase.Phase {
					r.ReportedRPO, r.ReportedLag = result.RPOSeconds, result.LagSeconds
				}
			}
		}
		all = append(all, r)
	}
	return all
}

// played says whether the run had something to move and proceeded: one that is refused, or finds everything in place,
// recovers nothing.
func (r RunEvidence) played() bool {
	a, ok := r.validated()
	return r.moves() && (!ok || a.Verdict == failover.Proceed && len(a.Stages) > 0)
}
