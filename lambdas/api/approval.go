package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/approval"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
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

func parseDecision(req request) (decision, error) {
	body, err := bodyOf(req)
	if err != nil {
		return decision{}, err
	}
	var d decision
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err = dec.Decode(&d)
	if err == nil && dec.Decode(new(json.RawMessage)) != io.EOF {
		err = errors.New("there is more after the object")
	}
	n := utf8.RuneCountInString(d.Comment)
	switch {
	case err != nil:
		err = fmt.Errorf("the body is no answer: %w", err)
	case d.Approved == nil:
		err = errors.New("approved is missing; expected true or false")
	case n > maxComment:
		err = fmt.Errorf("comment: %d characters; expected at most %d", n, maxComment)
	default:
		return d, nil
	}
	return decision{}, fail(invalid, "Nothing was answered: "+err.Error()+".", `Send {"approved": true, "comment": "…"}.`)
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
// so the API of either takes the answer.
func (h Handler) decide(ctx context.Context, id string, d decision, by string) (response, error) {
	asked, err := h.Registry.Approval(ctx, id)
	if errors.Is(err, registry.ErrNotAsked) {
		return response{}, fail(notWaiting, fmt.Sprintf("Run %s waits for no approval, as the registry in %s has it.", id, h.Region),
			fmt.Sprintf("See the run with GET %s. If it asked just now in the other Region, ask again in a few seconds.", pathTo(id)))
	}
	if err != nil {
		return response{}, err
	}
	said := failover.ApprovalAnswer{Approved: *d.Approved, By: by, Comment: d.Comment}
	err = approval.Give(ctx, h.Waiting(asked.Region), asked, said)
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
