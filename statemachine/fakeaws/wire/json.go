package wire

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// The JSON protocols, which Step Functions, EventBridge and SQS use: the operation in a header, everything else in one
// object.

// Operation is one operation of a service S; see [Handle].
type Operation[S any] struct {
	shape  Structure
	params func() any
	serve  func(s S, req *Request) (any, *Error)
}

// Handle makes an operation of a method and the type of its parameters. Parameters that the struct P does not have are
// rejected, and values beyond the limits that its tags have; see [shapeOf].
func Handle[S, P any](serve func(s S, req *Request, p *P) (any, *Error)) Operation[S] {
	shape, _ := shapeOf(reflect.TypeFor[P]()).(Structure)
	return Operation[S]{
		shape:  shape,
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
	req.Params = params
	return ReadJSON(req, op.shape, params)
}

// ReadJSON reads the parameters of a request into a struct, after it has checked them against their shape.
func ReadJSON(req *Request, shape Structure, params any) *Error {
	if err := Unzip(req); err != nil {
		return err
	}
	fields, err := readObject(req.Body, shape)
	if err != nil {
		return BadRequest("SerializationException", "%v", err)
	}
	if err := fit(req, fields, shape, "SerializationException", "ValidationException"); err != nil {
		return err
	}
	if len(fields) == 0 {
		return nil
	}
	if err := json.Unmarshal(req.Body, params); err != nil {
		return BadRequest("SerializationException", "%v", err)
	}
	return nil
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
	return JSON(req, status, jsonError{code, err.Message})
}

type jsonError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
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
