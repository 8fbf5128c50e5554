package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/recolabs/gnata"
)

// expression is one JSONata expression of a definition: what stands between {% and %}.
type expression struct {
	text string
	code *gnata.Expression
}

// unrepeatable are functions with another result every time, or that evaluate text at run time. A definition with one of them has
// not the same history for the same input, so it is refused; the time is in the context object. Step Functions itself refuses $eval.
var unrepeatable = []string{"eval", "millis", "now", "random", "shuffle", "uuid"}

// maxExpression is the longest expression, in bytes, that the compiler is given: it calls itself for each operator.
const maxExpression = 16 << 10

// isExpression says whether a string of the definition is an expression. Surrounding blanks make it a literal.
func isExpression(s string) bool {
	return strings.HasPrefix(s, "{%") && strings.HasSuffix(s, "%}") && len(s) >= len("{%%}")
}

func compileExpression(s string) (*expression, error) {
	text := strings.TrimSpace(s[len("{%") : len(s)-len("%}")])
	if err := untrusted.CheckNesting(text, maxExpression); err != nil {
		return nil, fmt.Errorf("JSONata expression: %w", err)
	}
	for _, name := range variablesIn(text) {
		if slices.Contains(unrepeatable, name) {
			return nil, fmt.Errorf("JSONata function $%s: %w; the same input must give the same history", name, ErrUnsupported)
		}
	}
	code, err := gnata.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("JSONata expression %q: %w", text, err)
	}
	return &expression{text: text, code: code}, nil
}

// variablesIn lists the names after a $ in an expression, outside of strings and comments.
func variablesIn(text string) []string {
	var names []string
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = skipQuoted(text, i)
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return names
			}
			i += 2 + end + 1
		case c == '$':
			end := i + 1
			for end < len(text) && isNameByte(text[end]) {
				end++
			}
			names = append(names, text[i+1:end])
			i = end - 1
		}
	}
	return names
}

// skipQuoted returns the index of the quote that closes the one at i, or the end of the text.
func skipQuoted(text string, i int) int {
	quote := text[i]
	for i++; i < len(text) && text[i] != quote; i++ {
		if text[i] == '\\' && quote != '`' {
			i++
		}
	}
	return i
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// scope is what an expression can see: $states, the variables, and the functions that Step Functions adds.
type scope map[string]any

// evaluate returns the value as JSON text. The text of its errors is Step Functions' own, as far as it is known.
func (e *expression) evaluate(field string, vars scope) (json.RawMessage, *evaluationError) {
	result, err := e.code.EvalWithVars(context.Background(), nil, vars)
	if err != nil {
		return nil, e.failed(field, "threw an error during evaluation. %v", err)
	}
	if result == nil {
		return nil, e.failed(field, "returned nothing (undefined).")
	}
	if !isJSON(gnata.NormalizeValue(result)) {
		return nil, e.failed(field, "returned a value that is not JSON, such as a function.")
	}
	text, err := marshal(result)
	if err != nil {
		return nil, e.failed(field, "returned a value that is not JSON: %v", err)
	}
	return text, nil
}

// isJSON says whether a value has a JSON text that means it; functions are values too, and have none.
func isJSON(v any) bool {
	switch v := v.(type) {
	case nil, bool, string, float64, json.Number:
		return true
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !isJSON(item) })
	case map[string]any:
		for _, item := range v {
			if !isJSON(gnata.NormalizeValue(item)) {
				return false
			}
		}
		return true
	}
	return gnata.IsNull(v)
}

func (e *expression) failed(field, format string, args ...any) *evaluationError {
	why := fmt.Sprintf(format, args...)
	return &evaluationError{location: field,
		cause: fmt.Sprintf("The JSONata expression '%s' specified for the field '%s' %s", e.text, field, why)}
}

// evaluationError is an expression that gave no usable value: Step Functions' States.QueryEvaluationError.
type evaluationError struct {
	// location is the field, with its path inside the state, such as "Output/result".
	location string
	cause    string
	// unusable says that the value has the right type, but is not valid, such as a timestamp.
	unusable bool
}

// marshal writes a value as Step Functions does: in one line and without escaping <, > and &.
func marshal(v any) (json.RawMessage, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n")), nil
}

// typeOf names the type of a JSON text as Step Functions does in its error texts.
func typeOf(text json.RawMessage) string {
	if len(text) == 0 {
		return "undefined"
	}
	switch text[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}
