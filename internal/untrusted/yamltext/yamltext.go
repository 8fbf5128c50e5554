// Package yamltext parses YAML from outside. The parser behind it takes memory that grows with the square of the nesting
// (65 KB of "[" take gigabytes), and with the square of the number of keys of one block; an alias of aliases stands for
// exponentially many values. So a text is bounded before it is parsed, reading each byte once, and what its aliases
// stand for is counted before anything follows them.
package yamltext

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/drover-dr/drover/internal/untrusted"
)

const (
	// maxSize is the largest text: a file of 10,000 applications has about 4 MB.
	maxSize = 8 << 20
	// maxMarks bounds the marks of a text, each of which becomes tokens and nodes of about a kilobyte in all; a longer text
	// may have one for every bytesPerMark bytes, about as many as a file of applications has.
	maxMarks, bytesPerMark = 150_000, 8
	// maxKeys bounds the keys of one block.
	maxKeys = 1_000
	// maxColumns bounds how far a line may be indented.
	maxColumns = 1_000
	// maxExpanded bounds how many values there are with those that aliases stand for.
	maxExpanded = 500_000
)

// Error is a text that is too large, too deep or too wide to be parsed.
type Error struct {
	// Line is where the bound is passed.
	Line int
	// Problem is what was found and what was expected.
	Problem string
}

// Error has no line in it: those who read files put it first.
func (e *Error) Error() string { return e.Problem }

// Parse parses a text that is within the bounds. The error is an [*Error] if it is not, or the parser's own.
func Parse(text []byte) (*ast.File, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	if err := checkAliases(tree); err != nil {
		return nil, err
	}
	return tree, nil
}

func check(text []byte) error {
	if err := untrusted.CheckSize(text, maxSize); err != nil {
		return &Error{1, err.Error()}
	}
	s := scan{most: max(maxMarks, len(text)/bytesPerMark), line: 1}
	for len(text) > 0 {
		end := bytes.IndexAny(text, "\n\r")
		if end < 0 {
			end = len(text)
		}
		if problem := s.read(text[:end]); problem != "" {
			return &Error{s.line, problem}
		}
		text = text[min(len(text), end+1):]
		s.line++
	}
	return nil
}

// scan reads a text, line by line, without understanding more of it than where a block may begin.
type scan struct {
	line, most, marks int
	// depth counts the brackets that are open. One in a quoted text counts too: the scan must not be fooled by quotes that
	// the parser takes otherwise.
	depth int
	// blocks are those that the line may belong to, from the outside in.
	blocks []block
}

// block is a column at which keys begin, and how many there have been.
type block struct{ column, keys int }

func (s *scan) read(line []byte) string {
	if problem := s.brackets(line); problem != "" {
		return problem
	}
	column := 0
	for {
		rest := bytes.TrimLeft(line, " \t")
		column += len(line) - len(rest)
		line = rest
		if len(line) == 0 {
			return ""
		}
		if column > maxColumns {
			return fmt.Sprintf("text at column %d; expected at most %d", column+1, maxColumns)
		}
		if line[0] != '-' || len(line) > 1 && line[1] != ' ' && line[1] != '\t' {
			break
		}
		s.leave(column + 1)
		line, column = line[1:], column+1
	}
	if bytes.IndexByte(line, ':') < 0 && line[0] != '?' {
		return ""
	}
	s.leave(column + 1)
	return s.key(column)
}

// leave ends the blocks that begin at a column or to the right of it.
func (s *scan) leave(column int) {
	for n := len(s.blocks); n > 0 && s.blocks[n-1].column >= column; n-- {
		s.blocks = s.blocks[:n-1]
	}
}

func (s *scan) key(column int) string {
	if n := len(s.blocks); n == 0 || s.blocks[n-1].column < column {
		s.blocks = append(s.blocks, block{column: column})
	}
	if len(s.blocks) > untrusted.MaxDepth {
		return fmt.Sprintf("blocks nested more than %d deep; expected at most %[1]d", untrusted.MaxDepth)
	}
	last := &s.blocks[len(s.blocks)-1]
	if last.keys++; last.keys > maxKeys {
		return fmt.Sprintf("a block with more than %d keys; expected at most %[1]d", maxKeys)
	}
	return ""
}

// brackets counts what becomes tokens, and the brackets that are open.
func (s *scan) brackets(line []byte) string {
	s.marks++
	inLine := 0
	for _, c := range line {
		switch c {
		case '[', '{':
			s.depth++
			s.marks++
		case ']', '}':
			s.depth = max(0, s.depth-1)
			s.marks++
		case ',', ':', '"', '\'', '&', '*', '!', '?', '|', '>', '#', '%', '@', '`':
			s.marks++
		case '-':
			if inLine++; inLine > maxColumns {
				return fmt.Sprintf("more than %d hyphens in a line; expected fewer", maxColumns)
			}
		}
		if s.depth > untrusted.MaxDepth {
			return fmt.Sprintf("brackets nested more than %d deep; expected at most %[1]d", untrusted.MaxDepth)
		}
	}
	if s.marks > s.most {
		return fmt.Sprintf("more than %d keys, values and brackets; split the file, one part for each of several files", s.most)
	}
	return ""
}

// checkAliases counts the values of a tree, with those that its aliases stand for.
func checkAliases(tree *ast.File) error {
	c := counter{anchors: map[string]int{}, unknown: map[string]bool{}}
	for _, d := range tree.Docs {
		if d.Body == nil {
			continue
		}
		if c.count(d.Body); c.problem != nil {
			return c.problem
		}
	}
	return nil
}

// counter knows how many values each anchor stands for; unknown are the aliases whose anchor was not there yet.
type counter struct {
	anchors map[string]int
	unknown map[string]bool
	problem *Error
}

func (c *counter) refuse(node ast.Node, format string, args ...any) {
	if c.problem == nil {
		c.problem = &Error{node.GetToken().Position.Line, fmt.Sprintf(format, args...)}
	}
}

func (c *counter) count(node ast.Node) int {
	n := 1
	switch v := node.(type) {
	case *ast.StringNode:
		if untrusted.Lines(v.Value) != v.Value {
			c.refuse(v, "a text with a control character, %q; expected none but line breaks", clipped(v.Value))
		}
	case *ast.AnchorNode:
		n = c.anchor(v)
	case *ast.AliasNode:
		name := v.Value.GetToken().Value
		var known bool
		if n, known = c.anchors[name]; !known {
			n, c.unknown[name] = 1, true
		}
	case *ast.LiteralNode:
		n = c.add(n, v.Value)
	case *ast.TagNode:
		n = c.add(n, v.Value)
	case *ast.MappingNode:
		for _, pair := range v.Values {
			n = c.add(n, pair)
		}
	case *ast.MappingValueNode:
		n = c.add(c.add(n, v.Key), v.Value)
	case *ast.MappingKeyNode:
		n = c.add(n, v.Value)
	case *ast.SequenceNode:
		for _, value := range v.Values {
			n = c.add(n, value)
		}
	}
	return n
}

// anchor counts what an anchor stands for. Each has one place, before its aliases and around none of them, so that what
// is counted is what any reader finds.
func (c *counter) anchor(v *ast.AnchorNode) int {
	name := v.Name.GetToken().Value
	if _, twice := c.anchors[name]; twice || c.unknown[name] {
		c.refuse(v, "anchor &%s is there twice, or after an alias of it; expected it once, before its aliases", name)
	}
	c.anchors[name] = maxExpanded + 1
	n := c.add(0, v.Value)
	c.anchors[name] = n
	return n
}

// add adds the values of a node. It stops where there are too many, so that the sum cannot overflow.
func (c *counter) add(n int, node ast.Node) int {
	if node == nil || c.problem != nil {
		return n
	}
	if n += c.count(node); n > maxExpanded {
		c.refuse(node, "more than %d values, with those that aliases stand for; expected fewer", maxExpanded)
	}
	return n
}

// clipped keeps what was found readable inside a message.
func clipped(text string) string { return text[:min(len(text), 60)] }
