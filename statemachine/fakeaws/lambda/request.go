package lambda

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The limits of an invocation, from "Invoke" in the API Reference: of a synchronous payload and of an asynchronous one, and of
// the part of the log that LogType Tail returns.
const (
	maxPayload      = 6 << 20
	maxAsyncPayload = 1 << 20
	maxTail         = 4 << 10
)

// invokeInput are the parameters of Invoke with the constraints of the API's model.
type invokeInput struct {
	FunctionName   *string `model:"required length=1..256 pattern=function"`
	InvocationType *string `model:"enum=Event|RequestResponse|DryRun"`
	LogType        *string `model:"enum=None|Tail"`
	Qualifier      *string `model:"length=1..128 pattern=qualifier"`
}

// lacking are the headers with parameters of Invoke that the simulator does not have.
var lacking = map[string]string{
	"X-Amz-Client-Context": "ClientContext", "X-Amz-Durable-Execution-Name": "DurableExecutionName", "X-Amz-Tenant-Id": "TenantId",
}

// openInvoke reads the parameters of Invoke from the path, the query and the headers.
func (l *Service) openInvoke(req *wire.Request, escaped string) (p params, bad *wire.Error) {
	query, header := req.HTTP.URL.Query(), req.HTTP.Header
	for name := range query {
		if name != "Qualifier" {
			return p, wire.NotImplemented("the parameter %s of Invoke", name)
		}
	}
	for name, parameter := range lacking {
		if _, there := header[name]; there {
			return p, wire.NotImplemented("the parameter %s of Invoke", parameter)
		}
	}
	name, err := url.PathUnescape(escaped)
	if err != nil {
		return p, wire.BadRequest("InvalidParameterValueException", "the function's name %q: %v", escaped, err)
	}
	in := invokeInput{FunctionName: &name, InvocationType: given(header["X-Amz-Invocation-Type"]), LogType: given(header["X-Amz-Log-Type"]), Qualifier: given(query["Qualifier"])}
	if bad := constraint.Check(in, "ValidationException"); bad != nil {
		return p, bad
	}
	p = params{kind: cmp.Or(constraint.Text(in.InvocationType), "RequestResponse"), tail: constraint.Text(in.LogType) == "Tail"}
	if p.arn, bad = qualify(l.arnOf(req.Region, name), constraint.Text(in.Qualifier)); bad != nil {
		return p, bad
	}
	return p, checkPayload(req.Body, p.kind)
}

// given is a parameter of a header or of the query, nil when it is not there.
func given(values []string) *string {
	if len(values) == 0 {
		return nil
	}
	return &values[0]
}

func checkPayload(payload []byte, kind string) *wire.Error {
	limit := maxPayload
	if kind == "Event" {
		limit = maxAsyncPayload
	}
	switch {
	case len(payload) > limit:
		return &wire.Error{
			Code: "RequestTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit),
		}
	case len(payload) > 0 && !json.Valid(payload):
		return wire.BadRequest("InvalidRequestContentException", "Could not parse request body into json: the payload is not JSON")
	}
	return nil
}
