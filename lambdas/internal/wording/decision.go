package wording

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
)

// Decisions are the decisions with their comments in words: see [Comment].
func Decisions(run failover.Run, decisions []failover.Decision) []failover.Decision {
	all := slices.Clone(decisions)
	for i, d := range all {
		all[i].Comment, all[i].Cause, all[i].Answer = Comment(run, d), "", nil
	}
	return all
}

// NotApproved says in one line that a question was not approved: by whom, and why.
func NotApproved(run failover.Run, d failover.Decision) string {
	line, comment := string(d.Gate)+": ", Comment(run, d)
	switch {
	case d.Error != "" && !rejects(d.Error):
		return line + comment
	case d.Answer != nil:
		line += "not approved"
	default:
		line += "rejected"
	}
	if d.By != "" {
		line += " by " + shortName(d.By)
	}
	if comment != "" {
		line += ": " + comment
	}
	return line
}

// Comment is what an approver has commented, or else why no approver has decided.
func Comment(run failover.Run, d failover.Decision) string {
	switch {
	case d.Error == "States.Timeout":
		return "no approver answered in time"
	case rejects(d.Error):
		name := d.Error
		if name == string(failover.NotApproved) {
			name = ""
		}
		return prose.Cut(joined(name, errorMessage(d.Cause)), maxCause)
	case d.Error != "":
		f := failover.StepFailure{Error: d.Error, Cause: d.Cause}
		text := "the request for approval was not sent: Notify " + meaning(d.Error)
		if cause := prose.Cut(causeOf(f), maxCause); cause != "" {
			text += ": " + cause
		}
		return text
	case d.Answer != nil:
		return otherQuestion(run, *d.Answer)
	}
	return d.Comment
}

// rejects says whether an approver has failed the task, and not Notify: the name of the error is the approver's own, and
// none of Drover, Lambda or Step Functions.
func rejects(name string) bool {
	if name == "" || ofLambda(name) || strings.HasPrefix(name, "States.") {
		return false
	}
	return name == string(failover.NotApproved) || !slices.Contains(failover.Conditions, failover.Condition(name))
}

// otherQuestion says which question an answer was for that was not for the one that was asked.
func otherQuestion(run failover.Run, a failover.OtherAnswer) string {
	verb := "rejects"
	if a.Approved {
		verb = "approves"
	}
	if a.Run == run.ARN {
		return "the answer " + verb + " another question of this run"
	}
	if other, err := arn.Parse(a.Run); err == nil {
		_, name, _ := strings.Cut(strings.TrimPrefix(other.Resource, "execution:"), ":")
		return fmt.Sprintf("the answer %s run %s in %s, not this run", verb, cmp.Or(name, a.Run), other.Region)
	}
	return "the answer " + verb + " no run by its ARN; expected the ARN of this run and the digest of the question, as in the command of the message"
}

// shortName is the resource of an ARN, such as assumed-role/oncall/ada, or a name as it is.
func shortName(by string) string {
	if who, err := arn.Parse(by); err == nil {
		return who.Resource
	}
	return by
}

// joined puts commas between the texts that are not empty.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), ", ")
}
