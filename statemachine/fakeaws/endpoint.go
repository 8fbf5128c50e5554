package fakeaws

import (
	"cmp"
	"net/http"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// endpoint is a service as clients reach it.
type endpoint struct {
	wire.Service
	// reachable says whether a global service answers; it is nil for a service that each Region has for itself.
	reachable func() bool
	// maxBody is the largest body that it accepts, in bytes; 0 means [wire.DefaultMaxBody].
	maxBody int64
	// opaque says that it does not interpret bodies.
	opaque bool
}

// ServeHTTP answers as AWS would: all services of all Regions at one address. The credential scope of the signature
// names the service and the Region.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	scope, known := wire.ScopeOf(r)
	if open, ok := w.openToAll(r); ok && (!known || open.Service == urlService) {
		scope, known = open, true
	}
	limit := cmp.Or(w.endpoints[scope.Service].maxBody, wire.DefaultMaxBody)
	body, tooLarge, err := wire.ReadBody(rw, r, limit)
	if err != nil {
		return // the client has gone
	}
	if tooLarge != nil {
		http.Error(rw, tooLarge.Error(), tooLarge.Status)
		return
	}
	if !known {
		http.Error(rw, "the request has no AWS Signature Version 4 in its Authorization header", http.StatusForbidden)
		return
	}
	req := &wire.Request{AccessKey: scope.AccessKey, Region: scope.Region, Service: scope.Service, HTTP: r, Body: body}
	resp, answered := w.handle(req)
	if resp != nil && resp.Finish != nil {
		resp = resp.Finish()
	}
	if !answered {
		wire.HangUp(rw)
		return
	}
	resp.Write(rw)
}

// openToAll is the scope of a request that needs no signature: for a function URL, or for an API. ok is false when it is for
// neither.
func (w *World) openToAll(r *http.Request) (scope wire.Scope, ok bool) {
	w.k.Lock()
	defer w.k.Unlock()
	if region, ok := w.functionurl.Region(r); ok {
		return wire.Scope{Service: urlService, Region: region}, true
	}
	region, ok := w.apigateway.Unsigned(r)
	return wire.Scope{Service: apiService, Region: region}, ok
}

// handle performs one request, and says whether its answer reaches the client.
func (w *World) handle(req *wire.Request) (resp *wire.Response, answered bool) {
	w.k.Lock()
	defer w.k.Unlock()
	w.k.CatchUp()
	req.ID = w.k.NewRequestID()
	role := w.iam.RoleOf(req.AccessKey)
	svc, ok := w.endpoints[req.Service]
	if !ok {
		req.Operation = wire.OperationOf(req)
		w.k.RecordCall(req, role, false, wire.UnknownService())
		return wire.Refuse(req, wire.UnknownService()), true
	}
	var openErr *wire.Error
	if !svc.opaque {
		openErr = wire.CheckDepth(req)
	}
	if openErr == nil {
		openErr = svc.Open(req)
	}
	if !w.reaches(svc, req) {
		if !w.repeated(req.HTTP) {
			w.k.RecordCall(req, role, false, &wire.Error{Code: wire.CodeUnreachable})
		}
		return nil, false
	}
	if w.k.Crashed() {
		return nil, false // nothing of a function that has crashed is left to ask
	}
	resp, apiErr, answered := w.perform(svc, req, openErr)
	if apiErr != nil {
		resp = svc.Fail(req, apiErr)
	}
	w.k.RecordCall(req, role, wire.IsMutating(req.Operation), apiErr)
	if !answered {
		w.k.AnswerLost()
	}
	return resp, answered
}

// repeated says whether a request without an answer is one attempt of the SDK that has come before. The simulator closes the
// connection where AWS would not answer, and Go's HTTP client then sends a GET a second time if it had used the connection
// before. It sends the headers that name the attempt with it.
func (w *World) repeated(r *http.Request) bool {
	id := r.Header.Get("Amz-Sdk-Invocation-Id")
	attempt := id + " " + r.Header.Get("Amz-Sdk-Request")
	if id == "" || attempt == w.unanswered {
		return id != ""
	}
	w.unanswered = attempt
	return false
}

// reaches says whether a request reaches its service.
func (w *World) reaches(svc endpoint, req *wire.Request) bool {
	if svc.reachable != nil {
		return svc.reachable()
	}
	return w.k.Reachable(req.Region)
}

// perform asks IAM, applies faults, and serves the request.
func (w *World) perform(svc wire.Service, req *wire.Request, openErr *wire.Error) (resp *wire.Response, apiErr *wire.Error, answered bool) {
	if openErr != nil {
		return nil, openErr, true
	}
	for _, p := range svc.Permissions(req) {
		if err := w.iam.Allow(req.AccessKey, p); err != nil {
			return nil, err, true
		}
	}
	var fault *kernel.Fault
	if fault = w.k.FaultFor(req); fault != nil && fault.Error != nil {
		return nil, fault.Error, true
	}
	if fault != nil && fault.LoseRequest {
		return nil, &wire.Error{Code: wire.CodeUnreachable}, false
	}
	resp, apiErr = svc.Serve(req)
	return resp, apiErr, fault == nil || !fault.LoseAnswer
}
