package jsonata

import (
	"errors"
	"math"
	"strings"
)

func (ev *evaluator) binary(n *node, input any, env *frame) (any, error) {
	left, err := ev.eval(n.left, input, env)
	if err != nil {
		return nil, err
	}
	if n.op == "and" || n.op == "or" {
		return ev.logical(n, left, input, env)
	}
	right, err := ev.eval(n.right, input, env)
	if err != nil {
		return nil, err
	}
	result, err := ev.operate(n.op, left, right)
	var known *Error
	if errors.As(err, &known) {
		known.Token = n.op
	}
	return result, err
}

func (ev *evaluator) logical(n *node, left, input any, env *frame) (any, error) {
	is, _, err := truth(left)
	if err != nil || is == (n.op == "or") {
		return is, err
	}
	right, err := ev.eval(n.right, input, env)
	if err != nil {
		return nil, err
	}
	is, _, err = truth(right)
	return is, err
}

func (ev *evaluator) operate(op string, left, right any) (any, error) {
	switch op {
	case "=", "!=":
		return left != nil && right != nil && equal(left, right) == (op == "="), nil
	case "<", "<=", ">", ">=":
		return compare(op, left, right)
	case "&":
		return concat(left, right)
	case "..":
		return ev.numbers(left, right)
	case "in":
		return contained(left, right), nil
	}
	return arithmetic(op, left, right)
}

func arithmetic(op string, left, right any) (any, error) {
	for i, operand := range []any{left, right} {
		if operand == nil {
			continue
		}
		if is, err := isNumeric(operand); !is {
			return nil, firstError(err, &Error{Code: []string{"T2001", "T2002"}[i], Value: operand})
		}
	}
	if left == nil || right == nil {
		return nil, nil
	}
	a, b := left.(float64), right.(float64)
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		return a / b, nil
	}
	return math.Mod(a, b), nil
}

func comparable(v any) bool {
	switch v.(type) {
	case nil, string, float64:
		return true
	}
	return false
}

func compare(op string, left, right any) (any, error) {
	if !comparable(left) || !comparable(right) {
		value := left
		if comparable(left) && left != nil {
			value = right
		}
		return nil, &Error{Code: "T2010", Value: value}
	}
	if left == nil || right == nil {
		return nil, nil
	}
	if a, ok := left.(float64); ok {
		if b, ok := right.(float64); ok {
			return map[string]bool{"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op], nil
		}
	} else if b, ok := right.(string); ok {
		order := compareText(left.(string), b)
		return map[string]bool{"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[op], nil
	}
	return nil, &Error{Code: "T2009", Value: left, Value2: right}
}

func concat(left, right any) (any, error) {
	var b strings.Builder
	for _, operand := range []any{left, right} {
		if operand == nil {
			continue
		}
		text, err := toString(operand, false)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return rejoin(b.String()), nil
}

// maxRange is the most items that .. may make.
const maxRange = 1e7

// numbers is the sequence of whole numbers from one to another.
func (ev *evaluator) numbers(left, right any) (any, error) {
	for i, operand := range []any{left, right} {
		n, ok := operand.(float64)
		if operand != nil && (!ok || n != math.Trunc(n) || math.IsInf(n, 0)) {
			return nil, &Error{Code: []string{"T2003", "T2004"}[i], Value: operand}
		}
	}
	if left == nil || right == nil {
		return nil, nil
	}
	first, last := left.(float64), right.(float64)
	if first > last {
		return nil, nil
	}
	size := last - first + 1
	if size > maxRange {
		return nil, &Error{Code: "D2014", Value: size}
	}
	if err := ev.spend(int(size)); err != nil {
		return nil, err
	}
	result := NewSequence()
	for n := first; n <= last; n++ {
		result.push(n)
	}
	return result, nil
}

func contained(left, right any) bool {
	if left == nil || right == nil {
		return false
	}
	for _, item := range asItems(right) {
		if item == left {
			return true
		}
	}
	return false
}

// group evaluates { }: for each item of the input it computes the keys, and then, for each key, a value from the items that
// have it.
func (ev *evaluator) group(n *node, input any, env *frame) (any, error) {
	items := asItems(input)
	if len(items) == 0 {
		items = []any{nil}
	}
	type entry struct {
		data any
		pair int
	}
	groups := &Object{}
	for _, item := range items {
		for i, pair := range n.pairs {
			key, err := ev.eval(pair[0], item, env)
			if err != nil {
				return nil, err
			}
			if key == nil {
				continue
			}
			name, ok := key.(string)
			if !ok {
				return nil, &Error{Code: "T1003", Value: key}
			}
			if name == "__proto__" {
				return nil, refuse("the key %q of an object", name)
			}
			found, ok := groups.Get(name).(*entry)
			switch {
			case !ok:
				groups.Set(name, &entry{data: item, pair: i})
			case found.pair != i:
				return nil, &Error{Code: "D1009", Value: name}
			default:
				found.data = appendValues(found.data, item)
			}
		}
	}
	result := &Object{}
	for _, m := range groups.members {
		found := m.value.(*entry)
		value, err := ev.eval(n.pairs[found.pair][1], found.data, env)
		if err != nil {
			return nil, err
		}
		if value != nil {
			result.Set(m.key, value)
		}
	}
	return result, nil
}

// wildcard is the values of an object's members.
func wildcard(input any) any {
	result := &Array{sequence: true}
	if a, ok := input.(*Array); ok && a.wrapper && len(a.items) > 0 {
		input = a.items[0]
	}
	add := func(value any) {
		if a, ok := value.(*Array); ok {
			// As in the reference, joining makes an array of the sequence.
			result = NewArray(append(result.items, flatten(a, nil)...)...)
		} else {
			result.push(value)
		}
	}
	switch v := input.(type) {
	case *Array:
		for _, item := range v.items {
			add(item)
		}
	case *Object:
		for _, m := range v.members {
			add(m.value)
		}
	}
	return result
}

func flatten(v any, into []any) []any {
	a, ok := v.(*Array)
	if !ok {
		return append(into, v)
	}
	for _, item := range a.items {
		into = flatten(item, into)
	}
	return into
}

// descendants is a value and all values in it.
func descendants(input any) any {
	if input == nil {
		return nil
	}
	result := NewSequence()
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case *Array:
			for _, item := range v.items {
				visit(item)
			}
			return
		case *Object:
			result.push(v)
			for _, m := range v.members {
				visit(m.value)
			}
			return
		}
		result.push(v)
	}
	visit(input)
	if len(result.items) == 1 {
		return result.items[0]
	}
	return result
}
