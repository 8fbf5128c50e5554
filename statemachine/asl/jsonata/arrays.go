package jsonata

var arraysLibrary = []entry{
	{"count", "<a:n>", "args", countFunction, -1},
	{"append", "<xx:a>", "arg1 arg2", func(_ *evaluator, args []any) (any, error) { return appendValues(at(args, 0), at(args, 1)), nil }, -1},
	{"reverse", "<a:a>", "arr", ofArray("reverse", reverse), -1},
	{"distinct", "<x:x>", "arr", distinctFunction, -1},
	{"zip", "<a+>", "", zipFunction, -1},
	{"sort", "<af?:a>", "arr comparator", sortFunction, -1},
	{"exists", "<x:b>", "arg", func(_ *evaluator, args []any) (any, error) { return at(args, 0) != nil, nil }, -1},
	{"boolean", "<x-:b>", "arg", booleanFunction, -1},
	{"not", "<x-:b>", "arg", notFunction, -1},
	{"type", "<x:s>", "value", typeFunction, -1},
}

func countFunction(_ *evaluator, args []any) (any, error) {
	switch a := at(args, 0).(type) {
	case nil:
		return 0.0, nil
	case *Array:
		return float64(len(a.items)), nil
	}
	return nil, misuse("count")
}

func reverse(a *Array) (any, error) {
	if len(a.items) <= 1 {
		return a, nil
	}
	result := &Array{items: make([]any, len(a.items))}
	for i, item := range a.items {
		result.items[len(a.items)-1-i] = item
	}
	return result, nil
}

func distinctFunction(ev *evaluator, args []any) (any, error) {
	a, ok := at(args, 0).(*Array)
	if !ok || len(a.items) <= 1 {
		return at(args, 0), nil
	}
	result := &Array{sequence: a.sequence}
	for _, item := range a.items {
		known := false
		for _, other := range result.items {
			if known = equal(item, other); known {
				break
			}
		}
		if !known {
			result.push(item)
		}
		if err := ev.spend(len(result.items)); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func zipFunction(_ *evaluator, args []any) (any, error) {
	length := -1
	for _, arg := range args {
		n := 0
		if a, ok := arg.(*Array); ok {
			n = len(a.items)
		}
		if length < 0 || n < length {
			length = n
		}
	}
	result := &Array{}
	for i := range max(length, 0) {
		tuple := &Array{}
		for _, arg := range args {
			tuple.push(arg.(*Array).items[i])
		}
		result.push(tuple)
	}
	return result, nil
}

func sortFunction(ev *evaluator, args []any) (any, error) {
	a, ok := at(args, 0).(*Array)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("sort"))
	}
	if len(a.items) <= 1 {
		return a, nil
	}
	after := func(x, y any) (bool, error) {
		order, err := ordered(x, y)
		return order > 0, err
	}
	if at(args, 1) != nil {
		after = func(x, y any) (bool, error) {
			result, err := ev.callback(args[1], x, y)
			return truthy(result), err
		}
	} else if numbers, err := allNumbers(a); err != nil {
		return nil, err
	} else if !numbers && !allStrings(a) {
		return nil, &Error{Code: "D3070"}
	}
	sorted, err := mergeSort(a.items, after)
	if err != nil {
		return nil, err
	}
	return NewArray(sorted...), nil
}

// truthy is what JavaScript takes for true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil, null:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0 && v == v
	}
	return true
}

func booleanFunction(_ *evaluator, args []any) (any, error) {
	is, defined, err := truth(at(args, 0))
	if err != nil || !defined {
		return nil, err
	}
	return is, nil
}

func notFunction(_ *evaluator, args []any) (any, error) {
	is, defined, err := truth(at(args, 0))
	if err != nil || !defined {
		return nil, err
	}
	return !is, nil
}

func typeFunction(_ *evaluator, args []any) (any, error) {
	switch v := at(args, 0).(type) {
	case nil:
		return nil, nil
	case float64:
		if is, err := isNumeric(v); !is {
			return "object", err
		}
		return "number", nil
	case string:
		return "string", nil
	case bool:
		return "boolean", nil
	case *Array:
		return "array", nil
	case *Function:
		return "function", nil
	case *Object:
		return "object", nil
	}
	return "null", nil
}
