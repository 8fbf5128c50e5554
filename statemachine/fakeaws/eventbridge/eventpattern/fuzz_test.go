package eventpattern

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

func FuzzPattern(f *testing.F) {
	f.Add([]byte(`{"source": ["aws.cloudwatch"], "detail": {"state": {"value": [{"anything-but": ["OK"]}]}}}`), []byte(event))
	f.Add([]byte(`{"a": [{"wildcard": "`+strings.Repeat("*a", 30)+`b"}]}`), []byte(`{"a": "`+strings.Repeat("a", 200)+`"}`))
	f.Add([]byte(`{"$or": [{"a": [{"numeric": [">", 1, "<=", 5]}]}, {"b": [{"exists": false}]}]}`), []byte(`{"a": [1, [2, {}]]}`))
	f.Add([]byte(strings.Repeat(`{"a":`, 500)), []byte(`{}`))
	f.Fuzz(func(t *testing.T, pattern, event []byte) {
		workbound.Check(t, len(pattern)+len(event), func() {
			p, err := Parse(pattern)
			var decoded map[string]any
			if err == nil && json.Unmarshal(event, &decoded) == nil {
				p.Match(decoded)
			}
		})
	})
}

// FuzzWildcard compares with the definition: a star is any text.
func FuzzWildcard(f *testing.F) {
	f.Add("checkout-5xx", "check*-5*")
	f.Add("aab", "*a*b")
	f.Add("*", `\*`)
	f.Fuzz(func(t *testing.T, text, pattern string) {
		if len(text) > 12 || len(pattern) > 8 {
			return
		}
		if got, want := wildcard(text, pattern), tryAll(text, pattern); got != want {
			t.Errorf("%q like %q: %v, want %v", text, pattern, got, want)
		}
	})
}

// tryAll tries every length for every star.
func tryAll(text, pattern string) bool {
	literal, rest, star := cutStar(pattern)
	if !star {
		return text == literal
	}
	for i := len(literal); strings.HasPrefix(text, literal) && i <= len(text); i++ {
		if tryAll(text[i:], rest) {
			return true
		}
	}
	return false
}
