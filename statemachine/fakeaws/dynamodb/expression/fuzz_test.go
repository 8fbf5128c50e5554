package expression

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/internal/untrusted/workbound"
)

func FuzzExpression(f *testing.F) {
	const values = `{":n": {"N": "7"}, ":s": {"S": "x"}, ":l": {"L": [{"S": "a"}]}, ":m": {"M": {"a": {"NULL": true}}}}`
	for _, seed := range []string{
		"a = :n AND begins_with(b, :s)", "SET a = if_not_exists(a, :n) + :n, b[0].c = :s REMOVE d", "pk = :s AND sk BETWEEN :n AND :n",
		"a, b.c[2]", "contains(#a, :s) OR NOT (size(b) > :n)", "a IN (:n, :s)", strings.Repeat("(", 3000), strings.Repeat("NOT ", 900), "SET a = list_append(:l, a)",
	} {
		f.Add(seed, []byte(values), []byte(`{"a": {"N": "1e125"}, "b": {"L": [{"M": {"c": {"S": "x"}}}]}}`))
	}
	f.Add("a = :n", []byte(`{":n": {"N": "1e999999999"}}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, text string, values, item []byte) {
		var given, there map[string]map[string]any
		if untrusted.CheckJSON(values, 1<<20) != nil || untrusted.CheckJSON(item, 1<<20) != nil || // as every request is checked
			json.Unmarshal(values, &given) != nil || json.Unmarshal(item, &there) != nil {
			return
		}
		workbound.Check(t, len(text)+len(values)+len(item), func() {
			e, err := New(map[string]string{"#a": "a"}, given)
			it, itemErr := DecodeItem(there)
			if err != nil || itemErr != nil {
				return
			}
			for _, compile := range []func(string) (Condition, error){e.Condition, func(text string) (Condition, error) { return e.Filter(text, "pk") }} {
				if holds, err := compile(text); err == nil {
					_ = holds(it)
				}
			}
			if update, err := e.Update(text); err == nil {
				_, _ = update.Apply(it)
			}
			if project, err := e.Projection(text); err == nil {
				_ = project(it)
			}
			_, _ = e.Key(text)
			_ = e.Unused()
		})
	})
}
