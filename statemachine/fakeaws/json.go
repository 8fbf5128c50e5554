package fakeaws

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The JSON protocols, which Step Functions, EventBridge and SQS speak: the operation in a header, everything else in
// one object.

// jsonOperation is one operation of a service S.
type jsonOperation[S any] struct {
	params func() any
	serve  func(s S, req *Request) (any, *APIError)
}

// jsonParams are the parameters of an operation. Those that the struct does not have are refused: a parameter that the
// embedded AWS would ignore may be the one that matters.
type jsonParams interface {
	// permissions is what IAM must allow.
	permissions(w *World, req *Request) []Permission
	object() string
}

// handles makes an operation of a method and the type of its parameters.
func handles[S, P any](serve func(s S, req *Request, p *P) (any, *APIError)) jsonOperation[S] {
	return jsonOperation[S]{
		params: func() any { return new(P) },
		serve:  func(s S, req *Request) (any, *APIError) { return serve(s, req, req.Params.(*P)) },
	}
}

// openJSON finds the operation and reads its parameters.
func openJSON[S any](req *Request, operations map[string]jsonOperation[S]) *APIError {
	_, req.Operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
	op, ok := operations[req.Operation]
	if !ok {
		return errUnknownOperation(req)
	}
	params := op.params()
	dec := json.NewDecoder(bytes.NewReader(req.Body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(params); err != nil && !errors.Is(err, io.EOF) {
		return badRequest("SerializationException", "the embedded AWS reads no such parameters of %s: %v", req.Operation, err)
	}
	req.Params = params
	return nil
}

// serveJSON performs a request that openJSON has read.
func serveJSON[S any](s S, req *Request, operations map[string]jsonOperation[S]) (*Response, *APIError) {
	answer, err := operations[req.Operation].serve(s, req)
	if err != nil {
		return nil, err
	}
	return jsonResponse(req, http.StatusOK, answer), nil
}

// jsonResponse answers in the version of the protocol that the request has.
func jsonResponse(req *Request, status int, answer any) *Response {
	if answer == nil {
		answer = struct{}{}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic("encode " + req.Operation + ": " + err.Error()) // all answers are structs of this package
	}
	return &Response{Status: status, Body: body, Header: http.Header{
		"Content-Type":     {cmp.Or(req.HTTP.Header.Get("Content-Type"), "application/x-amz-json-1.0")},
		"X-Amzn-Requestid": {req.ID},
	}}
}

// jsonFailure is an error in the JSON protocols; namespace is what the service puts before its codes. What AWS refuses
// before a service sees the request has names of its own.
func jsonFailure(req *Request, namespace string, err *APIError) *Response {
	code, status := namespace+err.Code, cmp.Or(err.Status, http.StatusBadRequest)
	switch err.Code {
	case codeDenied:
		code, status = "AccessDeniedException", http.StatusBadRequest
	case codeUnknownKey:
		code, status = "UnrecognizedClientException", http.StatusBadRequest
	}
	return jsonResponse(req, status, struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{code, err.Message})
}

// epoch is a time as the JSON protocols write it: seconds since 1970 with three decimals.
type epoch time.Time

// MarshalJSON writes the seconds.
func (e epoch) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Time(e).UnixMilli()) / 1000)
}

// epochOrNone leaves a time out that is not there yet.
func epochOrNone(t time.Time) *epoch {
	if t.IsZero() {
		return nil
	}
	e := epoch(t)
	return &e
}

// pageBounds cuts a page out of n things; the token is the place where the next one begins.
func pageBounds(n int, token string, size, atMost int) (from, to int, next string, err *APIError) {
	if size < 0 || size > atMost {
		return 0, 0, "", badRequest("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy "+
			"constraint: Member must have value between 0 and %d", size, atMost)
	}
	if size == 0 {
		size = min(100, atMost)
	}
	from, bad := placeOf(token)
	if bad != nil || from > n {
		return 0, 0, "", badRequest("InvalidToken", "Invalid Token: '%s'", token)
	}
	to = min(n, from+size)
	return from, to, tokenOf(to, n), nil
}

// placeOf and tokenOf are the two directions of a paging token.
func placeOf(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(token)
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is no place", n)
	}
	return n, err
}

func tokenOf(place, n int) string {
	if place >= n {
		return ""
	}
	return strconv.Itoa(place)
}
