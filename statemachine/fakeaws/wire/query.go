package wire

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The Query protocol, which RDS, SNS and STS use: parameters as a form, answers as XML.

// OpenForm reads the parameters of a request, which are [Fields] then. Other operations and parameters are rejected, and
// values that do not fit their shape; beyond is the code for a value beyond a limit.
func OpenForm(req *Request, operations map[string]Structure, beyond string) (Fields, *Error) {
	if err := Unzip(req); err != nil {
		return nil, err
	}
	operation, params, err := readForm(req, operations)
	req.Operation = operation
	shape, ok := operations[operation]
	switch {
	case !ok:
		return nil, UnknownOperation(req)
	case err != nil:
		return nil, BadRequest("MalformedQueryString", "%v", err)
	}
	return params, fit(req, params, shape, beyond, beyond)
}

// OpenQuery reads the form of a request. known are the operations with their parameters; a name that ends in * stands for
// all parameters that begin with it. Other operations and parameters are rejected.
func OpenQuery(req *Request, known map[string][]string) (url.Values, *Error) {
	if err := Unzip(req); err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(req.Body))
	if err != nil {
		return nil, BadRequest("MalformedQueryString", "the body is not a form: %v", err)
	}
	req.Operation = form.Get("Action")
	parameters, ok := known[req.Operation]
	if !ok {
		return nil, UnknownOperation(req)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		known := func(p string) bool {
			list, isList := strings.CutSuffix(p, "*")
			return p == name || isList && strings.HasPrefix(name, list)
		}
		if !slices.ContainsFunc(parameters, known) && name != "Action" && name != "Version" {
			return nil, NotImplemented("the parameter %s of %s", name, req.Operation)
		}
	}
	return form, nil
}

// QueryResponse wraps a result as the Query protocol does: OperationResponse, OperationResult, ResponseMetadata. The
// result is a struct.
func QueryResponse(req *Request, namespace string, result any) *Response {
	var body bytes.Buffer
	enc := xml.NewEncoder(&body)
	response := xml.StartElement{Name: xml.Name{Local: req.Operation + "Response"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}}
	metadata := struct{ RequestId string }{req.ID}
	must := func(err error) {
		if err != nil {
			panic("encode " + req.Operation + ": " + err.Error()) // all results are structs of the services
		}
	}
	must(enc.EncodeToken(response))
	must(enc.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: req.Operation + "Result"}}))
	must(enc.EncodeElement(metadata, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}}))
	must(enc.EncodeToken(response.End()))
	must(enc.Flush())
	return xmlResponse(req, http.StatusOK, body.Bytes())
}

// QueryError is an error in the Query protocol.
func QueryError(req *Request, namespace string, e *Error) *Response {
	type errorBody struct{ Type, Code, Message string }
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Error     errorBody
		RequestId string
	}{Namespace: namespace, Error: errorBody{e.fault(), e.Code, e.Message}, RequestId: req.ID})
	if err != nil {
		panic("encode an error: " + err.Error()) // strings only
	}
	return xmlResponse(req, cmp.Or(e.Status, http.StatusBadRequest), body)
}

func xmlResponse(req *Request, status int, body []byte) *Response {
	return &Response{Status: status, Body: body, Header: http.Header{"Content-Type": {"text/xml"}, "X-Amzn-Requestid": {req.ID}}}
}

// XML is an answer of a REST service: content, a struct, as one element in the service's namespace.
func XML(req *Request, status int, namespace, element string, content any) *Response {
	var body bytes.Buffer
	body.WriteString(xml.Header)
	start := xml.StartElement{Name: xml.Name{Local: element}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}}
	if err := xml.NewEncoder(&body).EncodeElement(content, start); err != nil {
		panic("encode " + element + ": " + err.Error()) // all contents are structs of the services
	}
	return xmlResponse(req, status, body.Bytes())
}
