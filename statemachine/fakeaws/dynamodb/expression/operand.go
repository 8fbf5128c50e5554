package expression

import (
	"slices"
	"strings"
)

// operand is one side of an operator: a value, or what an item has at a path.
type operand struct {
	// of returns false when the item has no such attribute.
	of func(Item) (any, bool)
	// isValue says that it is the value constant, whatever the item.
	isValue  bool
	constant any
	// path is its text, empty for a value.
	path string
}

// operand reads a value, a document path or size(path).
func (p *parser) operand() operand {
	t := p.peekAt(0)
	switch {
	case strings.HasPrefix(t, ":"):
		v := p.value()
		return operand{of: func(Item) (any, bool) { return v, true }, isValue: true, constant: v}
	case t == "size" && p.peekAt(1) == "(":
		p.pos += 2
		at := p.path()
		p.expect(")")
		return operand{of: func(it Item) (any, bool) { return sizeFunction(at.get(it)) }, path: "size" + at.String()}
	}
	at := p.path()
	return operand{of: at.get, path: at.String()}
}

func (p path) String() string {
	var parts []string
	for _, s := range p {
		parts = append(parts, s.String())
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// distinct rejects an operator between an attribute and itself.
func (p *parser) distinct(operator string, first operand, others ...operand) {
	if p.err != nil || first.path == "" {
		return
	}
	if slices.ContainsFunc(others, func(o operand) bool { return o.path == first.path }) {
		p.fail("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, first.path)
	}
}

// ordered rejects values that have no order.
func (p *parser) ordered(operator string, operands ...operand) {
	for _, o := range operands {
		p.constantOf("operator: "+operator, o, "S", "N", "B")
	}
}

// constantOf rejects a value of another kind than an operator or a function takes.
func (p *parser) constantOf(function string, o operand, allowed ...string) {
	if p.err == nil && o.isValue && !slices.Contains(allowed, kindOf(o.constant)) {
		p.fail("Incorrect operand type for operator or function; %s, operand type: %s", function, kindOf(o.constant))
	}
}

// bounds rejects a BETWEEN that no value is in.
func (p *parser) bounds(low, high operand) {
	if p.err != nil || !low.isValue || !high.isValue {
		return
	}
	switch order, ok := orderOf(low.constant, high.constant); {
	case !ok:
		p.fail("The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: %v, upper bound operand: %v", low.constant, high.constant)
	case order > 0:
		p.fail("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: %v, upper bound operand: %v", low.constant, high.constant)
	}
}
