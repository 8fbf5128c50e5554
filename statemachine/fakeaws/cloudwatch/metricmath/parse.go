// Package metricmath is the part of CloudWatch's metric math that the AWS simulator has, after "Using math expressions with
// CloudWatch metrics" in the Amazon CloudWatch User Guide: arithmetic, comparisons, AND and OR, and the functions ABS, CEIL, FILL,
// FLOOR and IF. It refuses everything else by name.
package metricmath

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// Expression is an expression that was read.
type Expression struct {
	root node
	ids  []string
}

// IDs are the ids of queries that it uses, in the order in which they first appear.
func (e *Expression) IDs() []string { return e.ids }

// UnknownError is a part of metric math that the simulator does not have.
type UnknownError struct{ What string }

// Error names it.
func (e *UnknownError) Error() string { return e.What }

// node is a number, an id, or an operator or a function with its arguments.
type node struct {
	op   string // "number", "id", an operator, or the name of a function
	n    float64
	id   string
	args []node
}

const (
	numberNode = "number"
	idNode     = "id"
	negation   = "negation"
)

// arguments are the functions, each with the smallest and the largest number of arguments.
var arguments = map[string][2]int{"ABS": {1, 1}, "CEIL": {1, 1}, "FLOOR": {1, 1}, "FILL": {2, 2}, "IF": {2, 3}}

var (
	tokens   = regexp.MustCompile(`[0-9]*\.?[0-9]+|[A-Za-z_][A-Za-z0-9_]*|==|!=|<=|>=|&&|\|\||\S`)
	number   = regexp.MustCompile(`^[0-9]*\.?[0-9]+$`)
	lower    = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)
	upper    = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	priority = [][]string{{"OR", "||"}, {"AND", "&&"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/"}, {"^"}}
)

// maxDepth bounds how deep an expression is nested.
const maxDepth = 100

// Parse reads an expression. An [UnknownError] names what the simulator does not have; every other error is a mistake.
func Parse(text string) (*Expression, error) {
	p := &parser{tokens: tokens.FindAllString(text, -1)}
	root, err := p.binary(0, 0)
	if err != nil {
		return nil, err
	}
	if p.next < len(p.tokens) {
		return nil, fmt.Errorf("unexpected %q", p.tokens[p.next])
	}
	return &Expression{root, p.ids}, nil
}

type parser struct {
	tokens []string
	next   int
	ids    []string
}

func (p *parser) peek() string {
	if p.next == len(p.tokens) {
		return ""
	}
	return p.tokens[p.next]
}

func (p *parser) expect(token string) error {
	if p.peek() != token {
		return fmt.Errorf("%q where %q is expected", p.peek(), token)
	}
	p.next++
	return nil
}

// binary reads the operators of a priority and of all that bind stronger, from left to right.
func (p *parser) binary(level, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, fmt.Errorf("more than %d levels", maxDepth)
	}
	if level == len(priority) {
		return p.operand(depth + 1)
	}
	left, err := p.binary(level+1, depth)
	for err == nil && slices.Contains(priority[level], p.peek()) {
		op := p.peek()
		p.next++
		var right node
		if right, err = p.binary(level+1, depth); err == nil {
			left = node{op: op, args: []node{left, right}}
		}
	}
	return left, err
}

func (p *parser) operand(depth int) (node, error) {
	token := p.peek()
	p.next = min(p.next+1, len(p.tokens))
	switch {
	case token == "-":
		if depth > maxDepth {
			return node{}, fmt.Errorf("more than %d levels", maxDepth)
		}
		operand, err := p.operand(depth + 1)
		return node{op: negation, args: []node{operand}}, err
	case token == "(":
		inner, err := p.binary(0, depth)
		if err != nil {
			return node{}, err
		}
		return inner, p.expect(")")
	case number.MatchString(token):
		n, err := strconv.ParseFloat(token, 64)
		return node{op: numberNode, n: n}, err
	case lower.MatchString(token):
		if !slices.Contains(p.ids, token) {
			p.ids = append(p.ids, token)
		}
		return node{op: idNode, id: token}, nil
	case upper.MatchString(token):
		return p.function(token, depth)
	case token == "[":
		return node{}, &UnknownError{"arrays of time series"}
	}
	return node{}, fmt.Errorf("unexpected %q", token)
}

func (p *parser) function(name string, depth int) (node, error) {
	known, ok := arguments[name]
	if !ok {
		return node{}, &UnknownError{name}
	}
	if err := p.expect("("); err != nil {
		return node{}, err
	}
	f := node{op: name}
	for {
		arg, err := p.binary(0, depth)
		if err != nil {
			return node{}, err
		}
		if f.args = append(f.args, arg); p.peek() != "," {
			break
		}
		p.next++
	}
	if n := len(f.args); n < known[0] || n > known[1] {
		return node{}, fmt.Errorf("%d arguments of %s", n, name)
	}
	return f, p.expect(")")
}
