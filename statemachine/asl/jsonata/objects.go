package jsonata

var objectsLibrary = []entry{
	{"keys", "<x-:a<s>>", "arg", func(_ *evaluator, args []any) (any, error) { return keys(at(args, 0)), nil }, -1},
	{"lookup", "<x-s:x>", "input key", lookupFunction, -1},
	{"spread", "<x-:a<o>>", "arg", func(_ *evaluator, args []any) (any, error) { return spread(at(args, 0)), nil }, -1},
	{"merge", "<a<o>:o>", "arg", ofArray("merge", merge), -1},
	{"clone", "<(oa)-:o>", "arg", cloneFunction, -1},
	{"error", "<s?:x>", "message", errorFunction, -1},
	{"assert", "<bs?:x>", "condition message", assertFunction, -1},
}

// keys lists the keys of an object, or of all objects of an array.
func keys(v any) *Array {
	result := NewSequence()
	switch v := v.(type) {
	case *Array:
		all := &Object{}
		for _, item := range v.items {
			for _, key := range keys(item).items {
				all.Set(key.(string), true)
			}
		}
		return keys(all)
	case *Object:
		for _, m := range v.members {
			result.push(m.key)
		}
	}
	return result
}

func lookupFunction(_ *evaluator, args []any) (any, error) {
	key, ok := at(args, 1).(string)
	if !ok {
		return nil, unless(at(args, 1) == nil, misuse("lookup"))
	}
	return lookup(at(args, 0), key)
}

// spread makes an object of each member.
func spread(v any) any {
	switch v := v.(type) {
	case *Array:
		var result any = NewSequence()
		for _, item := range v.items {
			result = appendValues(result, spread(item))
		}
		return result
	case *Object:
		result := NewSequence()
		for _, m := range v.members {
			one := &Object{}
			one.Set(m.key, m.value)
			result.push(one)
		}
		return result
	}
	return v
}

func merge(a *Array) (any, error) {
	result := &Object{}
	for _, item := range a.items {
		o, ok := item.(*Object)
		if !ok {
			return nil, misuse("merge")
		}
		for _, m := range o.members {
			result.Set(m.key, m.value)
		}
	}
	return result, nil
}

func cloneFunction(_ *evaluator, args []any) (any, error) {
	if at(args, 0) == nil {
		return nil, nil
	}
	text, err := toString(args[0], false)
	if err != nil {
		return nil, err
	}
	return Parse([]byte(text))
}

func errorFunction(_ *evaluator, args []any) (any, error) {
	message, _ := at(args, 0).(string)
	if message == "" {
		message = "$error() function evaluated"
	}
	return nil, &Error{Code: "D3137", Value: message}
}

func assertFunction(_ *evaluator, args []any) (any, error) {
	if truthy(at(args, 0)) {
		return nil, nil
	}
	message, _ := at(args, 1).(string)
	if message == "" {
		message = "$assert() statement failed"
	}
	return nil, &Error{Code: "D3141", Value: message}
}
