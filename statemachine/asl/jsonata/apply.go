package jsonata

import "errors"

// Function is a value that can be invoked: a function of the library, one that the expression defines, or a regular expression.
type Function struct {
	name  string
	arity int
	// params are the names of the parameters, for a partial application and for a body.
	params    []string
	signature *signature

	native func(ev *evaluator, args []any, input any) (any, error)
	// body is evaluated with the input and the variables of the place where the function was defined.
	body  *node
	thunk bool
	input any
	env   *frame

	// closure marks a function that was passed to another one: JavaScript knows it as a function, and not as an object.
	closure bool
	inner   *Function
	// bare marks a function that the reference cannot pass on in the last place of another one: there it does not make a closure
	// of it, and JavaScript finds nothing to apply.
	bare bool
}

// callback invokes a function that another one was given.
func (ev *evaluator) callback(function any, args ...any) (any, error) {
	f, ok := function.(*Function)
	if !ok || f.bare {
		return nil, errors.New("TypeError: the argument cannot be applied as a function")
	}
	return ev.invoke(f, args, Null)
}

// NewFunction makes a function for expressions to call; it checks its arguments itself. nil stands for no value.
func NewFunction(name string, arity int, call func(args []any) (any, error)) *Function {
	return &Function{name: name, arity: arity, bare: true, native: func(_ *evaluator, args []any, _ any) (any, error) { return call(args) }}
}

// call evaluates the arguments of a function and invokes it.
func (ev *evaluator) call(n *node, input any, env *frame, first any, hasFirst bool) (any, error) {
	procedure, err := ev.eval(n.left, input, env)
	if err != nil {
		return nil, err
	}
	if procedure == nil && n.left.kind == kindPath && env.lookup(n.left.list[0].op) != nil {
		return nil, &Error{Code: "T1005", Token: n.left.list[0].op}
	}
	var args []any
	if hasFirst {
		args = append(args, first)
	}
	for _, argument := range n.list {
		arg, err := ev.eval(argument, input, env)
		if err != nil {
			return nil, err
		}
		if f, ok := arg.(*Function); ok {
			arg = &Function{closure: true, inner: f, arity: f.arity, params: []string{"...params"}}
		}
		args = append(args, arg)
	}
	result, err := ev.invoke(procedure, args, input)
	var known *Error
	if errors.As(err, &known) && known.Token == nil {
		known.Token = n.left.op
		if n.left.kind == kindPath {
			known.Token = n.left.list[0].op
		}
	}
	return result, err
}

// invoke invokes a function, and then the calls in the last place of each function.
func (ev *evaluator) invoke(procedure any, args []any, input any) (any, error) {
	result, err := ev.invokeOnce(procedure, args, input)
	for err == nil {
		f, ok := result.(*Function)
		if !ok || !f.thunk {
			break
		}
		if err := ev.spend(1); err != nil {
			return nil, err
		}
		call := f.body
		next, err := ev.eval(call.left, f.input, f.env)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return nil, errors.New("TypeError: the function of the call in the last place is missing")
		}
		args := make([]any, len(call.list))
		for i, argument := range call.list {
			if args[i], err = ev.eval(argument, f.input, f.env); err != nil {
				return nil, err
			}
		}
		if result, err = ev.invokeOnce(next, args, input); err != nil {
			var known *Error
			if errors.As(err, &known) && known.Token == nil && call.left.kind == kindVariable {
				known.Token = call.left.op
			}
			return nil, err
		}
	}
	return result, err
}

func (ev *evaluator) invokeOnce(procedure any, args []any, input any) (any, error) {
	f, ok := procedure.(*Function)
	if !ok {
		return nil, &Error{Code: "T1006"}
	}
	if f.inner != nil {
		if ev.depth++; ev.depth > maxDepth {
			return nil, errDepth
		}
		defer func() { ev.depth-- }()
		return ev.invoke(f.inner, args, Null)
	}
	args, err := f.signature.validate(args, input)
	if err != nil {
		return nil, err
	}
	if f.native != nil {
		return f.native(ev, args, input)
	}
	env := &frame{parent: f.env}
	for i, param := range f.params {
		env.bind(param, at(args, i))
	}
	return ev.eval(f.body, f.input, env)
}

// at is an argument, or no value.
func at(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

// apply evaluates ~>: it invokes a function with the left side as its first argument, or makes one function of two.
func (ev *evaluator) apply(n *node, input any, env *frame) (any, error) {
	left, err := ev.eval(n.left, input, env)
	if err != nil {
		return nil, err
	}
	if n.right.kind == kindFunction {
		result, err := ev.call(n.right, input, env, left, true)
		return result, err
	}
	right, err := ev.eval(n.right, input, env)
	if err != nil {
		return nil, err
	}
	second, ok := right.(*Function)
	if !ok {
		return nil, &Error{Code: "T2006", Value: right}
	}
	first, ok := left.(*Function)
	if !ok {
		return ev.invoke(second, []any{left}, Null)
	}
	chain := &Function{arity: 1, params: []string{"x"}}
	chain.native = func(ev *evaluator, args []any, _ any) (any, error) {
		value, err := ev.invoke(first, []any{at(args, 0)}, Null)
		if err != nil {
			return nil, err
		}
		return ev.invoke(second, []any{collapse(value)}, Null)
	}
	return chain, nil
}

// collapse makes an item of a sequence of one, as the end of every evaluation does.
func collapse(v any) any {
	if a, ok := v.(*Array); ok && a.sequence {
		switch {
		case len(a.items) == 0:
			return nil
		case len(a.items) == 1 && !a.keep:
			return a.items[0]
		}
	}
	return v
}

// partial makes a function of the parameters for which there is a question mark.
func (ev *evaluator) partial(n *node, input any, env *frame) (any, error) {
	args := make([]any, len(n.list))
	open := make([]bool, len(n.list))
	for i, argument := range n.list {
		if open[i] = argument.kind == kindPlaceholder; open[i] {
			continue
		}
		var err error
		if args[i], err = ev.eval(argument, input, env); err != nil {
			return nil, err
		}
	}
	procedure, err := ev.eval(n.left, input, env)
	if err != nil {
		return nil, err
	}
	f, ok := procedure.(*Function)
	if !ok {
		name := n.left.op
		if n.left.kind == kindPath {
			name = n.left.list[0].op
			if procedure == nil && env.lookup(name) != nil {
				return nil, &Error{Code: "T1007", Token: name}
			}
		}
		return nil, &Error{Code: "T1008", Token: name}
	}
	return f.partial(args, open)
}

func (f *Function) partial(args []any, open []bool) (any, error) {
	if f.closure || f.name == "string" {
		// The reference reads the parameters from the function's text, which these do not have in a form that it understands.
		return nil, &Error{Code: "S0208", Value: 1.0}
	}
	result := &Function{body: f.body, input: f.input, bare: true, env: &frame{parent: f.env}}
	var unbound []string
	for i, param := range f.params {
		if i < len(open) && open[i] {
			unbound = append(unbound, param)
		} else {
			result.env.bind(param, at(args, i))
		}
	}
	result.params, result.arity = unbound, len(unbound)
	if f.native != nil {
		params := f.params
		outer := result.env
		result.native = func(ev *evaluator, args []any, _ any) (any, error) {
			env := &frame{parent: outer}
			for i, param := range unbound {
				env.bind(param, at(args, i))
			}
			all := make([]any, len(params))
			for i, param := range params {
				all[i] = env.lookup(param)
			}
			value, err := f.native(ev, all, nil)
			var known *Error
			if err != nil && !errors.As(err, &known) {
				err = refuse("a function with a part of its arguments (%w), which the reference does not check,", err)
			}
			return value, err
		}
	}
	return result, nil
}
