package expression

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var tokens = regexp.MustCompile(`\s+|[#:]?[A-Za-z0-9_]+|<>|<=|>=|[=<>()\[\],.+-]|.`)

// TestTokensAreThoseOfTheGrammar: the hand-written reader finds what the regular expression finds.
func TestTokensAreThoseOfTheGrammar(t *testing.T) {
	parts := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]string{" ", "\t", "\n", "#", ":", "#a", ":b_1", "<", ">", "=", "<>", "<=", ">=", "(", ")", "[0]", ".", ",", "+", "-", "é", "\u00a0", "\xff", "AND"}), rapid.String()))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(parts.Draw(t, "parts"), "")
		var want []string
		for _, found := range tokens.FindAllString(text, -1) {
			if strings.TrimSpace(found) != "" {
				want = append(want, found)
			}
		}
		e := &Expressions{}
		if got := e.parser("Expression", text).tokens; len(text) <= maxExpression && !slices.Equal(got, want) {
			t.Fatalf("%q: got %q; want %q", text, got, want)
		}
	})
}

func TestPlaceholdersAndNames(t *testing.T) {
	placeholder, name := regexp.MustCompile(`^[#:][A-Za-z0-9_]+$`), regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	for _, text := range []string{"", "#", ":", "#a", ":a", "#1", ":_", "#a.b", "#é", "a", "A1_", "1a", "_a", "a b", "a\n", "##a", ":#a", "é"} {
		got := isPlaceholder(text, '#') || isPlaceholder(text, ':')
		if want := placeholder.MatchString(text); got != want {
			t.Errorf("placeholder %q: got %t; want %t", text, got, want)
		}
		if got, want := isAttributeName(text), name.MatchString(text); got != want {
			t.Errorf("name %q: got %t; want %t", text, got, want)
		}
	}
}
