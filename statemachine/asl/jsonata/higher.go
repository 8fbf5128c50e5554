package jsonata

var higherLibrary = []entry{
	{"map", "<af>", "arr func", mapFunction, -1},
	{"filter", "<af>", "arr func", filterFunction, -1},
	{"single", "<af?>", "arr func", singleFunction, -1},
	{"reduce", "<afj?:j>", "sequence func init", reduceFunction, -1},
	{"sift", "<o-f?:o>", "arg func", siftFunction, -1},
	{"each", "<o-f:a>", "obj func", eachFunction, -1},
}

// pass invokes a function with a value, and with its key and where it is from as far as the function has parameters.
func (ev *evaluator) pass(function, value, key, from any) (any, error) {
	args := []any{value}
	if f, ok := function.(*Function); ok {
		if f.arity >= 2 {
			args = append(args, key)
		}
		if f.arity >= 3 {
			args = append(args, from)
		}
	}
	return ev.callback(function, args...)
}

func mapFunction(ev *evaluator, args []any) (any, error) {
	a, ok := at(args, 0).(*Array)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("map"))
	}
	result := NewSequence()
	for i, item := range a.items {
		value, err := ev.pass(at(args, 1), item, float64(i), a)
		if err != nil {
			return nil, err
		}
		if value != nil {
			result.push(value)
		}
	}
	return result, nil
}

func filterFunction(ev *evaluator, args []any) (any, error) {
	a, ok := at(args, 0).(*Array)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("filter"))
	}
	result := NewSequence()
	for i, item := range a.items {
		holds, err := ev.holds(at(args, 1), item, float64(i), a)
		if err != nil {
			return nil, err
		}
		if holds {
			result.push(item)
		}
	}
	return result, nil
}

func (ev *evaluator) holds(function, value, key, from any) (bool, error) {
	result, err := ev.pass(function, value, key, from)
	if err != nil {
		return false, err
	}
	is, _, err := truth(result)
	return is, err
}

func singleFunction(ev *evaluator, args []any) (any, error) {
	a, ok := at(args, 0).(*Array)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("single"))
	}
	var result any
	found := false
	for i, item := range a.items {
		holds := true
		if at(args, 1) != nil {
			var err error
			if holds, err = ev.holds(args[1], item, float64(i), a); err != nil {
				return nil, err
			}
		}
		if holds && found {
			return nil, &Error{Code: "D3138"}
		}
		if holds {
			result, found = item, true
		}
	}
	if !found {
		return nil, &Error{Code: "D3139"}
	}
	return result, nil
}

func reduceFunction(ev *evaluator, args []any) (any, error) {
	a, ok := at(args, 0).(*Array)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("reduce"))
	}
	function, ok := at(args, 1).(*Function)
	if !ok {
		return nil, misuse("reduce")
	}
	if function.arity < 2 {
		return nil, &Error{Code: "D3050"}
	}
	result, start := at(args, 2), 0
	if result == nil && len(a.items) > 0 {
		result, start = a.items[0], 1
	}
	for i := start; i < len(a.items); i++ {
		given := []any{result, a.items[i]}
		if function.arity >= 3 {
			given = append(given, float64(i))
		}
		if function.arity >= 4 {
			given = append(given, a)
		}
		var err error
		if result, err = ev.callback(function, given...); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func siftFunction(ev *evaluator, args []any) (any, error) {
	o, ok := at(args, 0).(*Object)
	if !ok {
		return nil, unless(at(args, 0) == nil, misuse("sift"))
	}
	result := &Object{}
	for _, m := range o.members {
		holds, err := ev.holds(at(args, 1), m.value, m.key, o)
		if err != nil {
			return nil, err
		}
		if holds {
			result.Set(m.key, m.value)
		}
	}
	if len(result.members) == 0 {
		return nil, nil
	}
	return result, nil
}

func eachFunction(ev *evaluator, args []any) (any, error) {
	result := NewSequence()
	o, ok := at(args, 0).(*Object)
	if !ok {
		return result, unless(at(args, 0) == nil, misuse("each"))
	}
	for _, m := range o.members {
		value, err := ev.pass(at(args, 1), m.value, m.key, o)
		if err != nil {
			return nil, err
		}
		if value != nil {
			result.push(value)
		}
	}
	return result, nil
}
