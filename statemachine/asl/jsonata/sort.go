package jsonata

// sortStep orders the items of a step by its terms.
func (ev *evaluator) sortStep(n *node, input *Array, env *frame) (*Array, error) {
	sorted, err := mergeSort(input.items, func(a, b any) (bool, error) { return ev.after(n.terms, a, b, env) })
	if err != nil {
		return nil, err
	}
	result := input
	if len(input.items) > 1 {
		result = NewArray(sorted...)
	}
	for _, stage := range n.stages {
		filtered, err := ev.filter(stage, result, env)
		if err != nil {
			return nil, err
		}
		result = filtered.(*Array)
	}
	return result, nil
}

// after says whether a belongs behind b. An item without a value for a term is last.
func (ev *evaluator) after(terms []sortTerm, a, b any, env *frame) (bool, error) {
	for _, term := range terms {
		x, err := ev.eval(term.by, a, env)
		if err != nil {
			return false, err
		}
		y, err := ev.eval(term.by, b, env)
		if err != nil {
			return false, err
		}
		if x == nil && y == nil {
			continue
		}
		if x == nil || y == nil {
			return x == nil, nil
		}
		order, err := ordered(x, y)
		if err != nil {
			return false, err
		}
		if order != 0 {
			return (order > 0) != term.descending, nil
		}
	}
	return false, nil
}

func ordered(x, y any) (int, error) {
	for _, v := range []any{x, y} {
		if !comparable(v) {
			return 0, &Error{Code: "T2008", Value: v}
		}
	}
	if a, ok := x.(string); ok {
		if b, ok := y.(string); ok {
			return compareText(a, b), nil
		}
	} else if b, ok := y.(float64); ok {
		switch a := x.(float64); {
		case a == b:
			return 0, nil
		case a < b:
			return -1, nil
		}
		return 1, nil
	}
	return 0, &Error{Code: "T2007", Value: x, Value2: y}
}

// mergeSort sorts as the reference does, with the same comparisons in the same order.
func mergeSort(items []any, after func(a, b any) (bool, error)) ([]any, error) {
	if len(items) <= 1 {
		return items, nil
	}
	middle := len(items) / 2
	left, err := mergeSort(items[:middle], after)
	if err != nil {
		return nil, err
	}
	right, err := mergeSort(items[middle:], after)
	if err != nil {
		return nil, err
	}
	merged := make([]any, 0, len(items))
	for len(left) > 0 && len(right) > 0 {
		swap, err := after(left[0], right[0])
		if err != nil {
			return nil, err
		}
		if swap {
			merged, right = append(merged, right[0]), right[1:]
		} else {
			merged, left = append(merged, left[0]), left[1:]
		}
	}
	return append(append(merged, left...), right...), nil
}
