package untrusted

import (
	"encoding/json"
	"strings"
	"testing"
)

// hostile are texts that a terminal would obey, or show otherwise than they are.
var hostile = []string{
	"\x1b]0;owned\x07", "\x1b[2J", "a\r\nb", "a\x9bb", "\u009b31m", "\u202eevil", "\u2066a\u2069", "\u2028", "\x00", "\x7f", "\xff\xfe", "tab\there",
}

func TestWhatATerminalObeysIsRefused(t *testing.T) {
	for _, text := range hostile {
		if CheckText(text) == nil {
			t.Errorf("%q is accepted", text)
		}
		if got := Line(text); CheckText(got) != nil {
			t.Errorf("%q is printed as %q", text, got)
		}
	}
	for _, text := range []string{"", "Störung in us-east-1, siehe Ticket #4711 — 😀", "障害", "\ufffd"} {
		if err := CheckText(text); err != nil || Line(text) != text || Lines(text) != text {
			t.Errorf("%q: %v, printed as %q", text, err, Line(text))
		}
	}
	if err := CheckText("ab\x1bc"); err == nil || !strings.Contains(err.Error(), "U+001B at character 3") {
		t.Errorf("%v; want the character and its place", err)
	}
}

func TestLinesKeepTheirBreaks(t *testing.T) {
	if got, want := Lines("a\n\tb\x1b[1m\r\n"), "a\n\tb[1m\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Line("a\r\n\tb"), "a   b"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestACharacterInTwoPartsIsOne(t *testing.T) {
	var b strings.Builder
	w := Writer(&b)
	for _, part := range []string{"\xe2", "\x80\xae", "é"[:1], "é"[1:], "!\xc2"} {
		if n, err := w.Write([]byte(part)); err != nil || n != len(part) {
			t.Fatal(n, err)
		}
	}
	if b.String() != "é!" {
		t.Errorf("%q", b.String())
	}
}

func TestJSONKeepsItsMeaning(t *testing.T) {
	want := map[string]string{"a\u202e": "b\u009b\x1b\n"}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(JSONText(text), &got); err != nil || got["a\u202e"] != want["a\u202e"] {
		t.Errorf("%q, %v", got, err)
	}
	if strings.ContainsAny(string(JSONText(text)), "\u202e\u009b\x1b") {
		t.Errorf("%q", JSONText(text))
	}
}

func TestScrubReachesEveryText(t *testing.T) {
	type inner struct{ Text string }
	v := struct {
		Text   string
		List   []string
		Map    map[string]inner
		Inner  *inner
		Any    any
		Nested []map[string]any
	}{
		"\x1b", []string{"\x1b"}, map[string]inner{"\x1bkey": {"\x1b"}}, &inner{"\x1b"}, map[string]any{"a": []any{"\x1b"}}, []map[string]any{{"a": "\x1b"}},
	}
	Scrub(&v)
	text, err := json.Marshal(v)
	if err != nil || strings.Contains(string(text), "u001b") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestDepthAndSizeAreBoundedBeforeParsing(t *testing.T) {
	for text, ok := range map[string]bool{
		strings.Repeat("[", MaxDepth): true, strings.Repeat("[", MaxDepth+1): false, strings.Repeat(`{"a":`, MaxDepth+1): false,
		`"` + strings.Repeat("[", 1000) + `"`: true, `"\"` + strings.Repeat("[", 1000): true, strings.Repeat("[]", 1000): true,
	} {
		if err := CheckJSON([]byte(text), 1<<20); (err == nil) != ok {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if err := CheckJSON([]byte("12345"), 4); err == nil || !strings.Contains(err.Error(), "5 bytes; expected at most 4") {
		t.Error(err)
	}
	if CheckNesting(strings.Repeat("(", MaxDepth+1), 1<<20) == nil || CheckNesting("((", 1) == nil || CheckNesting("(())", 10) != nil {
		t.Error("brackets are not bounded")
	}
}

func TestTextsAreCheckedWhereverTheyAre(t *testing.T) {
	for text, ok := range map[string]bool{
		`"a"`: true, `{"a": ["b", 1, null, true]}`: true, `{"a": ["\u001b"]}`: false, `{"\u202e": 1}`: false, `"\n"`: false,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := CheckTexts(v); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
