package jsonata

import "slices"

// parser builds the tree by the precedence of operators, as the reference does (Pratt's algorithm).
type parser struct {
	lexer lexer
	token token
	err   error
}

// powers are the binding powers of infix operators.
var powers = map[string]int{
	"(": 80, "[": 80, "@": 80, "#": 80, ".": 75, "{": 70, "*": 60, "/": 60, "%": 60, "+": 50, "-": 50, "&": 50,
	"=": 40, "!=": 40, "<": 40, "<=": 40, ">": 40, ">=": 40, "in": 40, "^": 40, "~>": 40, "and": 30, "or": 25, "?": 20, ":=": 10,
}

// parse reads a whole expression.
func parse(text string) (*node, error) {
	p := &parser{lexer: lexer{text: text}}
	p.advance("", false)
	tree := p.expression(0)
	if p.err == nil && p.token.kind != tokenEnd {
		p.fail(&Error{Code: "S0201", Token: p.token.shown()})
	}
	if p.err != nil {
		return nil, p.err
	}
	return process(tree)
}

// fail keeps the first error. From then on all tokens are the end, so that the parser comes to its own.
func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
	p.token = token{}
	p.lexer.pos = len(p.lexer.text)
}

// advance goes to the next token; the present one must be the operator that is given, unless that is empty.
func (p *parser) advance(operator string, infix bool) {
	if operator != "" && !p.token.is(operator) {
		code := "S0202"
		if p.token.kind == tokenEnd {
			code = "S0203"
		}
		p.fail(&Error{Code: code, Token: p.token.shown(), Value: operator})
		return
	}
	next, err := p.lexer.next(infix)
	if err != nil {
		p.fail(err)
		return
	}
	if next.is("!") || next.is("~") {
		p.fail(&Error{Code: "S0204", Token: next.text})
		return
	}
	p.token = next
}

func (p *parser) expression(power int) *node {
	t := p.token
	p.advance("", true)
	left := p.prefix(t)
	for p.err == nil && p.token.kind == tokenOperator && power < powers[p.token.text] {
		t = p.token
		p.advance("", false)
		left = p.infix(t.text, left)
	}
	return left
}

// prefix reads what starts with a token.
func (p *parser) prefix(t token) *node {
	switch t.kind {
	case tokenEnd:
		return &node{kind: kindEnd}
	case tokenName:
		return &node{kind: kindName, op: t.text}
	case tokenVariable:
		return &node{kind: kindVariable, op: t.text}
	case tokenString:
		return &node{kind: kindString, op: t.text, value: t.text}
	case tokenNumber:
		return &node{kind: kindNumber, value: t.value}
	case tokenValue:
		return &node{kind: kindLiteral, value: t.value}
	case tokenRegex:
		return &node{kind: kindRegex, regex: t.regex}
	}
	switch t.text {
	case "and", "or", "in":
		return &node{kind: kindName, op: t.text}
	case "*":
		return &node{kind: kindWildcard}
	case "**":
		return &node{kind: kindDescendant}
	case "%":
		p.fail(refuse("JSONata operator %% (the parent)"))
	case "-":
		return &node{kind: kindNegate, op: "-", left: p.expression(70)}
	case "(":
		return p.block()
	case "[":
		return p.array()
	case "{":
		return &node{kind: kindObject, pairs: p.objectPairs()}
	case "|":
		return p.transform()
	default:
		p.fail(&Error{Code: "S0211", Token: t.text})
	}
	return &node{kind: kindEnd}
}

// infix reads what follows an operator after its left side.
func (p *parser) infix(operator string, left *node) *node {
	switch operator {
	case "(":
		return p.call(left)
	case "[":
		return p.predicate(left)
	case "^":
		return p.orderBy(left)
	case "{":
		return &node{kind: kindBinary, op: "{", left: left, pairs: p.objectPairs()}
	case ":=":
		if left.kind != kindVariable {
			p.fail(&Error{Code: "S0212"})
		}
		return &node{kind: kindBinary, op: ":=", left: left, right: p.expression(powers[":="] - 1)}
	case "@", "#":
		p.fail(refuse("JSONata operator %s (a variable for each item of a step)", operator))
		return left
	case "?":
		n := &node{kind: kindCondition, left: left, right: p.expression(0)}
		if p.token.is(":") {
			p.advance(":", false)
			n.third = p.expression(0)
		}
		return n
	}
	return &node{kind: kindBinary, op: operator, left: left, right: p.expression(powers[operator])}
}

// separated reads elements with commas between them.
func (p *parser) separated(element func()) {
	for p.err == nil {
		element()
		if !p.token.is(",") {
			return
		}
		p.advance(",", false)
	}
}

func (p *parser) block() *node {
	n := &node{kind: kindBlock}
	for p.err == nil && !p.token.is(")") {
		n.list = append(n.list, p.expression(0))
		if !p.token.is(";") {
			break
		}
		p.advance(";", false)
	}
	p.advance(")", true)
	return n
}

func (p *parser) array() *node {
	n := &node{kind: kindArray, op: "["}
	if !p.token.is("]") {
		p.separated(func() {
			item := p.expression(0)
			if p.token.is("..") {
				p.advance("..", false)
				item = &node{kind: kindBinary, op: "..", left: item, right: p.expression(0)}
			}
			n.list = append(n.list, item)
		})
	}
	p.advance("]", true)
	return n
}

func (p *parser) objectPairs() [][2]*node {
	var pairs [][2]*node
	if !p.token.is("}") {
		p.separated(func() {
			key := p.expression(0)
			p.advance(":", false)
			pairs = append(pairs, [2]*node{key, p.expression(0)})
		})
	}
	p.advance("}", true)
	return pairs
}

func (p *parser) transform() *node {
	n := &node{kind: kindTransform, left: p.expression(0)}
	p.advance("|", false)
	n.right = p.expression(0)
	if p.token.is(",") {
		p.advance(",", false)
		n.third = p.expression(0)
	}
	p.advance("|", false)
	return n
}

// predicate reads a filter or an index; an empty one keeps the result an array.
func (p *parser) predicate(left *node) *node {
	if p.token.is("]") {
		step := left
		for step.kind == kindBinary && step.op == "[" {
			step = step.left
		}
		step.keepArray = true
		p.advance("]", false)
		return left
	}
	n := &node{kind: kindBinary, op: "[", left: left, right: p.expression(0)}
	p.advance("]", true)
	return n
}

func (p *parser) orderBy(left *node) *node {
	n := &node{kind: kindBinary, op: "^", left: left}
	p.advance("(", false)
	p.separated(func() {
		term := sortTerm{descending: p.token.is(">")}
		if p.token.is("<") || p.token.is(">") {
			p.advance("", false)
		}
		term.by = p.expression(0)
		n.terms = append(n.terms, term)
	})
	p.advance(")", false)
	return n
}

// call reads the arguments of a function, or the parameters and the body of one that is defined.
func (p *parser) call(procedure *node) *node {
	n := &node{kind: kindFunction, op: "(", left: procedure}
	if !p.token.is(")") {
		p.separated(func() {
			if p.token.is("?") {
				n.kind = kindPartial
				n.list = append(n.list, &node{kind: kindPlaceholder})
				p.advance("?", false)
				return
			}
			n.list = append(n.list, p.expression(0))
		})
	}
	p.advance(")", true)
	if procedure.kind == kindName && (procedure.op == "function" || procedure.op == "λ") {
		return p.lambda(n.list)
	}
	return n
}

func (p *parser) lambda(params []*node) *node {
	n := &node{kind: kindLambda}
	for i, param := range params {
		if param.kind != kindVariable {
			p.fail(&Error{Code: "S0208", Value: float64(i + 1)})
		}
		n.params = append(n.params, param.op)
	}
	if p.token.is("<") {
		n.signature = p.lambdaSignature()
	}
	p.advance("{", false)
	n.right = p.expression(0)
	p.advance("}", false)
	return n
}

// lambdaSignature puts the tokens of a signature together again.
func (p *parser) lambdaSignature() *signature {
	text, depth := "<", 1
	for p.err == nil && depth > 0 && !p.token.is("{") && p.token.kind != tokenEnd {
		p.advance("", false)
		switch {
		case p.token.is(">"):
			depth--
		case p.token.is("<"):
			depth++
		}
		text += p.token.text
	}
	p.advance(">", false)
	s, err := parseSignature(text)
	if err != nil {
		p.fail(err)
	}
	return s
}

// names lists the variables that an expression reads, in the order of the text.
func names(n *node) []string {
	var found []string
	n.walk(func(n *node) {
		if n.kind == kindVariable && !slices.Contains(found, n.op) {
			found = append(found, n.op)
		}
	})
	return found
}

// walk visits a node of a processed tree and all under it.
func (n *node) walk(visit func(*node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, child := range []*node{n.left, n.right, n.third, n.group} {
		child.walk(visit)
	}
	for _, children := range [][]*node{n.list, n.predicates, n.stages} {
		for _, child := range children {
			child.walk(visit)
		}
	}
	for _, pair := range n.pairs {
		pair[0].walk(visit)
		pair[1].walk(visit)
	}
	for _, term := range n.terms {
		term.by.walk(visit)
	}
}
