package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/yamltext"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
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
		// Not wrapped: the scenario itself exists.
		return nil, s.Mistake("applicationsFile", "%v; expected a path relative to the scenario", err)
	}
	return s, nil
}

// Parse reads a scenario that has its applications in its own text; file is what mistakes call it.
func Parse(file string, text []byte) (*Scenario, error) { return parse(file, text) }

// parse reads a scenario's own text. All mistakes that do not hide each other are reported at once, each with file,
// line, column and what was expected; an unknown key is a mistake. The applications are read later, for a plan.
func parse(file string, text []byte) (*Scenario, error) {
	rest, applications := splitApplications(text)
	s := &Scenario{applications: applications, applicationsFrom: file}
	tree, err := readYAML(rest, s)
	if err != nil {
		return nil, explainYAML(file, tree, reflect.TypeFor[Scenario](), err)
	}
	c := checker{source: source{file, tree}, any: s.Expect.Any}
	c.wholeNumbers(reflect.TypeFor[Scenario]())
	c.scenario(s)
	s.source, s.regions = c.source, c.regions
	return s, errors.Join(c.problems...)
}

// readYAML reads the first document of a text into a struct. The tree is nil when the text cannot be parsed.
func readYAML(text []byte, into any) (*ast.File, error) {
	tree, err := yamltext.Parse(text)
	if err != nil || len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return tree, err
	}
	return tree, yaml.NodeToValue(tree.Docs[0].Body, into, yaml.Strict())
}

// splitApplications splits a scenario's text into the block of the key applications, for the registry's reader, and the
// rest. Both keep their line numbers.
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

// explainYAML gives an error of the YAML reader a position, in the form that editors jump to.
func explainYAML(file string, tree *ast.File, into reflect.Type, err error) error {
	if bound := (*yamltext.Error)(nil); errors.As(err, &bound) {
		return fmt.Errorf("%s:%d:1: %w", file, bound.Line, bound)
	}
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
			file, pos.Line, pos.Column, unknown.Token.Value, strings.Join(keysBeside(tree, into, unknown.Token), ", "))
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

// yamlKind names a Go type in the terms of YAML.
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

// checker collects the mistakes of a scenario that could be read, and the Regions that it names.
type checker struct {
	source
	problems []error
	regions  []mention
	// any says that runs need no outcome.
	any bool
}

// maxMistakes bounds how many mistakes are listed.
const maxMistakes = 50

// mention is a Region and the path of where it is named.
type mention struct{ path, region string }

func (c *checker) add(path, format string, args ...any) {
	if len(c.problems) < maxMistakes { // each is searched for in the whole text
		c.problems = append(c.problems, c.mistake(path, format, args...))
	}
}

// scenarioName matches the names that can be that of a folder.
var scenarioName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (c *checker) scenario(s *Scenario) {
	for key, value := range orderedPairs("name", s.Name, "title", s.Title, "description", s.Description) {
		if value == "" {
			c.add(key, "%s is missing", key)
		}
	}
	if s.Name != "" && !scenarioName.MatchString(s.Name) {
		c.add("name", "%q; expected 1 to 64 of a-z, A-Z, 0-9, - and _: the report's folder gets this name", s.Name)
	}
	c.sources(s)
	if s.Generate != nil {
		c.generate(s.Generate)
	}
	if len(s.Timeline) == 0 && len(s.Refusals) == 0 {
		c.add("timeline", "timeline and refusals are missing; expected one of them")
	}
	for i, e := range s.Timeline {
		path := indexed("timeline", i)
		if i > 0 && e.At < s.Timeline[i-1].At {
			c.add(path+".at", "it is before the event above; expected the events in order of time")
		}
		c.event(path, e)
	}
	if n := len(s.Timeline); n > 0 && s.Until < s.Timeline[n-1].At {
		c.add("until", "%s; expected a time not before the last event, at %s", time.Duration(s.Until), time.Duration(s.Timeline[n-1].At))
	}
	c.callers(s)
	c.expectedRuns(s.Expect.Runs)
	for i, r := range s.Refusals {
		path := indexed("refusals", i)
		c.region(path+".region", r.Region)
		c.input(path, r.Input)
		if r.Says == "" {
			c.add(path, "says is missing; expected a text that the refusal must contain")
		}
	}
	c.oneOf("needs.controlPlane", s.Needs.ControlPlane, "", primaryWord)
	c.world(s)
}

func (c *checker) world(s *Scenario) {
	if n := s.World.Clients.RequestsPerSecond; !(n >= 0 && n <= maxRequests) { // nothing is true of .nan
		c.add("world.clients.requestsPerSecond", "%v; expected 0, for the usual 100, to %d", n, maxRequests)
	}
	c.oneOf("world.traffic", s.World.Traffic, "", BySwitch, ByWeights, Detached)
	if wrong := failover.SwitchName(s.World.Switch); s.World.Switch != "" && wrong != "" && !placeholder.MatchString(s.World.Switch) {
		c.add("world.switch", "%s", wrong)
	}
	if n := s.World.SafetyRule.AtLeast; n < 0 {
		c.add("world.safetyRule.atLeast", "%d; expected how many routing controls must be on", n)
	}
	c.oneOf("world.controlPlane", s.World.ControlPlane, "", ControlPlaneStays)
	for i, m := range s.World.Metrics {
		c.metric(indexed("world.metrics", i), m)
	}
	for i, m := range s.World.Aurora.Members {
		c.databaseMember(indexed("world.aurora.members", i), m)
	}
	for i, z := range s.World.Zones {
		for key, value := range orderedPairs("id", z.ID, "name", z.Name) {
			c.required(indexed("world.zones", i), key, value)
		}
	}
	if w := s.World.Clients.Writes; !(w >= 0 && w <= 1) {
		c.add("world.clients.writes", "%v; expected a part from 0 to 1", w)
	}
}

// oneOf checks a word. The first of the known ones may be empty, for a key that may be left out.
func (c *checker) oneOf(path, word string, known ...string) {
	if !slices.Contains(known, word) {
		c.add(path, "%q is not known; expected %s", word, strings.Join(slices.DeleteFunc(known, func(k string) bool { return k == "" }), ", "))
	}
}

// maxRequests is how many requests clients may send in a second.
const maxRequests = 1_000_000_000

// indexed is the path of an element of a list.
func indexed(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// sources checks that the applications come from one place.
func (c *checker) sources(s *Scenario) {
	n := 0
	for _, given := range []bool{s.Generate != nil, s.applications != nil, s.ApplicationsFile != ""} {
		if given {
			n++
		}
	}
	if n != 1 {
		c.add("name", "got %d of applications, applicationsFile and generate; expected exactly one", n)
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

// input checks that a run's input can be written as JSON.
func (c *checker) input(path string, input any) {
	if _, err := JSON(input); err != nil {
		c.add(path+".input", "cannot be written as JSON: %v", err)
	}
}

func (c *checker) region(path, region string) {
	if _, err := failover.ParseRegion(region); err != nil && region != primaryWord && region != standbyWord {
		c.add(path, "%v, or primary or standby", err)
		return
	}
	c.regions = append(c.regions, mention{path, region})
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
