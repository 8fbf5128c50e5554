package scenario

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// MistakeError is a scenario that cannot be played as it is written: a mistake of the scenario, and not a failure of Drover.
type MistakeError struct{ Err error }

// Error says what is wrong, and where.
func (e *MistakeError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *MistakeError) Unwrap() error { return e.Err }

// source is a scenario's text, for mistakes to say where they are.
type source struct {
	file string
	tree *ast.File
}

// Mistake names the place of the value with this path, or of the nearest value around it.
func (s source) mistake(path, format string, args ...any) error {
	return fmt.Errorf("%s: %s", s.place(path), fmt.Sprintf(format, args...))
}

// place is in the form that editors jump to: file, line and column.
func (s source) place(path string) string {
	line, column := 1, 1
	for p := path; p != "" && s.tree != nil; {
		if at, err := yaml.PathString("$." + strings.TrimPrefix(p, ".")); err == nil {
			if node, err := at.FilterFile(s.tree); err == nil && node != nil {
				line, column = position(node)
				break
			}
		}
		p = p[:max(0, strings.LastIndexAny(p, ".["))]
	}
	return fmt.Sprintf("%s:%d:%d", s.file, line, column)
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

// wholeNumbers finds fractions where the type has a whole number; the YAML reader would truncate them silently.
func (c *checker) wholeNumbers(t reflect.Type) {
	for _, doc := range c.tree.Docs {
		ast.Walk(visitor(func(node ast.Node) {
			pair, ok := node.(*ast.MappingValueNode)
			if !ok {
				return
			}
			if fraction, ok := pair.Value.(*ast.FloatNode); ok && wantsWhole(t, fraction.GetPath()) {
				c.add(strings.TrimPrefix(fraction.GetPath(), "$."), "%s; expected a whole number", fraction.GetToken().Value)
			}
		}), doc.Body)
	}
}

func wantsWhole(t reflect.Type, path string) bool {
	for _, step := range strings.Split(path, ".")[1:] { // the first is the root
		name, _, _ := strings.Cut(step, "[")
		if t = fieldType(t, name); t == nil {
			return false // below a run's input anything may stand
		}
	}
	return t.Kind() == reflect.Int
}

// visitor visits every node of a tree.
type visitor func(ast.Node)

// Visit visits one of them.
func (v visitor) Visit(node ast.Node) ast.Visitor {
	v(node)
	return v
}

// hasEndpoint says whether a cluster of routing controls of the plan has an endpoint in the Region.
func hasEndpoint(plan failover.Plan, region failover.Region) bool {
	return slices.ContainsFunc(plan.Switches, func(s failover.Switch) bool {
		return s.RoutingControl != nil && slices.ContainsFunc(s.RoutingControl.Endpoints, func(e failover.ClusterEndpoint) bool { return e.Region == region })
	})
}

// Fits checks that a scenario in the terms of a plan is about the Regions of the plan, and of its clusters of routing controls.
func (s *Scenario) Fits(plan failover.Plan) error {
	return s.about(func(m mention) bool {
		region := failover.Region(m.region)
		return plan.Has(region) || m.endpoint() && hasEndpoint(plan, region)
	}, plan)
}

// about checks the Regions that the scenario names.
func (s *Scenario) about(fits func(mention) bool, plan failover.Plan) error {
	var problems []error
	for _, m := range s.regions {
		if !fits(m) {
			problems = append(problems, s.Mistake(m.path, "%s is not a Region of the plan %s; expected primary or standby, which are %s and %s", m.region, plan.Name, plan.Primary, plan.Standby))
		}
	}
	return errors.Join(problems...)
}

// endpoint says whether it may be the Region of an endpoint of a cluster of routing controls.
func (m mention) endpoint() bool { return strings.HasSuffix(m.path, ".apiFault.region") }
