package guarantee

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// TooCostly says whether more requests have failed because of a run than its scenario allows.
func (e Evidence) TooCostly(run RunEvidence) []string {
	if run.Want.FailedAtMost == nil {
		return nil
	}
	var failed, all float64
	for _, second := range e.Traffic {
		if second.At.Before(run.StartedAt) {
			continue
		}
		failed += second.Requests - second.Served
		if run.during(second.At) {
			all += second.Requests
		}
	}
	if limit := *run.Want.FailedAtMost; failed > limit*all+1e-6 {
		return []string{fmt.Sprintf("%s: expected at most %.2f %% of the requests of the run to fail, got %.2f %%", run.Name, 100*limit, 100*failed/all)}
	}
	return nil
}

// LargestPayload is the size of the largest request or answer of a step.
func (r RunEvidence) LargestPayload() int {
	largest := 0
	for _, inv := range r.Invocations {
		largest = max(largest, len(inv.Payload), len(inv.Result.Payload))
	}
	return largest
}

// Unexpected lists what of a run differs from what the scenario expects.
func (r RunEvidence) Unexpected(o RunOutcome) []string {
	var found []string
	add := func(format string, args ...any) {
		found = append(found, r.Name+": "+fmt.Sprintf(format, args...))
	}
	if o.Outcome != o.Expected && o.Expected != "" { // an unexpected run is reported by the drill
		add("%s", strings.TrimSuffix(fmt.Sprintf("expected the outcome %s, got %s: %s", o.Expected, OrRunning(o.Outcome), r.Cause), ": "))
	}
	said := r.said()
	for _, text := range r.Want.Says {
		if !contains(said, text) {
			add("expected the text %q in findings, cause, report or notifications; got: %.600s", text, said)
		}
	}
	if limit := r.Want.TransitionsAtMost; limit > 0 && o.Transitions > limit {
		add("expected at most %d state transitions, got %d", limit, o.Transitions)
	}
	if chain := errorChain.FindString(said); chain != "" {
		add("shows its operator the SDK's error text %q", chain)
	}
	if limit := r.Want.PayloadAtMost; limit > 0 && o.LargestPayload > limit {
		add("expected no payload over %d bytes, got one of %d", limit, o.LargestPayload)
	}
	return found
}

// contains looks for a text without regard to where lines break, which depends on the length of the plan's names.
func contains(said, text string) bool {
	return strings.Contains(strings.Join(strings.Fields(said), " "), strings.Join(strings.Fields(text), " "))
}

// errorChain are the marks of the SDK's errors, which must not be shown to an operator.
var errorChain = regexp.MustCompile(`operation error \S+|https response error|StatusCode: \d+|RequestID: |api error \S+|exceeded maximum number of attempts`)

// said is all that an operator can read of a run, one text a line.
func (r RunEvidence) said() string {
	lines := []string{r.Cause}
	for _, inv := range r.Invocations {
		var a failover.ValidateAnswer
		if inv.State != "Validate" || failover.Decode(inv.Result.Payload, &a) != nil {
			continue
		}
		lines = append(lines, a.Summary)
		for _, f := range a.Findings {
			lines = append(lines, string(f.Severity)+" "+f.Code+": "+f.String())
		}
		lines = append(lines, a.Calls...)
	}
	if r.Report != nil {
		lines = append(lines, r.Report.Summary)
		lines = append(lines, r.Report.Reasons...)
		for _, n := range r.Report.NotMoved {
			lines = append(lines, n.Application+": "+strings.Join(n.Why, "; "))
		}
		lines = append(lines, r.Report.Next)
	}
	lines = append(lines, r.Texts...)
	return strings.Join(lines, "\n")
}

// recordSetsWritten counts the record sets that the accepted batches wrote, without the fences.
func (e Evidence) recordSetsWritten() int {
	n := 0
	for _, batch := range e.Batches {
		for _, c := range batch.Changes {
			if !isFence(c.Set) && c.Action != "DELETE" { // a record set is replaced by DELETE and CREATE: one write
				n++
			}
		}
	}
	return n
}

// Unexpected lists what of the whole scenario differs from what it expects.
func (e Evidence) Unexpected(x scenario.Expect, recoveries []Recovery) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if x.Batches != nil && len(e.Batches) != *x.Batches {
		add("expected %s, got %d", prose.Count(*x.Batches, "batch"), len(e.Batches))
	}
	if x.RecordSets != nil && e.recordSetsWritten() != *x.RecordSets {
		add("expected %s to be written, got %d", prose.Count(*x.RecordSets, "record set"), e.recordSetsWritten())
	}
	if x.ServedFrom != nil {
		from := scenario.Start.Add(time.Duration(*x.ServedFrom))
		for i := len(e.Traffic) - 1; i >= 0 && e.Traffic[i].At.After(from); i-- {
			if e.Traffic[i].Failed() {
				add("expected every request to be served from %s on, but some failed at %s", scenario.Clock(time.Duration(*x.ServedFrom)), e.clock(e.Traffic[i].At))
				break
			}
		}
	}
	if x.FailedAtMost != nil {
		if f := fakeaws.ImpactOf(e.Traffic); f.Requests-f.Served > *x.FailedAtMost*f.Requests+1e-6 {
			add("expected at most %.2f %% of all requests to fail, got %.2f %%", 100**x.FailedAtMost, 100*(1-f.Served/f.Requests))
		}
	}
	if x.OverheadAtMost != nil {
		for _, r := range recoveries {
			if r.Overhead > time.Duration(*x.OverheadAtMost) {
				add("%s: expected at most %s of Drover's own time, got %s", r.Run, scenario.Span(time.Duration(*x.OverheadAtMost)), scenario.Span(r.Overhead))
			}
		}
	}
	return append(found, e.atEnd(x)...)
}

// RunOutcome is how a run ended.
type RunOutcome struct {
	Run         string           `json:"run"`
	Action      failover.Action  `json:"action"`
	Outcome     failover.Outcome `json:"outcome"`
	Expected    failover.Outcome `json:"expected"`
	Cause       string           `json:"cause,omitempty"`
	Transitions int              `json:"transitions"`
	// LargestPayload is in bytes.
	LargestPayload int `json:"largestPayload"`
}

// OrRunning names an outcome, also of a run that has none yet.
func OrRunning(o failover.Outcome) string {
	if o == "" {
		return "still running"
	}
	return string(o)
}
