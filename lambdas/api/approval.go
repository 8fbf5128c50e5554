package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxComment bounds the comment of an answer, which goes into the report.
const maxComment = 500

// decision is a person's answer to a run that waits for one.
type decision struct {
	// Approved is yes or no. It must be said: the one that is left out would be taken for the other.
	Approved *bool `json:"approved"`
	// Comment is for the report.
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

// decide answers the run's question. No run of this version asks one.
func (h Handler) decide(_ context.Context, id string, _ decision, _ string) (response, error) {
	return response{}, fail(notOffered, fmt.Sprintf("Run %s does not wait for an approval: this version has none.", id),
		"See the run with GET "+pathTo(id)+".")
}
