package jsonata

import "slices"

// Expression is a compiled expression. It is immutable: any number of evaluations may use it at the same time.
type Expression struct {
	tree  *node
	names []string
}

// refused are functions that the reference has and this package does not: those of pictures, those that are random or read the
// clock, and the one that compiles text while it runs.
var refused = []string{"formatNumber", "formatInteger", "parseInteger", "eval", "millis", "now", "random", "shuffle"}

// Compile reads an expression. What this package does not evaluate as the reference does it refuses, by its name.
func Compile(text string) (*Expression, error) {
	tree, err := parse(text)
	if err != nil {
		return nil, err
	}
	e := &Expression{tree: tree, names: names(tree)}
	for _, name := range refused {
		if slices.Contains(e.names, name) {
			return nil, refuse("JSONata function $%s", name)
		}
	}
	tree.walk(func(n *node) {
		if err == nil {
			err = check(n)
		}
	})
	return e, err
}

// check refuses what depends on JavaScript, or is not implemented, where the text shows it.
func check(n *node) error {
	switch n.kind {
	case kindName:
		if slices.Contains(inherited, n.op) {
			return refuse("the key %q, which every object of JavaScript has,", n.op)
		}
	case kindFunction, kindPartial:
		picture := n.left.op == "toMillis" || n.left.op == "fromMillis"
		if n.left.kind == kindVariable && picture && len(n.list) > 1 {
			return refuse("JSONata function $%s with a picture", n.left.op)
		}
	}
	return nil
}

// Names lists the variables and the functions that the expression reads.
func (e *Expression) Names() []string { return slices.Clone(e.names) }

// Evaluate returns the value of the expression for an input and for variables; nil is no value. Of variables with the same name
// the last counts. It changes neither of them.
func (e *Expression) Evaluate(input any, variables ...map[string]any) (any, error) {
	frames := make([]frame, len(variables)+2)
	frames[0].fixed = library
	for i, fixed := range variables {
		frames[i+1] = frame{parent: &frames[i], fixed: fixed}
	}
	env := &frames[len(frames)-1]
	env.parent = &frames[len(frames)-2]
	env.bind("$", input)
	if a, ok := input.(*Array); ok && !a.sequence {
		input = &Array{items: []any{a}, sequence: true, wrapper: true}
	}
	return (&evaluator{}).eval(e.tree, input, env)
}
