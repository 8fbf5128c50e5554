package asl

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl/jsonata"
)

// Seen is an expression and the variables that it saw, as JSON.
type Seen struct {
	Expression string
	Variables  string
}

// Observe calls a function for every expression that is evaluated until the returned function is called.
func Observe(visit func(Seen)) (stop func()) {
	observe = func(e *expression, vars scope) {
		seen := &jsonata.Object{}
		for _, name := range e.code.Names() {
			for _, layer := range vars[1:] {
				if value, given := layer[name]; given {
					seen.Set(name, needed(value, e.text, "$"+name, "$states", "$states.context", "$states.context.Execution"))
				}
			}
		}
		text, err := jsonata.Stringify(seen)
		if err != nil {
			panic(err)
		}
		visit(Seen{Expression: e.text, Variables: text})
	}
	return func() { observe = nil }
}

// needed leaves out of an object, if it is at one of some paths, the members that an expression does not name.
func needed(value any, expression, path string, prune ...string) any {
	o, ok := value.(*jsonata.Object)
	if !ok || !slices.Contains(prune, path) || strings.Contains(expression, path+" ") || strings.HasSuffix(expression, path) {
		return value
	}
	kept := &jsonata.Object{}
	for _, key := range o.Keys() {
		if strings.Contains(expression, path+"."+key) {
			kept.Set(key, needed(o.Get(key), expression, path+"."+key, prune...))
		}
	}
	return kept
}

// Expressions lists the texts of all expressions in a definition.
func Expressions(definition []byte) ([]string, error) {
	var texts []string
	var visit func(json.RawMessage) error
	visit = func(raw json.RawMessage) error {
		switch typeOf(raw) {
		case "object":
			members, err := decodeMembers(raw)
			if err != nil {
				return err
			}
			for _, m := range members {
				if err := visit(m.raw); err != nil {
					return err
				}
			}
		case "array":
			var items []json.RawMessage
			if err := json.Unmarshal(raw, &items); err != nil {
				return err
			}
			for _, item := range items {
				if err := visit(item); err != nil {
					return err
				}
			}
		case "string":
			var s string
			if err := json.Unmarshal(raw, &s); err != nil {
				return err
			}
			if isExpression(s) {
				e, err := compileExpression(s)
				if err != nil {
					return err
				}
				texts = append(texts, e.text)
			}
		}
		return nil
	}
	return texts, visit(definition)
}
