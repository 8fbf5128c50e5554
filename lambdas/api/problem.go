package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

// kind is what kind of problem it is. It is the last part of the problem's type, and never changes, so that clients can
// rely on it.
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

// kinds are the status and the title of each kind. Neither changes from one occurrence to the next.
var kinds = map[kind]struct {
	status int
	title  string
}{
	invalid:     {http.StatusBadRequest, "The request is not valid"},
	noPath:      {http.StatusNotFound, "There is nothing at this path"},
	noMethod:    {http.StatusMethodNotAllowed, "The path does not take this method"},
	noRun:       {http.StatusNotFound, "There is no such run"},
	notWaiting:  {http.StatusNotFound, "The run waits for no approval"},
	taken:       {http.StatusConflict, "The name belongs to another run"},
	looser:      {http.StatusConflict, "The plan does not leave this to the request"},
	tooLate:     {http.StatusConflict, "The run no longer waits for this answer"},
	tooLarge:    {http.StatusRequestEntityTooLarge, "The body is too large"},
	throttled:   {http.StatusTooManyRequests, "AWS asks for patience"},
	unavailable: {http.StatusServiceUnavailable, "AWS did not answer"},
	refused:     {http.StatusInternalServerError, "AWS said no to the API"},

	notItsQuestion: {http.StatusConflict, "The registry's question is not that of the run"},
}

// problemTypes is where the kinds of problems are described.
const problemTypes = "https://github.com/drover-dr/drover/blob/main/docs/api.md#"

// problem is an answer that says what went wrong (RFC 9457), and an error inside the package.
type problem struct {
	kind    kind
	detail  string
	errors  []string
	next    string
	headers map[string]string
}

// Error is the detail.
func (p *problem) Error() string { return p.detail }

// fail makes a problem; next is what the client does about it.
func fail(k kind, detail, next string) *problem { return &problem{kind: k, detail: detail, next: next} }

// problemBody is a problem as it is sent.
type problemBody struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Instance is the request's id, as it stands in the access log.
	Instance string `json:"instance,omitempty"`
	// Errors are all that is wrong, one by one.
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

// problemOf makes a problem of any error, with the names that the steps give to AWS's answers. Asking again is always
// safe: that is what the name of a run is for.
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
			"Send the same request again, with the same name if it is to start a run: it may have been started."), 5)
	case failover.Denied:
		return fail(refused, named.Message, "The role of the API's function lacks this permission; deploy the stack again.")
	}
	return fail(refused, named.Message, "The function's log has every call of this request.")
}

func retryLater(p *problem, seconds int) *problem {
	p.headers = map[string]string{"Retry-After": fmt.Sprint(seconds)}
	return p
}
