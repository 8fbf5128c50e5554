package jsonata

// process turns the parser's tree into the one that is evaluated: paths become lists of steps, and predicates and groups
// belong to what they follow.
func process(n *node) (*node, error) {
	pr := &processor{}
	result := pr.process(n)
	return result, pr.err
}

type processor struct{ err error }

func (pr *processor) fail(err error) {
	if pr.err == nil {
		pr.err = err
	}
}

func (pr *processor) process(n *node) *node {
	if n == nil || pr.err != nil {
		return n
	}
	result := pr.byKind(n)
	if n.keepArray {
		result.keepArray = true
	}
	return result
}

func (pr *processor) all(nodes []*node) []*node {
	list := make([]*node, len(nodes))
	for i, n := range nodes {
		list[i] = pr.process(n)
	}
	return list
}

func (pr *processor) pairs(pairs [][2]*node) [][2]*node {
	list := make([][2]*node, len(pairs))
	for i, pair := range pairs {
		list[i] = [2]*node{pr.process(pair[0]), pr.process(pair[1])}
	}
	return list
}

func (pr *processor) byKind(n *node) *node {
	switch n.kind {
	case kindEnd:
		pr.fail(&Error{Code: "S0207"})
	case kindBinary:
		return pr.binary(n)
	case kindName:
		return &node{kind: kindPath, list: []*node{n}, keepSingleton: n.keepArray}
	case kindNegate:
		operand := pr.process(n.left)
		if value, ok := operand.value.(float64); ok && operand.kind == kindNumber {
			operand.value = -value
			return operand
		}
		return &node{kind: kindNegate, op: "-", left: operand}
	case kindArray, kindFunction, kindPartial:
		return &node{kind: n.kind, op: n.op, left: pr.process(n.left), list: pr.all(n.list)}
	case kindObject:
		return &node{kind: kindObject, pairs: pr.pairs(n.pairs)}
	case kindLambda:
		return &node{kind: kindLambda, params: n.params, signature: n.signature, right: thunked(pr.process(n.right))}
	case kindCondition, kindTransform:
		return &node{kind: n.kind, left: pr.process(n.left), right: pr.process(n.right), third: pr.process(n.third)}
	case kindBlock:
		block := &node{kind: kindBlock, list: pr.all(n.list)}
		for _, part := range block.list {
			if part.cons || part.kind == kindPath && part.list[0].cons {
				block.cons = true
			}
		}
		return block
	}
	return n
}

func (pr *processor) binary(n *node) *node {
	switch n.op {
	case ".":
		return pr.path(n)
	case "[":
		return pr.filter(n)
	case "{":
		result := pr.process(n.left)
		if result.group != nil {
			pr.fail(&Error{Code: "S0210"})
		}
		result.group = &node{kind: kindObject, pairs: pr.pairs(n.pairs)}
		return result
	case "^":
		result := pr.process(n.left)
		if result.kind != kindPath {
			result = &node{kind: kindPath, list: []*node{result}}
		}
		sort := &node{kind: kindSort}
		for _, term := range n.terms {
			sort.terms = append(sort.terms, sortTerm{descending: term.descending, by: pr.process(term.by)})
		}
		result.list = append(result.list, sort)
		return result
	case ":=":
		return &node{kind: kindBind, op: n.left.op, right: pr.process(n.right)}
	case "~>":
		result := &node{kind: kindApply, op: n.op, left: pr.process(n.left), right: pr.process(n.right)}
		result.keepArray = result.left.keepArray || result.right.keepArray
		return result
	}
	return &node{kind: kindBinary, op: n.op, left: pr.process(n.left), right: pr.process(n.right)}
}

func (pr *processor) path(n *node) *node {
	result, rest := pr.process(n.left), pr.process(n.right)
	if pr.err != nil {
		return n
	}
	if result.kind != kindPath {
		result = &node{kind: kindPath, list: []*node{result}}
	}
	if rest.kind == kindPath {
		result.list = append(result.list, rest.list...)
	} else {
		if rest.predicates != nil {
			rest.stages, rest.predicates = rest.predicates, nil
		}
		result.list = append(result.list, rest)
	}
	for _, step := range result.list {
		switch step.kind {
		case kindNumber, kindLiteral:
			pr.fail(&Error{Code: "S0213", Value: step.value})
		case kindString:
			step.kind = kindName
		}
		if step.keepArray {
			result.keepSingleton = true
		}
	}
	for _, step := range []*node{result.list[0], result.list[len(result.list)-1]} {
		if step.kind == kindArray {
			step.cons = true
		}
	}
	return result
}

func (pr *processor) filter(n *node) *node {
	result, predicate := pr.process(n.left), pr.process(n.right)
	if pr.err != nil {
		return n
	}
	step, list := result, &result.predicates
	if result.kind == kindPath {
		step = result.list[len(result.list)-1]
		list = &step.stages
	}
	if step.group != nil {
		pr.fail(&Error{Code: "S0209"})
	}
	*list = append(*list, predicate)
	return result
}

// thunked marks the calls in the last place of a function's body. They are made by who called the function, so that a function
// that ends by calling itself does not need a deeper stack each time.
func thunked(n *node) *node {
	switch {
	case n == nil:
	case n.kind == kindFunction && n.predicates == nil:
		return &node{kind: kindLambda, thunk: true, right: n}
	case n.kind == kindCondition:
		n.right, n.third = thunked(n.right), thunked(n.third)
	case n.kind == kindBlock && len(n.list) > 0:
		n.list[len(n.list)-1] = thunked(n.list[len(n.list)-1])
	}
	return n
}
