package expression

// Projection compiles a projection expression to a function that keeps the named paths of an item. Kept elements of a list
// are contiguous, in their order, as in DynamoDB.
func (e *Expressions) Projection(text string) (func(Item) Item, error) {
	p := e.parser("ProjectionExpression", text)
	paths := []path{p.path()}
	for p.accept(",") {
		paths = append(paths, p.path())
	}
	p.end()
	if p.err == nil {
		p.refuseClashes(paths)
	}
	return func(it Item) Item {
		out := Item{}
		for _, at := range paths {
			if v, ok := at.get(it); ok {
				keep(out, at, v)
			}
		}
		return out
	}, p.err
}

// keep writes v at the path, and creates the containers.
func keep(into map[string]any, at path, v any) {
	name := at[0].name
	if len(at) == 1 {
		into[name] = v
		return
	}
	if at[1].index != noIndex {
		list, _ := into[name].([]any)
		if len(at) > 2 {
			inner := map[string]any{}
			keep(inner, at[2:], v)
			v = inner
		}
		into[name] = append(list, v)
		return
	}
	inner, ok := into[name].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[name] = inner
	}
	keep(inner, at[1:], v)
}
