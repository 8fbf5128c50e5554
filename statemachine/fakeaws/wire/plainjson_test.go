package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"
)

// plainShape has a member of each kind of shape.
var plainShape = Structure{
	"Text": KindText, "Number": KindNumber, "Time": KindTime, "Blob": KindBlob, "List": List{Of: KindInteger}, "Map": Map{Of: Map{Of: KindAny}},
	"Inner": Required{Structure{"Name": Named{"name", KindText}}},
}

// plainTexts are texts with something that a reader can get wrong.
var plainTexts = []string{
	`{}`, ` { } `, `{"Text":"a"}`, `{"Text" : "a" , "Number":-0.5e+3}`, `{"Number":0}`, `{"Number":01}`, `{"Number":1.}`, `{"Number":-}`, `{"Number":1e}`,
	`{"Number":9223372036854775808}`, `{"Number":1e400}`, `{"Number":"NaN"}`, `{"Time":1.5}`, `{"Blob":"aGk="}`, `{"Blob":"?"}`, `{"List":[1, 2,3]}`, `{"List":[]}`,
	`{"List":[1,]}`, `{"Map":{"a":{"S":"x","N":1}}}`, `{"Inner":{"name":"n","Name":"m"}}`, `{"Text":"a","Text":"b"}`, `{"Text":null,"More":true,"Less":false}`,
	`{"Text":"\"\\\/\b\f\n\r\t"}`, `{"Text":"\u00e9"}`, `{"Text":"\ud83d\ude00"}`, `{"Text":"\x"}`, `{"Text":"é"}`, "{\"Text\":\"\xff\"}", "{\"Text\":\"\x01\"}",
	`{"Text":"a`, `{"Text":`, `{"Text"}`, `{,}`, `{"Text":"a",}`, `{"Text":"a"} {}`, `{"Text":"a"}x`, `[]`, `"a"`, `nul`, `{"a":tru}`, `{"a":truex}`, `{a:1}`, ``, "\x00",
}

// slowObject is what readObject makes of a text with encoding/json alone.
func slowObject(body []byte, shape Structure) (Fields, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if dec.More() || len(bytes.TrimSpace(body[dec.InputOffset():])) > 0 {
		return nil, fmt.Errorf("more than one value")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("no object")
	}
	decoded, _ := fromJSON(object, shape).(cbor.Map)
	return Fields(decoded), nil
}

// sameNumber holds what is no number for equal to itself.
var sameNumber = cmp.Comparer(func(a, b cbor.Float64) bool { return a == b || a != a && b != b })

// checkPlain says whether a text was read in one pass, and expects that it was read right.
func checkPlain(t *testing.T, text []byte) (read bool) {
	t.Helper()
	got, ok := plainObject(text, plainShape)
	if !ok {
		return false
	}
	want, err := slowObject(text, plainShape)
	if err != nil {
		t.Fatalf("%q was read; encoding/json says %v", text, err)
	}
	if diff := cmp.Diff(want, got, sameNumber); diff != "" {
		t.Errorf("%q (-encoding/json +got):\n%s", text, diff)
	}
	return true
}

// TestPlainJSONIsReadAsEncodingJSONReadsIt, or left to it.
func TestPlainJSONIsReadAsEncodingJSONReadsIt(t *testing.T) {
	read := 0
	for _, text := range plainTexts {
		if checkPlain(t, []byte(text)) {
			read++
		}
	}
	if read < 18 {
		t.Errorf("%d of %d texts were read in one pass; expected most of those that are JSON", read, len(plainTexts))
	}
}

// FuzzPlainObject holds the same of any text.
func FuzzPlainObject(f *testing.F) {
	for _, text := range plainTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) < DefaultMaxBody && CheckDepth(&Request{Body: text}) == nil {
			checkPlain(t, text)
		}
	})
}
