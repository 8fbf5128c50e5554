package api

import (
	"errors"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"action": "check", "name": "a", "reason": "b"}`, `{"approved": true, "comment": "\u001b]0;x\u0007"}`, `{"name": "a", "name": "b"}`,
		strings.Repeat("[", 65<<10), strings.Repeat(`{"name":`, 8000), `{"approved": false}`, "eyJ9", "{" + strings.Repeat(`"x":1,`, 9000) + `"y":1}`,
	} {
		f.Add(seed, "key-1", false)
		f.Add(seed, "", true)
	}
	f.Fuzz(func(t *testing.T, body, key string, encoded bool) {
		req := request{}
		req.Body, req.IsBase64Encoded, req.Headers = body, encoded, map[string]string{"Idempotency-Key": key}
		workbound.Check(t, len(body)+len(key), func() {
			start, err := parseStart(req)
			checkProblem(t, err)
			if err == nil {
				for _, text := range append([]string{start.name, start.input.Reason}, start.input.Applications...) {
					if problem := untrusted.CheckText(text); problem != nil {
						t.Errorf("%q: %v", text, problem)
					}
				}
			}
			answer, err := parseDecision(req)
			checkProblem(t, err)
			if err == nil && untrusted.CheckText(answer.Comment) != nil {
				t.Errorf("the comment %q is accepted", answer.Comment)
			}
		})
	})
}

// checkProblem holds that a refusal is one, and no longer than a person reads.
func checkProblem(t *testing.T, err error) {
	if refusal := (*problem)(nil); err != nil && !errors.As(err, &refusal) {
		t.Errorf("%v is no answer to a client", err)
	}
	if err != nil && len(err.Error()) > 64<<10 {
		t.Errorf("a message of %d bytes", len(err.Error()))
	}
}
