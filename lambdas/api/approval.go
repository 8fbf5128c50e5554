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

// maxComment bounds the comment of an answer, which stands in the report after a no.
const maxComment = 500

// decision is a person's answer to a run that waits for one.
type decision struct {
	// Approved is yes or no. It must be said: the one that is left out would be taken for the other.
	Approved *bool `json:"approved"`
	// Comment is why.
	Comment string `json:"comment"`
}

// approve hands a person's answer to a run that waits for one.
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

// parseDecision reads an answer and reports everything that is wrong with it at once.
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
		p := fail(invalid, "Nothing was answered: "+strings.Join(problems, "; ")+".", `Send {"approved": true, "comment": "…"}.`)
		p.errors = problems
		return decision{}, p
	}
	return d, nil
}

// Answered is what a run was answered.
type Answered struct {
	// Run is the run's id.
	Run string `json:"run"`
	// Region is where the run waited, which need not be the API's.
	Region failover.Region `json:"region"`
	// Gate is where it waited: before-start or before-promotion.
	Gate string `json:"gate"`
	failover.ApprovalAnswer
	Links Links `json:"links"`
}

// decide answers what the run asked last, in the Region where it waits: the registry has the question in both Regions,
// so the API of either takes the answer; of two runs with one name, that of its own Region.
func (h Handler) decide(ctx context.Context, id string, d decision, by string) (response, error) {
	all, err := h.Registry.Approvals(ctx, id)
	if errors.Is(err, registry.ErrNotAsked) {
		return response{}, fail(notWaiting, fmt.Sprintf("Run %s waits for no approval, as the registry in %s has it.", id, h.Region),
			fmt.Sprintf("See the run with GET %s. If it asked just now in the other Region, ask again in a few seconds.", pathTo(id)))
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
		return response{}, fail(notItsQuestion, fmt.Sprintf("Nothing was answered: %v.", foreign),
			"Do not approve with this item. Find out who has written it (CloudTrail, PutItem on the registry's table), and answer with the command for the AWS CLI in the run's own message, with the token from the run's execution history.")
	}
	if errors.Is(err, approval.ErrTooLate) {
		return response{}, fail(tooLate, fmt.Sprintf("Run %s no longer waits for this answer: it has had one, or its time was over at %s.", id, formatTime(asked.Until)),
			fmt.Sprintf("See how it went on in %s: GET %s.", asked.Region, pathTo(id)))
	}
	if err != nil {
		return response{}, err
	}
	return answer(http.StatusOK, Answered{
		Run: id, Region: asked.Region, Gate: asked.Gate, ApprovalAnswer: said, Links: Links{Self: pathTo(id)},
	})
}
