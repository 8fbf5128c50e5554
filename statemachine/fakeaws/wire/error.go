package wire

import (
	"fmt"
	"net/http"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Error is an error answer of AWS: a code that SDKs branch on, and a text.
type Error struct {
	Code    string
	Status  int
	Message string
	// Details is for what some errors carry beside the text, in the service's own type.
	Details any
}

// Error is the code and the text.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Codes that do not belong to one service. A service whose API has a name of its own for one translates it in Fail.
const (
	// CodeNotImplemented marks an operation that the AWS simulator does not have. A drill in which it was answered fails.
	CodeNotImplemented = "NotImplemented"
	// CodeDenied and CodeUnknownKey are IAM's.
	CodeDenied     = "AccessDenied"
	CodeUnknownKey = "InvalidClientTokenId"
	// CodeUnreachable is the code of a request that a dark Region did not answer.
	CodeUnreachable = "Unreachable"
)

// BadRequest is an error with status 400.
func BadRequest(code, format string, args ...any) *Error {
	return &Error{Code: code, Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// NotFound is an error with status 404.
func NotFound(code, format string, args ...any) *Error {
	return &Error{Code: code, Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}

// NotImplemented rejects, by its name, a part of an operation that the AWS simulator does not have.
func NotImplemented(format string, args ...any) *Error {
	return &Error{
		Code: CodeNotImplemented, Status: http.StatusNotImplemented,
		Message: "the AWS simulator does not have " + fmt.Sprintf(format, args...),
	}
}

// UnknownOperation rejects an operation that the service does not have here.
func UnknownOperation(req *Request) *Error {
	return NotImplemented("the operation %s of %s", req.Operation, req.Service)
}

// UnknownService rejects a request to a service that the AWS simulator does not have.
func UnknownService() *Error { return NotImplemented("this service") }

// Unreachable is the error of a request that AWS itself makes into a dark Region.
func Unreachable(region string) *Error {
	return &Error{Code: CodeUnreachable, Status: http.StatusServiceUnavailable, Message: region + " is dark"}
}

// Refuse writes an error of a service that the simulator does not have, in the protocol of the request, so that its client
// can read it.
func Refuse(req *Request, e *Error) *Response {
	named := *e
	named.Message += ": " + req.Service
	switch {
	case isForm(req):
		return QueryError(req, "", &named)
	case isJSON(req):
		return JSON(req, e.Status, jsonError{e.Code, named.Message})
	case req.HTTP.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		body := cbor.Encode(cbor.Map{"__type": cbor.String(e.Code), "message": cbor.String(named.Message)})
		return &Response{Status: e.Status, Header: cborHeader(req), Body: body}
	}
	resp := JSON(req, e.Status, jsonError{e.Code, named.Message}) // as REST services with JSON write it
	resp.Header["Content-Type"] = []string{"application/json"}
	resp.Header["X-Amzn-Errortype"] = []string{e.Code}
	return resp
}

// ErrorShapes are the names of a service's errors in its model, by the codes that they have in the Query protocol. Clients
// of a service that has changed its protocol go on to see the codes; see [QueryCompatible].
type ErrorShapes map[string]string

func (s ErrorShapes) of(code string) string {
	if name, ok := s[code]; ok {
		return name
	}
	switch code {
	case CodeDenied:
		return "AccessDeniedException"
	case CodeUnknownKey:
		return "UnrecognizedClientException"
	}
	return code
}

// QueryCompatible adds the header with which a service that once spoke the Query protocol says the code of an error there.
func QueryCompatible(resp *Response, err *Error) *Response {
	resp.Header["X-Amzn-Query-Error"] = []string{err.Code + ";" + err.fault()}
	return resp
}

// fault says who is to blame for an error.
func (e *Error) fault() string {
	if e.Status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// Named is an error with the name of its shape as its code.
func (s ErrorShapes) Named(err *Error) *Error {
	named := *err
	if shape, ok := s[err.Code]; ok {
		named.Code = shape
	}
	return &named
}
