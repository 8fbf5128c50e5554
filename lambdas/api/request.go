package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted"
)

// maxBody limits a body in bytes: the largest valid input is a fraction of it.
const maxBody = 64 << 10

// bodyOf is the body as the client sent it.
func bodyOf(req request) ([]byte, error) {
	body := []byte(req.Body)
	if req.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(req.Body)
		if err != nil {
			return nil, fail(invalid, "The body is not base64, although API Gateway says so.", "Send the body as JSON text.")
		}
		body = decoded
	}
	if len(body) > maxBody {
		return nil, fail(tooLarge, fmt.Sprintf("The body has %d bytes; expected at most %d.", len(body), maxBody),
			"To move all applications, leave out the list of applications.")
	}
	return body, nil
}

// runName matches the names that a client may give a run. They have only characters that Step Functions recommends for the name
// of an execution, and that are safe in an ARN, a URL and a file name.
var runName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,80}$`)

const nameRule = "expected 1 to 80 of A-Z, a-z, 0-9, - and _"

// nameOf is the name of the run: from the header Idempotency-Key, or from the field name of the body. Without one the run gets a
// name from the request's id, so that the calls of this request to AWS can be repeated.
func nameOf(req request, field string) (name string, problems []string) {
	header := headerOf(req, "idempotency-key")
	switch {
	case header != "" && field != "" && header != field:
		return "", []string{fmt.Sprintf("name: %q, but the header Idempotency-Key is %q; expected one of them, or both the same",
			untrusted.Short(field), untrusted.Short(header))}
	case header != "" && !runName.MatchString(header):
		return "", []string{fmt.Sprintf("Idempotency-Key: %q; %s", untrusted.Short(header), nameRule)}
	case field != "" && !runName.MatchString(field):
		return "", []string{fmt.Sprintf("name: %q; %s", untrusted.Short(field), nameRule)}
	case header != "":
		return header, nil
	case field != "":
		return field, nil
	}
	return "api-" + notInName.ReplaceAllString(req.RequestContext.RequestID, "-"), nil
}

var notInName = regexp.MustCompile(`[^0-9A-Za-z_-]`)

// headerOf is a header, without regard to the case of its name: API Gateway writes it in lower case, other senders do not.
func headerOf(req request, name string) string {
	if value, ok := req.Headers[name]; ok {
		return value
	}
	for key, value := range req.Headers { // at most one matches, unless the client sends a header twice
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// cutName removes the field name from a JSON object. It leaves everything else as it is, also duplicate fields and a text that
// is no object: the parser of inputs checks these.
func cutName(body []byte) (name string, rest []byte, problems []string) {
	if untrusted.CheckJSON(body, maxBody) != nil {
		return "", body, nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') || !json.Valid(body) {
		return "", body, nil
	}
	var kept []string
	named := false
	for dec.More() {
		key, _ := dec.Token() // the text is valid JSON: nothing can fail from here on
		var value json.RawMessage
		_ = dec.Decode(&value)
		if key != "name" {
			quoted, _ := json.Marshal(key)
			kept = append(kept, string(quoted)+":"+string(value))
			continue
		}
		if named {
			problems = append(problems, "name: is there twice; expected it once")
		}
		named = true
		if json.Unmarshal(value, &name) != nil || name == "" {
			problems = append(problems, fmt.Sprintf("name: %s; expected a string of 1 to 80 characters, or no name at all", untrusted.Short(string(value))))
		}
	}
	return name, []byte("{" + strings.Join(kept, ",") + "}"), problems
}

// callerOf is the ARN of the signer of the request; empty when API Gateway has not authenticated it.
func callerOf(req request) string {
	if a := req.RequestContext.Authorizer; a != nil && a.IAM != nil {
		return a.IAM.UserARN
	}
	return ""
}

// asked is a request to start a run.
type asked struct {
	name  string
	input failover.Input
}

// parseStart reads a request to start a run, and reports all mistakes at once.
func parseStart(req request) (asked, error) {
	body, err := bodyOf(req)
	if err != nil {
		return asked{}, err
	}
	field, rest, problems := cutName(body)
	name, wrong := nameOf(req, field)
	if len(problems) == 0 {
		problems = wrong
	}
	input, err := failover.ParseInput(rest)
	for _, line := range lines(err) {
		problems = append(problems, strings.TrimPrefix(line, "input: "))
	}
	if input.RequestedBy != "" {
		problems = append(problems, "requestedBy: the API sets it from the signature of the request; leave it out")
	}
	if input.Trigger != nil {
		problems = append(problems, "trigger: only the rule for alarms sets it; leave it out")
	}
	if len(problems) > 0 {
		p := fail(invalid, "No run was started: "+strings.Join(problems, "; ")+".",
			`Send for example {"action": "check"}; all fields are in docs/api.md.`)
		p.errors = problems
		return asked{}, p
	}
	input.RequestedBy = callerOf(req)
	return asked{name: name, input: input}, nil
}

// lines are the mistakes of an error that joins several.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}
