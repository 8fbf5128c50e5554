package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// The part of CloudWatch's metric math that a rule may use: numbers, ids of its metrics, + - * / ^, comparisons, AND and OR, and
// these functions. All of it yields one value for each period, from values of the same period: RATE, or FILL with REPEAT, would take
// a value from before a shift for one after it. See "Using math expressions with CloudWatch metrics", Amazon CloudWatch User Guide.
var functions = map[string][2]int{"ABS": {1, 1}, "CEIL": {1, 1}, "FLOOR": {1, 1}, "FILL": {2, 2}, "IF": {2, 3}}

// maxExpression is below CloudWatch's limit of 2,048 characters: the ids get a prefix.
const maxExpression = 500

// token is a number without an exponent, a name, an operator, or a character that is none of these.
var token = regexp.MustCompile(`\d+(?:\.\d+)?|\.\d+|[A-Za-z_][A-Za-z0-9_]*|==|!=|<=|>=|&&|\|\||[^\s]`)

// Expression is that of the expression of a rule: it must be metric math that CloudWatch computes for each period, and use each
// metric.
func Expression(rule failover.HealthRule) string {
	text := rule.Expression
	if text == "" {
		return "empty; expected metric math, such as 100 * errors / requests"
	}
	if len(text) > maxExpression {
		return fmt.Sprintf("%d characters; expected at most %d", len(text), maxExpression)
	}
	m := &math{tokens: token.FindAllString(text, -1), ids: rule.Metrics, used: map[string]bool{}}
	m.either()
	if m.wrong == "" && m.next < len(m.tokens) {
		m.expected("an operator, or the end")
	}
	if m.wrong != "" {
		return m.wrong
	}
	counted := ""
	if rule.MinimumRequests != nil {
		counted = rule.MinimumRequests.Metric
	}
	for _, id := range slices.Sorted(maps.Keys(rule.Metrics)) {
		if !m.used[id] && id != counted {
			return fmt.Sprintf("it does not use %s; expected every metric, or its removal", id)
		}
	}
	if len(m.used) == 0 {
		return "it uses no metric; expected ids of metrics"
	}
	return ""
}

// math reads an expression by recursive descent, the weakest operator first, and keeps the first mistake.
type math struct {
	tokens []string
	next   int
	ids    map[string]failover.RuleMetric
	used   map[string]bool
	wrong  string
	depth  int
}

// peek is the next token, empty at the end or after a mistake.
func (m *math) peek() string {
	if m.wrong != "" || m.next == len(m.tokens) {
		return ""
	}
	return m.tokens[m.next]
}

// take goes on if the next token is one of these.
func (m *math) take(tokens ...string) bool {
	if t := m.peek(); t == "" || !slices.Contains(tokens, t) {
		return false
	}
	m.next++
	return true
}

func (m *math) expected(what string) {
	if m.wrong != "" {
		return
	}
	found := "the end"
	if m.next < len(m.tokens) {
		found = fmt.Sprintf("%q", m.tokens[m.next])
	}
	m.wrong = fmt.Sprintf("%s after %q; expected %s", found, strings.Join(m.tokens[:m.next], " "), what)
}

// chain reads operands with operators between them.
func (m *math) chain(operand func(), operators ...string) {
	operand()
	for m.take(operators...) {
		operand()
	}
}

func (m *math) either()   { m.chain(m.both, "OR", "||") }
func (m *math) both()     { m.chain(m.compared, "AND", "&&") }
func (m *math) compared() { m.chain(m.sum, "==", "!=", "<=", ">=", "<", ">") }
func (m *math) sum()      { m.chain(m.product, "+", "-") }
func (m *math) product()  { m.chain(m.power, "*", "/") }
func (m *math) power()    { m.chain(m.operand, "^") }

// maxDepth bounds how deep an expression is nested.
const maxDepth = 20

func (m *math) operand() {
	if m.depth++; m.depth > maxDepth {
		m.expected(fmt.Sprintf("at most %d levels", maxDepth))
	}
	defer func() { m.depth-- }()
	for m.take("-") {
	}
	t := m.peek()
	switch {
	case t == "(":
		m.next++
		m.either()
		m.closing()
	case t != "" && strings.Contains(".0123456789", t[:1]):
		m.next++
	case metricID.MatchString(t):
		if _, known := m.ids[t]; !known {
			m.expected("one of the ids of metrics, " + strings.Join(slices.Sorted(maps.Keys(m.ids)), ", "))
			return
		}
		m.used[t] = true
		m.next++
	default:
		m.function(t)
	}
}

func (m *math) closing() {
	if !m.take(")") {
		m.expected(`")"`)
	}
}

// function reads a function with its arguments.
func (m *math) function(name string) {
	arguments, known := functions[name]
	if !known {
		m.expected("a number, an id, or one of the functions " + strings.Join(slices.Sorted(maps.Keys(functions)), ", "))
		return
	}
	m.next++
	if !m.take("(") {
		m.expected(`"("`)
		return
	}
	n := 1
	m.either()
	for m.take(",") {
		n++
		m.either()
	}
	if n < arguments[0] || n > arguments[1] {
		m.expected(fmt.Sprintf("%d to %d arguments of %s", arguments[0], arguments[1], name))
	}
	m.closing()
}
