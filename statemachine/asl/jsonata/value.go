package jsonata

import (
	"math"
	"slices"
)

// null is the type of [Null].
type null struct{}

// Null is JSON's null. Go's nil is JSONata's undefined, the absence of a value.
var Null any = null{}

// Array is a JSON array, or a sequence: the result of a path or of some functions. A sequence of one item is that item, and
// an empty one is no value, as soon as the expression that made it has been evaluated.
type Array struct {
	items    []any
	sequence bool
	// keep keeps a sequence of one item an array, as [] in a path asks.
	keep bool
	// cons marks an array that [ ] made as a step of a path: it is not flattened into the result of the step.
	cons bool
	// wrapper marks the array around an input that is itself an array.
	wrapper bool
}

// NewArray makes a JSON array.
func NewArray(items ...any) *Array { return &Array{items: items} }

// NewSequence makes a sequence.
func NewSequence(items ...any) *Array { return &Array{items: items, sequence: true} }

// Items are the items of the array. The caller must not change them.
func (a *Array) Items() []any { return a.items }

func (a *Array) push(items ...any) { a.items = append(a.items, items...) }

type member struct {
	key   string
	value any
}

// Object is a JSON object whose members are in JavaScript's order: first the keys that are array indexes, by number, then the
// others as they were added.
type Object struct {
	members []member
	// indexes counts the keys that are array indexes.
	indexes int
	// at finds a key of a large object.
	at map[string]int
}

// small is the largest object that is searched member by member.
const small = 12

func (o *Object) find(key string) int {
	if o.at != nil {
		if i, ok := o.at[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].key == key {
			return i
		}
	}
	return -1
}

// Get returns the value of a key, or nil.
func (o *Object) Get(key string) any {
	if i := o.find(key); i >= 0 {
		return o.members[i].value
	}
	return nil
}

// Keys are the object's keys, in its order.
func (o *Object) Keys() []string {
	list := make([]string, len(o.members))
	for i, m := range o.members {
		list[i] = m.key
	}
	return list
}

// Set sets the value of a key; a new key that is no array index is the last.
func (o *Object) Set(key string, value any) {
	if i := o.find(key); i >= 0 {
		o.members[i].value = value
		return
	}
	n, isIndex := arrayIndex(key)
	if isIndex {
		place := 0
		for place < o.indexes {
			if other, _ := arrayIndex(o.members[place].key); other > n {
				break
			}
			place++
		}
		o.indexes++
		o.members = slices.Insert(o.members, place, member{key, value})
		o.index()
		return
	}
	o.members = append(o.members, member{key, value})
	switch {
	case o.at != nil:
		o.at[key] = len(o.members) - 1
	case len(o.members) > small:
		o.index()
	}
}

func (o *Object) remove(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	if i < o.indexes {
		o.indexes--
	}
	o.members = slices.Delete(o.members, i, i+1)
	o.index()
}

// index renews the index of a large object.
func (o *Object) index() {
	o.at = nil
	if len(o.members) <= small {
		return
	}
	o.at = make(map[string]int, len(o.members))
	for i, m := range o.members {
		o.at[m.key] = i
	}
}

// arrayIndex says whether a key is the decimal text of a number that JavaScript takes for an index of an array.
func arrayIndex(key string) (uint64, bool) {
	if key == "" || len(key) > 10 || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	var n uint64
	for i := range len(key) {
		if key[i] < '0' || key[i] > '9' {
			return 0, false
		}
		n = n*10 + uint64(key[i]-'0')
	}
	return n, n < math.MaxUint32
}

func isFunction(v any) bool {
	_, ok := v.(*Function)
	return ok
}

// isNumeric says whether a value is a number; an infinite one is an error.
func isNumeric(v any) (bool, error) {
	n, ok := v.(float64)
	if !ok || math.IsNaN(n) {
		return false, nil
	}
	if math.IsInf(n, 0) {
		return false, &Error{Code: "D1001", Value: n}
	}
	return true, nil
}

func allNumbers(v any) (bool, error) {
	a, ok := v.(*Array)
	if !ok {
		return false, nil
	}
	for _, item := range a.items {
		if is, err := isNumeric(item); !is {
			return false, err
		}
	}
	return true, nil
}

func allStrings(a *Array) bool {
	return !slices.ContainsFunc(a.items, func(item any) bool { _, ok := item.(string); return !ok })
}

// truth is the boolean value of a value; defined is false for no value.
func truth(v any) (value, defined bool, err error) {
	switch v := v.(type) {
	case nil:
		return false, false, nil
	case *Array:
		for _, item := range v.items {
			if is, _, err := truth(item); is || err != nil {
				return is, true, err
			}
		}
		return false, true, nil
	case string:
		return v != "", true, nil
	case float64:
		is, err := isNumeric(v)
		return is && v != 0, true, err
	case *Object:
		return len(v.members) > 0, true, nil
	case *Function:
		// To JavaScript, a function is an object with members until it is an argument of a function.
		return !v.closure, true, nil
	case bool:
		return v, true, nil
	}
	return false, true, nil
}

// equal compares two values in depth.
func equal(a, b any) bool {
	switch a := a.(type) {
	case *Array:
		b, ok := b.(*Array)
		return ok && (a == b || slices.EqualFunc(a.items, b.items, equal))
	case *Object:
		b, ok := b.(*Object)
		if !ok || len(a.members) != len(b.members) {
			return false
		}
		for _, m := range a.members {
			if i := b.find(m.key); i < 0 || !equal(m.value, b.members[i].value) {
				return false
			}
		}
		return true
	}
	return a == b
}

// appendValues is $append: it joins two values into a new array, unless one of them is no value.
func appendValues(a, b any) any {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return NewArray(slices.Concat(asItems(a), asItems(b))...)
}

func asItems(v any) []any {
	if a, ok := v.(*Array); ok {
		return a.items
	}
	return []any{v}
}

// inherited are the names that every object of JavaScript has without being given them: the reference finds a function of
// JavaScript under each, which no JSON value is.
var inherited = []string{"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString",
	"valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__"}

// lookup finds a key in an object, or in each object of an array.
func lookup(v any, key string) (any, error) {
	switch v := v.(type) {
	case *Array:
		result := NewSequence()
		for _, item := range v.items {
			found, err := lookup(item, key)
			if err != nil {
				return nil, err
			}
			if a, ok := found.(*Array); ok {
				result.push(a.items...)
			} else if found != nil {
				result.push(found)
			}
		}
		return result, nil
	case *Object:
		i := v.find(key)
		if i >= 0 {
			return v.members[i].value, nil
		}
		if slices.Contains(inherited, key) {
			return nil, refuse("the key %q, which every object of JavaScript has,", key)
		}
	}
	return nil, nil
}
