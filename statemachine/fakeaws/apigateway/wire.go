package apigateway

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/proxyevent"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// All APIs are behind one address. A request names its API by the host that AWS would give the API
// (ID.execute-api.REGION.amazonaws.com), or else by the first part of its path. It is signed for execute-api in the
// API's Region. See API-1 in docs/fidelity.md.

// defaultStage is the only stage; it is not part of the path.
const defaultStage = proxyevent.DefaultStage

const authorizationIAM = "AWS_IAM"

type params struct {
	api *API
	// path is the request's path without the part that names the API; route is the route that serves it.
	path      string
	route     *Route
	variables map[string]string
}

func (p *params) Object() string {
	if p.route == nil {
		return p.path
	}
	return p.route.Key
}

// Unsigned returns the Region of the API that a request without a signature is for. ok is false when there is none.
func (a *Service) Unsigned(r *http.Request) (region string, ok bool) {
	api, _ := a.find(r)
	if api == nil {
		return "", false
	}
	return api.Region, true
}

// find returns the API that an address names, and the rest of the path.
func (a *Service) find(r *http.Request) (api *API, path string) {
	id, _, _ := strings.Cut(r.Host, ".execute-api.")
	if api := a.apis[id]; api != nil {
		return api, r.URL.Path
	}
	id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return a.apis[id], "/" + rest
}

// Open finds the route of a request.
func (a *Service) Open(req *wire.Request) *wire.Error {
	req.Operation = req.HTTP.Method + " " + req.HTTP.URL.Path
	p := &params{}
	p.api, p.path = a.find(req.HTTP)
	req.Params = p
	switch {
	case p.api == nil:
		return wire.NotFound("NotFound", "Not Found")
	case p.api.Region != req.Region:
		return &wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden, Message: "The request is signed for another Region than the API's."}
	}
	if p.route, p.variables = p.api.match(req.HTTP.Method, p.path); p.route == nil {
		return wire.NotFound("NotFound", "Not Found")
	}
	req.Operation = p.route.Key
	return nil
}

// match finds the route as API Gateway does: a full match before a greedy variable, a method before ANY, and $default
// last.
func (a *API) match(method, path string) (*Route, map[string]string) {
	var best *Route
	var found map[string]string
	rank := 0
	for i := range a.Routes {
		variables, r := a.Routes[i].matches(method, path)
		if r > rank {
			best, found, rank = &a.Routes[i], variables, r
		}
	}
	return best, found
}

// matches ranks a route for a request; 0 is no match.
func (r *Route) matches(method, path string) (variables map[string]string, rank int) {
	if r.Key == defaultStage {
		return nil, 1
	}
	verb, pattern, _ := strings.Cut(r.Key, " ")
	if verb != method && verb != "ANY" {
		return nil, 0
	}
	variables, greedy, ok := matchPath(pattern, path)
	if !ok {
		return nil, 0
	}
	rank = 2
	if !greedy {
		rank += 2
	}
	if verb == method {
		rank++
	}
	return variables, rank
}

// matchPath matches a path part by part; {name} stands for one part, {name+} for all parts that remain.
func matchPath(pattern, path string) (variables map[string]string, greedy, ok bool) {
	patterns, parts := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, p := range patterns {
		name, isVariable := strings.CutPrefix(strings.TrimSuffix(p, "}"), "{")
		switch {
		case i >= len(parts):
			return nil, false, false
		case isVariable && variables == nil:
			variables = map[string]string{}
		}
		if name, isGreedy := strings.CutSuffix(name, "+"); isVariable && isGreedy {
			variables[name] = strings.Join(parts[i:], "/")
			return variables, true, true
		}
		switch {
		case isVariable && parts[i] == "", !isVariable && p != parts[i]:
			return nil, false, false
		case isVariable:
			variables[name] = parts[i]
		}
	}
	return variables, false, len(patterns) == len(parts)
}

// Permissions are execute-api:Invoke for the method and path of the request.
func (a *Service) Permissions(req *wire.Request) []wire.Permission {
	p := req.Params.(*params)
	if p.route.Authorization != authorizationIAM {
		return nil
	}
	resource := a.k.ARN("execute-api", p.api.Region, p.api.ID+"/"+defaultStage+"/"+req.HTTP.Method+p.path)
	return []wire.Permission{{Action: "execute-api:Invoke", Resource: resource}}
}

// Serve invokes the function with the route's role, unless the route is throttled (API-3).
func (a *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(*params)
	if b := p.route.bucket; b != nil && !b.Take(1, a.k.Now()) {
		return nil, &wire.Error{Code: "TooManyRequests", Status: http.StatusTooManyRequests, Message: "Too Many Requests"}
	}
	permission := wire.Permission{Action: "lambda:InvokeFunction", Resource: p.route.FunctionARN}
	if denied := a.iam.AllowService(a.deputy(p.api), p.route.RoleARN, permission); denied != nil || !a.functions.Has(p.route.FunctionARN) {
		reason := "there is no such function"
		if denied != nil {
			reason = denied.Message
		}
		a.k.Record("api", p.api.Name, "cannot invoke %s: %s", p.route.FunctionARN, reason)
		return nil, &wire.Error{Code: "InternalServerError", Status: http.StatusInternalServerError, Message: "Internal Server Error"}
	}
	payload, err := json.Marshal(a.event(req, p))
	if err != nil {
		panic("encode an event: " + err.Error()) // a struct of this package
	}
	return &wire.Response{Finish: func() *wire.Response {
		resp := proxyResponse(req, a.functions.InvokeNow(p.route.FunctionARN, payload))
		a.k.Lock()
		defer a.k.Unlock()
		a.logAccess(req, resp.Status, "")
		return resp
	}}, nil
}

// deputy is API Gateway. It does not name the API when it assumes the role of a route.
func (a *Service) deputy(api *API) iam.Deputy {
	return iam.DeputyFor("apigateway", a.k.ARN("execute-api", api.Region, api.ID)).WithoutSource()
}

// Fail writes an error with API Gateway's message. Every denied request gets Forbidden, whatever the reason (API-2).
func (a *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	message := err.Message
	if err.Status == http.StatusForbidden {
		message = "Forbidden"
	}
	a.logAccess(req, err.Status, message)
	return apiMessage(req, err.Status, message)
}
