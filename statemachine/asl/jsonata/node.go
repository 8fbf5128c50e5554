package jsonata

// kind is what a node of the syntax tree is. The first group comes from the parser and is gone after [process].
type kind int

const (
	kindEnd kind = iota
	kindBinary
	kindOperator

	kindPath
	kindName
	kindLiteral
	kindNumber
	kindString
	kindWildcard
	kindDescendant
	kindCondition
	kindBlock
	kindBind
	kindRegex
	kindFunction
	kindPartial
	kindPlaceholder
	kindVariable
	kindLambda
	kindApply
	kindTransform
	kindSort
	kindNegate
	kindArray
	kindObject
)

// node is a node of the syntax tree. Which fields are set depends on kind.
type node struct {
	kind kind
	// op is the operator, the name or the text of a string.
	op    string
	value any
	// keepArray is set by [] after the node.
	keepArray bool
	// keepSingleton is that of a path with a step that has keepArray.
	keepSingleton bool
	// cons marks an array constructor that is the first or the last step of a path.
	cons bool

	// left, right and third are operands; those of a condition, of a bind, of a function (left is what is invoked) too.
	left, right, third *node
	// list has the steps of a path, the expressions of a block or an array, the arguments of a function.
	list  []*node
	pairs [][2]*node
	terms []sortTerm

	// predicates filter the result of the node, and stages that of a step for each item.
	predicates, stages []*node
	group              *node

	params    []string
	signature *signature
	// thunk marks a call in the last place of a function, which is made when the function has ended.
	thunk bool
	regex *regex
}

type sortTerm struct {
	descending bool
	by         *node
}
