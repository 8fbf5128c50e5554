// Package functionurl is the function URLs of AWS Lambda: hosts such as ID.lambda-url.us-west-2.on.aws, each of which invokes one
// function with events of the payload format 2.0. They take requests without a signature: their AuthType is NONE.
package functionurl

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/proxyevent"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// URL is the URL of a function.
type URL struct {
	// ID is the first label of the host.
	ID, Region  string
	FunctionARN string
}

// Host is the host of the URL.
func (u URL) Host() string { return u.ID + suffix(u.Region) }

func suffix(region string) string { return ".lambda-url." + region + ".on.aws" }

// Functions are the Lambda functions behind URLs.
type Functions interface {
	// Has says whether a function exists.
	Has(arn string) bool
	// InvokeNow runs a function and returns when it has answered. It is called without the mutex.
	InvokeNow(arn string, payload []byte) kernel.InvokeResult
}

// Service holds the function URLs.
type Service struct {
	k         *kernel.Kernel
	functions Functions
	urls      map[string]URL // by host
}

// New returns a Lambda without function URLs.
func New(k *kernel.Kernel, functions Functions) *Service {
	return &Service{k: k, functions: functions, urls: map[string]URL{}}
}

// Control is what drills and tests do to function URLs. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (s *Service) Control() Control { return Control{s} }

// AddFunctionURL gives a function a URL that takes requests without a signature. The resource-based policy that Lambda asks
// for is not there (IAM-1).
func (ctl Control) AddFunctionURL(u URL) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	switch {
	case !ctl.s.k.HasRegion(u.Region):
		return fmt.Errorf("add function URL %s: %w", u.ID, ctl.s.k.CheckRegion(u.Region))
	case u.ID == "" || u.ID != strings.ToLower(u.ID) || strings.ContainsAny(u.ID, "./:"):
		return fmt.Errorf("add function URL %q: expected an id of letters and digits in lower case", u.ID)
	case !ctl.s.functions.Has(u.FunctionARN):
		return fmt.Errorf("add function URL %s: there is no function %s", u.ID, u.FunctionARN)
	}
	if _, ok := ctl.s.urls[u.Host()]; ok {
		return fmt.Errorf("add function URL %s: the id is taken", u.ID)
	}
	ctl.s.urls[u.Host()] = u
	return nil
}

// Region returns the Region of the function URL that a request is for. ok is false when its host is not one.
func (s *Service) Region(r *http.Request) (region string, ok bool) {
	u, ok := s.urls[hostOf(r)]
	return u.Region, ok
}

// hostOf is the host without the port: all URLs are behind one address (LAM-7).
func hostOf(r *http.Request) string {
	host := r.Host
	if strings.Contains(host, ":") {
		if alone, _, err := net.SplitHostPort(host); err == nil {
			host = alone
		}
	}
	return strings.ToLower(host)
}

type params struct{ url URL }

func (p params) Object() string { return p.url.ID }

// Open finds the URL of a request.
func (s *Service) Open(req *wire.Request) *wire.Error {
	req.Operation = req.HTTP.Method + " " + req.HTTP.URL.Path
	u, ok := s.urls[hostOf(req.HTTP)]
	if !ok {
		return &wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden, Message: "Forbidden"}
	}
	req.Params = params{u}
	return nil
}

// Permissions are none: any caller may use a URL with AuthType NONE.
func (s *Service) Permissions(*wire.Request) []wire.Permission { return nil }

// Serve passes the request to the function, which runs when the mutex has been released (LAM-3).
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	u := req.Params.(params).url
	// "Invoking Lambda function URLs", example of a request: AuthType NONE, so the caller is anonymous.
	event := proxyevent.New(req, proxyevent.Place{Account: "anonymous", ID: u.ID, Domain: u.Host(), Route: proxyevent.DefaultStage},
		req.HTTP.URL.Path, s.k.Now())
	payload, err := json.Marshal(event)
	if err != nil {
		panic("encode an event: " + err.Error()) // a struct of proxyevent
	}
	return &wire.Response{Finish: func() *wire.Response { return respond(req, s.functions.InvokeNow(u.FunctionARN, payload)) }}, nil
}

// respond is the answer of the URL: 502 for a function that fails, 429 for one over Lambda's concurrency limit ("Invoking
// Lambda function URLs" in the Lambda Developer Guide).
func respond(req *wire.Request, result kernel.InvokeResult) *wire.Response {
	resp, ok := proxyevent.Response(result, header(req))
	switch {
	case ok:
	case result.Reason != "":
		resp = proxyevent.Message(http.StatusTooManyRequests, "Rate Exceeded.", header(req))
	default:
		resp = proxyevent.Message(http.StatusBadGateway, "Internal Server Error", header(req))
	}
	resp.Took = result.Took
	return resp
}

// Fail writes an error; only its message is shown.
func (s *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	return proxyevent.Message(err.Status, err.Message, header(req))
}

func header(req *wire.Request) http.Header {
	return http.Header{"Content-Type": {"application/json"}, "X-Amzn-Requestid": {req.ID}}
}
