package awsmodel

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Case is one input of an operation.
type Case struct {
	Service, Operation string
	// What says what is special about the input; it is the same in every run.
	What string
	// Breaks is the kind of the constraint that the input breaks; an input that breaks none is valid.
	Breaks Kind
	// Member is the path of the member that the case is about.
	Member string
	Input  map[string]any
}

// ID names the case.
func (c Case) ID() string { return c.Service + " " + c.Operation + ": " + c.What }

// Kind is a kind of constraint of a model.
type Kind string

// The kinds.
const (
	Required Kind = "required"
	Length   Kind = "length"
	Range    Kind = "range"
	Pattern  Kind = "pattern"
	Enum     Kind = "enumeration"
	Type     Kind = "type"
	// Unknown is a member that the model does not have. The simulator refuses it by name.
	Unknown Kind = "unknown"
)

// maxGenerated is the longest text that is generated, and maxListed the longest list.
const (
	maxGenerated = 300 << 10
	maxListed    = 1100
	maxDepth     = 7
)

// Generator makes the inputs of a service's operations.
type Generator struct {
	Service Service
	// Values are the values of shapes, by Operation.path or by the name of the shape, where any value that fits the model would
	// name something that the simulator does not have. Shapes with a value by their name are not varied inside.
	Values map[string]any
	// Members are members that a structure has in every input beside the required ones, by Operation.path or by the name of the
	// shape: AWS's documents want them, and the model does not say so.
	Members map[string]map[string]any
	// Beside are what other members of the structure are beside a member, by Shape.member; nil takes one away.
	Beside map[string]map[string]any
	cases  []Case
	op     string
}

// Cases are the inputs of an operation in a fixed order: first the valid ones.
func (g *Generator) Cases(operation string) []Case {
	g.cases, g.op = nil, operation
	root := g.Service.Operations[operation].Input
	whole := func(v any) map[string]any { return v.(map[string]any) }
	if root.Shape == "" {
		g.add("nothing", "", "", map[string]any{})
		return g.cases
	}
	base := g.base(root, "", 0)
	g.add("the required members", "", "", whole(base))
	g.structure(root, "", base.(map[string]any), whole, 0)
	with := maps.Clone(base.(map[string]any))
	with["NoSuchParameter"] = "x"
	g.add("NoSuchParameter", Unknown, "NoSuchParameter", with)
	slices.SortStableFunc(g.cases, func(a, b Case) int { return strings.Compare(min(string(a.Breaks), "x"), min(string(b.Breaks), "x")) })
	return g.cases
}

func (g *Generator) add(what string, breaks Kind, member string, input map[string]any) {
	for _, c := range g.cases {
		if c.What == what {
			return
		}
	}
	g.cases = append(g.cases, Case{g.Service.Service, g.op, what, breaks, member, input})
}

// base is the smallest valid value of a shape: its required members, one element where at least one is required.
func (g *Generator) base(ref Shape, path string, depth int) any {
	shape := g.Service.Resolve(ref)
	if v, ok := g.value(shape, path); ok {
		return v
	}
	switch shape.Type {
	case "structure":
		members := map[string]any{}
		if depth < maxDepth {
			for _, name := range shape.Required {
				members[name] = g.base(shape.Members[name], join(path, name), depth+1)
			}
		}
		maps.Copy(members, g.Members[g.op+"."+path])
		maps.Copy(members, g.Members[shape.Shape])
		return members
	case "list":
		list := []any{}
		for range g.least(shape) {
			list = append(list, g.base(*shape.Member, path+"[]", depth+1))
		}
		return list
	case "map":
		key := g.base(*shape.Key, path+".key", depth+1)
		return map[string]any{fmt.Sprint(key): g.base(*shape.Value, path+".value", depth+1)}
	}
	return scalar(shape)
}

func (g *Generator) value(shape Shape, path string) (any, bool) {
	if v, ok := g.Values[g.op+"."+path]; ok {
		return v, true
	}
	v, ok := g.Values[shape.Shape]
	return v, ok
}

// least is how many elements a list has in a base value.
func (g *Generator) least(shape Shape) int {
	if shape.Min != nil {
		return max(1, int(*shape.Min))
	}
	return 1
}

// scalar is a valid value of a shape without members.
func scalar(shape Shape) any {
	switch shape.Type {
	case "string":
		return textFor(shape)
	case "integer", "long":
		if shape.Min != nil {
			return int64(*shape.Min)
		}
		return int64(1)
	case "float", "double":
		return float64(1.5)
	case "boolean":
		return true
	case "timestamp":
		return time.Date(2026, 3, 2, 8, 59, 0, 0, time.UTC)
	case "blob":
		return []byte(`{}`)
	}
	return "x"
}

// planter puts a value into an otherwise valid input.
type planter func(v any) map[string]any

// structure makes the cases of a structure's members.
func (g *Generator) structure(ref Shape, path string, base map[string]any, plant planter, depth int) {
	shape := g.Service.Resolve(ref)
	for _, name := range shape.Required {
		if shape.Members[name].Location != "uri" { // without it the path is another operation's
			without := maps.Clone(base)
			delete(without, name)
			g.add("without "+join(path, name), Required, join(path, name), plant(without))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shape.Members)) {
		inner := func(v any) map[string]any {
			with := maps.Clone(base)
			maps.Copy(with, g.Beside[shape.Shape+"."+name])
			with[name] = v
			maps.DeleteFunc(with, func(_ string, v any) bool { return v == nil })
			return plant(with)
		}
		g.member(shape.Members[name], join(path, name), inner, depth+1)
	}
}

// member makes the cases of one member: its valid values, and values that break its constraints.
func (g *Generator) member(ref Shape, path string, plant planter, depth int) {
	shape := g.Service.Resolve(ref)
	if depth > maxDepth {
		return
	}
	base := g.base(ref, path, depth)
	g.add("with "+path, "", path, plant(base))
	g.breakConstraints(shape, path, base, plant)
	if _, fixed := g.Values[shape.Shape]; fixed {
		return
	}
	switch shape.Type {
	case "structure":
		g.structure(ref, path, base.(map[string]any), plant, depth)
	case "list":
		inner := func(v any) map[string]any { return plant([]any{v}) }
		if list := base.([]any); len(list) == 1 {
			g.member(*shape.Member, path+"[]", inner, depth+1)
		}
	case "map":
		for key, v := range base.(map[string]any) {
			g.member(*shape.Key, path+".key", func(k any) map[string]any { return plant(map[string]any{fmt.Sprint(k): v}) }, depth+1)
			g.member(*shape.Value, path+".value", func(v any) map[string]any { return plant(map[string]any{key: v}) }, depth+1)
		}
	}
}

// breakConstraints makes one case for each constraint of a shape, and the valid values at the limits.
func (g *Generator) breakConstraints(shape Shape, path string, base any, plant planter) {
	switch shape.Type {
	case "string":
		g.breakText(shape, path, base, plant)
	case "integer", "long", "float", "double":
		g.breakNumber(shape, path, plant)
	case "list":
		g.breakList(shape, path, base.([]any), plant)
	case "boolean", "timestamp":
		if shape.Location != "header" {
			g.add(path+" is a text", Type, path, plant("notATruth"))
		}
	case "structure", "map":
		if shape.Location == "" && g.Service.Protocol != ProtocolQuery && g.Service.Protocol != ProtocolRestXML {
			g.add(path+" is a text", Type, path, plant("notAnObject"))
		}
	}
}

func (g *Generator) breakText(shape Shape, path string, base any, plant planter) {
	text, _ := base.(string)
	inPath := shape.Location == "uri"
	for _, v := range shape.Enum {
		g.add(path+" is "+v, "", path, plant(v))
	}
	if len(shape.Enum) > 0 {
		g.add(path+" is notAMember", Enum, path, plant("notAMember"))
		return
	}
	if shape.Min != nil && *shape.Min >= 1 && !inPath && !strings.HasSuffix(path, ".key") {
		g.add(fmt.Sprintf("%s is shorter than %g", path, *shape.Min), Length, path, plant(strings.Repeat("a", int(*shape.Min)-1)))
	}
	if shape.Max != nil && *shape.Max < maxGenerated {
		long := text + strings.Repeat("a", int(*shape.Max)+1-utf8.RuneCountInString(text))
		g.add(fmt.Sprintf("%s is longer than %g", path, *shape.Max), Length, path, plant(long))
	}
	if bad, ok := misfit(shape, text); ok && (!inPath || bad != "") {
		g.add(path+" does not match its pattern", Pattern, path, plant(bad))
	}
	if p := g.Service.Protocol; (p == ProtocolJSON || p == ProtocolCBOR) && !strings.HasSuffix(path, ".key") {
		g.add(path+" is a number", Type, path, plant(int64(7)))
	}
}

func (g *Generator) breakNumber(shape Shape, path string, plant planter) {
	number := func(f float64) any {
		if shape.Type == "integer" || shape.Type == "long" {
			return int64(f)
		}
		return f
	}
	if shape.Min != nil {
		g.add(fmt.Sprintf("%s is %g", path, *shape.Min), "", path, plant(number(*shape.Min)))
		g.add(fmt.Sprintf("%s is %g", path, *shape.Min-1), Range, path, plant(number(*shape.Min-1)))
	}
	if shape.Max != nil && *shape.Max < 1<<31 {
		g.add(fmt.Sprintf("%s is %g", path, *shape.Max), "", path, plant(number(*shape.Max)))
		g.add(fmt.Sprintf("%s is %g", path, *shape.Max+1), Range, path, plant(number(*shape.Max+1)))
	}
	g.add(path+" is a text", Type, path, plant("notANumber"))
}

func (g *Generator) breakList(shape Shape, path string, base []any, plant planter) {
	if len(base) == 0 {
		return
	}
	if shape.Min != nil && *shape.Min >= 1 && g.Service.Protocol != ProtocolRestXML {
		g.add(fmt.Sprintf("%s has less than %g elements", path, *shape.Min), Length, path, plant(base[:int(*shape.Min)-1]))
	}
	if shape.Max != nil && *shape.Max < maxListed {
		long := []any{}
		for range int(*shape.Max) + 1 {
			long = append(long, base[0])
		}
		g.add(fmt.Sprintf("%s has more than %g elements", path, *shape.Max), Length, path, plant(long))
	}
	if p := g.Service.Protocol; (p == ProtocolJSON || p == ProtocolCBOR) && shape.Location == "" {
		g.add(path+" is a text", Type, path, plant("notAList"))
	}
}
