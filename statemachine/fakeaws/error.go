package fakeaws

import (
	"fmt"
	"net/http"
	"strings"
)

// APIError is an error answer of AWS: a code that SDKs branch on, and a text.
type APIError struct {
	Code    string
	Status  int
	Message string
	// Details is for what single errors carry beside the text, in the service's own type.
	Details any
}

// Error is the code and the text.
func (e *APIError) Error() string { return e.Code + ": " + e.Message }

func badRequest(code, format string, args ...any) *APIError {
	return &APIError{Code: code, Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

func notFound(code, format string, args ...any) *APIError {
	return &APIError{Code: code, Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}

// CodeNotImplemented marks an operation that the embedded AWS does not have. A drill in which it was answered fails.
const CodeNotImplemented = "NotImplemented"

var errUnknownService = &APIError{Code: CodeNotImplemented, Status: http.StatusNotImplemented, Message: "the embedded AWS does not have this service"}

func errUnknownOperation(req *Request) *APIError {
	return &APIError{
		Code: CodeNotImplemented, Status: http.StatusNotImplemented,
		Message: fmt.Sprintf("the embedded AWS does not have the operation %s of %s", req.Operation, req.Service),
	}
}

func plainError(req *Request, e *APIError) *Response {
	return &Response{Status: e.Status, Body: []byte(e.Code + ": " + e.Message + ": " + req.Service + "\n")}
}

func requestID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

// isMutating goes by the verb, as AWS's own read-only policies do.
func isMutating(operation string) bool {
	for _, verb := range []string{"GET ", "Get", "List", "Describe", "Query", "Head"} {
		if strings.HasPrefix(operation, verb) {
			return false
		}
	}
	return true
}

// objectOf names what a request is about, when its parameters can say so.
func objectOf(req *Request) string {
	if named, ok := req.Params.(interface{ object() string }); ok {
		return named.object()
	}
	return ""
}
