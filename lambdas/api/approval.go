package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/approval"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted"
)

// maxComment limits the comment of an answer, which a report shows after a rejection.
const maxComment = 500

// decision is an approver's answer to a run that waits for one.
type decision struct {
	// Approved is required: a missing one must not count as false.
	Approved *bool `json:"approved"`
	// Comment is the reason.
	Comment string `json:"comment"`
}

// approve sends an approver's answer to a run that waits for it.
func (h Handler) approve(ctx context.Context, segment string, req request) (response, error) {
	id, ok := executionName(segment)
	if !ok {
		return response{}, notFound(id)
	}
	d, err := parseDecision(req)
	if err != nil {
		return response{}, err
	}
	return h.decide(ctx, id, d, callerOf(req))
}

// parseDecision reads an answer and reports all mistakes at once.
func parseDecision(req request) (decision, error) {
	body, err := bodyOf(req)
	if err != nil {
		return decision{}, err
	}
	var d decision
	problems := lines(failover.DecodeObject(body, &d))
	if len(problems) == 0 && d.Approved == nil {
		problems = append(problems, "approved: missing; expected true or false")
	}
	if n := utf8.RuneCountInString(d.Comment); n > maxComment {
		problems = append(problems, fmt.Sprintf("comment: %d characters; expected at most %d", n, maxComment))
	}
	if err := untrusted.CheckText(d.Comment); err != nil {
		problems = append(problems, "comment: "+err.Error())
	}
	if len(problems) > 0 {
		p := fail(invalid, "No answer was sent: "+strings.Join(problems, "; ")+".", `Send {"approved": true, "comment": "…"}.`)
		p.errors = problems
		return decision{}, p
	}
	return d, nil
}

// Answered is the answer that was sent to a run.
type Answered struct {
	// Run is the run's id.
	Run string `json:"run"`
	// Region is where the run waited; it may not be the API's own.
	Region failover.Region `json:"region"`
	// Gate is where it waited: before-start or before-promotion.
	Gate string `json:"gate"`
	failover.ApprovalAnswer
	Links Links `json:"links"`
}

// decide answers the last question of the run, in the Region where the run waits. The registry has the question in both
// Regions, so the API of either Region accepts the answer. If both Regions have a run of that name, it answers the one of its
// own Region.
func (h Handler) decide(ctx context.Context, id string, d decision, by string) (response, error) {
	all, err := h.Registry.Approvals(ctx, id)
	if errors.Is(err, registry.ErrNotAsked) {
		return response{}, fail(notWaiting, fmt.Sprintf("Run %s waits for no approval, according to the registry in %s.", id, h.Region),
			fmt.Sprintf("See the run with GET %s. If it has started to wait only now in the other Region, send the same request again in a few seconds.", pathTo(id)))
	}
	if err != nil {
		return response{}, err
	}
	asked := approval.Choose(all, h.Region)
	said := failover.ApprovalAnswer{Approved: *d.Approved, By: by, Comment: d.Comment}
	if by != "" {
		said.How = failover.APISigner
	}
	machine, _ := failover.ParseMachine(h.Machine)
	err = approval.Give(ctx, h.Waiting(asked.Region), machine, asked, said)
	var foreign *approval.ForeignError
	if errors.As(err, &foreign) {
		return response{}, fail(notItsQuestion, fmt.Sprintf("No answer was sent: %v.", foreign),
			"Do not approve with this item. Find out in CloudTrail who has written it (PutItem on the registry's table). Answer with the AWS CLI command in the run's own message, and the task token from the execution history of the run.")
	}
	if errors.Is(err, approval.ErrTooLate) {
		return response{}, fail(tooLate, fmt.Sprintf("Run %s no longer waits for this answer: it was answered before, or its time was over at %s.", id, formatTime(asked.Until)),
			fmt.Sprintf("See the run in %s: GET %s.", asked.Region, pathTo(id)))
	}
	if err != nil {
		return response{}, err
	}
	return answer(http.StatusOK, Answered{
		Run: id, Region: asked.Region, Gate: asked.Gate, ApprovalAnswer: said, Links: Links{Self: pathTo(id)},
	})
}
