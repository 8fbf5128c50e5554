// Package applicationsfile reads applications as people write them, in YAML. Everything that is wrong with a file is
// said at once, each mistake with file, line and column, what was found and what was expected; docs/applications.md
// describes the format for those who write it.
//
// What only AWS can tell, such as whether a hosted zone exists or a record is as the file says, is checked by Validate
// before every run and not here: a file can be checked without an account.
package applicationsfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted/yamltext"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Parse reads the applications of a plan from the text of a file, in the order of the file. The name of the file is for
// the errors only. Any mistake is an error, and the error lists all of them, one in a line.
func Parse(file string, text []byte, plan failover.Plan) ([]failover.Application, error) {
	return ParseWith(file, text, plan, func(text string) string { return text })
}

// ParseWith reads applications whose texts have words in braces, such as {primary}, for what they have in the plan: fill replaces
// them. Where a Region is a key, the words primary and standby need no braces.
func ParseWith(file string, text []byte, plan failover.Plan, fill func(string) string) ([]failover.Application, error) {
	r := &reader{file: file, plan: plan, fill: fill, anchors: map[string]ast.Node{}}
	root, err := r.open(text)
	if err != nil {
		return nil, err
	}
	apps := readFile(root)
	if err := r.verdict(); err != nil {
		return nil, err
	}
	return apps, nil
}

// open returns the one document of a file. A file that is not YAML has one mistake: what follows it cannot be trusted.
func (r *reader) open(text []byte) (value, error) {
	tree, err := yamltext.Parse(text)
	var where yaml.Error
	var bound *yamltext.Error
	if errors.As(err, &bound) {
		r.mistakes = append(r.mistakes, mistake{r.file, bound.Line, 1, bound.Problem})
		return value{}, r.verdict()
	}
	if errors.As(err, &where) {
		r.add(where.GetToken(), "not YAML: %s", where.GetMessage())
		return value{}, r.verdict()
	}
	if err != nil {
		return value{}, fmt.Errorf("%s: not YAML: %w", r.file, err)
	}
	var documents []*ast.DocumentNode
	for _, d := range tree.Docs {
		if d.Body != nil {
			documents = append(documents, d)
		}
	}
	if len(documents) == 0 {
		r.add(nil, "empty; expected the key applications")
		return value{}, r.verdict()
	}
	if len(documents) > 1 {
		r.add(position(documents[1].Body), "a second document; expected one")
		return value{}, r.verdict()
	}
	ast.Walk(r, documents[0].Body)
	return value{r: r, key: "file", node: documents[0].Body}, nil
}

// maxMistakes bounds the error; a file with the wrong indentation has thousands.
const maxMistakes = 50

// mistake is one thing that is wrong.
type mistake struct {
	file         string
	line, column int
	text         string
}

// Error is in the form that editors jump to.
func (m mistake) Error() string { return fmt.Sprintf("%s:%d:%d: %s", m.file, m.line, m.column, m.text) }

func (r *reader) add(at *token.Token, format string, args ...any) {
	m := mistake{file: r.file, line: 1, column: 1, text: fmt.Sprintf(format, args...)}
	if at != nil && at.Position != nil {
		m.line, m.column = at.Position.Line, at.Position.Column
	}
	r.mistakes = append(r.mistakes, m)
}

// verdict returns all mistakes in the order of the file, or nil.
func (r *reader) verdict() error {
	slices.SortStableFunc(r.mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	// What an alias stands for is read at every place that names it, and its mistakes are found as often.
	r.mistakes = slices.Compact(r.mistakes)
	var all []error
	for _, m := range r.mistakes[:min(len(r.mistakes), maxMistakes)] {
		all = append(all, m)
	}
	if more := len(r.mistakes) - maxMistakes; more > 0 {
		all = append(all, fmt.Errorf("%s: %s mistakes", r.file, prose.More(more)))
	}
	return errors.Join(all...)
}
