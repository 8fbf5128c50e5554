package fakeaws

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The Query protocol, which RDS and SNS speak: parameters as a form, answers as XML.

// openQuery reads the form of a request. It refuses operations that are not in known, and parameters that are not among
// those of the operation: a parameter that the embedded AWS would ignore may be the one that matters.
func openQuery(req *Request, known map[string][]string) (url.Values, *APIError) {
	form, err := url.ParseQuery(string(req.Body))
	if err != nil {
		return nil, badRequest("MalformedQueryString", "the body is no form: %v", err)
	}
	req.Operation = form.Get("Action")
	parameters, ok := known[req.Operation]
	if !ok {
		return nil, errUnknownOperation(req)
	}
	for name := range form {
		known := func(p string) bool {
			list, isList := strings.CutSuffix(p, "*")
			return p == name || isList && strings.HasPrefix(name, list)
		}
		if !slices.ContainsFunc(parameters, known) && name != "Action" && name != "Version" {
			return nil, &APIError{
				Code: CodeNotImplemented, Status: http.StatusNotImplemented,
				Message: "the embedded AWS does not have the parameter " + name + " of " + req.Operation,
			}
		}
	}
	return form, nil
}

// queryResponse wraps a result as the Query protocol does: OperationResponse, OperationResult, ResponseMetadata.
func queryResponse(req *Request, namespace string, result any) *Response {
	var body bytes.Buffer
	enc := xml.NewEncoder(&body)
	response := xml.StartElement{Name: xml.Name{Local: req.Operation + "Response"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}}
	metadata := struct{ RequestId string }{req.ID}
	must := func(err error) {
		if err != nil {
			panic("encode " + req.Operation + ": " + err.Error()) // all results are structs of this package
		}
	}
	must(enc.EncodeToken(response))
	must(enc.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: req.Operation + "Result"}}))
	must(enc.EncodeElement(metadata, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}}))
	must(enc.EncodeToken(response.End()))
	must(enc.Flush())
	return xmlResponse(req, http.StatusOK, body.Bytes())
}

// queryError is an error in the Query protocol.
func queryError(req *Request, namespace string, e *APIError) *Response {
	type errorBody struct{ Type, Code, Message string }
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Error     errorBody
		RequestId string
	}{Namespace: namespace, Error: errorBody{"Sender", e.Code, e.Message}, RequestId: req.ID})
	if err != nil {
		panic("encode an error: " + err.Error()) // strings only
	}
	return xmlResponse(req, cmp.Or(e.Status, http.StatusBadRequest), body)
}

func xmlResponse(req *Request, status int, body []byte) *Response {
	return &Response{Status: status, Body: body, Header: http.Header{"Content-Type": {"text/xml"}, "X-Amzn-Requestid": {req.ID}}}
}
