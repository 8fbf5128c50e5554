package wire

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// RPC is Smithy's RPC v2 with CBOR bodies: the operation is in the path, everything else in one map. Clients that do not
// know it, such as older versions of the aws command line, send the same requests as forms or as JSON. Those are read
// into the same maps, and their answers are written out of them.
type RPC struct {
	// Target is the service's name in paths and in the header X-Amz-Target.
	Target string
	// Namespace is that of the XML answers to forms; Errors is the prefix of error types in CBOR and JSON.
	Namespace, Errors string
	// Shapes are the names of the errors in the service's model.
	Shapes ErrorShapes
	// Operations are the operations, each with its parameters.
	Operations map[string]Structure
	// Results are the shapes of answers whose names or times on the wire do not follow from their values.
	Results map[string]Structure
}

// Open finds the operation of a request and decodes its parameters, which are [Fields] then.
func (p RPC) Open(req *Request) *Error {
	rejection := Unzip(req)
	var params Fields
	var err error
	misfit := "SerializationException"
	switch {
	case isForm(req):
		req.Operation, params, err = readForm(req, p.Operations)
		misfit = "ValidationError"
	case isJSON(req):
		_, req.Operation, _ = strings.Cut(req.HTTP.Header.Get("X-Amz-Target"), ".")
		params, err = readObject(req.Body, p.Operations[req.Operation])
	default:
		req.Operation, _ = strings.CutPrefix(req.HTTP.URL.Path, "/service/"+p.Target+"/operation/")
		params, err = decodeCBOR(req.Body)
	}
	shape, ok := p.Operations[req.Operation]
	switch {
	case rejection != nil:
		return rejection
	case !ok:
		return UnknownOperation(req)
	case err != nil:
		return BadRequest("SerializationException", "%v", err)
	}
	req.Params = params
	return fit(req, params, shape, misfit, "ValidationError")
}

// Answer writes an answer in the protocol of the request.
func (p RPC) Answer(req *Request, answer cbor.Map) *Response {
	var shape Shape
	if s, ok := p.Results[req.Operation]; ok {
		shape = s
	}
	switch {
	case isForm(req):
		return p.formAnswer(req, answer, shape)
	case isJSON(req):
		return JSON(req, http.StatusOK, toJSON(answer, shape))
	}
	return &Response{Status: http.StatusOK, Header: cborHeader(req), Body: cbor.Encode(answer)}
}

// Fail writes an error in the protocol of the request.
func (p RPC) Fail(req *Request, err *Error) *Response {
	if isForm(req) {
		return QueryError(req, p.Namespace, err)
	}
	resp := &Response{Status: cmp.Or(err.Status, http.StatusBadRequest), Header: cborHeader(req)}
	if kind, message := p.Errors+p.Shapes.of(err.Code), err.Message; isJSON(req) {
		resp = JSON(req, resp.Status, jsonError{kind, message})
	} else {
		resp.Body = cbor.Encode(cbor.Map{"__type": cbor.String(kind), "message": cbor.String(message)})
	}
	return QueryCompatible(resp, err)
}

func cborHeader(req *Request) http.Header {
	return http.Header{
		"Content-Type":     {"application/cbor"},
		"Smithy-Protocol":  {"rpc-v2-cbor"},
		"X-Amzn-Requestid": {req.ID},
	}
}

// formAnswer is an answer in the Query protocol.
func (p RPC) formAnswer(req *Request, answer cbor.Map, shape Shape) *Response {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<%sResponse xmlns="%s"><%[1]sResult>`, req.Operation, p.Namespace)
	writeXML(&b, answer, shape)
	fmt.Fprintf(&b, `</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%[1]sResponse>`, req.Operation, req.ID)
	return xmlResponse(req, http.StatusOK, b.Bytes())
}

var (
	formBody = regexp.MustCompile(`^application/x-www-form-urlencoded`)
	jsonBody = regexp.MustCompile(`^application/x-amz-json-1\.[01]`)
)

func isForm(req *Request) bool { return formBody.MatchString(req.HTTP.Header.Get("Content-Type")) }

func isJSON(req *Request) bool {
	return jsonBody.MatchString(req.HTTP.Header.Get("Content-Type")) || req.HTTP.Header.Get("X-Amz-Target") != ""
}
