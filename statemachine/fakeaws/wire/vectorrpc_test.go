package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"
)

// rpcFiles are the protocols that [RPC] speaks.
var rpcFiles = []string{
	"query", "json", "json_1_0", "json_1_0-query-compatible",
	"smithy-rpc-v2-cbor", "smithy-rpc-v2-cbor-query-compatible", "smithy-rpc-v2-cbor-non-query-compatible",
}

func (s vectorSuite) rpc(v vector, sh *shapes) RPC {
	p := RPC{
		Target: s.Metadata.TargetPrefix, Namespace: "https://example.com/", Errors: "aws.protocoltests#",
		Operations: map[string]Structure{v.Given.Name: sh.structure(v.Given.Input)},
		Results:    map[string]Structure{v.Given.Name: sh.structure(v.Given.Output)},
	}
	return p
}

func (s vectorSuite) shapes() *shapes {
	return &shapes{of: s.Shapes, made: map[string]Structure{}}
}

// body is the body of a vector: that of CBOR is written in base64.
func (s vectorSuite) body(t *testing.T, text string) []byte {
	t.Helper()
	if s.Metadata.Protocol != "smithy-rpc-v2-cbor" {
		return []byte(text)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectorsOfRequests(t *testing.T) {
	for _, file := range rpcFiles {
		c := tally{t: t, name: "input " + file}
		for _, s := range suites(t, "input", file) {
			for _, v := range s.Cases {
				c.add(v.ID, s.decodes(t, v))
			}
		}
		c.close()
	}
}

// decodes decodes the request of a vector, and says what is wrong with the parameters.
func (s vectorSuite) decodes(t *testing.T, v vector) (problem string) {
	t.Helper()
	body := s.body(t, v.Serialized.Body)
	r := httptest.NewRequest(v.Serialized.Method, v.Serialized.URI, bytes.NewReader(body))
	if s.Metadata.Protocol == "query" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded") // some vectors leave it out
	}
	for name, value := range v.Serialized.Headers {
		r.Header.Set(name, value)
	}
	req, sh := &Request{HTTP: r, Body: body}, s.shapes()
	if err := s.rpc(v, sh).Open(req); err != nil {
		return err.Error()
	}
	got, want := canonical(cbor.Map(req.Params.(Fields))), canonical(sh.value(v.Given.Input, v.Params))
	switch {
	case req.Operation != v.Given.Name:
		return fmt.Sprintf("the operation is %q; expected %q", req.Operation, v.Given.Name)
	case got != want:
		return fmt.Sprintf("decoded as %s; expected %s", got, want)
	}
	return ""
}

func TestVectorsOfAnswers(t *testing.T) {
	for _, file := range rpcFiles {
		c := tally{t: t, name: "output " + file}
		for _, s := range suites(t, "output", file) {
			for _, v := range s.Cases {
				if v.ErrorCode != "" || v.Error != nil {
					c.add(v.ID, s.fails(t, v))
				} else {
					c.add(v.ID, s.answers(t, v))
				}
			}
		}
		c.close()
	}
}

// requestOf is a request in the protocol of a suite.
func (s vectorSuite) requestOf(v vector) *Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	switch s.Metadata.Protocol {
	case "query":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case "json":
		r.Header.Set("Content-Type", "application/x-amz-json-"+s.Metadata.JSONVersion)
		r.Header.Set("X-Amz-Target", s.Metadata.TargetPrefix+"."+v.Given.Name)
	default:
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	return &Request{HTTP: r, Operation: v.Given.Name, ID: "id"}
}

// answers encodes the result of a vector, and says how the answer differs from the vector's.
func (s vectorSuite) answers(t *testing.T, v vector) (problem string) {
	t.Helper()
	sh := s.shapes()
	result, _ := sh.value(v.Given.Output, v.Result).(cbor.Map)
	resp := s.rpc(v, sh).Answer(s.requestOf(v), result)
	if resp.Status != v.Response.StatusCode {
		return fmt.Sprintf("status %d; expected %d", resp.Status, v.Response.StatusCode)
	}
	return s.compare(t, v, resp)
}

// compare says how the body and the type of an answer differ from those of a vector.
func (s vectorSuite) compare(t *testing.T, v vector, resp *Response) (problem string) {
	t.Helper()
	if want, got := v.Response.Headers["Content-Type"], resp.Header.Get("Content-Type"); want != "" && got != want {
		return fmt.Sprintf("Content-Type %s; expected %s", got, want)
	}
	got, err := s.canonicalBody(resp.Body)
	if err != nil {
		return err.Error()
	}
	want, err := s.canonicalBody(s.body(t, v.Response.Body))
	if err != nil {
		return err.Error()
	}
	if got != want && want != "" {
		return fmt.Sprintf("encoded as %s; expected %s", got, want)
	}
	return ""
}

// canonicalBody is one text for all bodies that mean the same.
func (s vectorSuite) canonicalBody(body []byte) (string, error) {
	if len(body) == 0 {
		return "", nil
	}
	switch s.Metadata.Protocol {
	case "json":
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var v any
		err := dec.Decode(&v)
		return canonical(fromJSON(v, KindAny)), err
	case "smithy-rpc-v2-cbor":
		v, err := cbor.Decode(body)
		return canonical(v), err
	}
	return parseXML(string(body))
}

// fails encodes the error of a vector, and says how the answer differs: in status, code, message or the Query protocol's code.
func (s vectorSuite) fails(t *testing.T, v vector) (problem string) {
	t.Helper()
	resp := s.rpc(v, s.shapes()).Fail(s.requestOf(v), &Error{Code: v.ErrorCode, Status: v.Response.StatusCode, Message: v.ErrorMessage})
	code, message := s.errorIn(t, resp.Body)
	switch {
	case resp.Status != v.Response.StatusCode:
		return fmt.Sprintf("status %d; expected %d", resp.Status, v.Response.StatusCode)
	case code != v.ErrorCode:
		return fmt.Sprintf("code %s; expected %s", code, v.ErrorCode)
	case message != v.ErrorMessage:
		return fmt.Sprintf("message %q; expected %q", message, v.ErrorMessage)
	}
	if query := v.Response.Headers["x-amzn-query-error"]; query != "" && resp.Header.Get("X-Amzn-Query-Error") != query {
		return fmt.Sprintf("X-Amzn-Query-Error %q; expected %q", resp.Header.Get("X-Amzn-Query-Error"), query)
	}
	return ""
}

// errorIn finds the code and the message in the body of an error.
func (s vectorSuite) errorIn(t *testing.T, body []byte) (code, message string) {
	t.Helper()
	text := func(v cbor.Value) string {
		s, _ := v.(cbor.String)
		return string(s)
	}
	var fields Fields
	switch s.Metadata.Protocol {
	case "query":
		got, err := parseXML(string(body))
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(got, `Code="`)
		code, _, _ = strings.Cut(after, `"`)
		_, after, _ = strings.Cut(got, `Message="`)
		message, _, _ = strings.Cut(after, `"`)
		return code, message
	case "json":
		fields, _ = readObject(body, nil)
	default:
		fields, _ = decodeCBOR(body)
	}
	code = text(fields["__type"])
	return code[strings.LastIndex(code, "#")+1:], text(fields["message"])
}
