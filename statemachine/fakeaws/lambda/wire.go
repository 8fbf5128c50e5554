package lambda

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// functionsPath is the path of Invoke, before and after the function's name.
const (
	functionsPath = "/2015-03-31/functions/"
	invocations   = "/invocations"
)

// settingsPath is the path of GetAccountSettings.
const (
	settingsPath      = "/2016-08-19/account-settings"
	opAccountSettings = "GetAccountSettings"
)

type params struct {
	// arn is the function's ARN, whether it exists or not.
	arn string
	// kind is RequestResponse, Event or DryRun.
	kind string
	// tail asks for the end of the function's log.
	tail bool
}

func (p params) Object() string { return p.arn }

// Open finds the operation of a request and decodes its parameters.
func (l *Service) Open(req *wire.Request) *wire.Error {
	path := req.HTTP.URL.EscapedPath()
	if req.HTTP.Method == http.MethodGet && strings.TrimSuffix(path, "/") == settingsPath {
		req.Operation = opAccountSettings
		for name := range req.HTTP.URL.Query() {
			return wire.NotImplemented("the parameter %s of %s", name, opAccountSettings)
		}
		return nil
	}
	name, ok := strings.CutSuffix(strings.TrimPrefix(path, functionsPath), invocations)
	if !ok || !strings.HasPrefix(path, functionsPath) || req.HTTP.Method != http.MethodPost {
		req.Operation = req.HTTP.Method + " " + path
		return wire.UnknownOperation(req)
	}
	req.Operation = "Invoke"
	p, bad := l.openInvoke(req, name)
	req.Params = p
	return bad
}

// arnOf understands a name, a partial ARN (ACCOUNT:function:NAME) and an ARN, each with or without a version.
func (l *Service) arnOf(region, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	_, after, partial := strings.Cut(name, ":function:")
	if partial {
		name = after
	}
	return l.k.ARN("lambda", region, "function:"+name)
}

// qualify adds the version that the parameter Qualifier names to the function's ARN. Both may name it if they agree.
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

// Permissions has the ARN of the request: a policy that names a function does not allow its versions, and one
// that names versions does not allow the function (Lambda Developer Guide, "Fine-tuning the Resources and Conditions
// sections of policies").
func (l *Service) Permissions(req *wire.Request) []wire.Permission {
	if req.Operation == opAccountSettings {
		return []wire.Permission{{Action: "lambda:GetAccountSettings", Resource: "*"}}
	}
	return []wire.Permission{{Action: "lambda:InvokeFunction", Resource: req.Params.(params).arn}}
}

// Serve finds the function. It runs after the mutex has been released, see LAM-3 in docs/fidelity.md.
func (l *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	if req.Operation == opAccountSettings {
		return l.accountSettings(req), nil
	}
	p := req.Params.(params)
	fn := l.functions[strings.TrimSuffix(p.arn, ":"+latestVersion)]
	if fn == nil || fn.Region != req.Region {
		return nil, wire.NotFound("ResourceNotFoundException", "Function not found: %s", p.arn)
	}
	switch p.kind {
	case "DryRun":
		return response(req, http.StatusNoContent, nil), nil
	case "Event":
		payload := payloadOf(req)
		l.k.Outside(func() { l.invokeNow(fn, payload) })
		return response(req, http.StatusAccepted, nil), nil
	}
	return &wire.Response{Finish: func() *wire.Response {
		result := l.invokeNow(fn, payloadOf(req))
		if result.ErrorType == codeTooManyInvocations {
			return l.Fail(req, &wire.Error{Code: "TooManyRequestsException", Status: http.StatusTooManyRequests, Message: "Rate Exceeded.", Details: result.Reason})
		}
		return invokeResponse(req, result, fn.Version, p.tail)
	}}, nil
}

func payloadOf(req *wire.Request) []byte {
	if len(req.Body) == 0 {
		return []byte("{}")
	}
	return req.Body
}

func invokeResponse(req *wire.Request, result kernel.InvokeResult, version string, tail bool) *wire.Response {
	body := result.Payload
	if result.ErrorType != "" {
		body = []byte(result.Cause)
	}
	resp := response(req, http.StatusOK, body)
	resp.Header.Set("X-Amz-Executed-Version", cmp.Or(version, latestVersion))
	if result.ErrorType != "" {
		resp.Header.Set("X-Amz-Function-Error", "Unhandled")
	}
	if tail {
		resp.Header.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(result.Logs[max(0, len(result.Logs)-maxTail):]))
	}
	return resp
}

func response(req *wire.Request, status int, body []byte) *wire.Response {
	return &wire.Response{Status: status, Body: body, Header: http.Header{
		"Content-Type":     {"application/json"},
		"X-Amzn-Requestid": {req.ID},
	}}
}

// Fail writes an error.
func (l *Service) Fail(req *wire.Request, err *wire.Error) *wire.Response {
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
	resp := response(req, cmp.Or(err.Status, http.StatusBadRequest), body)
	resp.Header.Set("X-Amzn-Errortype", code)
	return resp
}

// AsyncRequest is the request with which AWS itself invokes a function without waiting for its answer.
func AsyncRequest(arn, payload string) *wire.Request {
	return &wire.Request{Service: "lambda", Operation: "Invoke", Params: params{arn: arn, kind: "Event"}, Body: []byte(payload)}
}
