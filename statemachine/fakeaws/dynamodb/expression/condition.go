package expression

import (
	"bytes"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Condition is a compiled condition or filter expression. An item that does not exist is nil.
type Condition func(Item) bool

// Condition compiles a condition expression; an empty one always holds.
func (e *Expressions) Condition(text string) (Condition, error) {
	return e.compile("ConditionExpression", text)
}

// Filter compiles a filter expression; an empty one always holds.
func (e *Expressions) Filter(text string) (Condition, error) {
	return e.compile("FilterExpression", text)
}

func (e *Expressions) compile(kind, text string) (Condition, error) {
	if text == "" {
		return func(Item) bool { return true }, nil
	}
	p := e.parser(kind, text)
	c := p.or()
	p.end()
	return c, p.err
}

func (p *parser) or() Condition {
	left := p.and()
	for p.accept("OR") {
		a, b := left, p.and()
		left = func(it Item) bool { return a(it) || b(it) }
	}
	return left
}

func (p *parser) and() Condition {
	left := p.not()
	for p.accept("AND") {
		a, b := left, p.not()
		left = func(it Item) bool { return a(it) && b(it) }
	}
	return left
}

func (p *parser) not() Condition {
	if p.accept("NOT") {
		c := p.not()
		return func(it Item) bool { return !c(it) }
	}
	return p.term()
}

// term reads an operand of AND, OR and NOT: parentheses, a function, or a comparison.
func (p *parser) term() Condition {
	if p.accept("(") {
		c := p.or()
		p.expect(")")
		return c
	}
	if f, ok := conditionFunctions[strings.ToLower(p.peekAt(0))]; ok && p.peekAt(1) == "(" {
		p.pos += 2
		c := f(p)
		p.expect(")")
		return c
	}
	return p.comparison()
}

func (p *parser) comparison() Condition {
	left := p.operand()
	switch operator := p.peek(); operator {
	case "=", "<>", "<", "<=", ">", ">=":
		p.pos++
		right := p.operand()
		return func(it Item) bool { return compare(operator, left, right, it) }
	case "BETWEEN":
		p.pos++
		low := p.operand()
		p.expect("AND")
		high := p.operand()
		return func(it Item) bool { return compare(">=", left, low, it) && compare("<=", left, high, it) }
	case "IN":
		p.pos++
		return p.in(left)
	}
	p.failHere()
	return nil
}

func (p *parser) in(left operand) Condition {
	p.expect("(")
	list := []operand{p.operand()}
	for p.accept(",") {
		list = append(list, p.operand())
	}
	p.expect(")")
	return func(it Item) bool {
		return slices.ContainsFunc(list, func(o operand) bool { return compare("=", left, o, it) })
	}
}

// compare applies an operator. Attributes that do not exist, or are of different types, are neither equal nor ordered:
// only <> holds between them (DDB-4 in docs/fidelity.md).
func compare(operator string, left, right operand, it Item) bool {
	a, okA := left(it)
	b, okB := right(it)
	equal := okA && okB && reflect.DeepEqual(a, b)
	switch operator {
	case "=":
		return equal
	case "<>":
		return !equal
	}
	if !okA || !okB {
		return false
	}
	order, ok := orderOf(a, b)
	switch operator {
	case "<":
		return ok && order < 0
	case "<=":
		return ok && order <= 0
	case ">":
		return ok && order > 0
	}
	return ok && order >= 0
}

// orderOf compares two strings, numbers or binaries; others have no order.
func orderOf(a, b any) (order int, ok bool) {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case number:
		b, ok := b.(number)
		if !ok {
			return 0, false
		}
		return a.rat().Cmp(b.rat()), true
	case []byte:
		b, ok := b.([]byte)
		return bytes.Compare(a, b), ok
	}
	return 0, false
}

// conditionFunctions read their arguments, between the parentheses.
var conditionFunctions = map[string]func(*parser) Condition{
	"attribute_exists": func(p *parser) Condition {
		at := p.path()
		return func(it Item) bool { _, ok := at.get(it); return ok }
	},
	"attribute_not_exists": func(p *parser) Condition {
		at := p.path()
		return func(it Item) bool { _, ok := at.get(it); return !ok }
	},
	"attribute_type": func(p *parser) Condition {
		return p.two(func(v, want any) bool { return kindOf(v) == want })
	},
	"begins_with": func(p *parser) Condition {
		return p.two(func(v, want any) bool {
			s, okS := v.(string)
			prefix, okP := want.(string)
			return okS && okP && strings.HasPrefix(s, prefix)
		})
	},
	"contains": func(p *parser) Condition { return p.two(contains) },
}

func (p *parser) two(holds func(a, b any) bool) Condition {
	first := p.operand()
	p.expect(",")
	second := p.operand()
	return func(it Item) bool {
		a, okA := first(it)
		b, okB := second(it)
		return okA && okB && holds(a, b)
	}
}

func contains(v, want any) bool {
	switch v := v.(type) {
	case string:
		s, ok := want.(string)
		return ok && strings.Contains(v, s)
	case []any:
		return slices.ContainsFunc(v, func(element any) bool { return reflect.DeepEqual(element, want) })
	case set:
		switch want := want.(type) {
		case string:
			return v.kind == "SS" && slices.Contains(v.members, want)
		case number:
			return v.kind == "NS" && slices.Contains(v.members, string(want))
		}
	}
	return false
}

func sizeFunction(v any, ok bool) (any, bool) {
	if !ok {
		return nil, false
	}
	var n int
	switch v := v.(type) {
	case string:
		n = len(v)
	case []byte:
		n = len(v)
	case []any:
		n = len(v)
	case map[string]any:
		n = len(v)
	case set:
		n = len(v.members)
	default:
		return nil, false
	}
	return number(strconv.Itoa(n)), true
}
