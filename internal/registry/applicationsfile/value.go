package applicationsfile

import (
	"slices"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// reader goes through one file and collects what is wrong with it.
type reader struct {
	file     string
	plan     failover.Plan
	fill     func(string) string
	mistakes []mistake
	anchors  map[string]ast.Node
}

// Visit remembers what the anchors of the file stand for.
func (r *reader) Visit(node ast.Node) ast.Visitor {
	if a, ok := node.(*ast.AnchorNode); ok {
		r.anchors[a.Name.GetToken().Value] = a.Value
	}
	return r
}

// value is something in the file, or its absence. Reading it as what it is not notes the mistake and returns the zero
// value, so that reading goes on and finds the next one.
type value struct {
	r    *reader
	key  string
	node ast.Node
}

// given says whether the file has the value.
func (v value) given() bool { return v.node != nil }

func (v value) isMap() bool {
	_, ok := v.plain().(ast.MapNode)
	return ok
}

func (v value) isList() bool {
	_, ok := v.plain().(*ast.SequenceNode)
	return ok
}

// wrong notes a mistake at the value.
func (v value) wrong(format string, args ...any) {
	v.r.add(position(v.node), v.key+": "+format, args...)
}

// hold holds a text that is not empty to a rule, notes what is wrong with it, and returns it if it is right.
func (v value) hold(text string, rule func(string) string) string {
	if text == "" {
		return ""
	}
	if wrong := rule(text); wrong != "" {
		v.wrong("%s", wrong)
		return ""
	}
	return text
}

// plain is what an anchor or an alias stands for; YAML has no alias of an alias.
func (v value) plain() ast.Node {
	switch n := v.node.(type) {
	case *ast.AnchorNode:
		return n.Value
	case *ast.AliasNode:
		return v.r.anchors[n.Value.GetToken().Value]
	}
	return v.node
}

// text reads a string. Words that YAML takes for something else, such as an unquoted 12345678 or yes, must be quoted.
func (v value) text() string {
	switch n := v.plain().(type) {
	case *ast.StringNode:
		if n.Value == "" && v.given() {
			v.wrong("empty; expected a string")
		}
		return v.shown(n.Value)
	case *ast.LiteralNode:
		return v.shown(n.Value.Value)
	}
	if v.given() {
		v.wrong("%s; expected a string", found(v.plain()))
	}
	return ""
}

// shown replaces the words of a text, and refuses one that a terminal would obey instead of showing it.
func (v value) shown(text string) string {
	text = v.r.fill(text)
	if err := untrusted.CheckText(text); err != nil {
		v.wrong("%v", err)
	}
	return text
}

// whole reads a whole number within bounds.
func (v value) whole(lo, hi int) int {
	n, ok := v.plain().(*ast.IntegerNode)
	if !ok {
		if v.given() {
			v.wrong("%s; expected a whole number from %d to %d", found(v.plain()), lo, hi)
		}
		return 0
	}
	var i int
	switch x := n.Value.(type) {
	case int64:
		i = int(x)
	case uint64:
		i = int(min(x, 1<<62))
	}
	if i < lo || i > hi {
		v.wrong("%s; expected %d to %d", n.GetToken().Value, lo, hi)
		return 0
	}
	return i
}

// number reads a number, whole or not; nil when there is none.
func (v value) number() *float64 {
	var x float64
	switch n := v.plain().(type) {
	case *ast.FloatNode:
		x = n.Value
	case *ast.IntegerNode:
		switch i := n.Value.(type) {
		case int64:
			x = float64(i)
		case uint64:
			x = float64(i)
		}
	default:
		if v.given() {
			v.wrong("%s; expected a number", found(v.plain()))
		}
		return nil
	}
	return &x
}

func (v value) yes() bool {
	n, ok := v.plain().(*ast.BoolNode)
	if !ok {
		if v.given() {
			v.wrong("%s; expected true or false", found(v.plain()))
		}
		return false
	}
	return n.Value
}

// list reads a list. The elements have the list's key in the singular, for the mistakes in them.
func (v value) list(singular string) []value {
	n, ok := v.plain().(*ast.SequenceNode)
	if !ok {
		if v.given() {
			v.wrong("%s; expected a list", found(v.plain()))
		}
		return nil
	}
	elements := make([]value, len(n.Values))
	for i, node := range n.Values {
		elements[i] = value{r: v.r, key: singular, node: node}
	}
	return elements
}

// entries reads a map, in the order of the file. Each entry has the name of its key.
func (v value) entries() []entry {
	n, ok := v.plain().(ast.MapNode)
	if !ok {
		if v.given() {
			v.wrong("%s; expected keys with values", found(v.plain()))
		}
		return nil
	}
	var all []entry
	for it := n.MapRange(); it.Next(); {
		name := it.Key().GetToken().Value
		if err := untrusted.CheckText(name); err != nil {
			v.r.add(it.Key().GetToken(), "%s: a key with a %v", v.key, err)
			continue
		}
		all = append(all, entry{
			value: value{r: v.r, key: name, node: it.Value()},
			name:  value{r: v.r, key: v.key, node: it.Key()},
		})
	}
	return all
}

// entry is one key of a map with its value; name is where the key itself stands.
type entry struct {
	value
	name value
}

// object is a map whose keys are known.
type object struct {
	value
	fields map[string]value
}

// object reads a map that may have these keys and no other.
func (v value) object(keys ...string) object {
	o := object{value: v, fields: map[string]value{}}
	for _, e := range v.entries() {
		if !slices.Contains(keys, e.key) {
			e.name.wrong("unknown key %q; expected %s", e.key, prose.Or(keys))
			continue
		}
		o.fields[e.key] = e.value
	}
	return o
}

// may returns the value of a key that can be left out.
func (o object) may(key string) value {
	v, ok := o.fields[key]
	if !ok {
		return value{r: o.r, key: key}
	}
	return v
}

// need returns the value of a key that must be there.
func (o object) need(key, expected string) value {
	v := o.may(key)
	if o.isMap() && !v.given() {
		o.wrong("%s is missing; expected %s", key, expected)
	}
	return v
}

// position is where a person would look for the node: a map is where its first key is, and not where the colon is.
func position(node ast.Node) *token.Token {
	switch n := node.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return node.GetToken()
}

// found says what a node is, as it is written.
func found(node ast.Node) string {
	switch n := node.(type) {
	case nil:
		return "an alias that stands for nothing"
	case *ast.NullNode:
		return "nothing"
	case ast.MapNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case ast.ScalarNode:
		return n.GetToken().Value
	}
	return node.Type().YAMLName()
}
