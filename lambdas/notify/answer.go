package notify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// answered says whether a question failed because somebody has answered it, and not because it could not be asked: who
// fails the task by hand gives the error a name of their own, or none. Names that the step, Lambda or Step Functions give
// stand for a question that nobody got.
func answered(failure *failover.StepFailure) bool {
	return failure != nil && failure.State == "AwaitApproval" && !ofLambda(failure.Error) && !strings.HasPrefix(failure.Error, "States.") &&
		(failure.Error == string(failover.NotApproved) || !slices.Contains(failover.Conditions, failover.Condition(failure.Error)))
}

// notAsked is what the state machine says of a question that failed, whyever it did.
const notAsked = "nobody could be asked"

// no is the answer of somebody who has failed the task.
func no(failure failover.StepFailure) string {
	said := []string{}
	for _, text := range []string{failure.Error, errorMessage(failure.Cause)} {
		if text != "" && text != string(failover.NotApproved) {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return "somebody said no"
	}
	return "somebody said no: " + clip(strings.Join(said, ", "), maxCause)
}

// could is a reason of the state machine that ends in the name of an error.
var could = regexp.MustCompile(`^(VerifyHealth could not look|the (?:rollback|return-rollback) could not be planned): ([A-Z][\w.]*)$`)

// legible is a reason of the state machine, which joins what it has, as a person would say it.
func legible(reason string, failure *failover.StepFailure) string {
	if answered(failure) {
		reason = strings.Replace(reason, notAsked, no(*failure), 1)
	}
	if match := could.FindStringSubmatch(reason); match != nil {
		return match[1] + ": it " + meaning(match[2])
	}
	return reason
}

// decisions are those of the run, with the answer of somebody who has failed the task.
func decisions(req failover.NotifyRequest) []failover.Decision {
	failure := req.Failure
	for _, phase := range req.Run.Phases {
		if answered(phase.Failure) {
			failure = phase.Failure
		}
	}
	all := slices.Clone(req.Decisions)
	for i := range all {
		if answered(failure) && all[i].Comment == notAsked {
			all[i].Comment = no(*failure)
		}
	}
	return all
}
