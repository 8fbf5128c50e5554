package fakeaws

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// service is one AWS service on the wire. All methods are called with mu held.
type service interface {
	// open finds the operation of a request and decodes its parameters into req.Params. An operation that the service
	// does not have is errUnknownOperation, with req.Operation set.
	open(req *Request) *APIError
	// permissions lists what IAM must allow for the request.
	permissions(req *Request) []Permission
	// serve performs the request.
	serve(req *Request) (*Response, *APIError)
	// fail writes an error in the service's protocol.
	fail(req *Request, err *APIError) *Response
}

// Request is one request to the embedded AWS.
type Request struct {
	// Region and Service are those of the signature's credential scope. Global services are asked with the Region
	// that the client is configured for.
	Region, Service string
	// AccessKey says who asks.
	AccessKey string
	// Operation is the operation's name in AWS's API reference, such as ChangeResourceRecordSets.
	Operation string
	// ID is the request id.
	ID string
	// HTTP is the request itself, Body its body.
	HTTP *http.Request
	Body []byte
	// Params is what open has decoded; each service has types of its own.
	Params any
}

// Response is the answer to a request.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// finish, when set, makes the answer after the World has been left: what runs a function must not hold mu.
	finish func() *Response
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

// Call is the record of one request, for the promises to be checked against.
type Call struct {
	At                         time.Time
	Region, Service, Operation string
	// Role is the ARN of the role that called, or empty for an administrator.
	Role string
	// Code is the error's code, empty for success, Message its text. A request into a dark Region has the code Unreachable.
	Code, Message string
	// Mutating says whether the operation changes anything.
	Mutating bool
	// Object is what was asked about, in the words of the service: a zone, a cluster, a key.
	Object string
	// Parts are the names and types of the record sets in a batch that failed, one in each line.
	Parts string
}

// codeUnreachable is the code of a request that a dark Region did not answer.
const codeUnreachable = "Unreachable"

var credential = regexp.MustCompile(`Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request`)

// ServeHTTP answers as AWS would: all services of all Regions behind one address, told apart by the signature's
// credential scope. Signatures are not verified; nobody else can reach a listener on the loopback.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, tooLarge, err := readBody(rw, r)
	if err != nil {
		return // the client has gone
	}
	if tooLarge != nil {
		http.Error(rw, tooLarge.Error(), tooLarge.Status)
		return
	}
	req := w.signed(r, body)
	if req == nil {
		http.Error(rw, "the request has no AWS Signature Version 4 in its Authorization header", http.StatusForbidden)
		return
	}
	resp, answered := w.handle(req)
	if resp != nil && resp.finish != nil {
		resp = resp.finish()
	}
	if !answered {
		hangUp(rw)
		return
	}
	for name, values := range resp.Header {
		rw.Header()[name] = values
	}
	rw.WriteHeader(resp.Status)
	_, _ = rw.Write(resp.Body) // the client may have gone
}

// signed reads who asks, which service, and where. A request without a signature is nobody's, and nil unless it is an
// API's.
func (w *World) signed(r *http.Request, body []byte) *Request {
	scope := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if scope == nil {
		return w.unsigned(r, body)
	}
	return &Request{AccessKey: scope[1], Region: scope[2], Service: scope[3], HTTP: r, Body: body}
}

// handle performs one request, and says whether its answer comes back.
func (w *World) handle(req *Request) (resp *Response, answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.catchUp()
	req.ID = requestID(w.nextID())
	svc, ok := w.services[req.Service]
	if !ok {
		w.log(req, false, "", errUnknownService)
		return plainError(req, errUnknownService), true
	}
	openErr := checkDepth(req)
	if openErr == nil {
		openErr = svc.open(req)
	}
	if (w.dark(req.Region) || w.apart(w.calling, req.Region)) && !isGlobal(req.Service) {
		w.log(req, false, objectOf(req), &APIError{Code: codeUnreachable})
		return nil, false
	}
	resp, apiErr, answered := w.perform(svc, req, openErr)
	if apiErr != nil {
		resp = svc.fail(req, apiErr)
	}
	w.log(req, isMutating(req.Operation), objectOf(req), apiErr)
	return resp, answered
}

// perform asks the faults and IAM before the service itself.
func (w *World) perform(svc service, req *Request, openErr *APIError) (resp *Response, apiErr *APIError, answered bool) {
	if openErr != nil {
		return nil, openErr, true
	}
	for _, p := range svc.permissions(req) {
		if err := w.iam.allow(req.AccessKey, p); err != nil {
			return nil, err, true
		}
	}
	fault := w.faultFor(req)
	if fault != nil && fault.Error != nil {
		return nil, fault.Error, true
	}
	resp, apiErr = svc.serve(req)
	return resp, apiErr, fault == nil || !fault.LoseAnswer
}

func (w *World) log(req *Request, mutating bool, object string, err *APIError) {
	call := Call{
		At: w.now, Region: req.Region, Service: req.Service, Operation: req.Operation,
		Role: w.iam.roleOf(req.AccessKey), Mutating: mutating, Object: object,
	}
	if err != nil {
		call.Code, call.Message = err.Code, err.Message
		if batch, ok := req.Params.(changeParams); ok { // the parts of an accepted one are in its Batch
			call.Parts = strings.Join(batch.names(), "\n")
		}
	}
	w.calls = append(w.calls, call)
}

// isGlobal says whether a service answers although the Region that signs its requests is dark. See R53-1 in FIDELITY.md.
func isGlobal(service string) bool { return service == "route53" }

// hangUp ends the connection without an answer, as a Region that is gone does.
func hangUp(rw http.ResponseWriter) {
	hijacker, ok := rw.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err == nil {
		_ = conn.Close()
	}
}
