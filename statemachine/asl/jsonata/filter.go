package jsonata

import "math"

// filter keeps the items for which a predicate holds, or those at the places that it gives.
func (ev *evaluator) filter(predicate *node, input any, env *frame) (any, error) {
	array, isArray := input.(*Array)
	if !isArray {
		array = NewSequence(input)
	}
	result := NewSequence()
	if predicate.kind == kindNumber {
		place, ok := index(predicate.value.(float64), len(array.items))
		if !ok {
			return result, nil
		}
		item := array.items[place]
		if nested, ok := item.(*Array); ok {
			return nested, nil
		}
		if item != nil {
			result.push(item)
		}
		return result, nil
	}
	for i, item := range array.items {
		value, err := ev.eval(predicate, item, env)
		if err != nil {
			return nil, err
		}
		times, err := chosen(value, i, len(array.items))
		if err != nil {
			return nil, err
		}
		for range times {
			result.push(item)
		}
	}
	return result, nil
}

// chosen is how often a predicate's value chooses the item at a place.
func chosen(value any, place, length int) (times int, err error) {
	if is, err := isNumeric(value); err != nil {
		return 0, err
	} else if is {
		value = NewArray(value)
	}
	if all, err := allNumbers(value); err != nil {
		return 0, err
	} else if all {
		for _, n := range value.(*Array).items {
			if i, ok := index(n.(float64), length); ok && i == place {
				times++
			}
		}
		return times, nil
	}
	is, _, err := truth(value)
	if is {
		times = 1
	}
	return times, err
}

// index is the place that a number means in an array; a negative one counts from the end.
func index(n float64, length int) (int, bool) {
	n = math.Floor(n)
	if n < 0 {
		n += float64(length)
	}
	return int(n), n >= 0 && n < float64(length)
}
