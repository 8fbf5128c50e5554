package drill

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Load reads a scenario, and the file of its applications if it has one, from a folder. It returns an error that is
// [fs.ErrNotExist] when the scenario is not there.
func Load(dir fs.FS, file string) (*Scenario, error) {
	text, err := fs.ReadFile(dir, file)
	if err != nil {
		return nil, err
	}
	s, err := parse(file, text)
	if err != nil || s.ApplicationsFile == "" {
		return s, err
	}
	s.applicationsFrom = s.ApplicationsFile
	if s.applications, err = fs.ReadFile(dir, s.ApplicationsFile); err != nil {
		return nil, fmt.Errorf("%s: applicationsFile: %w", file, err)
	}
	return s, nil
}

// parse reads a scenario's own text. All mistakes that do not hide each other are reported at once, each with file,
// line, column and what was expected; an unknown key is a mistake. The applications are read when a plan is at hand.
func parse(file string, text []byte) (*Scenario, error) {
	rest, applications := splitApplications(text)
	s := &Scenario{File: file, applications: applications, applicationsFrom: file}
	if err := yaml.UnmarshalWithOptions(rest, s, yaml.Strict()); err != nil {
		return nil, explainYAML(file, rest, reflect.TypeFor[Scenario](), err)
	}
	tree, err := parser.ParseBytes(rest, 0)
	if err != nil {
		return nil, explainYAML(file, rest, reflect.TypeFor[Scenario](), err)
	}
	c := checker{file: file, tree: tree}
	c.scenario(s)
	return s, errors.Join(c.problems...)
}

// splitApplications parts a scenario's text into the block of the key applications, which the registry's reader
// understands, and everything else. Both keep their line numbers.
func splitApplications(text []byte) (rest, applications []byte) {
	inside := false
	for line := range bytes.Lines(text) {
		if first := line[0]; first != ' ' && first != '\n' && first != '#' && first != '\r' {
			inside = bytes.HasPrefix(line, []byte("applications:"))
		}
		if inside {
			applications = append(applications, line...)
			rest = append(rest, '\n')
		} else {
			applications = append(applications, '\n')
			rest = append(rest, line...)
		}
	}
	if len(bytes.TrimSpace(applications)) == 0 {
		applications = nil
	}
	return rest, applications
}

// explainYAML says where the YAML reader stumbled, in the form that editors jump to.
func explainYAML(file string, text []byte, into reflect.Type, err error) error {
	var wrongType *yaml.TypeError
	if errors.As(err, &wrongType) {
		pos := wrongType.Token.Position
		return fmt.Errorf("%s:%d:%d: %s; expected %s", file, pos.Line, pos.Column,
			yamlKind(wrongType.SrcType), yamlKind(wrongType.DstType))
	}
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		pos := unknown.Token.Position
		return fmt.Errorf("%s:%d:%d: unknown key %q; expected one of %s",
			file, pos.Line, pos.Column, unknown.Token.Value, strings.Join(keysBeside(text, into, unknown.Token), ", "))
	}
	var wrongNode *yaml.UnexpectedNodeTypeError
	if errors.As(err, &wrongNode) {
		pos := wrongNode.Token.Position
		return fmt.Errorf("%s:%d:%d: %s; expected %s", file, pos.Line, pos.Column, nodeKind(wrongNode.Actual), nodeKind(wrongNode.Expected))
	}
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		pos := at.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", file, pos.Line, pos.Column, at.GetMessage())
	}
	return fmt.Errorf("%s: %w", file, err)
}

// yamlKind names a Go type as somebody who writes YAML would.
func yamlKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	case reflect.Pointer:
		return yamlKind(t.Elem())
	}
	return "a block of keys"
}

func nodeKind(t ast.NodeType) string {
	switch t {
	case ast.SequenceType:
		return "a list"
	case ast.MappingType, ast.MappingValueType:
		return "a block of keys"
	}
	return "a value"
}

// checker collects what is wrong with a scenario that could be read.
type checker struct {
	file     string
	tree     *ast.File
	problems []error
}

// add reports a problem at the place of the value with this path, or of the nearest value around it.
func (c *checker) add(path, format string, args ...any) {
	line, column := 1, 1
	for p := path; p != ""; {
		if at, err := yaml.PathString("$." + strings.TrimPrefix(p, ".")); err == nil {
			if node, err := at.FilterFile(c.tree); err == nil && node != nil {
				line, column = position(node)
				break
			}
		}
		p = p[:max(0, strings.LastIndexAny(p, ".["))]
	}
	c.problems = append(c.problems, fmt.Errorf("%s:%d:%d: %s", c.file, line, column, fmt.Sprintf(format, args...)))
}

// position is where a value begins; the reader's own position of a block is that of its first colon.
func position(node ast.Node) (line, column int) {
	switch n := node.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return position(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(n.Key)
	}
	p := node.GetToken().Position
	return p.Line, p.Column
}

func (c *checker) scenario(s *Scenario) {
	for key, value := range orderedPairs("name", s.Name, "title", s.Title, "description", s.Description) {
		if value == "" {
			c.add(key, "%s is missing", key)
		}
	}
	c.sources(s)
	if s.Generate != nil {
		c.generate(s.Generate)
	}
	if len(s.Timeline) == 0 && len(s.Refusals) == 0 {
		c.add("timeline", "a scenario needs a timeline or refusals")
	}
	for i, e := range s.Timeline {
		path := indexed("timeline", i)
		if i > 0 && e.At < s.Timeline[i-1].At {
			c.add(path+".at", "the event before is later; expected the order of time")
		}
		c.event(path, e)
	}
	c.callers(s)
	c.expectedRuns(s.Expect.Runs)
	for i, r := range s.Refusals {
		path := indexed("refusals", i)
		c.region(path+".region", r.Region)
		c.input(path, r.Input)
		if r.Says == "" {
			c.add(path, "says is missing; expected what the refusal must say")
		}
	}
	if w := s.World.Clients.Writes; w < 0 || w > 1 {
		c.add("world.clients.writes", "%v; expected a share from 0 to 1", w)
	}
}

// indexed is the path of an element of a list.
func indexed(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// sources checks that there is one place that the applications come from.
func (c *checker) sources(s *Scenario) {
	n := 0
	for _, given := range []bool{s.Generate != nil, s.applications != nil, s.ApplicationsFile != ""} {
		if given {
			n++
		}
	}
	if n != 1 {
		c.add("name", "a scenario has one of applications, applicationsFile and generate; got %d of them", n)
	}
}

func (c *checker) generate(g *Generate) {
	if g.Applications < 1 || g.Applications > 10_000 {
		c.add("generate.applications", "%d; expected 1 to 10000", g.Applications)
	}
	if len(g.Zones) == 0 {
		c.add("generate", "zones is missing; expected a list of {id: …, name: …}")
	}
	if g.Databases > len(g.GlobalClusters) || g.Databases > g.Applications {
		c.add("generate.databases", "%d; expected at most one for each of globalClusters and applications", g.Databases)
	}
}

// input checks that a run's input is something that JSON can say.
func (c *checker) input(path string, input any) {
	if _, err := jsonOf(input); err != nil {
		c.add(path+".input", "cannot be written as JSON: %v", err)
	}
}

func (c *checker) region(path, region string) {
	if _, err := failover.ParseRegion(region); err != nil {
		c.add(path, "%v", err)
	}
}

// orderedPairs yields key and value, key and value.
func orderedPairs(pairs ...string) func(yield func(key, value string) bool) {
	return func(yield func(key, value string) bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if !yield(pairs[i], pairs[i+1]) {
				return
			}
		}
	}
}
