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
	// Namespace is that of the XML answers to forms; Errors is the prefix of error types in CBOR.
	Namespace, Errors string
	// Operations are the operations, each with its parameters.
	Operations map[string]Structure
}

// Open finds the operation of a request and decodes its parameters, which are [Fields] then.
func (p RPC) Open(req *Request) *Error {
	var operation string
	var params Fields
	var err error
	switch {
	case isForm(req):
		operation, params, err = p.readForm(req)
	case p.isJSON(req):
		operation, params, err = p.readJSON(req)
	default:
		operation, _ = strings.CutPrefix(req.HTTP.URL.Path, "/service/"+p.Target+"/operation/")
		params, err = decodeCBOR(req)
	}
	req.Operation = operation
	shape, ok := p.Operations[operation]
	if !ok {
		return UnknownOperation(req)
	}
	if err != nil {
		return BadRequest("SerializationException", "%v", err)
	}
	req.Params = params
	return fit("", cbor.Map(params), shape)
}

// Answer writes an answer in the protocol of the request.
func (p RPC) Answer(req *Request, answer cbor.Map) *Response {
	switch {
	case isForm(req):
		return p.formAnswer(req, answer)
	case p.isJSON(req):
		return JSON(req, http.StatusOK, toJSON(answer))
	}
	return &Response{Status: http.StatusOK, Header: cborHeader(req), Body: cbor.Encode(answer)}
}

// Fail writes an error in the protocol of the request.
func (p RPC) Fail(req *Request, err *Error) *Response {
	switch {
	case isForm(req):
		return QueryError(req, p.Namespace, err)
	case p.isJSON(req):
		return JSONError(req, "", err)
	}
	header := cborHeader(req)
	header["X-Amzn-Query-Error"] = []string{err.Code + ";Sender"}
	body := cbor.Encode(cbor.Map{"__type": cbor.String(p.Errors + err.Code), "message": cbor.String(err.Message)})
	return &Response{Status: cmp.Or(err.Status, http.StatusBadRequest), Header: header, Body: body}
}

func cborHeader(req *Request) http.Header {
	return http.Header{
		"Content-Type":     {"application/cbor"},
		"Smithy-Protocol":  {"rpc-v2-cbor"},
		"X-Amzn-Requestid": {req.ID},
	}
}

// formAnswer is an answer in the Query protocol.
func (p RPC) formAnswer(req *Request, answer cbor.Map) *Response {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<%sResponse xmlns="%s"><%[1]sResult>`, req.Operation, p.Namespace)
	writeXML(&b, answer)
	fmt.Fprintf(&b, `</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%[1]sResponse>`, req.Operation, req.ID)
	return xmlResponse(req, http.StatusOK, b.Bytes())
}

var formBody = regexp.MustCompile(`^application/x-www-form-urlencoded`)

func isForm(req *Request) bool { return formBody.MatchString(req.HTTP.Header.Get("Content-Type")) }

func (p RPC) isJSON(req *Request) bool {
	return strings.HasPrefix(req.HTTP.Header.Get("X-Amz-Target"), p.Target+".")
}
