package assembly

import (
	"reflect"
	"strconv"
	"strings"
)

// The intrinsic functions that combine texts and lists, and the conditions.

// sub replaces ${Name}, ${Name.Attribute} and ${AWS::Pseudo}; ${!Literal} stays as ${Literal}.
func (r *resolver) sub(argument any) any {
	var own map[string]any
	text, ok := argument.(string)
	if list, isList := argument.([]any); isList && len(list) == 2 {
		text, ok = list[0].(string)
		own, _ = list[1].(map[string]any)
	}
	if !ok {
		return r.fail("Fn::Sub: expected text, or a list of text and values")
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return r.fail("Fn::Sub: ${%s is not closed", name)
		}
		out.WriteString(r.substitute(name, own))
		text = after
	}
}

func (r *resolver) substitute(name string, own map[string]any) string {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}"
	}
	if value, ok := own[name]; ok {
		return r.text("Fn::Sub "+name, value)
	}
	if strings.Contains(name, ".") {
		return r.text("Fn::Sub "+name, r.getAtt(name))
	}
	return r.text("Fn::Sub "+name, r.ref(name))
}

func (r *resolver) join(argument any) any {
	list, ok := argument.([]any)
	if !ok || len(list) != 2 {
		return r.fail("Fn::Join: expected a delimiter and a list")
	}
	elements, ok := r.value(list[1]).([]any)
	if !ok {
		return r.fail("Fn::Join: expected a list to join")
	}
	var parts []string
	for _, element := range elements {
		parts = append(parts, r.text("Fn::Join", element))
	}
	return strings.Join(parts, r.text("Fn::Join", list[0]))
}

func (r *resolver) split(argument any) any {
	list, ok := argument.([]any)
	if !ok || len(list) != 2 {
		return r.fail("Fn::Split: expected a delimiter and text")
	}
	var out []any
	for _, part := range strings.Split(r.text("Fn::Split", list[1]), r.text("Fn::Split", list[0])) {
		out = append(out, part)
	}
	return out
}

// pick is Fn::Select; its index may be written as a number or as text.
func (r *resolver) pick(argument any) any {
	list, ok := argument.([]any)
	if !ok || len(list) != 2 {
		return r.fail("Fn::Select: expected an index and a list")
	}
	elements, _ := r.value(list[1]).([]any)
	i, err := strconv.Atoi(r.text("Fn::Select", list[0]))
	if err != nil || i < 0 || i >= len(elements) {
		return r.fail("Fn::Select: %v is not an index of a list of %d", list[0], len(elements))
	}
	return elements[i]
}

// choose is Fn::If; only the branch that is taken is resolved, as CloudFormation does.
func (r *resolver) choose(argument any) any {
	list, ok := argument.([]any)
	if !ok || len(list) != 3 {
		return r.fail("Fn::If: expected a condition and two values")
	}
	name, _ := list[0].(string)
	if r.condition(name) {
		return r.value(list[1])
	}
	return r.value(list[2])
}

// condition evaluates a named condition; the empty name is true, for what has none.
func (r *resolver) condition(name string) bool {
	if name == "" {
		return true
	}
	expression, ok := r.template.conditions[name]
	if !ok {
		r.fail("the template has no condition %s", name)
		return false
	}
	if !r.enter("condition " + name) {
		return false
	}
	defer r.leave()
	result, ok := r.value(expression).(bool)
	if !ok {
		r.fail("condition %s is neither true nor false", name)
	}
	return result
}

func (r *resolver) isTrue(v any) bool {
	is, _ := r.value(v).(bool)
	return is
}

// truth evaluates a condition function.
func (r *resolver) truth(name string, argument any) any {
	if name == "Condition" {
		return r.condition(argument.(string))
	}
	list, ok := argument.([]any)
	if !ok || len(list) == 0 || (name == "Fn::Equals" && len(list) != 2) {
		return r.fail("%s: wrong arguments", name)
	}
	if name == "Fn::Equals" {
		return reflect.DeepEqual(r.value(list[0]), r.value(list[1]))
	}
	if name == "Fn::Not" {
		return !r.isTrue(list[0])
	}
	for _, v := range list {
		if is := r.isTrue(v); is != (name == "Fn::And") {
			return is
		}
	}
	return name == "Fn::And"
}
