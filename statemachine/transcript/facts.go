package transcript

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// stepFacts turn a step's answer into one line.
var stepFacts = map[string]func(payload []byte) (Tone, string){
	"Validate":        facts(validateFacts),
	"ShiftTraffic":    facts(shiftFacts),
	"UpdateRegistry":  facts(registryFacts),
	"PromoteDatabase": facts(promoteFacts),
	"VerifyHealth":    facts(verifyFacts),
	"CloseRun":        func([]byte) (Tone, string) { return Plain, "run recorded, lock released" },
	"Notify":          facts(notifyFacts),
	"NotifyStopped":   facts(notifyFacts),
	"NotNotified":     func([]byte) (Tone, string) { return Bad, "metric written: the notification was not sent" },
	"CloseStopped":    func([]byte) (Tone, string) { return Plain, "that run is recorded, its lock released" },
	"PlanPhase":       facts(validateFacts),
	"NotifyRefused":   facts(refusedNotice),
	"Announce":        func([]byte) (Tone, string) { return Plain, "start notification sent" },
	"AwaitApproval":   func([]byte) (Tone, string) { return Plain, "approval request sent; the run waits for the answer" },
}

// facts decodes a step's response before it is described.
func facts[T any](describe func(T) (Tone, string)) func([]byte) (Tone, string) {
	return func(payload []byte) (Tone, string) {
		var answer T
		if err := failover.Decode(payload, &answer); err != nil {
			return Bad, fmt.Sprintf("unparseable response: %v", err)
		}
		return describe(answer)
	}
}

func validateFacts(a failover.ValidateAnswer) (Tone, string) {
	if a.Run.Action == failover.Close && a.Verdict != failover.Refuse {
		return Plain, a.Summary
	}
	switch a.Verdict {
	case failover.Refuse:
		return Bad, refusedFacts(a)
	case failover.Skip, failover.NothingToMove:
		return Plain, a.Summary
	}
	if a.Verdict == failover.Waiting {
		return Plain, "waiting: " + a.Summary
	}
	text := fmt.Sprintf("%s: %s, %s, %s", a.Verdict, prose.Count(a.Applications, "application"), prose.Count(a.Records, "record"),
		prose.Count(a.Databases, "database"))
	if a.LagMillis != nil && a.Databases > 0 {
		text += ", lag " + millis(*a.LagMillis)
	}
	if len(a.Stages) > 0 {
		text += fmt.Sprintf("; %s, at most %s", prose.Count(len(a.Stages), "stage"), scenario.Span(time.Duration(a.Run.BoundSeconds)*time.Second))
	}
	return Plain, text
}

// refusedFacts counts the blockers, which are printed right below; without findings there is only the summary.
func refusedFacts(a failover.ValidateAnswer) string {
	blockers := a.MoreFindings
	for _, f := range a.Findings {
		if f.Severity == failover.Blocker {
			blockers++
		}
	}
	if blockers == 0 {
		return "refused: " + a.Summary
	}
	return "refused: " + prose.Count(blockers, "blocker")
}

func shiftFacts(a failover.ShiftAnswer) (Tone, string) {
	var parts []string
	if len(a.Switched) > 0 {
		parts = append(parts, "all users moved by switch "+prose.Some(a.Switched, 5, ", "))
	}
	if a.Records > 0 {
		parts = append(parts, prose.Count(a.Records, "record set")+" in "+prose.Count(len(a.Changes), "batch"))
	}
	if a.AlreadyDone > 0 {
		parts = append(parts, prose.Count(a.AlreadyDone, "record set")+" written before")
	}
	if len(a.Proves) > 0 {
		parts = append(parts, prose.Count(len(a.Proves), "switch")+" written: "+strings.Join(a.Proves, ", "))
	}
	if a.Remaining > 0 {
		parts = append(parts, prose.Count(a.Remaining, "batch")+" deferred")
	}
	if pending := len(a.SetAside.PendingWeights()); pending > 0 {
		parts = append(parts, "weights of "+prose.Count(pending, "zone")+" pending")
	}
	return Plain, orNothing(parts)
}

func registryFacts(a failover.RegistryAnswer) (Tone, string) {
	var parts []string
	if a.Written > 0 {
		parts = append(parts, prose.Count(a.Written, "application")+" written")
	}
	if a.AlreadyDone > 0 {
		parts = append(parts, prose.Count(a.AlreadyDone, "application")+" written before")
	}
	return Plain, orNothing(parts)
}

func promoteFacts(a failover.PromoteAnswer) (Tone, string) {
	var parts []string
	for _, n := range []struct {
		count int
		text  string
	}{{a.Started, "started"}, {a.InFlight, "in progress"}, {a.AlreadyDone, "done before"}} {
		if n.count > 0 {
			parts = append(parts, prose.Count(n.count, "promotion")+" "+n.text)
		}
	}
	if a.LagMillis >= 0 && len(parts) > 0 {
		parts = append(parts, "lag "+millis(a.LagMillis))
		if a.LagOf != "" {
			parts[len(parts)-1] += " (" + a.LagOf + ")"
		}
	}
	return Plain, orNothing(parts)
}

func verifyFacts(a failover.VerifyAnswer) (Tone, string) {
	switch a.Verdict {
	case failover.Passed:
		return Good, "passed"
	case failover.Pending:
		if len(a.Reasons) == 0 {
			return Plain, fmt.Sprintf("healthy, %s in a row", prose.Count(a.Healthy, "check"))
		}
	}
	if len(a.Reasons) == 0 {
		return Bad, string(a.Verdict) + " without a reason"
	}
	text := fmt.Sprintf("%s: %s", a.Verdict, a.Reasons[0])
	if more := len(a.Reasons) - 1 + a.MoreReasons; more > 0 {
		text += "; " + prose.More(more)
	}
	tone := Plain
	if a.Verdict != failover.Pending {
		tone = Bad
	}
	return tone, text
}

// decisionFacts describes the answer to an approval request. An answer to another request approves nothing.
func decisionFacts(asked failover.ApprovalRequest, a failover.ApprovalAnswer) (Tone, string) {
	d := failover.Decision{Approved: a.Approved && a.Answers(asked), By: a.By, How: a.How, Comment: a.Comment}
	if a.Approved && !d.Approved {
		d.Comment = "the answer is for " + cmp.Or(a.Run, "no run by its ARN") + ", not for this request"
	}
	tone := Bad
	if d.Approved {
		tone = Good
	}
	return tone, strings.TrimPrefix(d.String(), ": ")
}

// refusedNotice says whether a notification was sent.
func refusedNotice(a struct{ Notified bool }) (Tone, string) {
	if a.Notified {
		return Plain, "notification sent"
	}
	return Plain, "no notification: the previous check found the same"
}

func notifyFacts(a failover.NotifyAnswer) (Tone, string) { return Plain, a.Summary }

func orNothing(parts []string) string {
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

// millis writes a lag.
func millis(n int64) string { return fmt.Sprintf("%.1f s", float64(n)/1000) }
