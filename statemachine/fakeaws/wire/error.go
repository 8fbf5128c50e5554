package wire

import (
	"fmt"
	"net/http"
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

// PlainError writes an error of a service that has no protocol here.
func PlainError(req *Request, e *Error) *Response {
	return &Response{Status: e.Status, Body: []byte(e.Code + ": " + e.Message + ": " + req.Service + "\n")}
}
