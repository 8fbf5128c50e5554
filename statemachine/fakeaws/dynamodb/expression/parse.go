// Package expression evaluates DynamoDB's expressions on items: conditions, filters, updates, key conditions and
// projections, with the checks and the error texts of the DynamoDB Developer Guide ("Expressions in DynamoDB").
//
// It is exact where a registry depends on it: an update reads the item as it was before, numbers are decimal and never
// floats, a comparison across types is false and not an error, reserved words are rejected, and every name and value of a
// request must be used.
//
// An expression is compiled to a closure over an item (parse.go, then a file for each kind of expression); value.go has the
// attributes.
//
// No library does this. The SDK's feature/dynamodb/expression builds expressions and evaluates none. The one evaluator in Go
// that the module proxy has, minidyn (tried at v0.8.2), keeps numbers as float64, checks for reserved words only the first
// part of a path and only when it evaluates it, and does not check for unused names and values: it would accept expressions
// that AWS rejects.
package expression

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// An expression is compiled to a closure over an item. Every mistake that does not depend on an item is found when it
// is compiled, because a simulator that accepts an expression which AWS rejects hides the mistake until the failover.

// Error is DynamoDB's text for a ValidationException.
type Error struct{ Text string }

// Error is the text.
func (e *Error) Error() string { return e.Text }

func invalid(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Expressions compiles the expressions of one request. They share names and values, every one of which must be used.
type Expressions struct {
	names  map[string]string
	values map[string]any
	used   map[string]bool
}

// New returns the Expressions of the names and the values, as they are on the wire, that the expressions of a request
// refer to.
func New(names map[string]string, values map[string]map[string]any) (*Expressions, error) {
	e := &Expressions{names: names, values: make(map[string]any, len(values)), used: map[string]bool{}}
	if err := checkPlaceholders(names, values); err != nil {
		return nil, err
	}
	for name, value := range values {
		v, err := DecodeValue(value)
		if err != nil {
			return nil, firstInvalid(values)
		}
		e.values[name] = v
	}
	return e, nil
}

// firstInvalid is what is wrong with the first value by name that cannot be read.
func firstInvalid(values map[string]map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, err := DecodeValue(values[name]); err != nil {
			return invalid("ExpressionAttributeValues contains invalid value: %v for key %s", err, name)
		}
	}
	return nil
}

// checkPlaceholders rejects names and values that are there and empty, and those that no expression can refer to.
func checkPlaceholders(names map[string]string, values map[string]map[string]any) error {
	switch {
	case names != nil && len(names) == 0:
		return invalid("ExpressionAttributeNames must not be empty")
	case values != nil && len(values) == 0:
		return invalid("ExpressionAttributeValues must not be empty")
	case areSound(names, values):
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		switch {
		case !isPlaceholder(key, '#'):
			return invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "%s"`, key)
		case names[key] == "":
			return invalid("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !isPlaceholder(key, ':') {
			return invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "%s"`, key)
		}
	}
	return nil
}

// parser compiles one expression. The first mistake is kept in err and ends the text, so that no rule needs to check.
type parser struct {
	*Expressions
	kind   string
	tokens []string
	pos    int
	err    error
	// groups are the parentheses of a condition: the token after each, by its first.
	groups map[int]int
	// banned are the attributes that the expression may not have.
	banned []string
}

// step is one part of a document path: a name, or the index of a list.
type step struct {
	name  string
	index int
}

const noIndex = -1

func (s step) String() string {
	if s.index == noIndex {
		return s.name
	}
	return fmt.Sprintf("[%d]", s.index)
}

// path leads to an attribute: a name and then names and indexes inside it.
type path []step

// get returns the value at the path, and whether there is one.
func (p path) get(it Item) (any, bool) {
	v, ok := it[p[0].name]
	for _, s := range p[1:] {
		if !ok {
			return nil, false
		}
		switch container := v.(type) {
		case map[string]any:
			v, ok = container[s.name]
			ok = ok && s.index == noIndex
		case []any:
			if s.index < 0 || s.index >= len(container) {
				return nil, false
			}
			v = container[s.index]
		default:
			return nil, false
		}
	}
	return v, ok
}

// clash says how two paths cannot be in one expression: one of them lies within the other, or a place is both a name and an
// index. It is empty when they can.
func (p path) clash(q path) string {
	for i := range min(len(p), len(q)) {
		switch {
		case i > 0 && (p[i].index == noIndex) != (q[i].index == noIndex):
			return "conflict"
		case p[i] != q[i]:
			return ""
		}
	}
	return "overlap"
}

// refuseClashes rejects paths that cannot be in one expression.
func (p *parser) refuseClashes(paths []path) {
	for i, a := range paths {
		for _, b := range paths[:i] {
			if how := a.clash(b); how != "" {
				p.fail("Two document paths %s with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", how, b, a)
			}
		}
	}
}

// maxExpression is the longest expression that DynamoDB accepts, in bytes. It limits how deep the parser recurses.
const maxExpression = 4 << 10

func (e *Expressions) parser(kind, text string) *parser {
	p := &parser{Expressions: e, kind: kind, groups: map[int]int{}}
	if len(text) > maxExpression {
		p.fail("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
		return p
	}
	for n := 0; text != ""; text = text[n:] {
		n = token(text)
		if t := text[:n]; strings.TrimSpace(t) != "" {
			p.tokens = append(p.tokens, t)
		}
	}
	if len(p.tokens) == 0 {
		p.fail("The expression can not be empty;")
	}
	return p
}

// peek is the next token in upper case, for the comparison with keywords; empty at the end and after a mistake.
func (p *parser) peek() string { return strings.ToUpper(p.peekAt(0)) }

func (p *parser) peekAt(ahead int) string {
	if p.err != nil || p.pos+ahead >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.pos+ahead]
}

func (p *parser) next() string {
	t := p.peekAt(0)
	if t != "" {
		p.pos++
	}
	return t
}

// accept takes the next token when it is the given one.
func (p *parser) accept(want string) bool {
	if p.peek() != want {
		return false
	}
	p.pos++
	return true
}

func (p *parser) expect(want string) {
	if !p.accept(want) {
		p.failHere()
	}
}

func (p *parser) end() {
	if p.err == nil && p.pos < len(p.tokens) {
		p.failHere()
	}
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = invalid("Invalid "+p.kind+": "+format, args...)
	}
}

func (p *parser) failHere() {
	t := p.peekAt(0)
	if t == "" {
		t = "<EOF>"
	}
	near := strings.Join(p.tokens[max(0, min(p.pos, len(p.tokens))-1):min(len(p.tokens), p.pos+2)], " ")
	p.fail(`Syntax error; token: "%s", near: "%s"`, t, near)
}

//go:embed reserved.txt
var reservedText string

var reserved = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(reservedText) {
		words[word] = true
	}
	return words
})

// path reads a document path such as live.#weights[0].
func (p *parser) path() path {
	out := path{{name: p.name(), index: noIndex}}
	if p.err == nil && slices.Contains(p.banned, out[0].name) {
		p.err = invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", out[0].name)
	}
	for p.err == nil {
		switch {
		case p.accept("."):
			out = append(out, step{name: p.name(), index: noIndex})
		case p.accept("["):
			var index int
			if _, err := fmt.Sscanf(p.next(), "%d", &index); err != nil {
				p.failHere()
			}
			p.expect("]")
			out = append(out, step{index: index})
		default:
			return out
		}
	}
	return out
}

func (p *parser) name() string {
	t := p.peekAt(0)
	switch {
	case strings.HasPrefix(t, "#"):
		p.pos++
		name, ok := p.names[t]
		if !ok {
			p.fail("An expression attribute name used in the document path is not defined; attribute name: %s", t)
		}
		p.used[t] = true
		return name
	case !isAttributeName(t):
		p.failHere()
	case reserved()[strings.ToUpper(t)]:
		p.fail("Attribute name is a reserved keyword; reserved keyword: %s", t)
	}
	p.pos++
	return t
}

func (p *parser) value() any {
	t := p.next()
	v, ok := p.values[t]
	if !ok {
		p.fail("An expression attribute value used in expression is not defined; attribute value: %s", t)
	}
	p.used[t] = true
	return v
}

// Unused is the error for names and values that no expression of the request uses.
func (e *Expressions) Unused() error {
	if err := unused(e, "ExpressionAttributeNames", e.names); err != nil {
		return err
	}
	return unused(e, "ExpressionAttributeValues", e.values)
}

func unused[V any](e *Expressions, parameter string, all map[string]V) error {
	var left []string
	for key := range all {
		if !e.used[key] {
			left = append(left, key)
		}
	}
	if left == nil {
		return nil
	}
	slices.Sort(left)
	return invalid("Value provided in %s unused in expressions: keys: {%s}", parameter, strings.Join(left, ", "))
}
