package fakeaws

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// lambda is the part of AWS Lambda that callers see: Invoke.
type lambda struct{ w *World }

// lambdaPath is the path of Invoke, before and after the function's name.
const (
	lambdaPath   = "/2015-03-31/functions/"
	lambdaInvoke = "/invocations"
)

// lambdaSettings is the path of GetAccountSettings.
const (
	lambdaSettings    = "/2016-08-19/account-settings"
	opAccountSettings = "GetAccountSettings"
)

type lambdaParams struct {
	// arn is the function's, whether it exists or not.
	arn string
	// kind is RequestResponse, Event or DryRun.
	kind string
}

func (p lambdaParams) Object() string { return p.arn }

func (l *lambda) Open(req *wire.Request) *wire.Error {
	path := req.HTTP.URL.EscapedPath()
	if req.HTTP.Method == http.MethodGet && strings.TrimSuffix(path, "/") == lambdaSettings {
		req.Operation = opAccountSettings
		return nil
	}
	name, ok := strings.CutSuffix(strings.TrimPrefix(path, lambdaPath), lambdaInvoke)
	if !ok || !strings.HasPrefix(path, lambdaPath) || req.HTTP.Method != http.MethodPost {
		req.Operation = req.HTTP.Method + " " + path
		return wire.UnknownOperation(req)
	}
	req.Operation = "Invoke"
	if req.HTTP.Header.Get("X-Amz-Log-Type") == "Tail" {
		return wire.NotImplemented("the tail of a function's log")
	}
	name, err := url.PathUnescape(name)
	if err != nil {
		return wire.BadRequest("InvalidParameterValueException", "the function's name %q: %v", name, err)
	}
	arn, bad := qualify(l.arnOf(req.Region, name), req.HTTP.URL.Query().Get("Qualifier"))
	if bad != nil {
		return bad
	}
	req.Params = lambdaParams{arn: arn, kind: cmp.Or(req.HTTP.Header.Get("X-Amz-Invocation-Type"), "RequestResponse")}
	if len(req.Body) > 0 && !json.Valid(req.Body) {
		return wire.BadRequest("InvalidRequestContentException", "Could not parse request body into json: the payload is not JSON")
	}
	return nil
}

// arnOf understands a name, a partial ARN (ACCOUNT:function:NAME) and an ARN, each with or without a version.
func (l *lambda) arnOf(region, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	_, after, partial := strings.Cut(name, ":function:")
	if partial {
		name = after
	}
	return l.w.k.ARN("lambda", region, "function:"+name)
}

// qualify puts the version that the parameter Qualifier names into the function's ARN. Both may name it, if they agree.
func qualify(arn, qualifier string) (string, *wire.Error) {
	switch inARN := wire.Qualifier(arn); {
	case qualifier == "" || inARN == qualifier:
		return arn, nil
	case inARN != "":
		return "", wire.BadRequest("InvalidParameterValueException",
			"The derived qualifier from the function name does not match the specified qualifier.")
	}
	return wire.Qualified(arn, qualifier), nil
}

// permissions asks about the ARN as it was given: a policy that names a function does not allow its versions, and one
// that names versions does not allow the function (Lambda Developer Guide, "Fine-tuning the Resources and Conditions
// sections of policies").
func (l *lambda) Permissions(req *wire.Request) []wire.Permission {
	if req.Operation == opAccountSettings {
		return []wire.Permission{{Action: "lambda:GetAccountSettings", Resource: "*"}}
	}
	return []wire.Permission{{Action: "lambda:InvokeFunction", Resource: req.Params.(lambdaParams).arn}}
}

// serve finds the function; it runs after the World has been left, see LAM-3 in FIDELITY.md.
func (l *lambda) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	if req.Operation == opAccountSettings {
		return l.accountSettings(req), nil
	}
	p := req.Params.(lambdaParams)
	fn := l.w.functions[strings.TrimSuffix(p.arn, ":"+latestVersion)]
	if fn == nil || fn.Region != req.Region {
		return nil, wire.NotFound("ResourceNotFoundException", "Function not found: %s", p.arn)
	}
	switch p.kind {
	case "DryRun":
		return lambdaResponse(req, http.StatusNoContent, nil), nil
	case "Event":
		l.w.later(fn, payloadOf(req))
		return lambdaResponse(req, http.StatusAccepted, nil), nil
	}
	return &wire.Response{Finish: func() *wire.Response {
		result := l.w.invokeNow(fn, payloadOf(req))
		if result.ErrorType == codeTooManyInvocations {
			return l.Fail(req, &wire.Error{Code: "TooManyRequestsException", Status: http.StatusTooManyRequests, Message: "Rate Exceeded.", Details: result.Reason})
		}
		return invokeResponse(req, result, fn.Version)
	}}, nil
}

func payloadOf(req *wire.Request) []byte {
	if len(req.Body) == 0 {
		return []byte("{}")
	}
	return req.Body
}

func invokeResponse(req *wire.Request, result InvokeResult, version string) *wire.Response {
	body := result.Payload
	if result.ErrorType != "" {
		body = []byte(result.Cause)
	}
	resp := lambdaResponse(req, http.StatusOK, body)
	resp.Header.Set("X-Amz-Executed-Version", cmp.Or(version, latestVersion))
	if result.ErrorType != "" {
		resp.Header.Set("X-Amz-Function-Error", "Unhandled")
	}
	return resp
}

func lambdaResponse(req *wire.Request, status int, body []byte) *wire.Response {
	return &wire.Response{Status: status, Body: body, Header: http.Header{
		"Content-Type":     {"application/json"},
		"X-Amzn-Requestid": {req.ID},
	}}
}

func (l *lambda) Fail(req *wire.Request, err *wire.Error) *wire.Response {
	code := err.Code
	switch code {
	case wire.CodeDenied:
		code = "AccessDeniedException"
	case wire.CodeUnknownKey:
		code = "UnrecognizedClientException"
	}
	members := map[string]string{"Type": "User", "Message": err.Message, "message": err.Message}
	if reason, ok := err.Details.(string); ok {
		members["Reason"] = reason
	}
	body, bad := json.Marshal(members)
	if bad != nil {
		panic("encode an error: " + bad.Error()) // strings only
	}
	resp := lambdaResponse(req, cmp.Or(err.Status, http.StatusBadRequest), body)
	resp.Header.Set("X-Amzn-Errortype", code)
	return resp
}

// invokeNow runs a function for a request, in the request's own goroutine and without mu.
func (w *World) invokeNow(fn *Function, payload []byte) InvokeResult {
	w.k.Lock()
	fault := w.invokeFaultFor(fn)
	refused := refusal("the caller", fn, fault)
	if refused == nil {
		if over := w.admit(fn); over != "" {
			refused = new(tooManyInvocations(over))
		}
	}
	w.k.Unlock()
	if refused != nil {
		return *refused
	}
	defer func() {
		w.k.Lock()
		defer w.k.Unlock()
		w.leave(fn)
	}()
	result, _ := w.run(fn, payload, fault)
	return result
}

// later runs a function as the next thing, with nobody waiting for its answer.
func (w *World) later(fn *Function, payload []byte) {
	w.k.Outside(func() { w.invokeNow(fn, payload) })
}
