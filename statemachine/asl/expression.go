package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/asl/jsonata"
)

// expression is one JSONata expression of a definition: what stands between {% and %}.
type expression struct {
	text string
	code *jsonata.Expression
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
	code, err := jsonata.Compile(text)
	if errors.Is(err, jsonata.ErrUnsupported) {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if err != nil {
		return nil, fmt.Errorf("JSONata expression %q: %w", text, err)
	}
	for _, name := range code.Names() {
		if slices.Contains(unrepeatable, name) {
			return nil, fmt.Errorf("JSONata function $%s: %w; the same input must give the same history", name, ErrUnsupported)
		}
	}
	return &expression{text: text, code: code}, nil
}

// observe is set by a test that records what expressions see; nothing else sets it.
var observe func(e *expression, vars scope)

// scope is what an expression can see: the functions that Step Functions adds, the variables, and $states.
type scope []map[string]any

// evaluate returns the value as JSON text. The text of its errors is Step Functions' own, as far as it is known.
func (e *expression) evaluate(field string, vars scope) (json.RawMessage, *evaluationError) {
	if observe != nil {
		observe(e, vars)
	}
	result, err := e.code.Evaluate(nil, vars...)
	if err != nil {
		return nil, e.failed(field, "threw an error during evaluation. %v", err)
	}
	if result == nil {
		return nil, e.failed(field, "returned nothing (undefined).")
	}
	text, err := jsonata.Stringify(result)
	if err != nil {
		return nil, e.failed(field, "returned a value that is not JSON: %v.", err)
	}
	return json.RawMessage(text), nil
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
