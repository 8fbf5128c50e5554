package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Service is one AWS service on the wire. All methods are called with the kernel's mutex held.
type Service interface {
	// Open finds the operation of a request and decodes its parameters into req.Params. An operation that the service
	// does not have is [UnknownOperation], with req.Operation set.
	Open(req *Request) *Error
	// Permissions lists what IAM must allow for the request.
	Permissions(req *Request) []Permission
	// Serve performs the request.
	Serve(req *Request) (*Response, *Error)
	// Fail writes an error in the service's protocol.
	Fail(req *Request, err *Error) *Response
}

// Request is one request to the AWS simulator.
type Request struct {
	// Region and Service are those of the signature's credential scope. A request to a global service has the Region that
	// the client is configured for.
	Region, Service string
	// AccessKey identifies the caller.
	AccessKey string
	// Operation is the operation's name in AWS's API reference, such as ChangeResourceRecordSets.
	Operation string
	// ID is the request id.
	ID string
	// HTTP is the request itself, Body its body.
	HTTP *http.Request
	Body []byte
	// Params is what Open has decoded; each service has types of its own.
	Params any
}

// Response is the answer to a request.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// Finish, when set, makes the answer after the mutex has been released: what runs a function must not hold it.
	Finish func() *Response
	// Took is the virtual time that the function behind the answer is charged; the answer itself does not wait for it.
	Took time.Duration
}

// Permission is one question to IAM: may the caller do this action to this resource?
type Permission struct {
	// Action is service:Operation, such as route53:ChangeResourceRecordSets.
	Action string
	// Resource is an ARN, or "*" for actions without a resource.
	Resource string
	// Context holds the condition keys of the request, with lower-case names.
	Context map[string][]string
}

// Scope is the credential scope of a request's signature.
type Scope struct{ AccessKey, Region, Service string }

// ScopeOf reads the credential scope; ok is false when the request has no signature. Signatures are not verified: no
// other user reaches a listener on the loopback interface.
func ScopeOf(r *http.Request) (scope Scope, ok bool) {
	for rest, found := r.Header.Get("Authorization"), true; found; {
		if _, rest, found = strings.Cut(rest, "Credential="); !found {
			break
		}
		parts := strings.SplitN(rest, "/", 5)
		if len(parts) == 5 && parts[0] != "" && isDay(parts[1]) && parts[2] != "" && parts[3] != "" && strings.HasPrefix(parts[4], "aws4_request") {
			return Scope{AccessKey: parts[0], Region: parts[2], Service: parts[3]}, true
		}
	}
	return Scope{}, false
}

// isDay says whether a text is the day of a signature, such as 20260131.
func isDay(text string) bool {
	return len(text) == 8 && strings.Trim(text, "0123456789") == ""
}

// Write sends the answer.
func (resp *Response) Write(rw http.ResponseWriter) {
	for name, values := range resp.Header {
		rw.Header()[name] = values
	}
	rw.WriteHeader(resp.Status)
	_, _ = rw.Write(resp.Body) // the client may have gone
}

// HangUp ends the connection without an answer, as a Region that is dark does.
func HangUp(rw http.ResponseWriter) {
	hijacker, ok := rw.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// RequestID is the id of the n-th request.
func RequestID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// IsMutating says whether an operation changes anything. It goes by the verb, as AWS's own read-only policies do.
func IsMutating(operation string) bool {
	for _, verb := range []string{"GET ", "Get", "List", "Describe", "Query", "Scan", "Head"} {
		if strings.HasPrefix(operation, verb) {
			return false
		}
	}
	return true
}

// ObjectOf names what a request is about: parameters that can say so have a method Object.
func ObjectOf(req *Request) string {
	if named, ok := req.Params.(interface{ Object() string }); ok {
		return named.Object()
	}
	return ""
}

// TimeFormat is how AWS writes a time with milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// OperationOf is the operation of a request to a service that the simulator does not have, as far as its protocol says it.
func OperationOf(req *Request) string {
	switch target := req.HTTP.Header.Get("X-Amz-Target"); {
	case target != "":
		return target[strings.LastIndex(target, ".")+1:]
	case isForm(req):
		form, _ := url.ParseQuery(string(req.Body)) // what is no form has no operation
		return form.Get("Action")
	}
	return req.HTTP.Method + " " + req.HTTP.URL.Path
}
