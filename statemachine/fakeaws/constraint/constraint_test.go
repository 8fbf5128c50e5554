package constraint

import (
	"strings"
	"testing"
)

type inner struct {
	Text *string `json:"TTL" model:"required length=1..2"`
}

type embedded struct {
	Mode *string `json:"mode" model:"enum=ON|OFF"`
}

type input struct {
	embedded
	Name   *string  `json:"name" model:"required length=1..3"`
	Secret *string  `json:"secret" model:"bytes=0..2 secret"`
	Number *int     `xml:"Number" model:"range=-1..2"`
	Word   *string  `model:"pattern=printable"`
	List   []inner  `model:"length=1..2"`
	Texts  []string `model:"each:length=1..2"`
	Inner  *inner
	More   []Unknown `model:"unknown"`
}

func TestEachConstraint(t *testing.T) {
	text := func(s string) *string { return &s }
	number := func(n int) *int { return &n }
	for _, c := range []struct {
		name   string
		change func(*input)
		want   string
	}{
		{"nothing wrong", func(*input) {}, ""},
		{"all limits", func(in *input) {
			*in = input{Name: text("äöü"), Secret: text("xx"), Number: number(2), List: []inner{{text("a")}, {text("bb")}}, Texts: []string{"a", "bb"}, embedded: embedded{text("OFF")}}
		}, ""},
		{"absent", func(in *input) { in.Name = nil }, "Value null at 'name' failed to satisfy constraint: Member must not be null"},
		{"empty", func(in *input) { in.Name = text("") }, "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"long", func(in *input) { in.Name = text("abcd") }, "Value 'abcd' at 'name' failed to satisfy constraint: Member must have length less than or equal to 3"},
		{"bytes", func(in *input) { in.Secret = text("xü") }, "Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 2"},
		{"small", func(in *input) { in.Number = number(-2) }, "Value '-2' at 'number' failed to satisfy constraint: Member must have value greater than or equal to -1"},
		{"large", func(in *input) { in.Number = number(3) }, "Value '3' at 'number' failed to satisfy constraint: Member must have value less than or equal to 2"},
		{"enumeration", func(in *input) { in.Mode = text("on") }, "Value 'on' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [ON, OFF]"},
		{"pattern", func(in *input) { in.Word = text("a b") }, "Value 'a b' at 'word' failed to satisfy constraint: Member must satisfy regular expression pattern: [!-~]+"},
		{"no elements", func(in *input) { in.List = []inner{} }, "at 'list' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"an element", func(in *input) { in.List = []inner{{text("a")}, {}} }, "Value null at 'list.2.member.tTL' failed to satisfy constraint: Member must not be null"},
		{"a text of a list", func(in *input) { in.Texts = []string{"a", ""} }, "Value '' at 'texts.2.member' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"an inner one", func(in *input) { in.Inner = &inner{text("abc")} }, "Value 'abc' at 'inner.tTL' failed to satisfy constraint: Member must have length less than or equal to 2"},
		{"two", func(in *input) { in.Name, in.Number = nil, number(3) }, "2 validation errors detected: Value null at 'name' failed"},
	} {
		in := &input{Name: text("abc")}
		c.change(in)
		err := Check(in, "ValidationException")
		got := ""
		if err != nil {
			got = err.Message
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) || err != nil && (err.Code != "ValidationException" || err.Status != 400) {
			t.Errorf("%s: got %s; want %s", c.name, got, c.want)
		}
	}
	unknown := Unknown{}
	unknown.XMLName.Local = "Other"
	if err := Check(input{More: []Unknown{unknown}}, "x"); err == nil || err.Code != "NotImplemented" || !strings.Contains(err.Message, "the parameter Other") {
		t.Errorf("an unknown member: %v; want NotImplemented that names it", err)
	}
}
