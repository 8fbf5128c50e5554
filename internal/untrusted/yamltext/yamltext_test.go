package yamltext

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

// flat is a block of n keys.
func flat(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

func TestWhatTheParserCannotBearIsRefusedBeforeIt(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"brackets", strings.Repeat("[", 65<<10), "brackets nested more than 100 deep"},
		{"brackets in several lines", strings.Repeat("[\n", 65<<10), "brackets nested more than 100 deep"},
		{"keys of one block", flat(60_000), "a block with more than 1000 keys"},
		{"keys of one block in a list", "- " + strings.ReplaceAll(strings.TrimSpace(flat(2000)), "\n", "\n  "), "a block with more than 1000 keys"},
		{"blocks in blocks", nested(200), "blocks nested more than 100 deep"},
		{"hyphens", strings.Repeat("-", 2000), "more than 1000 hyphens"},
		{"lists in lists", strings.Repeat("- ", 2000), "more than 1000 hyphens"},
		{"values", "a: [" + strings.Repeat("1,", 300_000) + "]", "more than 150000 keys, values and brackets"},
		{"aliases of aliases", laughs, "more than 500000 values"},
		{"an alias of itself", "a: &a [*a]", "more than 500000 values"},
		{"an anchor after its alias", "a: [*b, *b]\nb: &b [1]", "anchor &b is there twice, or after an alias of it"},
		{"an anchor that is there twice", "a: &a 1\nb: &a [*a]", "anchor &a is there twice"},
		{"size", strings.Repeat("#", maxSize+1), "expected at most"},
		{"a control character", `a: "\e]0;owned\a"`, "control character"},
		{"a bidirectional control", "a: b\u202e", "control character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			workbound.Check(t, len(c.text), func() {
				tree, err := Parse([]byte(c.text))
				var bound *Error
				if !errors.As(err, &bound) || !strings.Contains(bound.Problem, c.says) || tree != nil {
					t.Errorf("%v; want an error that says %q", err, c.says)
				}
			})
		})
	}
}

// nested are n blocks, each in the one before.
func nested(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// laughs stand for a billion values.
const laughs = `a: &a [1,1,1,1,1,1,1,1,1,1]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]
h: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]
i: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h,*h]
`

func TestWhatPeopleWriteIsRead(t *testing.T) {
	for _, text := range []string{
		flat(1000), "a: &a {b: 1}\nc: *a\nd: [*a, *a]", "- a: 1\n  b: 2\n- a: 3\n", "a: |\n  one\n  two\n  three: [[[\n", "a: >\n  one\n\n  two\n", "", "# a comment\n",
	} {
		if _, err := Parse([]byte(text)); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// A megabyte of the worst that is let through must fit into the memory that a small machine has.
func TestAMegabyteTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("parses some megabytes")
	}
	const size = 1 << 20
	repeat := func(part string) string { return strings.Repeat(part, size/len(part)) }
	for name, text := range map[string]string{
		"values in brackets": "a: [" + strings.Repeat("1,", 148_000) + strings.Repeat("1", size-300_000) + "]",
		"lists":              repeat("- a\n"),
		"list of keys":       repeat("- a: 1\n"),
		"deep brackets":      repeat("- " + strings.Repeat("[", 90) + strings.Repeat("]", 90) + "\n"),
		"blocks of keys":     repeat("- " + strings.ReplaceAll(strings.TrimSpace(flat(900)), "\n", "\n  ") + "\n"),
		"documents":          repeat("---\n"),
		"blank lines":        repeat("\n"),
		"comments":           repeat("#a\n"),
		"one word":           repeat("a"),
		"literal":            "a: |\n" + repeat("  b\n"),
		"quoted":             "a: \"" + repeat("b\n ") + "\"",
		"brackets":           repeat("["),
		"colons":             repeat(":"),
		"applications":       "applications:\n" + repeat("- name: app-0001\n  wave: 1\n  records:\n  - {name: a.example.com, type: A, zone: Z1, zoneName: example.com, ttl: 60}\n"),
	} {
		t.Run(name, func(t *testing.T) {
			workbound.Peak(t, func() {
				workbound.Check(t, len(text), func() { _, _ = Parse([]byte(text)) })
			})
		})
	}
}
