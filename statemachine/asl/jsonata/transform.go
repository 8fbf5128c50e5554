package jsonata

import "slices"

// transformer makes the function of | pattern | update, delete |: it returns a copy of its argument with changes.
func transformer(n *node, env *frame) *Function {
	f := &Function{arity: 1, bare: true, params: []string{"obj"}, signature: mustSignature("<(oa):o>")}
	f.native = func(ev *evaluator, args []any, _ any) (any, error) {
		if at(args, 0) == nil {
			return nil, nil
		}
		clone, ok := env.lookup("clone").(*Function)
		if !ok {
			return nil, &Error{Code: "T2013"}
		}
		result, err := ev.invoke(clone, []any{args[0]}, Null)
		if err != nil {
			return nil, err
		}
		matches, err := ev.eval(n.left, result, env)
		if err != nil || matches == nil {
			return result, err
		}
		for _, match := range asItems(matches) {
			if err := ev.update(n, match, env); err != nil {
				return nil, err
			}
		}
		return result, nil
	}
	return f
}

// update changes one object in place.
func (ev *evaluator) update(n *node, match any, env *frame) error {
	if isFunction(match) {
		return &Error{Code: "D1010"}
	}
	update, err := ev.eval(n.right, match, env)
	if err != nil {
		return err
	}
	target, isObject := match.(*Object)
	if update != nil {
		changes, ok := update.(*Object)
		if !ok {
			return &Error{Code: "T2011", Value: update}
		}
		if len(changes.members) > 0 && !isObject {
			return refuse("a transformation of a value that is no object")
		}
		for _, m := range slices.Clone(changes.members) {
			target.Set(m.key, m.value)
		}
	}
	if n.third == nil {
		return nil
	}
	deletions, err := ev.eval(n.third, match, env)
	if err != nil || deletions == nil {
		return err
	}
	list := NewArray(asItems(deletions)...)
	if !allStrings(list) {
		return &Error{Code: "T2012", Value: deletions}
	}
	if isObject {
		for _, name := range list.items {
			target.remove(name.(string))
		}
	}
	return nil
}
