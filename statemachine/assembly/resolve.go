package assembly

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// resolver replaces the intrinsic functions of one template. What it does not know it notes, and goes on, so that all
// of it is reported at once.
type resolver struct {
	place
	template *template
	problems []error

	// at is the resource or output being resolved, for the problems.
	at string
	// resolving are the physical names and conditions under way: one that is met again depends on itself.
	resolving []string
	names     map[string]string
}

// absent is the value of AWS::NoValue: the property or list element is not there.
type absent struct{}

// fail notes a problem, once however often it is met. It returns the value with which resolving goes on.
func (r *resolver) fail(format string, args ...any) any {
	problem := fmt.Errorf("stack %s, %s: %w", r.stack, r.at, fmt.Errorf(format, args...))
	if !slices.ContainsFunc(r.problems, func(p error) bool { return p.Error() == problem.Error() }) {
		r.problems = append(r.problems, problem)
	}
	return ""
}

// within resolves on behalf of another part of the template.
func (r *resolver) within(at string, do func()) {
	before := r.at
	r.at = at
	do()
	r.at = before
}

// value resolves anything that may stand for a value in a template.
func (r *resolver) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if name, argument, ok := intrinsic(v); ok {
			return r.call(name, argument)
		}
		return r.object(v)
	case []any:
		list := []any{}
		for _, element := range v {
			if element = r.value(element); element != (absent{}) {
				list = append(list, element)
			}
		}
		return list
	}
	return v
}

func (r *resolver) object(v map[string]any) map[string]any {
	out := map[string]any{}
	for _, key := range sortedKeys(v) {
		if value := r.value(v[key]); value != any(absent{}) {
			out[key] = value
		}
	}
	return out
}

// intrinsic recognises a call: an object whose only key is Ref, Condition or Fn::Something. A policy statement has a
// Condition too, but not alone.
func intrinsic(v map[string]any) (name string, argument any, ok bool) {
	if len(v) != 1 {
		return "", nil, false
	}
	for name, argument = range v {
		_, isText := argument.(string)
		ok = name == "Ref" || strings.HasPrefix(name, "Fn::") || (name == "Condition" && isText)
	}
	return name, argument, ok
}

func (r *resolver) call(name string, argument any) any {
	switch name {
	case "Ref":
		return r.ref(r.text(name, argument))
	case "Fn::GetAtt":
		return r.getAtt(argument)
	case "Fn::Sub":
		return r.sub(argument)
	case "Fn::Join":
		return r.join(argument)
	case "Fn::Split":
		return r.split(argument)
	case "Fn::Select":
		return r.pick(argument)
	case "Fn::If":
		return r.choose(argument)
	case "Condition", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
		return r.truth(name, argument)
	}
	return r.fail("the intrinsic function %s is not known here", name)
}

func (r *resolver) ref(name string) any {
	if name == "AWS::NoValue" {
		return absent{}
	}
	if value, ok := r.pseudo(name); ok {
		return value
	}
	if p, ok := r.template.parameters[name]; ok {
		if p.Default == nil || strings.HasPrefix(p.Type, "AWS::SSM::") {
			return r.fail("Ref %s: a parameter of type %s has no value in a drill", name, p.Type)
		}
		return p.Default
	}
	d, k, ok := r.find("Ref", name)
	if !ok {
		return ""
	}
	value, _ := k.identity(k.ref, r.place, r.physicalName(d))
	return value
}

// getAtt takes ["Logical", "Attribute"] or "Logical.Attribute".
func (r *resolver) getAtt(argument any) any {
	var id, attribute string
	switch v := r.value(argument).(type) {
	case string:
		id, attribute, _ = strings.Cut(v, ".")
	case []any:
		if len(v) == 2 {
			id, attribute = fmt.Sprint(v[0]), fmt.Sprint(v[1])
		}
	}
	d, k, ok := r.find("Fn::GetAtt", id)
	if !ok {
		return ""
	}
	if what, known := k.attributes[attribute]; known {
		if value, ok := k.identity(what, r.place, r.physicalName(d)); ok {
			return value
		}
	}
	return r.fail("Fn::GetAtt %s.%s: the attribute %s of %s is not known here", id, attribute, attribute, d.Type)
}

func (r *resolver) find(function, id string) (*declaration, kind, bool) {
	i := slices.IndexFunc(r.template.resources, func(d declaration) bool { return d.id == id })
	if i < 0 {
		r.fail("%s %s: the template has nothing of this name", function, id)
		return nil, kind{}, false
	}
	d := &r.template.resources[i]
	k, ok := kinds[d.Type]
	if !ok {
		r.fail("%s %s: the resource type %s is not known here", function, id, d.Type)
	}
	return d, k, ok
}

// physicalName resolves the property that names a resource, once.
func (r *resolver) physicalName(d *declaration) string {
	if name, ok := r.names[d.id]; ok {
		return name
	}
	name, property := "", cmp.Or(kinds[d.Type].name, kinds[d.Type].versionOf)
	if given := d.Properties[property]; given != nil && r.enter(d.id) {
		r.within("resource "+d.id, func() { name = r.text(property, given) })
		r.leave()
	}
	if kinds[d.Type].versionOf != "" { // named by name or by ARN
		name = name[strings.LastIndex(name, ":")+1:] + ":" + firstVersion
	}
	if name == "" {
		name = generated(r.place, d.Type, d.id)
	}
	r.names[d.id] = name
	return name
}

// enter notes that something is being resolved, and refuses what depends on itself.
func (r *resolver) enter(what string) bool {
	if slices.Contains(r.resolving, what) {
		r.fail("%s depends on itself", what)
		return false
	}
	r.resolving = append(r.resolving, what)
	return true
}

func (r *resolver) leave() { r.resolving = r.resolving[:len(r.resolving)-1] }

// text resolves a value that must be a scalar, and returns it as text.
func (r *resolver) text(of string, v any) string {
	switch v := r.value(v).(type) {
	case string:
		return v
	case bool, float64:
		return fmt.Sprint(v)
	default:
		r.fail("%s: a %T; expected text", of, v)
		return ""
	}
}
