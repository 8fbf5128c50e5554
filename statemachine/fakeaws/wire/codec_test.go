package wire_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

var nested = wire.Structure{"hi": wire.KindText}

// everything is a service whose one operation has parameters of all shapes.
var everything = wire.RPC{
	Target: "Everything", Namespace: "http://example.com/", Errors: "com.example#", Shapes: wire.ErrorShapes{"Gone": "GoneException"},
	Operations: map[string]wire.Structure{"Do": {
		"Text": wire.KindText, "Whole": wire.KindInteger, "Number": wire.KindNumber, "Yes": wire.KindBool, "Blob": wire.KindBlob,
		"Time": wire.KindTime, "DateTime": wire.KindDateTime, "HTTPDate": wire.KindHTTPDate, "Epoch": wire.KindEpoch,
		"List": wire.List{Of: wire.KindText}, "Items": wire.List{Of: wire.KindText, Element: "item"}, "Flat": wire.List{Of: wire.KindText, Flat: true},
		"FlatNamed": wire.Named{Name: "Hi", Shape: wire.List{Of: wire.KindText, Flat: true}},
		"Map":       wire.Map{Of: wire.KindText}, "Structures": wire.Map{Of: nested, Key: "K", Value: "V"}, "FlatMap": wire.Map{Of: wire.KindText, Flat: true},
		"Lists": wire.Map{Of: wire.List{Of: wire.KindText}}, "Renamed": wire.Named{Name: "Foo", Shape: wire.Structure{"in": wire.Named{Name: "Out", Shape: wire.KindText}}},
	}},
	Results: map[string]wire.Structure{"Do": {
		"Items": wire.List{Of: wire.KindText, Element: "item"}, "Flat": wire.Named{Name: "Hi", Shape: wire.List{Of: wire.KindText, Flat: true}},
		"Map": wire.Map{Of: wire.KindText}, "FlatMap": wire.Map{Of: wire.KindText, Flat: true, Key: "K", Value: "V"},
		"HTTPDate": wire.KindHTTPDate, "Epoch": wire.KindEpoch,
	}},
}

const form, jsonType = "application/x-www-form-urlencoded", "application/x-amz-json-1.0"

func request(contentType, target, body string) *wire.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", target)
	return &wire.Request{HTTP: r, Body: []byte(body), ID: "1"}
}

// read opens a request and returns its parameters as JSON.
func read(t *testing.T, p wire.RPC, req *wire.Request) (string, *wire.Error) {
	t.Helper()
	err := p.Open(req)
	if err != nil {
		return "", err
	}
	answer := p
	answer.Results = nil
	resp := answer.Answer(&wire.Request{HTTP: request(jsonType, "Everything.Do", "").HTTP, Operation: "Do"}, cbor.Map(req.Params.(wire.Fields)))
	return string(resp.Body), nil
}

func TestFormsAreReadByTheShapeOfTheirOperation(t *testing.T) {
	for body, want := range map[string]string{
		"Text=a&Whole=-3&Number=10.8&Yes=false&Blob=dmFsdWU%3D": `{"Blob":"dmFsdWU=","Number":10.8,"Text":"a","Whole":-3,"Yes":false}`,
		"Number=NaN":                            `{"Number":"NaN"}`,
		"Number=-Infinity":                      `{"Number":"-Infinity"}`,
		"Time=2015-01-25T08%3A00%3A00Z":         `{"Time":1422172800}`,
		"Epoch=1422172800":                      `{"Epoch":1422172800}`,
		"List=":                                 `{"List":[]}`,
		"List.member.1=a&List.member.2=b":       `{"List":["a","b"]}`,
		"Items.item.1=a":                        `{"Items":["a"]}`,
		"Flat.1=a&Flat.2=b":                     `{"Flat":["a","b"]}`,
		"Hi.1=a":                                `{"FlatNamed":["a"]}`,
		"Map.entry.1.key=a&Map.entry.1.value=b": `{"Map":{"a":"b"}}`,
		"Structures.entry.1.K=a&Structures.entry.1.V.hi=b":                                  `{"Structures":{"a":{"hi":"b"}}}`,
		"FlatMap.1.key=a&FlatMap.1.value=b&FlatMap.2.key=c&FlatMap.2.value=d":               `{"FlatMap":{"a":"b","c":"d"}}`,
		"Lists.entry.1.key=a&Lists.entry.1.value.member.1=b&Lists.entry.1.value.member.2=c": `{"Lists":{"a":["b","c"]}}`,
		"Foo.Out=a": `{"Renamed":{"in":"a"}}`,
	} {
		if got, err := read(t, everything, request(form, "", "Action=Do&Version=1&"+body)); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", body, got, err, want)
		}
	}
}

func TestJSONIsReadByTheShapeOfItsOperation(t *testing.T) {
	for body, want := range map[string]string{
		``:                     `{}`,
		`{"Text": null}`:       `{}`,
		`{"Blob": "dmFsdWU="}`: `{"Blob":"dmFsdWU="}`,
		`{"Whole": 9007199254740993, "Number": "Infinity"}`:         `{"Number":"Infinity","Whole":9007199254740993}`,
		`{"Time": 1.5, "DateTime": "2000-01-02T20:34:56Z"}`:         `{"DateTime":946845296,"Time":1.5}`,
		`{"HTTPDate": "Sun, 02 Jan 2000 20:34:56 GMT", "Epoch": 7}`: `{"Epoch":7,"HTTPDate":946845296}`,
		`{"Lists": {"a": []}, "Foo": {"Out": "a"}, "Hi": ["b"]}`:    `{"FlatNamed":["b"],"Lists":{"a":[]},"Renamed":{"in":"a"}}`,
		`{"Map": {"Foo": "a"}, "Structures": {"Foo": {"hi": "b"}}}`: `{"Map":{"Foo":"a"},"Structures":{"Foo":{"hi":"b"}}}`,
	} {
		if got, err := read(t, everything, request(jsonType, "Everything.Do", body)); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", body, got, err, want)
		}
	}
}

func TestWhatIsNotThereIsRefusedByNameInEveryProtocol(t *testing.T) {
	inCBOR := request("application/cbor", "", string(cbor.Encode(cbor.Map{"Structures": cbor.Map{"a": cbor.Map{"ho": cbor.String("b")}}})))
	inCBOR.HTTP.URL.Path = "/service/Everything/operation/Do"
	inCBOR.HTTP.Header.Del("X-Amz-Target")
	for _, c := range []struct {
		name, want string
		req        *wire.Request
	}{
		{"a form", "Structures.a.ho of Do", request(form, "", "Action=Do&Structures.entry.1.K=a&Structures.entry.1.V.ho=b")},
		{"JSON", "Structures.a.ho of Do", request(jsonType, "Everything.Do", `{"Structures": {"a": {"ho": "b"}}}`)},
		{"CBOR", "Structures.a.ho of Do", inCBOR},
		{"the name of a member that has another one on the wire", `parameter "Renamed" of Do`, request(jsonType, "Everything.Do", `{"Renamed": {"Out": "a"}}`)},
		{"another case", "text of Do", request(jsonType, "Everything.Do", `{"text": "a"}`)},
		{"beside a value of another type", "Other of Do", request(jsonType, "Everything.Do", `{"Text": 1, "Other": "a"}`)},
	} {
		err := everything.Open(c.req)
		if err == nil || err.Code != wire.CodeNotImplemented || !strings.HasSuffix(err.Message, c.want) {
			t.Errorf("%s: %v; want %s with %q", c.name, err, wire.CodeNotImplemented, c.want)
		}
	}
}

func TestAListInAFormHasNoGaps(t *testing.T) {
	for _, body := range []string{
		"List.member.2=a", "Flat.0=a", "Flat.x=a", "Map.entry.1.key=a", "Map.entry.1.key=a&Map.entry.1.value=b&Map.entry.1.more=c",
		"Map.entry.1.key=a&Map.entry.1.value=b&Map.entry.2.key=a&Map.entry.2.value=c", "member.1=", "List.member.1.member.1=a", "Map.entry.1=a",
	} {
		if _, err := read(t, everything, request(form, "", "Action=Do&"+body)); err == nil {
			t.Errorf("%s is accepted", body)
		}
	}
}

func TestCompressedBodiesAreUnpackedInEveryProtocol(t *testing.T) {
	zip := func(req *wire.Request) *wire.Request {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(req.Body); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		req.Body = b.Bytes()
		req.HTTP.Header.Set("Content-Encoding", "custom, gzip")
		return req
	}
	for name, req := range map[string]*wire.Request{
		"a form": request(form, "", "Action=Do&Text=a"), "JSON": request(jsonType, "Everything.Do", `{"Text": "a"}`),
	} {
		if got, err := read(t, everything, zip(req)); err != nil || got != `{"Text":"a"}` {
			t.Errorf("%s: %s, %v; want the text", name, got, err)
		}
	}
	deep := zip(request(jsonType, "Everything.Do", strings.Repeat("[", 70000)))
	if err := everything.Open(deep); err == nil || err.Code != "SerializationException" {
		t.Errorf("JSON of 70,000 levels, compressed: %v; want SerializationException", err)
	}
	broken := request(jsonType, "Everything.Do", `{}`)
	broken.HTTP.Header.Set("Content-Encoding", "gzip")
	if err := everything.Open(broken); err == nil || err.Code != "SerializationException" {
		t.Errorf("a body that is not compressed: %v; want SerializationException", err)
	}
}

func TestAnswersAreWrittenByTheShapeOfTheirOperation(t *testing.T) {
	texts := cbor.List{cbor.String("a"), cbor.String("<b>")}
	at := &cbor.Tag{ID: 1, Value: cbor.Float64(946845296)}
	answer := cbor.Map{
		"Items": texts, "Flat": texts, "Map": cbor.Map{"x": cbor.String("1")}, "FlatMap": cbor.Map{"x": cbor.String("1")}, "HTTPDate": at, "Epoch": at,
		"Other": at, "Minus": cbor.NegInt(2), "Blob": cbor.Slice("value"), "None": &cbor.Nil{}, "List": texts,
	}
	for _, c := range []struct{ contentType, want string }{
		{form, `<DoResponse xmlns="http://example.com/"><DoResult><Blob>dmFsdWU=</Blob><Epoch>946845296</Epoch><Hi>a</Hi><Hi>&lt;b&gt;</Hi>` +
			`<FlatMap><K>x</K><V>1</V></FlatMap><HTTPDate>Sun, 02 Jan 2000 20:34:56 GMT</HTTPDate><Items><item>a</item><item>&lt;b&gt;</item></Items>` +
			`<List><member>a</member><member>&lt;b&gt;</member></List><Map><entry><key>x</key><value>1</value></entry></Map><Minus>-2</Minus><None></None>` +
			`<Other>2000-01-02T20:34:56.000Z</Other></DoResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DoResponse>`},
		{jsonType, `{"Blob":"dmFsdWU=","Epoch":946845296,"FlatMap":{"x":"1"},"HTTPDate":"Sun, 02 Jan 2000 20:34:56 GMT","Hi":["a","\u003cb\u003e"],` +
			`"Items":["a","\u003cb\u003e"],"List":["a","\u003cb\u003e"],"Map":{"x":"1"},"Minus":-2,"None":null,"Other":946845296}`},
	} {
		req := request(c.contentType, "", "")
		req.Operation = "Do"
		if got := string(everything.Answer(req, answer).Body); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.contentType, got, c.want)
		}
	}
}

func TestAnErrorHasTheNameOfItsShapeAndTheCodeOfTheQueryProtocol(t *testing.T) {
	for _, c := range []struct {
		err          *wire.Error
		kind, header string
	}{
		{wire.BadRequest("Gone", "it is gone"), "com.example#GoneException", "Gone;Sender"},
		{wire.BadRequest("Other", "x"), "com.example#Other", "Other;Sender"},
		{&wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden}, "com.example#AccessDeniedException", "AccessDenied;Sender"},
		{&wire.Error{Code: "Gone", Status: http.StatusInternalServerError}, "com.example#GoneException", "Gone;Receiver"},
	} {
		resp := everything.Fail(request(jsonType, "Everything.Do", ""), c.err)
		var body struct {
			Type string `json:"__type"`
		}
		if err := json.Unmarshal(resp.Body, &body); err != nil || body.Type != c.kind || resp.Header.Get("X-Amzn-Query-Error") != c.header {
			t.Errorf("%s: %s, %s; want %s, %s", c.err.Code, body.Type, resp.Header.Get("X-Amzn-Query-Error"), c.kind, c.header)
		}
	}
	if got := string(everything.Fail(request(form, "", ""), &wire.Error{Code: "Gone", Status: 500}).Body); !strings.Contains(got, "<Type>Receiver</Type><Code>Gone</Code>") {
		t.Errorf("as a form: %s; want the code and the receiver's fault", got)
	}
}

func TestValuesBeyondTheLimitsOfAModelAreRefused(t *testing.T) {
	limits := wire.RPC{Target: "Everything", Operations: map[string]wire.Structure{"Do": {
		"Name":   wire.Required{Shape: wire.Text{Min: 2, Max: 4, Pattern: regexp.MustCompile(`^[a-z]+$`)}},
		"Kind":   wire.Text{OneOf: []string{"A", "B"}},
		"Number": wire.Whole{Min: 1, Max: 10},
		"List":   wire.List{Of: wire.Structure{"Name": wire.Text{Max: 1}}, Min: 1, Max: 2},
	}}}
	for body, want := range map[string]string{
		`{"Name": "ab", "Kind": "B", "Number": 10, "List": [{"Name": "a"}]}`: ``,
		`{}`:             `1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null`,
		`{"Name": "äö"}`: `1 validation error detected: Value 'äö' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z]+$`,
		`{"Name": "a"}`:  `1 validation error detected: Value 'a' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2`,
		`{"Name": "abcde", "Number": 0}`: `2 validation errors detected: Value 'abcde' at 'name' failed to satisfy constraint: Member must have length less than or equal to 4; ` +
			`Value '0' at 'number' failed to satisfy constraint: Member must have value greater than or equal to 1`,
		`{"Name": "ab", "Kind": "C"}`:                  `1 validation error detected: Value 'C' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [A, B]`,
		`{"Name": "ab", "Number": 11}`:                 `1 validation error detected: Value '11' at 'number' failed to satisfy constraint: Member must have value less than or equal to 10`,
		`{"Name": "ab", "List": []}`:                   `1 validation error detected: Value '' at 'list' failed to satisfy constraint: Member must have length greater than or equal to 1`,
		`{"Name": "ab", "List": [{"Name": "aa"}, {}]}`: `1 validation error detected: Value 'aa' at 'list.1.member.name' failed to satisfy constraint: Member must have length less than or equal to 1`,
	} {
		_, err := read(t, limits, request(jsonType, "Everything.Do", body))
		if got := orNone(err); got != want {
			t.Errorf("%s:\n got %s\nwant %s", body, got, want)
		}
	}
}

func orNone(err *wire.Error) string {
	if err == nil {
		return ""
	}
	return err.Message
}
