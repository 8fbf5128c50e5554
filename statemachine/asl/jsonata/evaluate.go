package jsonata

import "errors"

// Limits of one evaluation, so that every expression ends: the reference and AWS have limits of time and memory instead.
const (
	maxSteps = 12_000_000
	maxDepth = 10_000
)

var (
	errSteps = errors.New("the expression takes too many steps")
	errDepth = errors.New("the expression calls itself too deeply")
)

// evaluator is one evaluation of an expression.
type evaluator struct {
	steps, depth int
}

// frame has the variables of a block or of a call.
type frame struct {
	parent *frame
	// fixed are variables that are given and not changed.
	fixed map[string]any
	names []string
	bound []any
}

func (f *frame) bind(name string, value any) {
	for i := range f.names {
		if f.names[i] == name {
			f.bound[i] = value
			return
		}
	}
	f.names, f.bound = append(f.names, name), append(f.bound, value)
}

func (f *frame) lookup(name string) any {
	for ; f != nil; f = f.parent {
		for i := range f.names {
			if f.names[i] == name {
				return f.bound[i]
			}
		}
		if value, given := f.fixed[name]; given {
			return value
		}
	}
	return nil
}

func (ev *evaluator) spend(steps int) error {
	if ev.steps += steps; ev.steps > maxSteps {
		return errSteps
	}
	return nil
}

// eval evaluates a node: first what it is, then its predicates and its group. A sequence of one item becomes the item.
func (ev *evaluator) eval(n *node, input any, env *frame) (any, error) {
	if err := ev.spend(1); err != nil {
		return nil, err
	}
	if ev.depth++; ev.depth > maxDepth {
		return nil, errDepth
	}
	result, err := ev.byKind(n, input, env)
	ev.depth--
	for i := 0; err == nil && i < len(n.predicates); i++ {
		result, err = ev.filter(n.predicates[i], result, env)
	}
	if err == nil && n.kind != kindPath && n.group != nil {
		result, err = ev.group(n.group, result, env)
	}
	if err != nil {
		return nil, err
	}
	if a, ok := result.(*Array); ok && a.sequence {
		if n.keepArray {
			a.keep = true
		}
		switch {
		case len(a.items) == 0:
			return nil, nil
		case len(a.items) == 1 && !a.keep:
			return a.items[0], nil
		}
	}
	return result, nil
}

func (ev *evaluator) byKind(n *node, input any, env *frame) (any, error) {
	switch n.kind {
	case kindPath:
		return ev.path(n, input, env)
	case kindName:
		return lookup(input, n.op)
	case kindLiteral, kindNumber, kindString:
		return n.value, nil
	case kindVariable:
		return ev.variable(n, input, env), nil
	case kindBinary:
		return ev.binary(n, input, env)
	case kindFunction:
		return ev.call(n, input, env, nil, false)
	case kindCondition:
		return ev.condition(n, input, env)
	case kindBlock:
		return ev.block(n, input, env)
	case kindBind:
		value, err := ev.eval(n.right, input, env)
		env.bind(n.op, value)
		return value, err
	case kindArray:
		return ev.array(n, input, env)
	case kindObject:
		return ev.group(n, input, env)
	case kindNegate:
		return ev.negate(n, input, env)
	case kindLambda:
		return &Function{params: n.params, arity: len(n.params), signature: n.signature, body: n.right, thunk: n.thunk, input: input, env: env}, nil
	case kindApply:
		return ev.apply(n, input, env)
	case kindPartial:
		return ev.partial(n, input, env)
	case kindRegex:
		return n.regex.function(), nil
	case kindWildcard:
		return wildcard(input), nil
	case kindDescendant:
		return descendants(input), nil
	case kindTransform:
		return transformer(n, env), nil
	}
	return nil, nil
}

func (ev *evaluator) variable(n *node, input any, env *frame) any {
	if n.op != "" {
		return env.lookup(n.op)
	}
	if a, ok := input.(*Array); ok && a.wrapper {
		return a.items[0]
	}
	return input
}

func (ev *evaluator) condition(n *node, input any, env *frame) (any, error) {
	condition, err := ev.eval(n.left, input, env)
	if err != nil {
		return nil, err
	}
	is, _, err := truth(condition)
	switch {
	case err != nil:
		return nil, err
	case is:
		return ev.eval(n.right, input, env)
	case n.third != nil:
		return ev.eval(n.third, input, env)
	}
	return nil, nil
}

func (ev *evaluator) block(n *node, input any, env *frame) (result any, err error) {
	inner := &frame{parent: env}
	for _, part := range n.list {
		if result, err = ev.eval(part, input, inner); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (ev *evaluator) negate(n *node, input any, env *frame) (any, error) {
	operand, err := ev.eval(n.left, input, env)
	if err != nil || operand == nil {
		return nil, err
	}
	if is, err := isNumeric(operand); !is {
		return nil, firstError(err, &Error{Code: "D1002", Token: "-", Value: operand})
	}
	return -operand.(float64), nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// array makes an array. Arrays among its items are joined, unless they are array constructors themselves.
func (ev *evaluator) array(n *node, input any, env *frame) (any, error) {
	result := &Array{cons: n.cons}
	for _, item := range n.list {
		value, err := ev.eval(item, input, env)
		if err != nil {
			return nil, err
		}
		switch {
		case value == nil:
		case item.op == "[" && item.kind != kindBinary:
			result.push(value)
		default:
			result.push(asItems(value)...)
		}
	}
	return result, ev.spend(len(result.items))
}

// path evaluates the steps of a path, each for every item of the result before.
func (ev *evaluator) path(n *node, input any, env *frame) (any, error) {
	items, isArray := input.(*Array)
	if !isArray || n.list[0].kind == kindVariable {
		items = NewSequence(input)
	}
	result := items
	for i, step := range n.list {
		var err error
		if i == 0 && step.cons {
			var first any
			first, err = ev.eval(step, items, env)
			result = itemsOf(first)
		} else {
			result, err = ev.step(step, items, env, i == len(n.list)-1)
		}
		if err != nil {
			return nil, err
		}
		if len(result.items) == 0 {
			break
		}
		items = result
	}
	if n.keepSingleton {
		if result.cons && !result.sequence {
			result = NewSequence(result)
		}
		if result.sequence {
			result.keep = true
		}
	}
	if n.group != nil {
		return ev.group(n.group, result, env)
	}
	return result, nil
}

// itemsOf is what the reference iterates over when the first step of a path is no array: the characters of a string, or nothing.
func itemsOf(v any) *Array {
	switch v := v.(type) {
	case *Array:
		return v
	case string:
		chars := &Array{}
		for _, unit := range units(v) {
			chars.push(fromUnits([]uint16{unit}))
		}
		return chars
	}
	return &Array{}
}

func (ev *evaluator) step(n *node, input *Array, env *frame, last bool) (*Array, error) {
	if n.kind == kindSort {
		return ev.sortStep(n, input, env)
	}
	result := make([]any, 0, len(input.items))
	for _, item := range input.items {
		value, err := ev.eval(n, item, env)
		for i := 0; err == nil && i < len(n.stages); i++ {
			value, err = ev.filter(n.stages[i], value, env)
		}
		if err != nil {
			return nil, err
		}
		if value != nil {
			result = append(result, value)
		}
	}
	if last && len(result) == 1 {
		if only, ok := result[0].(*Array); ok && !only.sequence {
			return only, nil
		}
	}
	flat := NewSequence()
	for _, value := range result {
		if a, ok := value.(*Array); ok && !a.cons {
			flat.push(a.items...)
		} else {
			flat.push(value)
		}
	}
	return flat, ev.spend(len(flat.items))
}
