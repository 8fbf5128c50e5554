package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// kind is the kind of a problem: the last part of its type. It never changes, so that clients can rely on it.
type kind string

// The kinds of problems, each with a section of its own in docs/api.md.
const (
	invalid     kind = "invalid-request"
	noPath      kind = "no-such-path"
	noMethod    kind = "method-not-allowed"
	noRun       kind = "no-such-run"
	notWaiting  kind = "not-waiting"
	taken       kind = "name-taken"
	looser      kind = "looser-than-plan"
	tooLate     kind = "too-late"
	tooLarge    kind = "too-large"
	throttled   kind = "throttled"
	unavailable kind = "unavailable"
	refused     kind = "refused-by-aws"

	notItsQuestion kind = "not-its-question"
)

// kinds are the status and the title of each kind of problem.
var kinds = map[kind]struct {
	status int
	title  string
}{
	invalid:     {http.StatusBadRequest, "The request is not valid"},
	noPath:      {http.StatusNotFound, "The path does not exist"},
	noMethod:    {http.StatusMethodNotAllowed, "The path does not support this method"},
	noRun:       {http.StatusNotFound, "The run does not exist"},
	notWaiting:  {http.StatusNotFound, "The run waits for no approval"},
	taken:       {http.StatusConflict, "The name belongs to another run"},
	looser:      {http.StatusConflict, "The request is looser than the plan allows"},
	tooLate:     {http.StatusConflict, "The run no longer waits for this answer"},
	tooLarge:    {http.StatusRequestEntityTooLarge, "The body is too large"},
	throttled:   {http.StatusTooManyRequests, "Throttled by AWS"},
	unavailable: {http.StatusServiceUnavailable, "AWS did not answer"},
	refused:     {http.StatusInternalServerError, "Denied or rejected by AWS"},

	notItsQuestion: {http.StatusConflict, "The question in the registry is not that of the run"},
}

// problemTypes is where the kinds of problems are described.
const problemTypes = "https://github.com/drover-dr/drover/blob/main/docs/api.md#"

// problem is an error as the API returns it (RFC 9457).
type problem struct {
	kind    kind
	detail  string
	errors  []string
	next    string
	headers map[string]string
}

// Error is the detail.
func (p *problem) Error() string { return p.detail }

// fail makes a problem; next is what the client does next.
func fail(k kind, detail, next string) *problem { return &problem{kind: k, detail: detail, next: next} }

// problemBody is the body of the response.
type problemBody struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Instance is the request's id, as in the access log.
	Instance string `json:"instance,omitempty"`
	// Errors are all mistakes, one by one.
	Errors []string `json:"errors,omitempty"`
	// Next is what to do, or to type, next.
	Next string `json:"next,omitempty"`
}

func (p *problem) response(requestID string) response {
	body := problemBody{
		Type: problemTypes + string(p.kind), Title: kinds[p.kind].title, Status: kinds[p.kind].status,
		Detail: p.detail, Errors: p.errors, Next: p.next,
	}
	if requestID != "" {
		body.Instance = "urn:request:" + requestID
	}
	headers := map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
	maps.Copy(headers, p.headers)
	text, _ := encode(body) // texts and a number always are JSON
	return response{StatusCode: body.Status, Headers: headers, Body: text}
}

// problemOf makes a problem of any error, by the conditions of the steps. Sending a request again is always safe: the name of
// the run makes it idempotent.
func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	named := entry.Named(err)
	switch failover.Condition(named.Type) {
	case failover.Throttled:
		return retryLater(fail(throttled, named.Message, "Send the same request again in a few seconds."), 5)
	case failover.Unreachable, failover.Busy:
		return retryLater(fail(unavailable, named.Message,
			"Send the same request again. If it starts a run, use the same name: the run may have been started."), 5)
	case failover.Denied:
		return fail(refused, named.Message, "The role of the API's function does not have this permission. Deploy the stack again.")
	}
	return fail(refused, named.Message, "See the log of the function, which has every call of this request.")
}

func retryLater(p *problem, seconds int) *problem {
	p.headers = map[string]string{"Retry-After": fmt.Sprint(seconds)}
	return p
}
