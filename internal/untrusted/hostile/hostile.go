// Package hostile is for tests of what is printed: it puts a text that a terminal would obey into every field.
package hostile

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/drover-dr/drover/internal/untrusted"
)

// Text sets the title of a terminal, begins a line of its own, turns the direction of what follows, and has a control of
// C1.
const Text = "x\x1b]0;owned\x07\r\n" + Forged + "\u202e\u009b31m\u2066"

// Forged begins the line that the text would begin.
const Forged = "FORGED"

// Fill sets every text inside of what v points to: of structs, lists and maps, which get one entry each, and behind
// pointers.
func Fill(v any) { FillWith(v, Text) }

// FillWith does the same with another text.
func FillWith(v any, text string) { fill(reflect.ValueOf(v).Elem(), text, 0) }

func fill(v reflect.Value, text string, depth int) {
	if depth > 12 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text, depth+1)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text, depth+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text, depth+1)
		fill(value, text, depth+1)
		v.SetMapIndex(key, value)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// CheckJSON fails the test when a text of a JSON document has in it what a terminal obeys, however it is written.
func CheckJSON(t testing.TB, what string, document []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	scrubbed, _ := json.Marshal(untrusted.Scrubbed(v))
	_ = json.Unmarshal(document, &v)
	if plain, _ := json.Marshal(v); string(plain) != string(scrubbed) {
		t.Errorf("%s holds what a terminal obeys: %s", what, plain)
	}
}

// Check fails the test when a terminal would obey anything in a text, or when the text that [Text] would forge begins a
// line of it.
func Check(t testing.TB, what, text string) {
	t.Helper()
	if untrusted.Lines(text) != text {
		t.Errorf("%s prints what a terminal obeys: %q", what, text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), Forged) {
			t.Errorf("%s prints a forged line: %q", what, text)
		}
	}
}
