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

// Condition compiles a condition expression.
func (e *Expressions) Condition(text string) (Condition, error) {
	return e.compile("ConditionExpression", text)
}

// Filter compiles a filter expression, which may not have the attributes of the key that the caller names.
func (e *Expressions) Filter(text string, keys ...string) (Condition, error) {
	return e.compile("FilterExpression", text, keys...)
}

func (e *Expressions) compile(kind, text string, banned ...string) (Condition, error) {
	p := e.parser(kind, text)
	p.banned = banned
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
	if begin := p.pos; p.accept("(") {
		c := p.or()
		p.expect(")")
		if p.groups[begin+1] == p.pos-1 && p.err == nil {
			p.fail("The expression has redundant parentheses;")
		}
		p.groups[begin] = p.pos
		return c
	}
	if p.peekAt(1) == "(" && p.peekAt(0) != "size" {
		name := p.next()
		f, ok := conditionFunctions[name]
		if !ok {
			p.fail("Invalid function name; function: %s", name)
			return nil
		}
		p.expect("(")
		c := f(p)
		p.expect(")")
		return c
	}
	return p.comparison()
}

// maxIn is the most operands that IN takes.
const maxIn = 100

func (p *parser) comparison() Condition {
	left := p.operand()
	switch operator := p.peek(); operator {
	case "=", "<>", "<", "<=", ">", ">=":
		p.pos++
		right := p.operand()
		p.distinct(operator, left, right)
		if operator != "=" && operator != "<>" {
			p.ordered(operator, left, right)
		}
		return func(it Item) bool { return compare(operator, left, right, it) }
	case "BETWEEN":
		p.pos++
		low := p.operand()
		p.expect("AND")
		high := p.operand()
		p.distinct(operator, left, low, high)
		p.ordered(operator, left, low, high)
		p.bounds(low, high)
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
	if len(list) > maxIn {
		p.fail("The IN operator is provided with too many operands; number of operands: %d", len(list))
	}
	p.distinct("IN", left, list...)
	return func(it Item) bool {
		return slices.ContainsFunc(list, func(o operand) bool { return compare("=", left, o, it) })
	}
}

// compare applies an operator. Attributes that do not exist, or are of different types, are neither equal nor ordered:
// only <> holds between them (DDB-4 in docs/fidelity.md).
func compare(operator string, left, right operand, it Item) bool {
	a, okA := left.of(it)
	b, okB := right.of(it)
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
		v, want := p.two("attribute_type")
		name, isText := want.constant.(string)
		if p.err == nil && (!want.isValue || !isText || !slices.Contains(kinds, name)) {
			p.fail("Invalid attribute type name found; type: %v, valid types: {%s}", want.constant, strings.Join(kinds, ","))
		}
		return both(v, want, func(v, want any) bool { return kindOf(v) == want })
	},
	"begins_with": func(p *parser) Condition {
		v, want := p.two("begins_with")
		for _, o := range []operand{v, want} {
			p.constantOf("operator or function: begins_with", o, "S", "B")
		}
		return both(v, want, beginsWith)
	},
	"contains": func(p *parser) Condition {
		v, want := p.two("contains")
		p.distinct("contains", v, want)
		return both(v, want, contains)
	},
}

// kinds are the types of attributes, in the order in which DynamoDB's message lists them.
var kinds = []string{"B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"}

// two reads the two arguments of a function.
func (p *parser) two(function string) (first, second operand) {
	first = p.operand()
	if !p.accept(",") {
		p.fail("Incorrect number of operands for operator or function; operator or function: %s, number of operands: 1", function)
	}
	return first, p.operand()
}

func both(first, second operand, holds func(a, b any) bool) Condition {
	return func(it Item) bool {
		a, okA := first.of(it)
		b, okB := second.of(it)
		return okA && okB && holds(a, b)
	}
}

func beginsWith(v, want any) bool {
	switch v := v.(type) {
	case string:
		prefix, ok := want.(string)
		return ok && strings.HasPrefix(v, prefix)
	case []byte:
		prefix, ok := want.([]byte)
		return ok && bytes.HasPrefix(v, prefix)
	}
	return false
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
