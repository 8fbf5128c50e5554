package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// The JSON protocols, which Step Functions, EventBridge and SQS use: the operation in a header, everything else in one
// object.

// Operation is one operation of a service S; see [Handle].
type Operation[S any] struct {
	params func() any
	serve  func(s S, req *Request) (any, *Error)
}

// Handle makes an operation of a method and the type of its parameters. Parameters that the struct P does not have are
// rejected.
func Handle[S, P any](serve func(s S, req *Request, p *P) (any, *Error)) Operation[S] {
	return Operation[S]{
		params: func() any { return new(P) },
		serve:  func(s S, req *Request) (any, *Error) { return serve(s, req, req.Params.(*P)) },
	}
}

// OpenJSON finds the operation and reads its parameters.
func OpenJSON[S any](req *Request, operations map[string]Operation[S]) *Error {
	_, req.Operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
	op, ok := operations[req.Operation]
	if !ok {
		return UnknownOperation(req)
	}
	params := op.params()
	dec := json.NewDecoder(bytes.NewReader(req.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(params); err != nil && !errors.Is(err, io.EOF) {
		return BadParameters(req, err)
	}
	req.Params = params
	return nil
}

// BadParameters rejects parameters that cannot be decoded, or that the AWS simulator does not have.
func BadParameters(req *Request, err error) *Error {
	return BadRequest("SerializationException", "the AWS simulator does not have these parameters of %s: %v", req.Operation, err)
}

// ServeJSON performs a request that OpenJSON has read.
func ServeJSON[S any](s S, req *Request, operations map[string]Operation[S]) (*Response, *Error) {
	answer, err := operations[req.Operation].serve(s, req)
	if err != nil {
		return nil, err
	}
	return JSON(req, http.StatusOK, answer), nil
}

// JSON answers in the version of the protocol that the request has.
func JSON(req *Request, status int, answer any) *Response {
	if answer == nil {
		answer = struct{}{}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic("encode " + req.Operation + ": " + err.Error()) // all answers are structs of the services
	}
	return &Response{Status: status, Body: body, Header: http.Header{
		"Content-Type":     {cmp.Or(req.HTTP.Header.Get("Content-Type"), "application/x-amz-json-1.0")},
		"X-Amzn-Requestid": {req.ID},
	}}
}

// JSONError is an error in the JSON protocols; namespace is the service's prefix of its codes. What AWS rejects before a
// service sees the request has names of its own.
func JSONError(req *Request, namespace string, err *Error) *Response {
	code, status := namespace+err.Code, cmp.Or(err.Status, http.StatusBadRequest)
	switch err.Code {
	case CodeDenied:
		code, status = "AccessDeniedException", http.StatusBadRequest
	case CodeUnknownKey:
		code, status = "UnrecognizedClientException", http.StatusBadRequest
	}
	return JSON(req, status, struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{code, err.Message})
}

// Epoch is a time as the JSON protocols write it: seconds since 1970 with three decimals.
type Epoch time.Time

// MarshalJSON writes the seconds.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Time(e).UnixMilli()) / 1000)
}

// EpochOrNone leaves out a time that is not there yet.
func EpochOrNone(t time.Time) *Epoch {
	if t.IsZero() {
		return nil
	}
	e := Epoch(t)
	return &e
}
