package jsonata

import (
	"fmt"
	"strings"
)

// entry is a function of the library: its signature, and the names of its parameters as the reference has them.
type entry struct {
	name, signature, params string
	call                    func(ev *evaluator, args []any) (any, error)
	// arity is the number of parameters that the function says it has; -1 is as many as it has names.
	arity int
}

// library has the functions of JSONata but for those that [Compile] refuses.
var library = func() map[string]any {
	functions := map[string]any{}
	for _, list := range [][]entry{numbersLibrary, textLibrary, matchLibrary, arraysLibrary, objectsLibrary, higherLibrary} {
		for _, e := range list {
			functions[e.name] = e.function()
		}
	}
	return functions
}()

func (e entry) function() *Function {
	f := &Function{name: e.name, signature: mustSignature(e.signature), params: strings.Fields(e.params), arity: e.arity, bare: true}
	if e.arity < 0 {
		f.arity = len(f.params)
	}
	f.native = func(ev *evaluator, args []any, _ any) (any, error) { return e.call(ev, args) }
	return f
}

func mustSignature(text string) *signature {
	s, err := parseSignature(text)
	if err != nil {
		panic(fmt.Sprintf("signature %s: %v", text, err))
	}
	return s
}

// ofText makes a function of one string.
func ofText(name string, f func(s string) (any, error)) func(*evaluator, []any) (any, error) {
	return func(_ *evaluator, args []any) (any, error) {
		switch s := at(args, 0).(type) {
		case nil:
			return nil, nil
		case string:
			return f(s)
		}
		return nil, misuse(name)
	}
}

// ofNumber makes a function of one number.
func ofNumber(name string, f func(n float64) (any, error)) func(*evaluator, []any) (any, error) {
	return func(_ *evaluator, args []any) (any, error) {
		switch n := at(args, 0).(type) {
		case nil:
			return nil, nil
		case float64:
			return f(n)
		}
		return nil, misuse(name)
	}
}

// ofArray makes a function of one array.
func ofArray(name string, f func(a *Array) (any, error)) func(*evaluator, []any) (any, error) {
	return func(_ *evaluator, args []any) (any, error) {
		switch a := at(args, 0).(type) {
		case nil:
			return nil, nil
		case *Array:
			return f(a)
		}
		return nil, misuse(name)
	}
}
